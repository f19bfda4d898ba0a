"""``dispose``, ``approve_disposal``, ``reject_disposal``, ``restore``: how things leave for good."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Notice
from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from assets.models import Asset, Reservation
from assets.notices import CONTENTS
from assets.operations import (
    add_to_kit,
    approve_disposal,
    assign,
    dispose,
    register_asset,
    reject_disposal,
    report_asset_lost,
    restore,
    set_parent,
    take_back,
)
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitFactory,
    KitMemberFactory,
    ReservationFactory,
    SpaceFactory,
)
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def asset(db):
    return AssetFactory(tag="T1")


@pytest.fixture
def dear(db):
    return AssetFactory(tag="D1", price=5000)


@pytest.fixture
def kind(db):
    return DisposalTypeFactory(name="Sold")


@pytest.fixture
def boss(make_staff):
    return make_staff("administrator", first_name="Bo", last_name="Boss")


def read_mails():
    send_notices(contents=CONTENTS, at=timezone.now())
    return [(message.to[0], message.subject) for message in mail.outbox]


def test_what_left_says_when_how_why_and_by_whom(asset, clerk, kind):
    dispose(asset=asset, by=clerk, type=kind, reason=" cracked ")

    asset.refresh_from_db()
    assert (asset.disposed_on, asset.disposal_type) == (timezone.localdate(), kind)
    assert (asset.disposal_reason, asset.disposed_by, asset.disposal_approved_by) == ("cracked", clerk, None)
    assert last_version(asset) == (clerk, "disposed of: cracked")


def test_it_may_be_entered_afterwards(asset, clerk, kind):
    dispose(asset=asset, by=clerk, type=kind, reason="x", on=timezone.localdate() - 5 * DAY)

    assert asset.disposed_on == timezone.localdate() - 5 * DAY


def test_not_twice_not_without_a_reason_not_tomorrow(asset, clerk, kind):
    stale = Asset.objects.get()
    with refused("Say why T1 Laptop is disposed of."):
        dispose(asset=asset, by=clerk, type=kind, reason=" ")
    with pytest.raises(Refusal, match="is still to come. Give today or a day before."):
        dispose(asset=asset, by=clerk, type=kind, reason="x", on=timezone.localdate() + 2 * DAY)
    dispose(asset=asset, by=clerk, type=kind, reason="x")

    with pytest.raises(Refusal, match="T1 Laptop was disposed of on .* Restore it first."):
        dispose(asset=stale, by=clerk, type=kind, reason="x")


def test_what_somebody_has_or_a_room_is_refused(asset, clerk, kind, borrower):
    [row] = assign(assets=[asset], person=borrower, by=clerk)
    with refused(f"T1 Laptop is with {borrower}. Take it back first."):
        dispose(asset=asset, by=clerk, type=kind, reason="x")
    take_back(assets=[asset], by=clerk)
    room = SpaceFactory()
    assign(assets=[asset], space=room, by=clerk)
    with refused(f"T1 Laptop is with {room}. Take it back first."):
        dispose(asset=asset, by=clerk, type=kind, reason="x")


def test_it_did_not_leave_before_it_came_back(asset, clerk, kind):
    AssignmentFactory(asset=asset, out_at=timezone.now() - 9 * DAY)
    take_back(assets=[asset], by=clerk)

    with pytest.raises(Refusal, match="T1 Laptop came back on .* Give that day or a later one."):
        dispose(asset=asset, by=clerk, type=kind, reason="x", on=timezone.localdate() - 3 * DAY)


def test_what_is_lost_is_written_off_on_purpose(asset, clerk, kind):
    report_asset_lost(assignment=AssignmentFactory(asset=asset), by=clerk)

    with refused("T1 Laptop is reported lost. Say that it is written off, or take it back first."):
        dispose(asset=asset, by=clerk, type=kind, reason="gone")
    dispose(asset=asset, by=clerk, type=kind, reason="gone", written_off=True)

    assert Asset.objects.disposed().get() == asset


def test_a_member_of_a_kit_leaves_the_kit_first(clerk, kind):
    member = KitMemberFactory(asset__tag="T1", kit__name="Camera")

    with refused("T1 Laptop belongs to the kit “Camera”. Take it out of the kit first."):
        dispose(asset=member.asset, by=clerk, type=kind, reason="x")


def test_components_come_off_first_or_leave_before(asset, clerk, kind):
    lamp = AssetFactory(tag="T2", parent=asset)

    with refused("T1 Laptop has components: T2. Take them off or dispose of them first."):
        dispose(asset=asset, by=clerk, type=kind, reason="x")
    dispose(asset=lamp, by=clerk, type=kind, reason="x")
    dispose(asset=asset, by=clerk, type=kind, reason="x")
    with refused("T2 Laptop is a component of T1 Laptop, which is disposed of. Restore that first."):
        restore(asset=lamp, by=clerk, reason="mistake")


def test_a_reservation_is_named_or_ended(asset, clerk, kind):
    claim = ReservationFactory(model=None, asset=asset)

    with pytest.raises(Refusal, match="T1 Laptop is reserved: "):
        dispose(asset=asset, by=clerk, type=kind, reason="x")
    dispose(asset=asset, by=clerk, type=kind, reason="x", break_reservations=True)

    claim.refresh_from_db()
    assert (claim.outcome, claim.outcome_reason) == (Reservation.Outcome.UNAVAILABLE, "It is disposed of.")


def test_what_is_worth_much_is_asked_for_by_one_and_approved_by_another(dear, clerk, boss, kind):
    dispose(asset=dear, by=clerk, type=kind, reason="too slow")

    dear.refresh_from_db()
    assert (dear.is_disposed, dear.disposal_asked_by, dear.disposal_type) == (False, clerk, kind)
    assert list(Asset.objects.awaiting_approval()) == [dear]
    assert last_version(dear) == (clerk, "disposal asked for: too slow")
    assert read_mails() == [("desk@localhost", "Somebody has to agree: disposal of D1")]
    assert "too slow" in mail.outbox[0].body

    approve_disposal(asset=dear, by=boss)

    dear.refresh_from_db()
    assert (dear.disposed_by, dear.disposal_approved_by, dear.awaits_approval) == (clerk, boss, False)
    assert (dear.disposed_on, dear.disposal_reason) == (timezone.localdate(), "too slow")
    assert last_version(dear) == (boss, "disposal approved")
    assert read_mails()[1:] == [(clerk.email, "Approved: disposal of D1")]


def test_nobody_approves_their_own(dear, boss, kind):
    dispose(asset=dear, by=boss, type=kind, reason="too slow")

    with refused("You have asked to dispose of D1 Laptop yourself: somebody else approves it."):
        approve_disposal(asset=dear, by=boss)
    with refused("Bo Boss has asked to dispose of D1 Laptop. Approve or reject that."):
        dispose(asset=dear, by=PersonFactory(), type=kind, reason="x")


@pytest.mark.parametrize("fields", [{"price": 1000}, {"high_value": True}])
def test_by_price_or_by_flag(fields, clerk, kind):
    asset = AssetFactory(**fields)

    dispose(asset=asset, by=clerk, type=kind, reason="x")

    assert asset.awaits_approval


def test_a_lowered_price_opens_no_side_door(clerk, kind):
    asset = Asset(name="Beamer", price=5000)
    register_asset(asset=asset, by=clerk)
    asset.price = 1
    asset.save()

    dispose(asset=asset, by=clerk, type=kind, reason="x")

    assert asset.awaits_approval


def test_what_is_in_use_again_is_not_approved(dear, clerk, boss, kind, borrower):
    dispose(asset=dear, by=clerk, type=kind, reason="x", on=timezone.localdate() - 2 * DAY)
    [row] = assign(assets=[dear], person=borrower, by=clerk)

    with pytest.raises(Refusal, match="D1 Laptop is with .* Take it back first."):
        approve_disposal(asset=dear, by=boss)
    report_asset_lost(assignment=row, by=clerk)
    with pytest.raises(Refusal, match="D1 Laptop is reported lost."):
        approve_disposal(asset=dear, by=boss)
    take_back(assets=[dear], by=clerk)
    approve_disposal(asset=dear, by=boss)

    assert dear.disposed_on == timezone.localdate()


def test_an_approval_breaks_no_reservation_unasked(dear, clerk, boss, kind):
    dispose(asset=dear, by=clerk, type=kind, reason="x")
    claim = ReservationFactory(model=None, asset=dear)

    with pytest.raises(Refusal, match="D1 Laptop is reserved: "):
        approve_disposal(asset=dear, by=boss)
    approve_disposal(asset=dear, by=boss, break_reservations=True)

    claim.refresh_from_db()
    assert not claim.is_live


def test_a_rejection_says_why(dear, clerk, boss, kind):
    dispose(asset=dear, by=clerk, type=kind, reason="x")
    read_mails()
    stale = Asset.objects.get(pk=dear.pk)
    with refused("Say why D1 Laptop stays."):
        reject_disposal(asset=dear, by=boss, reason="")

    reject_disposal(asset=dear, by=boss, reason="physics wants it")

    dear.refresh_from_db()
    assert (dear.awaits_approval, dear.disposal_type, dear.disposal_reason) == (False, None, "")
    assert last_version(dear) == (boss, "disposal rejected: physics wants it")
    assert read_mails()[1:] == [(clerk.email, "Rejected: disposal of D1")]
    assert "physics wants it" in mail.outbox[-1].body
    with refused("Nobody has asked to dispose of D1 Laptop."):
        approve_disposal(asset=stale, by=boss)


def test_who_asked_may_take_it_back_and_nobody_is_told(dear, clerk, kind):
    dispose(asset=dear, by=clerk, type=kind, reason="x")

    reject_disposal(asset=dear, by=clerk, reason="wrong one")

    assert not Asset.objects.awaiting_approval().exists()
    assert read_mails() == []
    assert Notice.objects.get().status == "Cancelled"


def test_a_mistake_is_restored(asset, clerk, boss, kind):
    dispose(asset=asset, by=clerk, type=kind, reason="x")
    stale = Asset.objects.get()
    with refused("Say why T1 Laptop is restored."):
        restore(asset=asset, by=boss, reason=" ")

    restore(asset=asset, by=boss, reason="wrong one")

    asset.refresh_from_db()
    assert (asset.is_disposed, asset.disposal_type, asset.disposed_by, asset.disposal_reason) == (False, None, None, "")
    assert last_version(asset) == (boss, "restored: wrong one")
    with refused("T1 Laptop is not disposed of."):
        restore(asset=stale, by=boss, reason="wrong one")


def copies(asset):
    return Asset.objects.get(pk=asset.pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["assign", "kit", "component", "dispose"])
def test_at_the_same_moment_one_of_the_two_is_refused(other):
    clerk, borrower, asset, kind, lamp = (
        PersonFactory(),
        PersonFactory(),
        AssetFactory(),
        DisposalTypeFactory(),
        AssetFactory(),
    )
    kit = KitFactory()
    rivals = {
        "assign": lambda: assign(assets=[copies(asset)], person=type(borrower).objects.get(pk=borrower.pk), by=clerk),
        "kit": lambda: add_to_kit(kit=type(kit).objects.get(), assets=[copies(asset)], by=clerk),
        "component": lambda: set_parent(asset=copies(lamp), parent=copies(asset), by=clerk),
        "dispose": lambda: dispose(asset=copies(asset), by=clerk, type=kind, reason="y"),
    }

    results = at_once(lambda: dispose(asset=copies(asset), by=clerk, type=kind, reason="x"), rivals[other])

    assert sum(isinstance(result, Refusal) for result in results) == 1
