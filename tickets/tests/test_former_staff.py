"""Somebody whose role has ended does nothing more, whatever door is left open: the deeds themselves refuse."""

import pytest
from django.contrib.auth import get_user_model

from accounts.operations import deactivate
from accounts.roles import ROLES
from keysite.ledger import Refusal
from tickets import operations
from tickets.models import MOVES, Helper, Status
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tests.test_moves import DEEDS, do, ticket_being

pytestmark = pytest.mark.django_db
WORDS = {"comment", "photo", "workentry", "watcher", "link", "outage"}


@pytest.fixture(params=["left the role", "left the house"])
def former(request, technician, administrator):
    """A technician no longer: as they come back with an old mail, or a page that is still open."""
    if request.param == "left the role":
        technician.groups.clear()
    else:
        deactivate(person=technician, by=administrator)
    return get_user_model().objects.get(pk=technician.pk)


@pytest.mark.parametrize("deed", DEEDS)
def test_no_ticket_is_moved(former, deed):
    edge = next(edge for edge in MOVES if edge.deed == deed)
    ticket = ticket_being(edge.sources[0], technician=former)

    with pytest.raises(Refusal, match="Your role does not allow"):
        do(deed, ticket, former)


def test_nothing_is_said_shown_entered_or_given_away(former, clerk):
    ticket, other = ticket_being(Status.IN_PROGRESS, technician=former), TicketFactory()
    check = ticket.checks.create(text="Power off")
    helper = Helper.objects.create(ticket=ticket, person=clerk)
    link = operations.link_tickets(ticket=ticket, other=other, by=clerk)

    for deed in (
        lambda: operations.comment(ticket=ticket, by=former, text="hello", internal=True),
        lambda: operations.comment(ticket=ticket, by=former, text="hello", internal=False),
        lambda: operations.add_ticket_photos(ticket=ticket, by=former, pictures=[]),
        lambda: operations.add_work(ticket=ticket, by=former, minutes=5),
        lambda: operations.tick(check=check, by=former),
        lambda: operations.assign_ticket(ticket=ticket, by=former, technician=former),
        lambda: operations.add_helper(ticket=ticket, by=former, person=former),
        lambda: operations.remove_helper(helper=helper, by=former),
        lambda: operations.watch(ticket=ticket, person=clerk, by=former),
        lambda: operations.edit_ticket(ticket=ticket, by=former, title="Mine"),
        lambda: operations.link_tickets(ticket=ticket, other=other, by=former),
        lambda: operations.unlink_tickets(link=link, by=former),
        lambda: operations.make_asset(ticket=ticket, by=former),
        lambda: operations.remove_ticket(ticket=ticket, by=former, reason="spite"),
        lambda: operations.restore_ticket(ticket=ticket, by=former),
        lambda: operations.report(title="x", by=former, reporter=clerk, place_in_words="yard"),
    ):
        with pytest.raises(Refusal, match="Your role does not allow"):
            deed()

    ticket.refresh_from_db()
    assert (ticket.comments.count(), ticket.work.count(), ticket.title) == (0, 0, "The lamp flickers")


def test_a_customer_speaks_about_what_they_follow_and_in_public_only(borrower):
    ticket = TicketFactory(reporter=borrower)

    assert operations.comment(ticket=ticket, by=borrower, text="It is the left one", internal=False)
    with pytest.raises(Refusal, match="Your role does not allow"):
        operations.comment(ticket=ticket, by=borrower, text="It is the left one", internal=True)
    with pytest.raises(Refusal, match="Your role does not allow"):
        operations.comment(ticket=TicketFactory(), by=borrower, text="I am a stranger", internal=False)


def test_a_watcher_speaks_until_they_stop_watching(borrower):
    ticket = TicketFactory()
    operations.watch(ticket=ticket, person=borrower, by=borrower)

    operations.comment(ticket=ticket, by=borrower, text="Mine, too", internal=False)
    operations.stop_watching(ticket=ticket, person=borrower, by=borrower)

    with pytest.raises(Refusal, match="Your role does not allow"):
        operations.comment(ticket=ticket, by=borrower, text="Mine, too", internal=False)


def test_no_role_changes_or_deletes_what_was_said_shown_or_entered():
    may = {permission for role in ROLES.values() for permission in role.permissions}

    assert not {f"tickets.{verb}_{word}" for verb in ("add", "change", "delete") for word in WORDS} & may


@pytest.mark.parametrize("internal", [True, False])
def test_a_comment_never_changes_sides(administrator, internal):
    """Whatever is done with the ticket, what was said inside stays inside, and its photos with it."""
    ticket, other = TicketFactory(), TicketFactory()
    said = operations.comment(ticket=ticket, by=administrator, text="Bring a ladder", internal=internal)

    operations.merge(ticket=ticket, into=other, by=administrator)
    operations.unmerge(ticket=ticket, by=administrator)
    operations.remove_ticket(ticket=ticket, by=administrator, reason="mistake")
    operations.restore_ticket(ticket=ticket, by=administrator)
    operations.edit_ticket(ticket=ticket, by=administrator, category=CategoryFactory())
    operations.accept(ticket=ticket, by=administrator, category=ticket.category)
    operations.start(ticket=ticket, by=administrator)
    operations.resolve(ticket=ticket, by=administrator, note="done", minutes=1)

    said.refresh_from_db()
    assert (said.internal, said.ticket, said.history.count()) == (internal, ticket, 1)
    assert other.comments.count() == 0
