"""Lost: it stays in the holder's name, and is promised to nobody."""

from accounts.models import Notice, Trust
from assets.models import Assignment, Reservation
from assets.operations import report_asset_lost, take_back, take_back_kit
from assets.tests.factories import AssetFactory, ReservationFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_it_is_lost_in_the_holder_s_name_and_no_longer_expected(assignment, borrower, receipts):
    report_asset_lost(assignment=assignment, by=borrower, trust=Trust.PROVED)

    assignment.refresh_from_db()
    assert (assignment.status, assignment.lost_by, assignment.person) == ("Lost", borrower, borrower)
    assert not Assignment.objects.running().exists()
    assert last_version(assignment) == (borrower, "reported lost (proved)")
    assert receipts() == [("lost", borrower)]


def test_a_kit_is_lost_with_all_that_went_out_with_it(kit_out, clerk, receipts, borrower):
    report_asset_lost(assignment=kit_out, by=clerk)

    assert Assignment.objects.lost().count() == 3
    assert receipts() == [("lost", borrower)]


def test_a_part_of_a_kit_is_lost_by_itself(kit_out, borrower):
    member = kit_out.members.get(asset__tag="K1")

    report_asset_lost(assignment=member, by=borrower, trust=Trust.PROVED)

    assert Assignment.objects.lost().get() == member
    assert Assignment.objects.running().get() == kit_out


def test_a_reservation_that_loses_its_unit_ends_and_one_that_another_unit_serves_stays(assignment, asset, clerk):
    own, of_model = ReservationFactory(model=None, asset=asset), ReservationFactory(model=asset.model)
    AssetFactory(model=asset.model)

    report_asset_lost(assignment=assignment, by=clerk)

    own.refresh_from_db()
    assert (own.outcome, own.outcome_reason) == (Reservation.Outcome.UNAVAILABLE, "It was reported lost.")
    assert Reservation.objects.live().get() == of_model
    assert Notice.objects.get(kind="reservation").person == own.person


def test_what_is_back_is_refused(assignment, stale, asset, clerk):
    take_back(assets=[asset], by=clerk)

    with refused("L1 Laptop is already back."):
        report_asset_lost(assignment=stale, by=clerk)


def test_said_again_it_is_refused(assignment, stale, clerk):
    report_asset_lost(assignment=assignment, by=clerk)

    with refused("L1 Laptop was reported lost or missing before."):
        report_asset_lost(assignment=stale, by=clerk)
    assert assignment.history.count() == 2


def test_what_is_missing_from_its_kit_is_known(kit_out, clerk):
    member = kit_out.members.get(asset__tag="K1")
    take_back_kit(assignment=kit_out, by=clerk, missing_assets=[member.asset])

    with refused("K1 Laptop was reported lost or missing before."):
        report_asset_lost(assignment=member, by=clerk)


def test_what_it_costs(assignment, kit_out, clerk):
    with queries(exactly=9):
        report_asset_lost(assignment=assignment, by=clerk)
    with queries(exactly=11):
        report_asset_lost(assignment=kit_out, by=clerk)
