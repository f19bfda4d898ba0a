"""What is said about a ticket, who follows it, and who mends it."""

import pytest

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal
from tickets.models import Comment, Watcher
from tickets.operations import (
    add_helper,
    add_work,
    assign_ticket,
    comment,
    remove_helper,
    revoke_tracking,
    stop_watching,
    tick,
    watch,
)
from tickets.operations.tracking import link_of, tracking_link
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory
from tickets.tokens import token_of

pytestmark = pytest.mark.django_db


def told():
    return {(notice.person, notice.facts["event"]) for notice in Notice.objects.filter(kind="ticket_event")}


def test_a_public_reply_reaches_reporter_and_watchers(technician):
    ticket = TicketFactory(technician=technician)
    watcher = watch(ticket=ticket, person=PersonFactory(), by=None).person

    said = comment(ticket=ticket, by=technician, text=" We are coming. ", internal=False)

    assert (said.text, said.internal) == ("We are coming.", False)
    assert told() == {(ticket.reporter, "replied"), (watcher, "replied")}


def test_an_internal_note_never_reaches_the_reporter(technician, clerk):
    ticket = TicketFactory(technician=technician)
    watch(ticket=ticket, person=PersonFactory(), by=None)

    comment(ticket=ticket, by=clerk, text="Bring the long ladder", internal=True)

    assert told() == {(technician, "noted")}
    assert not ticket.comments.public().exists()


@pytest.mark.parametrize(("text", "sentence"), [("  ", "Write something"), ("x" * 5001, "too long")])
def test_an_empty_or_endless_comment_is_refused(clerk, text, sentence):
    with pytest.raises(Refusal, match=sentence):
        comment(ticket=TicketFactory(), by=clerk, text=text, internal=True)

    assert not Comment.objects.exists()


def test_watching_twice_is_watching_once_and_ends(borrower):
    ticket = TicketFactory()
    watch(ticket=ticket, person=borrower, by=borrower)
    watch(ticket=ticket, person=borrower, by=borrower)
    assert Watcher.objects.get().ended_at is None

    stop_watching(ticket=ticket, person=borrower, by=borrower)

    assert Watcher.objects.get().ended_at is not None


def test_a_ticket_is_given_to_a_technician_and_a_team(clerk, technician):
    ticket, team = TicketFactory(), TeamFactory()

    assign_ticket(ticket=ticket, by=clerk, technician=technician, team=team)

    ticket.refresh_from_db()
    assert (ticket.technician, ticket.team, ticket.version) == (technician, team, 2)
    assert told() == {(technician, "assigned")}


def test_only_who_works_on_tickets_is_given_one(clerk, borrower):
    ticket = TicketFactory()

    with pytest.raises(Refusal, match="does not work on tickets"):
        assign_ticket(ticket=ticket, by=clerk, technician=borrower)
    with pytest.raises(Refusal, match="Name a technician or a team"):
        assign_ticket(ticket=ticket, by=clerk)


def test_helpers_come_and_go(clerk, technician, borrower):
    ticket = TicketFactory()

    helper = add_helper(ticket=ticket, person=technician, by=clerk)
    with pytest.raises(Refusal, match="works on it already"):
        add_helper(ticket=ticket, person=technician, by=clerk)
    with pytest.raises(Refusal, match="does not work on tickets"):
        add_helper(ticket=ticket, person=borrower, by=clerk)
    remove_helper(helper=helper, by=clerk)

    assert not ticket.helpers.exists()


def test_work_is_entered_and_summed(technician):
    ticket = TicketFactory()

    add_work(ticket=ticket, by=technician, minutes=10, parts="fuse", cost=2)
    add_work(ticket=ticket, by=technician, minutes=5)

    assert sum(entry.minutes for entry in ticket.work.all()) == 15
    with pytest.raises(Refusal, match="what it cost"):
        add_work(ticket=ticket, by=technician, minutes=5, cost=-1)


def test_a_line_of_the_checklist_is_ticked_and_unticked(technician):
    check = TicketFactory(category=CategoryFactory()).checks.create(text="Power off")

    tick(check=check, by=technician)
    assert check.done_by == technician
    tick(check=check, by=technician, done=False)
    assert (check.done_at, check.done_by) == (None, None)


def test_a_revoked_address_leads_nowhere(clerk):
    ticket = TicketFactory()
    link = tracking_link(ticket, ticket.reporter)

    revoke_tracking(link=link, by=clerk)

    assert link_of(token_of(link)) is None
    assert tracking_link(ticket, ticket.reporter) != link
