"""``reserve``: an asset, or any one of a model, is kept for somebody."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import ClosedDay, Notice, Trust
from accounts.operations import block, send_notices
from accounts.tests.factories import LoanTermFactory, PersonFactory
from assets.models import Reservation
from assets.notices import CONTENTS
from assets.operations import reserve
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitMemberFactory,
    ReservationFactory,
)
from keysite.ledger import Refusal
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)  # ten in the morning at the desk
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def model():
    return AssetFactory(model__name="Camera").model


def asked(person, model=None, start=DAY, end=2 * DAY, **more):
    """One of ``model`` asked for by the person themselves."""
    values = {"model": model, "by": person, "trust": Trust.PROVED} | more
    return reserve(person=person, starts_at=MONDAY + start, ends_at=MONDAY + end, **values)


def refusal_of(*args, **more):
    with pytest.raises(Refusal) as refused:
        asked(*args, **more)
    return str(refused.value)


def test_what_a_person_asks_for_waits_for_the_desk(borrower, model):
    reservation = asked(borrower, model, purpose="Field trip")

    assert reservation.status == "Waiting for the desk"
    assert (reservation.purpose, reservation.trust) == ("Field trip", Trust.PROVED)
    past = reservation.history.get()
    assert (past.history_user, past.history_change_reason) == (borrower, "reserved (proved)")


def test_both_are_told_that_it_waits(borrower, model):
    asked(borrower, model, purpose="Field trip")

    send_notices(contents=CONTENTS, at=timezone.now())

    to_person, to_desk = sorted(mail.outbox, key=lambda message: message.to != [borrower.email])
    assert "kept for you until the desk decides" in to_person.body
    assert to_desk.to == ["desk@localhost"]
    assert "A request waits: Camera" in to_desk.subject
    assert "Purpose: Field trip" in to_desk.body


def test_what_the_desk_reserves_is_confirmed(borrower, clerk, model):
    reservation = asked(borrower, model, by=clerk, trust=Trust.STAFF)

    assert (reservation.status, reservation.confirmed_by) == ("Confirmed", clerk)
    assert not Notice.objects.filter(kind="reservation_asked").exists()


def test_an_asset_can_be_reserved_by_itself(borrower, model):
    asset = model.assets.get()

    reservation = asked(borrower, asset=asset)

    assert (reservation.asset, reservation.model) == (asset, None)


def test_an_asset_without_a_model_can_be_reserved(borrower):
    assert asked(borrower, asset=AssetFactory(model=None)).asset.model is None


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (2 * DAY, 2 * DAY, "Give a later end."),
        (2 * DAY, DAY, "Give a later end."),
        (-HOUR, DAY, "is past. Give a later beginning."),
        (367 * DAY, 368 * DAY, "Nothing is reserved so far ahead."),
        (365 * 5000 * DAY, 365 * 5001 * DAY, "Nothing is reserved so far ahead."),
        (DAY, 9 * DAY, "is too late"),
        (9 * HOUR, 10 * HOUR, "The desk closes at"),
    ],
)
def test_a_time_that_cannot_be_is_refused(borrower, model, start, end, sentence):
    assert sentence in refusal_of(borrower, model, start, end)


def test_the_minute_that_is_running_is_not_past(borrower, model):
    with time_machine.travel(MONDAY + timedelta(seconds=40), tick=False):
        assert asked(borrower, model, timedelta(0), DAY).is_live


@pytest.mark.parametrize("day", [1, 2])
def test_nothing_begins_or_ends_on_a_closed_day(borrower, model, day):
    ClosedDay.objects.create(on=(MONDAY + day * DAY).date())

    assert "The desk is closed on" in refusal_of(borrower, model)


def test_what_ends_at_midnight_ends_on_the_day_before(borrower, model):
    ClosedDay.objects.create(on=(MONDAY + 2 * DAY).date())

    assert asked(borrower, model, DAY, DAY + 14 * HOUR).ends_at.hour == 23


def test_the_term_of_the_type_counts(borrower):
    model = AssetFactory(model__type__loan_term=LoanTermFactory(days=2)).model

    assert "is too late" in refusal_of(borrower, model, DAY, 4 * DAY)


def test_who_may_not_borrow_may_not_reserve(borrower, clerk, model):
    block(person=borrower, by=clerk, reason="owes us three")

    assert "is blocked" in refusal_of(borrower, model)


def test_nobody_reserves_beyond_their_last_day(model):
    person = PersonFactory(leaves_on=(MONDAY + DAY).date())

    assert "leaves on" in refusal_of(person, model)


def test_five_are_the_most_one_makes_for_oneself(borrower, clerk, model):
    ReservationFactory.create_batch(5, person=borrower)

    assert "You have 5 reservations." in refusal_of(borrower, model)
    assert asked(borrower, model, by=clerk, trust=Trust.STAFF).confirmed_at


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lendable": False}, "is not lent to people"),
        ({"out_of_service_at": MONDAY, "out_of_service_reason": "no lid"}, "is out of service: no lid."),
        (
            {
                "out_of_service_at": MONDAY,
                "out_of_service_reason": "no lid",
                "out_of_service_until": (MONDAY + 2 * DAY).date(),
            },
            "or a later beginning",
        ),
    ],
)
def test_an_asset_that_is_not_lent_is_refused(borrower, fields, sentence):
    assert sentence in refusal_of(borrower, asset=AssetFactory(**fields))


def test_an_asset_back_in_service_by_then_is_reserved(borrower):
    repair = {"out_of_service_at": MONDAY, "out_of_service_reason": "no lid"}
    asset = AssetFactory(out_of_service_until=(MONDAY + DAY).date(), **repair)

    assert asked(borrower, asset=asset).asset == asset
    assert "No Model" in refusal_of(borrower, asset.model)


def test_an_asset_that_has_left_or_is_in_a_kit_is_refused(borrower, clerk):
    gone = {"disposed_on": MONDAY.date(), "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}

    assert "was disposed of" in refusal_of(borrower, asset=AssetFactory(disposed_by=clerk, **gone))
    assert "belongs to the kit" in refusal_of(borrower, asset=KitMemberFactory().asset)


def test_only_the_desk_reads_who_has_reserved_an_asset(borrower, clerk, model):
    claim = ReservationFactory(model=None, asset=model.assets.get(), starts_at=MONDAY + DAY)

    assert "is reserved from 03/03/2026" in refusal_of(borrower, asset=claim.asset)
    assert claim.person.name in refusal_of(borrower, asset=claim.asset, by=clerk, trust=Trust.STAFF)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"due_at": MONDAY + 2 * DAY}, "is out, and expected back on 03/04/2026"),
        ({"out_at": MONDAY - DAY, "due_at": MONDAY - HOUR}, "is out, and expected back on 03/09/2026"),
        ({"due_at": None, "term": None}, "is assigned without a due date"),
        ({"lost_at": MONDAY, "loss": "lost"}, "is reported lost"),
    ],
)
def test_an_asset_that_is_out_then_is_refused(borrower, model, fields, sentence):
    AssignmentFactory(asset=model.assets.get(), **fields)

    assert sentence in refusal_of(borrower, asset=model.assets.get())
    assert "No Camera is free from" in refusal_of(borrower, model)


def test_a_model_says_when_it_is_full(borrower, model):
    ReservationFactory(model=model, starts_at=MONDAY + DAY, ends_at=MONDAY + DAY + 2 * HOUR)
    ReservationFactory(model=model, starts_at=MONDAY + 2 * DAY, ends_at=MONDAY + 4 * DAY)

    sentence = refusal_of(borrower, model, DAY, 3 * DAY)

    assert "from 03/03/2026 10 a.m. to 03/03/2026 noon; 03/04/2026 10 a.m. to 03/05/2026 10 a.m." in sentence


def test_a_model_of_which_nothing_is_lent_is_refused(borrower):
    assert "There is no Model" in refusal_of(borrower, AssetModelFactory())


def test_one_after_the_other_works_and_a_second_of_overlap_does_not(borrower, model):
    ReservationFactory(model=model, starts_at=MONDAY + DAY, ends_at=MONDAY + 2 * DAY)

    assert asked(borrower, model, 2 * DAY, 3 * DAY).is_live
    assert asked(borrower, model, HOUR, DAY).is_live
    assert "is free from" in refusal_of(borrower, model, 2 * DAY - timedelta(seconds=1), 3 * DAY)


def test_one_unit_must_be_free_all_the_time(borrower, model):
    pair = [model.assets.get(), AssetFactory(model=model)]
    for number, asset in enumerate(pair, 1):
        start = MONDAY + number * DAY
        ReservationFactory(model=None, asset=asset, starts_at=start, ends_at=start + DAY)

    assert "No single Camera is free all that time." in refusal_of(borrower, model, DAY, 3 * DAY)
    assert asked(borrower, model, DAY, 2 * DAY).is_live


def test_one_asset_is_not_taken_from_under_those_who_wait_for_any(borrower, model):
    ReservationFactory(model=model, starts_at=MONDAY + DAY)

    assert "No Camera is free" in refusal_of(borrower, asset=model.assets.get())


def test_the_database_refuses_two_at_a_time(model):
    asset = model.assets.get()
    ReservationFactory(model=None, asset=asset, starts_at=MONDAY, ends_at=MONDAY + HOUR)
    ReservationFactory(model=None, asset=asset, starts_at=MONDAY + HOUR)

    with pytest.raises(IntegrityError, match="reservation_one_at_a_time_per_asset"):
        ReservationFactory(model=None, asset=asset, starts_at=MONDAY + HOUR - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("start", "hours"),
    [(datetime(2026, 3, 28, 9, tzinfo=UTC), 47), (datetime(2026, 10, 24, 8, tzinfo=UTC), 49)],
)
def test_the_clock_change_neither_adds_nor_takes_an_hour(borrower, model, start, hours):
    """From ten to ten at the desk, on both sides of the night in which the clocks change."""
    with time_machine.travel(start - DAY, tick=False):
        ReservationFactory(model=model, starts_at=start, ends_at=start + hours * HOUR)
        values = {"person": borrower, "model": model, "by": borrower, "trust": Trust.PROVED}

        after = reserve(starts_at=start + hours * HOUR, ends_at=start + (hours + 24) * HOUR, **values)

        assert timezone.localtime(after.starts_at).hour == 10
        with pytest.raises(Refusal):
            reserve(starts_at=start + (hours - 1) * HOUR, ends_at=start + hours * HOUR, **values)


def test_the_number_of_queries_does_not_depend_on_what_is_reserved(borrower, model):
    AssetFactory.create_batch(4, model=model)
    with queries(9):
        asked(borrower, model)
    with queries(9):
        asked(borrower, model)
    assert Reservation.objects.count() == 2
