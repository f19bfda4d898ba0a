"""What is being mended is not lent: its asset goes out of service with the ticket, and comes back with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from assets.models import Asset
from assets.operations import put_in_service, take_out_of_service
from assets.tests.factories import AssetFactory, AssignmentFactory, DisposalTypeFactory, ReservationFactory
from tickets import operations
from tickets.models import Category, Outage
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset():
    return AssetFactory(tag="A-1", name="Beamer")


def accepted(asset, clerk, **values):
    """A ticket about ``asset`` that somebody is to mend."""
    ticket = TicketFactory(asset=asset)
    category = values.pop("category", None) or Category.objects.first() or CategoryFactory()
    operations.accept(ticket=ticket, by=clerk, category=category, **values)
    return ticket


def resolve(ticket, by):
    if ticket.status == "accepted":
        operations.start(ticket=ticket, by=by)
    operations.resolve(ticket=ticket, by=by, note="new lamp", minutes=5)


def is_out(asset):
    return Asset.objects.get(pk=asset.pk).is_out_of_service


def notes_of(ticket):
    return " ".join(ticket.comments.filter(internal=True, by=None).values_list("text", flat=True))


def test_it_is_out_of_service_from_the_acceptance_to_the_resolution(asset, clerk, technician):
    ticket = accepted(asset, clerk)
    asset.refresh_from_db()
    assert asset.out_of_service_reason == f"Ticket #{ticket.number}: The lamp flickers"
    assert Outage.objects.get().ticket == ticket

    resolve(ticket, technician)

    assert not is_out(asset)
    assert notes_of(ticket) == ""
    reasons = list(asset.history.values_list("history_change_reason", flat=True))
    assert reasons[0] == "back in service"


def test_a_category_may_let_it_be_lent_meanwhile(asset, clerk):
    accepted(asset, clerk, category=CategoryFactory(blocks_lending=False))

    assert not is_out(asset)


def test_it_is_expected_back_when_the_ticket_is_due(asset, clerk):
    accepted(asset, clerk, due_at=timezone.now() + timedelta(days=3))

    asset.refresh_from_db()
    assert asset.out_of_service_until == timezone.localdate() + timedelta(days=3)


@pytest.mark.parametrize("back", ["send_back", "reopen"])
def test_broken_again_it_is_out_again_whoever_says_so(asset, clerk, technician, back):
    ticket = accepted(asset, clerk)
    resolve(ticket, technician)
    if back == "reopen":
        operations.confirm(ticket=ticket, by=None)

    getattr(operations, back)(ticket=ticket, by=ticket.reporter, reason="still dark")

    assert is_out(asset)
    resolve(ticket, technician)
    assert not is_out(asset)


def test_merged_or_deleted_it_keeps_nothing_out_and_restored_it_does_again(asset, clerk):
    first, second = accepted(asset, clerk), TicketFactory()

    operations.merge(ticket=first, into=second, by=clerk)
    assert not is_out(asset)
    third = accepted(asset, clerk)
    operations.remove_ticket(ticket=third, by=clerk, reason="mistake")
    assert not is_out(asset)
    operations.restore_ticket(ticket=third, by=clerk)

    assert is_out(asset)


def test_as_long_as_another_ticket_keeps_it_out_it_stays_out(asset, clerk, technician):
    first, second = accepted(asset, clerk), accepted(asset, clerk)

    resolve(first, technician)
    assert is_out(asset)
    resolve(second, technician)

    assert not is_out(asset)


def test_a_new_or_stalled_ticket_and_one_that_does_not_block(asset, clerk, technician):
    first, second = accepted(asset, clerk), accepted(asset, clerk)
    TicketFactory(asset=asset)
    accepted(asset, clerk, category=CategoryFactory(blocks_lending=False))
    operations.start(ticket=second, by=technician)
    operations.stall(ticket=second, by=technician, reason="part", wake_on=timezone.localdate() + timedelta(days=2))

    resolve(first, technician)
    assert is_out(asset)
    operations.start(ticket=second, by=technician)
    resolve(second, technician)

    assert not is_out(asset)


def test_what_somebody_else_took_out_stays_out_and_staff_read_so(asset, clerk, technician):
    take_out_of_service(asset=asset, by=clerk, reason="cable missing")

    ticket = accepted(asset, clerk)
    resolve(ticket, technician)

    assert is_out(asset)
    assert "out of service already: cable missing" in notes_of(ticket)


def test_what_was_put_back_and_taken_out_by_somebody_else_is_theirs(asset, clerk, technician):
    ticket = accepted(asset, clerk)
    put_in_service(asset=asset, by=clerk)
    operations.start(ticket=ticket, by=technician)
    assert not is_out(asset)
    take_out_of_service(asset=asset, by=clerk, reason="cable missing")

    resolve(ticket, technician)

    assert is_out(asset)


def test_another_asset_or_category_moves_it(asset, clerk, technician):
    other, ticket = AssetFactory(), accepted(asset, clerk)

    operations.edit_ticket(ticket=ticket, by=clerk, asset=other)
    assert (is_out(asset), is_out(other)) == (False, True)
    operations.edit_ticket(ticket=ticket, by=clerk, category=CategoryFactory(blocks_lending=False))
    assert not is_out(other)
    operations.edit_ticket(ticket=ticket, by=clerk, category=CategoryFactory(), title="No light")
    assert is_out(other)
    operations.edit_ticket(ticket=ticket, by=clerk, asset=None)

    assert not is_out(other)


def test_the_asset_of_two_tickets_comes_back_when_the_one_that_took_it_out_is_about_another(asset, clerk, technician):
    first, second = accepted(asset, clerk), accepted(asset, clerk)

    operations.edit_ticket(ticket=first, by=clerk, asset=AssetFactory())
    assert is_out(asset)
    resolve(second, technician)

    assert not is_out(asset)


def test_what_somebody_has_goes_out_of_service_in_their_hands_and_staff_read_who(asset, clerk):
    person = PersonFactory(first_name="Kim", last_name="Field")
    AssignmentFactory(asset=asset, person=person)

    ticket = accepted(asset, clerk)

    assert is_out(asset)
    assert "is with Kim Field until" in notes_of(ticket)


def test_what_is_lost_is_accepted_with_a_note(asset, clerk):
    AssignmentFactory(asset=asset, lost_at=timezone.now(), loss="lost")

    ticket = accepted(asset, clerk)

    assert (ticket.status, notes_of(ticket)) == ("accepted", "A-1 Beamer is reported lost.")


def test_what_is_disposed_of_stays_so(clerk, technician):
    gone = {"disposed_on": timezone.localdate(), "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}
    asset = AssetFactory(**gone, disposed_by=PersonFactory())

    ticket = accepted(asset, clerk)
    resolve(ticket, technician)

    assert "was disposed of; it stays so" in notes_of(ticket)


def test_reservations_that_lose_their_unit_end_and_all_read_so(asset, clerk):
    now = timezone.now()
    soon = ReservationFactory(
        asset=asset, model=None, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2)
    )
    in_a_month = {"starts_at": now + timedelta(days=30), "ends_at": now + timedelta(days=31)}
    later = ReservationFactory(asset=asset, model=None, **in_a_month)

    ticket = accepted(asset, clerk, due_at=now + timedelta(days=7))

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.outcome, later.ended_at) == ("unavailable", None)
    assert f"The reservation of {soon.person.name or soon.person.email}" in notes_of(ticket)
    assert Notice.objects.filter(kind="reservation", person=soon.person).exists()


def test_a_ticket_without_an_asset_touches_none(asset, clerk, technician):
    ticket = TicketFactory()
    operations.accept(ticket=ticket, by=clerk, category=CategoryFactory())
    resolve(ticket, technician)

    assert asset.history.count() == 1


def test_an_asset_that_was_read_before_it_went_out_is_taken_as_it_is_now(asset, clerk):
    stale = Asset.objects.get(pk=asset.pk)
    accepted(asset, clerk)
    ticket = accepted(None, clerk)

    operations.edit_ticket(ticket=ticket, by=clerk, asset=stale)

    assert (is_out(asset), Outage.objects.count(), notes_of(ticket)) == (True, 1, "")
