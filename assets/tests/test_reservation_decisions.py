"""``confirm_reservation``, ``reject_reservation``, ``cancel_reservation``, ``expire_reservations``."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import Trust
from accounts.operations import block, send_notices
from assets.models import Reservation
from assets.notices import CONTENTS
from assets.operations import (
    assign,
    cancel_reservation,
    confirm_reservation,
    expire_reservations,
    reject_reservation,
)
from assets.tests.factories import AssetFactory, AssetModelFactory, ReservationFactory
from keysite.ledger import Refusal
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WAITING = {"confirmed_at": None}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def waiting(**fields):
    return ReservationFactory(**WAITING | fields)


def refusal_of(deed, **values):
    with pytest.raises(Refusal) as refused:
        deed(**values)
    return str(refused.value)


def mailed():
    """The body of the one mail that is sent now."""
    send_notices(contents=CONTENTS, at=timezone.now())
    [message] = mail.outbox
    return f"{message.subject}\n{message.body}"


def as_it_is(reservation):
    return Reservation.objects.get(pk=reservation.pk)


def test_what_the_desk_confirms_is_told(clerk):
    reservation = waiting(model__name="Camera")

    confirm_reservation(reservation=reservation, by=clerk)

    row = as_it_is(reservation)
    assert (row.status, row.confirmed_by) == ("Confirmed", clerk)
    assert row.history.first().history_change_reason == "confirmed"
    assert "Reserved for you: Camera" in mailed()


def test_a_mail_says_when_on_the_receiver_s_clock(clerk):
    reservation = waiting(model__name="Camera", person__time_zone="America/New_York")

    confirm_reservation(reservation=reservation, by=clerk)

    assert "from March 3, 2026, 4 a.m. to March 5, 2026, 4 a.m." in mailed()


def test_what_is_decided_or_over_is_not_decided_again(clerk):
    confirmed, over = ReservationFactory(), waiting()
    cancel_reservation(reservation=over, by=clerk)

    for deed in (confirm_reservation, reject_reservation):
        more = {"reason": "no"} if deed is reject_reservation else {}
        assert "is confirmed already" in refusal_of(deed, reservation=confirmed, by=clerk, **more)
        assert "is over: cancelled." in refusal_of(deed, reservation=over, by=clerk, **more)


def test_who_may_not_borrow_any_more_is_not_confirmed(clerk):
    reservation = waiting()
    block(person=reservation.person, by=clerk, reason="owes us three")

    assert "is blocked" in refusal_of(confirm_reservation, reservation=reservation, by=clerk)


def test_what_the_desk_rejects_is_told_with_the_reason(clerk):
    reservation = waiting(model__name="Camera")

    reject_reservation(reservation=reservation, by=clerk, reason=" Needed for the exam ")

    row = as_it_is(reservation)
    assert (row.status, row.outcome_reason, row.ended_by) == ("Rejected", "Needed for the exam", clerk)
    said = mailed()
    assert "You cannot have Camera" in said
    assert "Why: Needed for the exam" in said


def test_nothing_is_rejected_without_a_reason(clerk):
    assert "Say why" in refusal_of(reject_reservation, reservation=waiting(), by=clerk, reason="  ")


def test_a_cancelled_time_is_free_again(borrower):
    reservation = ReservationFactory(person=borrower)

    cancel_reservation(reservation=reservation, by=borrower, trust=Trust.PROVED)

    row = as_it_is(reservation)
    assert (row.status, row.is_live) == ("Cancelled", False)
    assert row.history.first().history_change_reason == "cancelled (proved)"
    assert "Cancelled: the reservation of" in mailed()
    assert "is over: cancelled." in refusal_of(cancel_reservation, reservation=reservation, by=borrower)


def test_a_stale_copy_is_cancelled_as_it_is_now(borrower, clerk):
    reservation = ReservationFactory(person=borrower, model=AssetFactory().model, starts_at=MONDAY)
    stale = as_it_is(reservation)
    assign(assets=[reservation.model.assets.get()], person=borrower, by=clerk)

    assert "is over: handed out." in refusal_of(cancel_reservation, reservation=stale, by=borrower)


def test_who_does_not_come_loses_it_after_a_day(monday):
    reservation = ReservationFactory(starts_at=MONDAY, ends_at=MONDAY + 3 * DAY)

    monday.shift(DAY - timedelta(seconds=1))
    assert expire_reservations(at=timezone.now()) == 0
    monday.shift(timedelta(seconds=1))
    assert expire_reservations(at=timezone.now()) == 1

    row = as_it_is(reservation)
    assert (row.status, row.ended_by) == ("Not picked up", None)
    assert row.history.first().history_user is None
    assert "It is free for others again." in mailed()
    assert expire_reservations(at=timezone.now()) == 0


def test_a_short_one_ends_with_its_time(monday, settings):
    ReservationFactory(starts_at=MONDAY, ends_at=MONDAY + HOUR)

    monday.shift(HOUR)

    assert expire_reservations(at=timezone.now()) == 1


def test_what_nobody_decided_ends_when_it_begins(monday):
    reservation = waiting(starts_at=MONDAY + HOUR)

    assert expire_reservations(at=timezone.now()) == 0
    monday.shift(HOUR)
    assert expire_reservations(at=timezone.now()) == 1

    assert as_it_is(reservation).status == "Not decided in time"
    assert "Nobody has decided in time" in mailed()


@pytest.mark.parametrize("number", [1, 3])
def test_the_clock_asks_as_often_for_many(monday, number):
    for _number in range(number):
        ReservationFactory(model=AssetModelFactory(), starts_at=MONDAY)
    monday.shift(DAY)

    with queries(8):
        assert expire_reservations(at=timezone.now()) == number


def test_an_early_pick_up_fulfils_it(borrower, clerk):
    asset = AssetFactory()
    claim = ReservationFactory(model=asset.model, person=borrower)

    [row] = assign(assets=[asset], person=borrower, by=clerk)

    assert as_it_is(claim).assignment == row


def test_any_unit_of_the_model_fulfils_it_and_only_once(borrower, clerk):
    asset = AssetFactory()
    other = AssetFactory(model=asset.model)
    claim = ReservationFactory(model=asset.model, person=borrower)

    first, _second = assign(assets=[other, asset], person=borrower, by=clerk)

    assert as_it_is(claim).assignment == first


def test_the_one_for_this_asset_comes_before_the_one_for_its_model(borrower, clerk):
    asset = AssetFactory()
    AssetFactory(model=asset.model)
    of_model = ReservationFactory(model=asset.model, person=borrower)
    of_asset = ReservationFactory(model=None, asset=asset, person=borrower)

    assign(assets=[asset], person=borrower, by=clerk)

    assert as_it_is(of_asset).outcome == "handed_out"
    assert as_it_is(of_model).is_live


def test_what_is_due_before_it_begins_leaves_it_alone(borrower, clerk):
    asset = AssetFactory()
    claim = ReservationFactory(model=asset.model, person=borrower, starts_at=MONDAY + 3 * DAY)

    assign(assets=[asset], person=borrower, by=clerk, due_on=MONDAY.date() + DAY)

    assert as_it_is(claim).is_live


def test_it_is_due_when_the_reservation_ends(borrower, clerk):
    asset = AssetFactory()
    ReservationFactory(model=asset.model, person=borrower, ends_at=MONDAY + 2 * DAY)
    ReservationFactory(model=asset.model, starts_at=MONDAY + 2 * DAY)

    [row] = assign(assets=[asset], person=borrower, by=clerk)

    assert row.due_at == MONDAY + 2 * DAY


def test_the_desk_may_agree_on_more_than_was_reserved(borrower, clerk):
    asset = AssetFactory()
    ReservationFactory(model=asset.model, person=borrower, ends_at=MONDAY + 2 * DAY)

    [row] = assign(assets=[asset], person=borrower, by=clerk, due_on=(MONDAY + 4 * DAY).date())

    assert row.due_at == MONDAY + 4 * DAY + 8 * HOUR
