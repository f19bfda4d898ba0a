"""Who is told what of a ticket: every cell of the matrix, and what a mail says."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.tests.factories import PersonFactory
from keysite.ledger import record
from tickets import notices
from tickets.models import Comment, Priority, TeamMember, Ticket
from tickets.notices.digests import digest_of, next_moment
from tickets.operations import set_notice_preference, stop_mails, watch
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory
from tickets.tokens import token_of

pytestmark = pytest.mark.django_db
ROLES = [notices.REPORTER, notices.WATCHER, notices.TECHNICIAN, notices.TEAM]
EVENTS = [event for event in notices.MATRIX if event not in notices.REMINDERS]  # those are tried with their clock
CELLS = [(event, role) for event in notices.MATRIX for role in ROLES]
TOLD = [(event, role) for event, role in CELLS if role in notices.MATRIX[event]]
# How a ticket stands after an event, as far as a reviewer's digest can tell.
AFTER = {
    "reported": {},
    "accepted": {"status": "accepted"},
    "rejected": {"status": "rejected"},
    "assigned": {"status": "accepted"},
    "started": {"status": "in_progress"},
    "stalled": {"status": "stalled", "wake_on": "2040-01-01"},
    "replied": {"status": "in_progress"},
    "noted": {"status": "in_progress"},
    "resolved": {"status": "resolved"},
    "confirmed": {"status": "confirmed"},
    "sent_back": {"status": "in_progress"},
    "reopened": {"status": "in_progress"},
    "merged": {"status": "duplicate"},
    "unmerged": {"status": "accepted"},
    "woken": {"status": "in_progress"},
    "untouched": {"status": "accepted", "touched": timedelta(days=10, hours=1)},
    "long": {"status": "in_progress", "moved": timedelta(days=21, hours=1)},
}


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


def happen(event, ticket, by):
    """Tell of ``event`` as its deed does."""
    if event in {"replied", "noted"}:
        said = Comment(ticket=ticket, text="Tomorrow", internal=event == "noted", at=timezone.now(), by=by)
        said.trust = Trust.STAFF
        record(said, by=by, reason=event)
        return getattr(notices, event)(said, by=by)
    more = {"into": TicketFactory()} if event == "merged" else {}
    return getattr(notices, event)(ticket, by=by, **more)


@pytest.mark.parametrize(("event", "role"), CELLS)
def test_a_cell_says_who_is_told(ticket, clerk, event, role):
    told = notices.receivers(event, ticket, by=clerk)

    assert (told.get(person_of(role, ticket)) == role) is (role in notices.MATRIX[event])


@pytest.mark.parametrize("event", EVENTS)
def test_what_happens_is_in_the_outbox_for_each_of_them_and_nobody_else(ticket, clerk, event):
    happen(event, ticket, clerk)

    written = {(row.person, row.facts["role"]) for row in Notice.objects.filter(facts__event=event)}
    roles = [role for role in ROLES if role in notices.MATRIX[event]]
    assert written == {(person_of(role, ticket), role) for role in roles}
    assert Notice.objects.count() == len(roles)


@pytest.mark.parametrize("event", notices.MATRIX)
def test_a_reviewer_reads_of_it_in_the_digest_when_the_matrix_says_so(clerk, event):
    facts = dict(AFTER[event])
    now = timezone.now()
    touched, moved = (now - facts.pop(name, timedelta(hours=1)) for name in ("touched", "moved"))
    person = PersonFactory()
    if facts.get("status") in {"resolved", "confirmed"}:
        facts |= {"resolved_at": moved, "resolved_by": person, "resolution": "x"}
    if facts.get("status") == "confirmed":
        facts["confirmed_at"] = moved
    TicketFactory(
        technician=person, category=CategoryFactory(), reason="x", reporter=person, reported_at=touched, **facts
    )
    Ticket.objects.update(moved_at=moved, touched_at=touched)

    digest = digest_of(clerk.pk, now)
    digest.save()

    mail = notices.ticket_digest(digest)

    assert bool(mail and "The lamp flickers" in mail.text) is (notices.REVIEWER in notices.MATRIX[event])


@pytest.mark.parametrize("event", notices.MATRIX)
def test_nobody_is_told_of_what_they_did_themselves_but_of_their_report(ticket, event):
    told = notices.receivers(event, ticket, by=ticket.reporter)

    assert (ticket.reporter in told) is (event == "reported")


@pytest.mark.parametrize(("event", "role"), TOLD)
def test_a_mail_names_the_ticket_and_leads_its_reader_to_it(ticket, event, role):
    person = person_of(role, ticket)
    link = tracking_link(ticket, person) if role in notices.CUSTOMERS else None
    notice = Notice(person=person, facts={"event": event, "ticket": ticket.pk, "role": role})

    mail = notices.ticket_event(notice)

    assert f"#{ticket.number}" in mail.subject
    assert len(mail.subject) < 70
    assert ticket.title in mail.text
    assert (f"/t/{token_of(link)}/" if link else f"/tickets/{ticket.number}/") in mail.text


@pytest.mark.parametrize("event", [event for event in EVENTS if notices.MATRIX[event] & notices.CUSTOMERS])
@pytest.mark.parametrize("role", sorted(notices.CUSTOMERS))
def test_whoever_wants_no_more_mails_gets_none(ticket, clerk, event, role):
    person = person_of(role, ticket)
    link = tracking_link(ticket, person)
    waiting = Notice(person=person, facts={"event": event, "ticket": ticket.pk, "role": role})
    assert notices.ticket_event(waiting)

    stop_mails(link=link, by=person)

    assert notices.ticket_event(waiting) is None  # what was written before
    happen(event, ticket, clerk)
    assert event == "reported" or not Notice.objects.filter(person=person).exists()


def test_a_deleted_ticket_is_told_to_nobody(ticket):
    notice = Notice(person=ticket.reporter, facts={"event": "started", "ticket": ticket.pk, "role": "reporter"})
    ticket.deleted_at, ticket.deleted_reason = timezone.now(), "spam"
    ticket.save()

    assert notices.ticket_event(notice) is None


@pytest.mark.parametrize("role", [notices.TECHNICIAN, notices.TEAM])
def test_staff_who_have_nothing_to_do_with_it_any_more_read_nothing(ticket, administrator, role):
    person = person_of(role, ticket)
    notice = Notice(person=person, facts={"event": "assigned", "ticket": ticket.pk, "role": role})
    ticket.technician, ticket.team = administrator, None
    ticket.save()

    assert notices.ticket_event(notice) is None


def lines_of(person):
    return [(row.facts["event"], row.is_settled) for row in Notice.objects.filter(person=person, kind="ticket_event")]


def test_with_a_digest_what_happens_in_a_day_is_one_mail(ticket, technician, clerk):
    set_notice_preference(person=technician, by=technician, digest=True)

    for event in ("accepted", "replied", "noted", "confirmed"):
        happen(event, ticket, clerk)

    assert lines_of(technician) == [(event, True) for event in ("accepted", "replied", "noted", "confirmed")]
    digest = Notice.objects.get(person=technician, kind="ticket_digest")
    assert digest.next_try_at == next_moment(timezone.now())
    mail = notices.ticket_digest(digest)
    assert mail.subject == "Tickets: 4 things to look at"
    assert f"#{ticket.number} The lamp flickers ({ticket.space}): a reply\nTomorrow\n" in mail.text
    assert f"/tickets/{ticket.number}/" in mail.text


def test_what_is_urgent_is_told_at_once_all_the_same(ticket, technician, clerk):
    set_notice_preference(person=technician, by=technician, digest=True)
    ticket.priority = Priority.URGENT

    notices.accepted(ticket, by=clerk)

    assert lines_of(technician) == [("accepted", False)]


def test_what_one_reported_oneself_is_told_at_once(ticket, technician, clerk):
    set_notice_preference(person=technician, by=technician, digest=True)
    ticket.reporter = technician

    notices.accepted(ticket, by=clerk)

    assert lines_of(technician) == [("accepted", False)]


def test_a_digest_with_nothing_left_to_tell_is_not_sent(ticket, technician, clerk):
    set_notice_preference(person=technician, by=technician, digest=True)
    notices.accepted(ticket, by=clerk)
    ticket.deleted_at, ticket.deleted_reason = timezone.now(), "spam"
    ticket.save()

    assert notices.ticket_digest(Notice.objects.get(kind="ticket_digest")) is None


def test_staff_read_what_is_wrong_how_soon_and_the_reporter_what_to_do(ticket, settings):
    settings.CONFIRM_DAYS = 9
    ticket.description, ticket.priority, ticket.resolution = "Since Monday, both tubes", Priority.HIGH, "New starter"
    ticket.due_at = timezone.now()
    ticket.save()

    def words(event, role):
        facts = {"event": event, "ticket": ticket.pk, "role": role}
        return notices.ticket_event(Notice(person=person_of(role, ticket), facts=facts)).text

    for_mending = words("assigned", notices.TECHNICIAN)
    assert "Since Monday, both tubes" in for_mending
    assert "Priority: High, due on " in for_mending
    assert "If we hear nothing for 9 days, we take it that it works." in words("resolved", notices.REPORTER)
    assert "If we hear nothing" not in words("resolved", notices.WATCHER)  # who cannot confirm it
    assert "New starter" in words("resolved", notices.WATCHER)
