"""``claims_broken_without``, ``end_claims``, ``free_units``: what is promised of the units that there are."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from assets.models import Assignment, Reservation
from assets.notices import CONTENTS
from assets.operations import assign
from assets.operations.claims import claims_broken_without, end_claims, free_units
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    KitMemberFactory,
    ReservationFactory,
)
from keysite.ledger import BasketRefusal
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def model():
    return AssetModelFactory(name="Camera")


@pytest.fixture
def pair(model):
    return AssetFactory.create_batch(2, model=model)


def claim(item, start=1, end=2, **fields):
    """Days from Monday on."""
    of = {"model": item} if item._meta.model_name == "assetmodel" else {"model": None, "asset": item}
    return ReservationFactory(starts_at=MONDAY + start * DAY, ends_at=MONDAY + end * DAY, **of, **fields)


def free(model, start=1, end=2):
    return free_units(model, MONDAY + start * DAY, MONDAY + end * DAY)


def test_what_is_out_or_reserved_is_not_free(model, pair):
    AssignmentFactory(asset=pair[0], due_at=MONDAY + DAY)
    claim(model, 1, 2)

    assert [free(model, 0, 1), free(model, 1, 2), free(model, 0, 3), free(model, 2, 3)] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("fields", "days"),
    [({"out_at": MONDAY - DAY, "due_at": MONDAY - HOUR}, 7), ({"due_at": None, "term": None}, 400)],
)
def test_what_is_late_is_not_free_for_a_week(model, pair, fields, days):
    AssignmentFactory(asset=pair[0], **fields)

    assert free(model, days - 1, days) == 1
    assert free(model, days, days + 1) == (2 if days == 7 else 1)


def test_what_is_in_repair_is_free_from_its_day_on(model, pair):
    pair[0].out_of_service_at, pair[0].out_of_service_reason = MONDAY, "no lid"
    pair[0].out_of_service_until = (MONDAY + 3 * DAY).date()
    pair[0].save()

    assert [free(model, 1, 2), free(model, 2, 3), free(model, 3, 4)] == [1, 1, 2]


@pytest.mark.parametrize("fields", [{"lendable": False}, {"out_of_service_at": MONDAY, "out_of_service_reason": "x"}])
def test_what_is_not_lent_is_no_unit(model, pair, fields):
    AssetFactory(model=model, **fields)
    KitMemberFactory(asset__model=model)

    assert free(model) == 2


def test_nothing_breaks_while_there_are_enough(model, pair):
    claim(model)

    assert claims_broken_without([pair[0]]) == []


def test_the_one_for_the_asset_breaks(pair):
    mine = claim(pair[0])

    assert claims_broken_without([pair[0]]) == [mine]


def test_one_for_the_model_breaks_for_each_unit_too_few(model, pair):
    claims = [claim(model, reserved_at=MONDAY - hours * HOUR) for hours in (3, 1)]

    assert claims_broken_without([pair[0]]) == [claims[1]]
    assert set(claims_broken_without(pair)) == set(claims)


def test_what_only_waits_breaks_first(model, pair):
    waiting = claim(model, confirmed_at=None, reserved_at=MONDAY - DAY)
    claim(model)

    assert claims_broken_without([pair[0]]) == [waiting]


def test_the_others_of_a_model_keep_theirs(model, pair):
    claim(pair[1])
    loose = claim(model)

    assert claims_broken_without([pair[0]]) == [loose]


def test_only_what_begins_before_it_is_back_breaks(model, pair):
    AssetFactory.create_batch(2)
    early, late = claim(pair[0], 1, 2), claim(pair[0], 5, 6)
    pool = [claim(model, start, start + 1) for start in (1, 5)]
    claim(pair[1], 1, 2)

    assert set(claims_broken_without([pair[0]], until=(MONDAY + 3 * DAY).date())) == {early, pool[0]}
    assert {early, late, *pool} - set(claims_broken_without([pair[0]])) == {pool[1]}


def test_what_is_only_late_breaks_nothing(model, pair):
    AssignmentFactory(asset=pair[0], out_at=MONDAY - DAY, due_at=MONDAY - HOUR)
    claim(model, 1, 2)

    assert claims_broken_without([]) == []
    assert claims_broken_without([pair[1]]) == []


def test_a_lost_unit_breaks_what_it_was_promised_for(model):
    [asset] = AssetFactory.create_batch(1, model=model)
    AssignmentFactory(asset=asset, due_at=MONDAY + DAY)
    promised = claim(model, 2, 3)

    assert claims_broken_without([asset]) == [promised]


def test_each_person_reads_why_it_ended(model, pair, clerk):
    claims = [claim(model), claim(model)]

    ended = end_claims(claims, by=clerk, reason="sold")

    assert [row.outcome for row in Reservation.objects.all()] == ["unavailable"] * 2
    assert ended[0].history.first().history_change_reason == "unavailable: sold (staff)"
    assert end_claims(claims, by=clerk, reason="sold") == []
    send_notices(contents=CONTENTS, at=timezone.now())
    assert sorted(message.to for message in mail.outbox) == sorted([row.person.email] for row in claims)
    assert all("No longer available: Camera" in message.body for message in mail.outbox)
    assert all("Why: sold" in message.body for message in mail.outbox)


def test_ending_asks_as_often_for_many(model, clerk):
    one, three = [claim(model)], [claim(model) for _number in range(3)]
    for claims in (one, three):
        with queries(4):
            end_claims(claims, by=clerk, reason="sold")


def test_the_unit_that_is_planned_for_somebody_stays_and_the_other_goes(model, pair, borrower, clerk):
    """The second is reserved itself from Wednesday on, so what is promised of any from Tuesday on needs the first."""
    claim(pair[1], 2, 4)
    claim(model, 1, 3)

    with pytest.raises(BasketRefusal, match="is reserved for"):
        assign(assets=[pair[0]], person=borrower, by=clerk, due_on=(MONDAY + DAY).date())
    assign(assets=[pair[1]], person=borrower, by=clerk, due_on=(MONDAY + DAY).date())


def crowd(units, claims):
    """A model with so many units, half of them out, and so many reservations of it, some of one unit."""
    model, person = AssetModelFactory(), PersonFactory()
    assets = AssetFactory.create_batch(units, model=model)
    out = {"person": person, "trust": 3, "out_at": MONDAY - DAY, "out_recorded_at": MONDAY}
    Assignment.objects.bulk_create(
        Assignment(asset=asset, due_at=MONDAY + (number % 9 + 1) * DAY, **out)
        for number, asset in enumerate(assets[: units // 2])
    )
    made = {"person": person, "reserved_at": MONDAY, "reserved_by": person, "trust": 3, "confirmed_at": MONDAY}
    Reservation.objects.bulk_create(
        Reservation(
            model=None if number % 8 == 0 else model,
            asset=assets[-number // 8 - 1] if number % 8 == 0 else None,
            starts_at=MONDAY + (number % 40) * DAY,
            ends_at=MONDAY + (number % 40 + number % 5 + 1) * DAY,
            **made,
        )
        for number in range(claims)
    )
    return model


@pytest.mark.slow
def test_five_hundred_units_with_four_hundred_reservations_take_fifty_milliseconds():
    model = crowd(500, 400)
    times = []

    for _time in range(5):
        start = perf_counter()
        with queries(2):
            assert free(model, 3, 9) > 0
        times.append(perf_counter() - start)

    assert min(times) < 0.05


@pytest.mark.parametrize(("units", "claims"), [(2, 1), (12, 8)])
def test_a_question_asks_as_often_for_many(units, claims):
    model = crowd(units, claims)

    with queries(2):
        free(model)
