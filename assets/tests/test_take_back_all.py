"""Everything that a person holds, in one go."""

from accounts.models import Trust
from assets.models import Asset, Assignment
from assets.operations import report_asset_lost, take_back_all, take_back_kit
from assets.tests.factories import AssignmentFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_all_that_they_hold_is_back_kits_with_what_went_out_with_them(assignment, kit_out, borrower, clerk, receipts):
    other = AssignmentFactory()

    rows = take_back_all(person=borrower, by=clerk, trust=Trust.PRESENT)

    assert len(rows) == 4
    assert Assignment.objects.open().get() == other
    assert last_version(kit_out) == (clerk, "taken back (present)")
    assert receipts() == [("taken_back", borrower)]


def test_what_is_lost_or_missing_stays_in_their_name(assignment, kit_out, borrower, clerk):
    report_asset_lost(assignment=assignment, by=clerk)
    missing = kit_out.members.get(asset__tag="K1")
    take_back_kit(assignment=kit_out, by=clerk, missing_assets=[missing.asset])
    AssignmentFactory(person=borrower)

    [row] = take_back_all(person=borrower, by=clerk)

    assert set(Assignment.objects.open()) == {assignment, missing}
    assert row not in {assignment, missing}


def test_a_kit_comes_back_without_the_part_that_is_lost(kit_out, borrower, clerk):
    lost = kit_out.members.get(asset__tag="K1")
    report_asset_lost(assignment=lost, by=clerk)

    take_back_all(person=borrower, by=clerk)

    assert Assignment.objects.missing_from_kits().get() == lost


def test_damaged_they_all_go_out_of_service(assignment, borrower, clerk):
    take_back_all(person=borrower, by=clerk, condition="damaged")

    assert Asset.objects.out_of_service().get() == assignment.asset


def test_who_holds_nothing_is_refused(borrower, assignment, clerk):
    sentence = f"{borrower.name} has nothing to bring back."
    report_asset_lost(assignment=assignment, by=clerk)
    with refused(sentence):
        take_back_all(person=borrower, by=clerk)


def test_one_and_three_cost_the_same(borrower, clerk):
    AssignmentFactory(person=borrower)
    with queries(exactly=7):
        take_back_all(person=borrower, by=clerk)

    AssignmentFactory.create_batch(3, person=borrower)
    with queries(exactly=7):
        take_back_all(person=borrower, by=clerk)
