"""Found again by whoever lost it: the assignment goes on."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Trust
from assets.models import Assignment
from assets.operations import report_asset_found, report_asset_lost, take_back, take_back_kit
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_it_goes_on_due_as_before(assignment, borrower, clerk, receipts):
    due_at = assignment.due_at
    report_asset_lost(assignment=assignment, by=clerk)

    report_asset_found(assignment=assignment, by=borrower, trust=Trust.PROVED)

    assignment.refresh_from_db()
    assert (assignment.status, assignment.due_at, assignment.lost_by) == ("Assigned", due_at, None)
    assert last_version(assignment) == (borrower, "found (proved)")
    assert [version.loss for version in assignment.history.order_by("history_id")] == ["", "lost", ""]
    assert receipts() == [("lost", borrower), ("found", borrower)]


def test_a_kit_is_found_with_what_was_lost_with_it(kit_out, clerk):
    earlier = kit_out.members.get(asset__tag="K1")
    report_asset_lost(assignment=earlier, by=clerk)
    Assignment.objects.lost().update(lost_at=timezone.now() - timedelta(days=1))
    report_asset_lost(assignment=kit_out, by=clerk)

    report_asset_found(assignment=kit_out, by=clerk)

    assert Assignment.objects.lost().get() == earlier


def test_a_part_is_found_by_itself(kit_out, clerk):
    report_asset_lost(assignment=kit_out, by=clerk)

    report_asset_found(assignment=kit_out.members.get(asset__tag="K1"), by=clerk)

    assert {str(row.item) for row in Assignment.objects.lost()} == {"Camera", "K2 Laptop"}


def test_what_is_not_lost_is_refused(assignment, stale, asset, clerk):
    with refused("L1 Laptop is not reported lost."):
        report_asset_found(assignment=assignment, by=clerk)

    report_asset_lost(assignment=assignment, by=clerk)
    take_back(assets=[asset], by=clerk)
    with refused("L1 Laptop is not reported lost."):
        report_asset_found(assignment=stale, by=clerk)


def test_what_its_kit_is_back_without_comes_to_the_desk(kit_out, borrower, clerk):
    member = kit_out.members.get(asset__tag="K1")
    take_back_kit(assignment=kit_out, by=clerk, missing_assets=[member.asset])

    with refused("The kit “Camera” is back without K1 Laptop. Bring it to the desk, which takes it back."):
        report_asset_found(assignment=member, by=borrower, trust=Trust.PROVED)


def test_what_it_costs(assignment, clerk):
    report_asset_lost(assignment=assignment, by=clerk)

    with queries(exactly=6):
        report_asset_found(assignment=assignment, by=clerk)
