"""Who is told what of a ticket: every cell of the matrix, and what a mail says."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from tickets import notices
from tickets.models import TeamMember
from tickets.operations import watch
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory
from tickets.tokens import token_of

pytestmark = pytest.mark.django_db
ROLES = [notices.REPORTER, notices.WATCHER, notices.TECHNICIAN, notices.TEAM]
CELLS = [(event, role) for event in notices.MATRIX for role in ROLES]


@pytest.fixture
def ticket(technician):
    team = TeamFactory()
    member = PersonFactory(email="team@example.edu", is_staff=True)
    member.groups.add(Group.objects.get(name="technician"))
    TeamMember.objects.create(team=team, person=member)
    row = TicketFactory(technician=technician, team=team, category=CategoryFactory(), reason="a part is missing")
    watch(ticket=row, person=PersonFactory(email="watcher@example.edu"), by=None)
    return row


def person_of(role, ticket):
    if role == notices.WATCHER:
        return ticket.watchers.get().person
    if role == notices.TEAM:
        return ticket.team.members.get().person
    return ticket.reporter if role == notices.REPORTER else ticket.technician


@pytest.mark.parametrize(("event", "role"), CELLS)
def test_a_cell_says_who_is_told(ticket, clerk, event, role):
    told = notices.receivers(event, ticket, by=clerk)

    assert (told.get(person_of(role, ticket)) == role) is (role in notices.MATRIX[event])


@pytest.mark.parametrize("event", notices.MATRIX)
def test_nobody_is_told_of_what_they_did_themselves_but_of_their_report(ticket, event):
    told = notices.receivers(event, ticket, by=ticket.reporter)

    assert (ticket.reporter in told) is (event == "reported")


@pytest.mark.parametrize(("event", "role"), [(event, role) for event, role in CELLS if role in notices.MATRIX[event]])
def test_a_mail_names_the_ticket_and_leads_its_reader_to_it(ticket, event, role):
    person = person_of(role, ticket)
    link = tracking_link(ticket, person) if role in notices.CUSTOMERS else None
    notice = Notice(person=person, facts={"event": event, "ticket": ticket.pk, "role": role})

    mail = notices.ticket_event(notice)

    assert f"#{ticket.number}" in mail.subject
    assert ticket.title in mail.text
    assert (f"/t/{token_of(link)}/" if link else f"/tickets/{ticket.number}/") in mail.text


def test_a_deleted_ticket_is_told_to_nobody(ticket):
    notice = Notice(person=ticket.reporter, facts={"event": "started", "ticket": ticket.pk, "role": "reporter"})
    ticket.deleted_at, ticket.deleted_reason = timezone.now(), "spam"
    ticket.save()

    assert notices.ticket_event(notice) is None
