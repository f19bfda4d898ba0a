"""Tickets at the same moment: one race per lock, with threads that have connections of their own."""

import pytest

from accounts.tests.factories import PersonFactory
from assets.models import Asset
from assets.tests.factories import AssetFactory
from keysite.ledger import Refusal
from keysite.tests.races import at_once, one_after_other
from tickets import operations
from tickets.models import CategoryCheck, Check, Link, Outage, Status, Ticket, Watcher
from tickets.operations import Stale
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tests.test_moves import ticket_being

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def second_technician(technician):
    person = PersonFactory(email="second@example.edu", is_staff=True)
    person.groups.set(technician.groups.all())
    return person


def doing(deed, **rows):
    """``deed`` with copies of its own of what was read before the race; values that are no rows are passed on."""
    copies = {name: type(row).objects.get(pk=row.pk) if hasattr(row, "pk") else row for name, row in rows.items()}
    return lambda: deed(**copies)


def refusals(results):
    return [result for result in results if isinstance(result, Refusal)]


def being(status, ticket):
    return ticket.history.filter(status=status).count()


def test_of_two_technicians_at_once_one_starts_and_the_other_is_told(technician, second_technician):
    ticket = ticket_being(Status.ACCEPTED)
    both = [technician, second_technician]

    results = at_once(*[doing(operations.start, ticket=ticket, by=person, version=1) for person in both])

    ticket.refresh_from_db()
    [refused] = refusals(results)
    assert isinstance(refused, Stale)
    assert ticket.technician == both[results.index(None)]
    assert (ticket.version, being("in_progress", ticket)) == (2, 1)


def test_two_moves_without_a_version_are_one_move_and_one_refusal(technician, administrator):
    ticket = ticket_being(Status.IN_PROGRESS)
    note = {"note": "new lamp", "minutes": 5}

    results = at_once(
        doing(operations.resolve, ticket=ticket, by=technician, **note),
        doing(operations.resolve, ticket=ticket, by=administrator, **note),
    )

    assert len(refusals(results)) == 1
    assert (being("resolved", ticket), ticket.work.count()) == (1, 1)


def test_accepted_twice_at_once_it_has_one_checklist(clerk, administrator):
    category, ticket = CategoryFactory(), TicketFactory()
    CategoryCheck.objects.create(category=category, text="Power off")

    results = at_once(
        doing(operations.accept, ticket=ticket, by=clerk, category=category),
        doing(operations.accept, ticket=ticket, by=administrator, category=category),
    )

    assert (len(refusals(results)), Check.objects.count()) == (1, 1)


def test_two_pages_edited_at_once_lose_no_change(clerk, administrator):
    ticket = TicketFactory()

    results = at_once(
        doing(operations.edit_ticket, ticket=ticket, by=clerk, version=1, title="No light"),
        doing(operations.edit_ticket, ticket=ticket, by=administrator, version=1, title="No heat"),
    )

    [refused] = refusals(results)
    ticket.refresh_from_db()
    assert isinstance(refused, Stale)
    assert (ticket.version, ticket.title) == (2, ["No light", "No heat"][results.index(None)])


@pytest.mark.parametrize("_round", range(3))
def test_merged_into_each_other_at_once_one_goes_on(clerk, administrator, _round):
    first, second = TicketFactory(), TicketFactory()

    results = at_once(
        doing(operations.merge, ticket=first, into=second, by=clerk),
        doing(operations.merge, ticket=second, into=first, by=administrator),
    )

    assert len(refusals(results)) == 1
    assert sorted(Ticket.objects.values_list("status", flat=True)) == ["duplicate", "new"]
    assert Link.objects.count() == 1


def test_a_ring_of_three_merges_leaves_one_that_goes_on(clerk):
    tickets = [TicketFactory() for _number in range(3)]

    at_once(
        *[
            doing(operations.merge, ticket=ticket, into=into, by=clerk)
            for ticket, into in zip(tickets, tickets[1:] + tickets[:1], strict=True)
        ]
    )

    assert Ticket.objects.open().count() >= 1
    for link in Link.objects.select_related("ticket"):
        assert link.ticket.status == "duplicate"


@pytest.mark.parametrize("first", ["merge", "remove"])
def test_nothing_goes_on_in_a_ticket_that_is_deleted_at_this_moment(clerk, administrator, first):
    ticket, into = TicketFactory(), TicketFactory()
    deeds = {
        "merge": doing(operations.merge, ticket=ticket, into=into, by=clerk),
        "remove": doing(operations.remove_ticket, ticket=into, by=administrator, reason="spam"),
    }

    results = one_after_other(deeds.pop(first), *deeds.values())

    assert len(refusals(results)) == 1
    into.refresh_from_db()
    assert (into.deleted_at is None, Link.objects.count()) == ((True, 1) if first == "merge" else (False, 0))


@pytest.mark.parametrize("first", ["restore", "remove"])
def test_no_duplicate_comes_back_to_a_ticket_that_is_deleted_at_this_moment(clerk, administrator, first):
    ticket, into = TicketFactory(), TicketFactory()
    operations.merge(ticket=ticket, into=into, by=clerk)
    operations.remove_ticket(ticket=ticket, by=clerk, reason="spam")
    deeds = {
        "restore": doing(operations.restore_ticket, ticket=ticket, by=clerk),
        "remove": doing(operations.remove_ticket, ticket=into, by=administrator, reason="spam"),
    }

    results = one_after_other(deeds.pop(first), *deeds.values())

    assert len(refusals(results)) == 1
    assert Ticket.objects.deleted().count() == {"restore": 0, "remove": 2}[first]


def test_of_two_repairs_of_one_asset_one_takes_it_out_and_the_last_brings_it_back(clerk, technician, administrator):
    asset, category = AssetFactory(), CategoryFactory()
    tickets = [TicketFactory(asset=asset), TicketFactory(asset=asset)]

    at_once(*[doing(operations.accept, ticket=ticket, by=clerk, category=category) for ticket in tickets])
    assert (Asset.objects.get().is_out_of_service, Outage.objects.count()) == (True, 1)
    for ticket in tickets:
        operations.start(ticket=ticket, by=technician)
    people = [technician, administrator]
    results = at_once(
        *[
            doing(operations.resolve, ticket=ticket, by=person, note="new lamp", minutes=5)
            for ticket, person in zip(tickets, people, strict=True)
        ]
    )

    assert (refusals(results), Asset.objects.get().is_out_of_service) == ([], False)


def test_a_ticket_that_gets_another_asset_at_this_moment_is_not_accepted_for_the_old_one(clerk, administrator):
    old, new, category = AssetFactory(), AssetFactory(), CategoryFactory()
    ticket = TicketFactory(asset=old)

    results = one_after_other(
        doing(operations.edit_ticket, ticket=ticket, by=administrator, asset=new),
        doing(operations.accept, ticket=ticket, by=clerk, category=category),
    )

    assert isinstance(results[1], Stale)
    assert not Asset.objects.out_of_service().exists()


def test_somebody_who_says_me_too_twice_at_once_watches_once():
    ticket = TicketFactory()
    joining = [doing(operations.me_too, ticket=ticket, address="new@example.edu") for _number in range(3)]

    at_once(*joining)

    assert (Watcher.objects.count(), ticket.tracking_links.count()) == (1, 1)
