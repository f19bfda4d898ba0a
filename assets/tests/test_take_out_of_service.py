"""``take_out_of_service``, ``put_in_service``, ``record_service``."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from assets.models import Asset, Assignment, Condition, Reservation
from assets.operations import assign, dispose, put_in_service, record_service, take_out_of_service
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    ReservationFactory,
)
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def asset(db):
    return AssetFactory(tag="T1")


def test_it_says_why_and_until_when_and_is_lent_to_nobody(asset, clerk, borrower):
    until = timezone.localdate() + 3 * DAY

    take_out_of_service(asset=asset, by=clerk, reason="  lamp broken ", until=until)

    asset.refresh_from_db()
    assert (asset.out_of_service_reason, asset.out_of_service_until) == ("lamp broken", until)
    assert asset.out_of_service_by == clerk
    assert last_version(asset) == (clerk, "out of service: lamp broken")
    with pytest.raises(Refusal, match="is out of service: lamp broken"):
        assign(assets=[asset], person=borrower, by=clerk)


def test_who_has_it_keeps_it(asset, clerk):
    AssignmentFactory(asset=asset)

    take_out_of_service(asset=asset, by=clerk, reason="recalled")

    assert Assignment.objects.open().get().asset == asset


def test_it_is_taken_out_once_with_a_reason_and_not_until_yesterday(asset, clerk):
    stale = Asset.objects.get()
    with refused("Say why T1 Laptop goes out of service."):
        take_out_of_service(asset=asset, by=clerk, reason=" ")
    with pytest.raises(Refusal, match="is past. Give the day on which it is expected back, or none."):
        take_out_of_service(asset=asset, by=clerk, reason="x", until=timezone.localdate() - 2 * DAY)
    take_out_of_service(asset=asset, by=clerk, reason="lamp")

    with refused("T1 Laptop is out of service already: lamp."):
        take_out_of_service(asset=stale, by=clerk, reason="lamp")


def test_a_reservation_that_loses_its_unit_is_named(asset, clerk):
    claim = ReservationFactory(model=None, asset=asset)

    with pytest.raises(Refusal) as refusal:
        take_out_of_service(asset=asset, by=clerk, reason="lamp")

    assert str(refusal.value).startswith(f"T1 Laptop is reserved: {claim.person.name} from ")
    assert str(refusal.value).endswith("Say that these reservations end, or wait.")
    asset.refresh_from_db()
    assert not asset.is_out_of_service


def test_the_reservation_ends_when_that_is_agreed_and_the_person_is_told(asset, clerk):
    claim = ReservationFactory(model=None, asset=asset)

    take_out_of_service(asset=asset, by=clerk, reason="lamp", break_reservations=True)

    claim.refresh_from_db()
    assert (claim.outcome, claim.ended_by) == (Reservation.Outcome.UNAVAILABLE, clerk)
    assert claim.outcome_reason == "It is out of service."
    assert Notice.objects.get().person == claim.person


def test_while_another_unit_is_left_nothing_is_broken(clerk):
    model = AssetModelFactory()
    asset = AssetFactory(model=model)
    AssetFactory(model=model)
    claim = ReservationFactory(model=model)

    take_out_of_service(asset=asset, by=clerk, reason="lamp")

    claim.refresh_from_db()
    assert claim.is_live


def test_a_reservation_after_it_is_back_stays(asset, clerk):
    start = timezone.now() + 10 * DAY
    claim = ReservationFactory(model=None, asset=asset, starts_at=start)

    take_out_of_service(asset=asset, by=clerk, reason="lamp", until=timezone.localdate() + 3 * DAY)

    claim.refresh_from_db()
    assert claim.is_live


def test_back_in_service_in_a_condition(asset, clerk):
    take_out_of_service(asset=asset, by=clerk, reason="lamp", until=timezone.localdate())
    stale = Asset.objects.get()

    put_in_service(asset=asset, by=clerk, condition=Condition.WORN)

    asset.refresh_from_db()
    assert (asset.is_out_of_service, asset.out_of_service_reason, asset.condition) == (False, "", Condition.WORN)
    assert last_version(asset) == (clerk, "back in service")
    with refused("T1 Laptop is in service."):
        put_in_service(asset=stale, by=clerk)


def test_a_service_says_what_was_done_and_when_the_next_is_due(asset, clerk):
    asset.service_due_on = timezone.localdate()
    asset.save()
    later = timezone.localdate() + 365 * DAY

    record_service(asset=asset, by=clerk, note="checked the cable", next_on=later)

    asset.refresh_from_db()
    assert asset.service_due_on == later
    assert last_version(asset) == (clerk, "serviced: checked the cable")
    record_service(asset=asset, by=clerk, note="for the last time")
    assert asset.service_due_on is None


def test_a_service_without_a_note_or_with_a_next_one_today_is_refused(asset, clerk):
    with refused("Say what was done to T1 Laptop."):
        record_service(asset=asset, by=clerk, note="")
    with pytest.raises(Refusal, match="is not to come. Give a later day, or none."):
        record_service(asset=asset, by=clerk, note="x", next_on=timezone.localdate())


def test_what_is_disposed_of_is_neither_in_nor_out(asset, clerk):
    dispose(asset=asset, by=clerk, type=DisposalTypeFactory(), reason="old")

    for deed in (
        lambda: take_out_of_service(asset=asset, by=clerk, reason="x"),
        lambda: put_in_service(asset=asset, by=clerk),
        lambda: record_service(asset=asset, by=clerk, note="x"),
    ):
        with pytest.raises(Refusal, match="T1 Laptop was disposed of on .* Restore it first."):
            deed()
