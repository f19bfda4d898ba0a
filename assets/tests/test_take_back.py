"""Take back: a basket from whomever, as it was found, and when it happened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.models import Asset, Assignment, Reservation
from assets.operations import report_asset_lost, take_back, take_back_kit
from assets.tests.factories import AssetFactory, AssignmentFactory, ReservationFactory, SpaceFactory
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

DAY = timedelta(days=1)


def test_it_is_back_and_the_borrower_reads_so(assignment, asset, borrower, clerk, receipts):
    [row] = take_back(assets=[asset], by=clerk, trust=Trust.PRESENT)

    row.refresh_from_db()
    assert row == assignment
    assert (row.status, row.returned_by, row.condition) == ("Returned", clerk, "good")
    assert row.returned_recorded_at - row.returned_at < timedelta(minutes=1)
    assert last_version(row) == (clerk, "taken back (present)")
    assert receipts() == [("taken_back", borrower)]


def test_some_of_what_a_person_holds_comes_back_and_the_rest_stays(borrower, clerk, receipts):
    rows = AssignmentFactory.create_batch(3, person=borrower)

    take_back(assets=[row.asset for row in rows[:2]], by=clerk)

    assert Assignment.objects.held_by(borrower).get() == rows[2]
    assert receipts() == [("taken_back", borrower)]


def test_a_basket_of_several_people_and_of_a_room_gives_each_person_one_receipt(assignment, borrower, clerk, receipts):
    other = AssignmentFactory()
    put_up = AssignmentFactory(person=None, space=SpaceFactory(), term=None, due_at=None)

    rows = take_back(assets=[put_up.asset, other.asset, assignment.asset], by=clerk)

    assert rows == [put_up, other, assignment]
    assert receipts() == [("taken_back", other.person), ("taken_back", borrower)]


def test_both_dates_are_kept_of_what_is_written_down_later(assignment, asset, clerk):
    then = assignment.out_at + timedelta(minutes=5)

    take_back(assets=[asset], by=clerk, returned_at=then)

    assignment.refresh_from_db()
    assert assignment.returned_at == then
    assert timezone.now() - assignment.returned_recorded_at < timedelta(minutes=1)


def test_a_moment_to_come_or_before_it_went_out_is_refused(assignment, asset, clerk):
    with refused("That moment is still to come. Give a moment in the past, or none for now."):
        take_back(assets=[asset], by=clerk, returned_at=timezone.now() + DAY)
    with pytest.raises(BasketRefusal, match="L1 Laptop went out only on"):
        take_back(assets=[asset], by=clerk, returned_at=assignment.out_at - DAY)


def test_a_clock_that_is_a_little_behind_refuses_nothing(asset, borrower, clerk):
    ahead = timezone.now() + timedelta(seconds=30)
    assignment = AssignmentFactory(asset=asset, person=borrower, out_at=ahead)

    take_back(assets=[asset], by=clerk)

    assignment.refresh_from_db()
    assert assignment.returned_at == assignment.returned_recorded_at == ahead


def test_each_comes_back_in_its_own_condition(clerk):
    good, worn, damaged = AssignmentFactory.create_batch(3)

    take_back(
        assets=[good.asset, worn.asset, damaged.asset],
        by=clerk,
        conditions={worn.asset: "worn", damaged.asset: "damaged"},
    )

    assert [row.condition for row in Assignment.objects.order_by("pk")] == ["good", "worn", "damaged"]
    assert [asset.condition for asset in Asset.objects.order_by("pk")] == ["good", "worn", "damaged"]
    assert last_version(worn.asset) == (clerk, "came back worn")
    assert good.asset.history.count() == 1


def test_what_comes_back_damaged_goes_out_of_service_and_is_promised_to_nobody(assignment, asset, clerk):
    claim = ReservationFactory(model=asset.model)

    take_back(assets=[asset], by=clerk, condition="damaged")

    asset.refresh_from_db()
    claim.refresh_from_db()
    assert (asset.is_out_of_service, asset.out_of_service_reason) == (True, "came back damaged")
    assert (claim.outcome, claim.outcome_reason) == (Reservation.Outcome.UNAVAILABLE, "It is damaged.")


def test_what_was_lost_is_found_by_its_return(assignment, asset, clerk):
    report_asset_lost(assignment=assignment, by=clerk)

    take_back(assets=[asset], by=clerk)

    assignment.refresh_from_db()
    assert assignment.status == "Returned"
    assert not Assignment.objects.lost().exists()
    assert assignment.lost_at is not None  # it was


def test_a_member_that_turns_up_later_comes_back_by_itself_and_changes_nothing_else(kit_out, borrower, clerk, receipts):
    first, second = kit_out.members.order_by("pk")
    take_back_kit(assignment=kit_out, by=clerk, missing_assets=[first.asset, second.asset][:1])
    before = kit_out.history.count(), second.history.count()

    take_back(assets=[first.asset], by=clerk)

    assert not Assignment.objects.open().exists()
    assert (kit_out.history.count(), second.history.count()) == before
    assert receipts()[-1] == ("taken_back", borrower)


def test_a_member_of_a_kit_that_is_out_is_refused(kit_out, clerk):
    member = kit_out.members.get(asset__tag="K1")

    with refused("K1 Laptop went out with the kit “Camera”. Take the kit back, and say what is missing."):
        take_back(assets=[member.asset], by=clerk)


def test_what_nobody_has_is_refused_with_all_the_basket(assignment, asset, clerk):
    here = AssetFactory(tag="L2")

    with pytest.raises(BasketRefusal) as refusal:
        take_back(assets=[asset, here], by=clerk)

    assert refusal.value.lines == {here: "L2 Laptop is not assigned: nobody has to bring it back."}
    assert Assignment.objects.open().exists()


def test_an_empty_basket_is_refused(db, clerk):
    with refused("Name at least one asset."):
        take_back(assets=[], by=clerk)


def test_the_same_asset_twice_comes_back_once(assignment, asset, clerk):
    assert take_back(assets=[asset, Asset.objects.get(pk=asset.pk)], by=clerk) == [assignment]


def test_who_has_left_or_is_blocked_may_bring_it_back(clerk, receipts):
    person = PersonFactory(blocked_at=timezone.now(), blocked_reason="Lost five")
    row = AssignmentFactory(person=person)

    take_back(assets=[row.asset], by=clerk)

    assert receipts() == [("taken_back", person)]


def test_one_and_three_cost_the_same(clerk):
    rows = AssignmentFactory.create_batch(4)

    with queries(exactly=5):
        take_back(assets=[rows[0].asset], by=clerk)
    with queries(exactly=7):  # two more people are written to
        take_back(assets=[row.asset for row in rows[1:]], by=clerk)
