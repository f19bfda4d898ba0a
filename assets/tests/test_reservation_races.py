"""Two things at the same moment, of which only one may be: reservations against each other and against hand-overs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.models import Asset, Assignment, Reservation
from assets.operations import (
    assign,
    cancel_reservation,
    confirm_reservation,
    expire_reservations,
    extend,
    reserve,
    set_model,
    take_out_of_service,
)
from assets.tests.factories import AssetFactory, AssetModelFactory, AssignmentFactory, ReservationFactory
from keysite.ledger import Refusal
from keysite.tests.races import at_once, one_after_other

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUNDS = 5


@pytest.fixture
def asset():
    return AssetFactory()


@pytest.fixture
def desk(transactional_db):
    return PersonFactory()


def midday(days):
    """So many days after noon of today at the desk: neither before it opens nor after it has closed."""
    return timezone.localtime(timezone.now()).replace(hour=12, minute=0, second=0, microsecond=0) + days * DAY


def asks(person, start=1, end=2, **item):
    """Somebody asks for it from noon to noon, so many days from now."""
    span = {"starts_at": midday(start), "ends_at": midday(end)}
    return lambda: reserve(person=person, by=person, trust=Trust.PROVED, **span, **item)


def went_well(results):
    return [result for result in results if not isinstance(result, Refusal)]


def test_two_ask_for_the_last_unit(asset, desk):
    for number in range(ROUNDS):
        start = 1 + number / 48

        results = at_once(*(asks(PersonFactory(), start, start + 1 / 48, model=asset.model) for _person in range(4)))

        assert len(went_well(results)) == 1, results
    assert Reservation.objects.count() == ROUNDS


def test_two_ask_for_the_same_asset(asset, desk):
    results = one_after_other(asks(PersonFactory(), asset=asset), asks(PersonFactory(), asset=asset))

    assert len(went_well(results)) == 1
    assert "is reserved from" in str(results[1])


def test_one_asks_for_the_asset_and_one_for_its_model(asset, desk):
    results = one_after_other(asks(PersonFactory(), asset=asset), asks(PersonFactory(), model=asset.model))

    assert len(went_well(results)) == 1


@pytest.mark.parametrize("item", ["asset", "model"])
@pytest.mark.parametrize("first", ["reservation", "walk-up"])
def test_a_reservation_against_a_walk_up(asset, desk, item, first):
    of = {"asset": asset} if item == "asset" else {"model": asset.model}
    walk_up, person = PersonFactory(), PersonFactory()
    deeds = [asks(person, **of), lambda: assign(assets=[asset], person=walk_up, by=desk)]

    results = one_after_other(*(deeds if first == "reservation" else deeds[::-1]))

    assert len(went_well(results)) == 1
    assert Assignment.objects.count() + Reservation.objects.count() == 1


@pytest.mark.parametrize("first", ["extend", "reserve"])
def test_a_reservation_against_keeping_it_longer(asset, desk, first):
    held = AssignmentFactory(asset=asset, due_at=midday(1))
    deeds = [
        lambda: extend(assignment=held, by=desk, trust=Trust.STAFF),
        asks(PersonFactory(), 2, 3, model=asset.model),
    ]

    results = one_after_other(*(deeds if first == "extend" else deeds[::-1]))

    assert len(went_well(results)) == 1, results


def test_five_of_one_s_own_are_the_most_however_fast_one_clicks(desk):
    person = PersonFactory()
    models = [AssetFactory().model for _number in range(7)]

    results = at_once(*(asks(person, model=model) for model in models))

    assert len(went_well(results)) == Reservation.objects.count() == 5


@pytest.mark.parametrize("first", ["cancel", "assign"])
def test_what_is_handed_out_was_not_cancelled_meanwhile(asset, desk, first):
    claim = ReservationFactory(model=asset.model, starts_at=timezone.now() - HOUR)
    deeds = [
        lambda: cancel_reservation(reservation=claim, by=desk),
        lambda: assign(assets=[asset], person=claim.person, by=desk)[0],
    ]

    results = one_after_other(*(deeds if first == "cancel" else deeds[::-1]))

    claim.refresh_from_db()
    handed_out = claim.outcome == "handed_out"
    assert handed_out == (first == "assign")
    assert handed_out == (claim.assignment_id is not None)
    assert len(went_well(results)) == (1 if handed_out else 2)


def test_what_is_picked_up_at_the_last_moment_has_not_expired(asset, desk):
    times = {"starts_at": timezone.now() - 2 * DAY, "ends_at": timezone.now() + DAY}
    claim = ReservationFactory(asset=AssetFactory(model=None), model=None, **times)

    results = one_after_other(
        lambda: assign(assets=[claim.asset], person=claim.person, by=desk),
        lambda: expire_reservations(at=timezone.now()),
    )

    claim.refresh_from_db()
    assert (claim.outcome, results[1]) == ("handed_out", 0)


def test_it_is_confirmed_or_cancelled_and_the_last_one_reads_what_is(asset, desk):
    claim = ReservationFactory(model=asset.model, confirmed_at=None)
    deeds = [
        lambda: cancel_reservation(reservation=claim, by=claim.person),
        lambda: confirm_reservation(reservation=claim, by=desk),
    ]

    results = one_after_other(*deeds)

    claim.refresh_from_db()
    assert (claim.outcome, claim.confirmed_at) == ("cancelled", None)
    assert "is over: cancelled." in str(results[1])


def test_a_unit_that_leaves_takes_no_new_promise_along(asset, desk):
    deeds = [
        lambda: take_out_of_service(asset=asset, by=desk, reason="no lid"),
        asks(PersonFactory(), model=asset.model),
    ]

    results = one_after_other(*deeds)

    assert "to borrow at the moment" in str(results[1])


@pytest.mark.parametrize("what", ["reserved", "handed out"])
def test_what_becomes_of_another_model_meanwhile_is_left(asset, desk, what):
    """Whoever has waited for the old model does not hold what is promised of the new one."""
    model, person = AssetModelFactory(), PersonFactory()
    deeds = {"reserved": asks(person, asset=asset)}
    deeds["handed out"] = lambda: assign(assets=[asset], person=person, by=desk)

    results = one_after_other(lambda: set_model(asset=Asset.objects.get(), model=model, by=desk), deeds[what])

    assert "has just been changed. Please try again." in str(results[1])
