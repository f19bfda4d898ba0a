"""“I still have it”: said by whoever has something."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Trust
from assets.operations import confirm_assignment, report_asset_lost, take_back
from assets.tests.factories import AssignmentFactory, SpaceFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_it_is_written_down_and_answered(assignment, borrower, receipts):
    confirm_assignment(assignment=assignment, by=borrower, trust=Trust.PROVED)

    assignment.refresh_from_db()
    assert timezone.now() - assignment.confirmed_at < timedelta(minutes=1)
    assert last_version(assignment) == (borrower, "confirmed (proved)")
    assert receipts() == [("confirmed", borrower)]


def test_it_may_be_said_again_next_year(assignment, borrower):
    confirm_assignment(assignment=assignment, by=borrower, trust=Trust.PROVED)
    first = assignment.confirmed_at

    confirm_assignment(assignment=assignment, by=borrower, trust=Trust.PROVED)

    assert assignment.confirmed_at > first


def test_of_a_kit_as_a_whole(kit_out, borrower):
    confirm_assignment(assignment=kit_out, by=borrower, trust=Trust.PROVED)

    assert kit_out.confirmed_at
    with refused("K1 Laptop went out with the kit “Camera”. Choose the whole kit."):
        confirm_assignment(assignment=kit_out.members.get(asset__tag="K1"), by=borrower, trust=Trust.PROVED)


def test_of_what_is_in_a_room_nobody_is_told(clerk, receipts):
    put_up = AssignmentFactory(person=None, space=SpaceFactory(), term=None, due_at=None)

    confirm_assignment(assignment=put_up, by=clerk, trust=Trust.STAFF)

    assert (put_up.confirmed_at is not None, receipts()) == (True, [])


def test_what_is_lost_or_back_is_refused(assignment, stale, asset, borrower, clerk):
    report_asset_lost(assignment=assignment, by=borrower)
    with refused("L1 Laptop is reported lost. Report it found, or take it back."):
        confirm_assignment(assignment=stale, by=borrower, trust=Trust.PROVED)

    take_back(assets=[asset], by=clerk)
    with refused("L1 Laptop is already back."):
        confirm_assignment(assignment=stale, by=borrower, trust=Trust.PROVED)


def test_what_it_costs(assignment, borrower):
    with queries(exactly=4):
        confirm_assignment(assignment=assignment, by=borrower, trust=Trust.PROVED)
