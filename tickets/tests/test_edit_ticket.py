"""``edit_ticket``: what staff set right about a ticket."""

import pytest
from django.utils import timezone

from assets.tests.factories import AssetFactory, SpaceFactory
from keysite.ledger import Refusal
from tickets.models import Status
from tickets.operations import Stale, edit_ticket
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tests.test_moves import ticket_being

pytestmark = pytest.mark.django_db


def test_what_is_named_changes_and_the_history_says_what(clerk):
    ticket, space, category = TicketFactory(), SpaceFactory(), CategoryFactory()

    edit_ticket(ticket=ticket, by=clerk, version=1, title="  No  light ", space=space, category=category, priority=1)

    ticket.refresh_from_db()
    assert (ticket.title, ticket.space, ticket.category, ticket.priority) == ("No light", space, category, 1)
    last = ticket.history.first()
    assert (ticket.version, last.history_user) == (2, clerk)
    assert last.history_change_reason == "changed: title, category, priority, space"


def test_what_stays_as_it_was_makes_no_new_version(clerk):
    ticket = TicketFactory(description="It hums")

    edit_ticket(ticket=ticket, by=clerk, title=ticket.title, description=" It hums ", due_at=None)

    ticket.refresh_from_db()
    assert (ticket.version, ticket.history.count()) == (1, 1)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": "  "}, "what is broken"),
        ({"space": None}, "where it is"),
        ({"category": None}, "Choose a category"),
        ({"priority": 9}, "Choose a priority"),
    ],
)
def test_what_a_ticket_needs_cannot_be_taken_away(clerk, values, sentence):
    ticket = ticket_being(Status.ACCEPTED)

    with pytest.raises(Refusal, match=sentence):
        edit_ticket(ticket=ticket, by=clerk, **values)

    ticket.refresh_from_db()
    assert ticket.version == 1


def test_a_category_that_is_not_in_use_any_more_stays_and_is_not_chosen(clerk):
    retired = CategoryFactory(retired_at=timezone.now())
    ticket = TicketFactory(category=retired)

    edit_ticket(ticket=ticket, by=clerk, category=retired, title="No light at all")
    with pytest.raises(Refusal, match="not in use any more"):
        edit_ticket(ticket=TicketFactory(), by=clerk, category=retired)

    ticket.refresh_from_db()
    assert ticket.title == "No light at all"


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CONFIRMED, Status.REJECTED, Status.DUPLICATE])
def test_a_ticket_that_is_over_is_not_edited(administrator, status):
    ticket = ticket_being(status)

    with pytest.raises(Refusal, match="cannot be changed|Go on there"):
        edit_ticket(ticket=ticket, by=administrator, title="Something else")

    ticket.refresh_from_db()
    assert ticket.title == "The lamp flickers"


def test_a_stale_page_is_refused(clerk):
    ticket = TicketFactory()
    edit_ticket(ticket=ticket, by=clerk, title="No light")

    with pytest.raises(Stale, match="has changed since you opened it"):
        edit_ticket(ticket=ticket, by=clerk, version=1, title="No heat")


@pytest.mark.parametrize("name", ["status", "number", "reporter", "trust", "resolved_at", "deleted_at", "id"])
def test_nothing_else_of_a_ticket_is_edited(clerk, name):
    with pytest.raises(TypeError, match=name):
        edit_ticket(ticket=TicketFactory(), by=clerk, **{name: 1})


def test_whose_role_does_not_change_tickets_is_refused(auditor, borrower):
    ticket = TicketFactory(reporter=borrower)

    for person in (auditor, borrower):
        with pytest.raises(Refusal, match="Your role does not allow"):
            edit_ticket(ticket=ticket, by=person, asset=AssetFactory())
