"""``take_back_kit``: a kit comes back as one; what is missing stays in the name of whoever had it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from assets.models import Assignment, AssignmentPart, Condition
from assets.notices import asset_receipt
from assets.operations import Unload, assign_kit, part_found, take_back, take_back_all, take_back_kit
from assets.tests.factories import AssignmentFactory, KitFactory, KitMemberFactory, KitPartFactory, SpaceFactory
from keysite.ledger import BasketRefusal, Refusal

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def whole(borrower, clerk):
    """A kit of two assets, two batteries and a case, out since two days."""
    kit = KitFactory(name="Camera 1")
    KitMemberFactory.create_batch(2, kit=kit)
    KitPartFactory(kit=kit, name="Battery", quantity=2)
    KitPartFactory(kit=kit, name="Case")
    whole = assign_kit(kit=kit, person=borrower, by=clerk, out_at=timezone.now() - 2 * DAY)
    Notice.objects.all().delete()
    return whole


@pytest.fixture
def assets(whole):
    return [row.asset for row in whole.members.order_by("pk")]


def part(whole, name):
    return whole.parts.get(name=name)


def refusal_of(deed):
    with pytest.raises(Refusal) as refused:
        deed()
    return str(refused.value)


def test_everything_comes_back(whole, borrower, clerk):
    back = take_back_kit(assignment=whole, by=clerk)

    assert back == whole
    assert not Assignment.objects.open().exists()
    assert set(Assignment.objects.values_list("returned_by", "condition")) == {(clerk.pk, "good")}
    assert whole.history.first().history_change_reason == "taken back (staff)"
    mail = asset_receipt(Notice.objects.get()).text
    assert "Taken back: Camera 1. Thank you." in mail
    assert "You have nothing of ours now." in mail


def test_what_is_missing_is_recorded_and_the_rest_is_back(whole, assets, borrower, clerk):
    gone = assets[1]

    take_back_kit(assignment=whole, by=clerk, missing_assets=[gone], missing_parts={part(whole, "Battery"): 1})

    lost = Assignment.objects.open().get()
    assert (lost.asset, lost.person, lost.status, lost.lost_by) == (gone, borrower, "Missing", clerk)
    assert lost.history.first().history_change_reason == "missing from its kit (staff)"
    assert list(Assignment.objects.missing_from_kits()) == [lost]
    assert [(p.name, p.missing) for p in AssignmentPart.objects.all()] == [("Battery", 1), ("Case", 0)]
    assert part(whole, "Battery").history.first().history_user == clerk


def test_the_receipt_names_what_is_missing_and_what_is_still_held(whole, assets, clerk):
    take_back_kit(assignment=whole, by=clerk, missing_assets=[assets[1]], missing_parts={part(whole, "Battery"): 2})

    mail = asset_receipt(Notice.objects.get()).text

    assert f"Taken back: Camera 1. Missing: {assets[1]}, 2 × Battery. Please look for it." in mail
    assert f"* {assets[1]}: reported lost" in mail


def test_a_missing_asset_that_turns_up_is_taken_back_alone(whole, assets, clerk):
    take_back_kit(assignment=whole, by=clerk, missing_assets=[assets[1]])
    Notice.objects.all().delete()

    take_back(assets=[assets[1]], by=clerk)

    assert not Assignment.objects.open().exists()
    assert f"Taken back: {assets[1]}." in asset_receipt(Notice.objects.get()).text


def test_what_is_missing_may_be_most_of_it(whole, assets, clerk):
    take_back_kit(assignment=whole, by=clerk, missing_assets=assets)

    whole.refresh_from_db()
    assert not whole.is_open
    assert Assignment.objects.missing_from_kits().count() == 2


def test_a_kit_of_which_nothing_is_there_is_not_back(whole, assets, clerk):
    parts = {row: row.quantity for row in whole.parts.all()}

    sentence = refusal_of(lambda: take_back_kit(assignment=whole, by=clerk, missing_assets=assets, missing_parts=parts))

    assert "Nothing of the kit “Camera 1” is back. Report it lost instead." in sentence


def test_each_asset_in_its_condition(whole, assets, clerk):
    back = take_back_kit(assignment=whole, by=clerk, conditions={assets[0]: Condition.DAMAGED})

    assets[0].refresh_from_db()
    assert assets[0].is_out_of_service
    assert (back.condition, assets[0].condition) == ("damaged", "damaged")
    assert [row.condition for row in whole.members.order_by("pk")] == ["damaged", "good"]


def test_both_moments_of_a_return_written_down_later(whole, clerk):
    yesterday = timezone.now() - DAY

    back = take_back_kit(assignment=whole, by=clerk, returned_at=yesterday)

    assert back.returned_at == yesterday
    assert set(whole.members.values_list("returned_at", flat=True)) == {yesterday}


def test_from_a_space_nobody_is_written_to(clerk):
    kit = KitMemberFactory().kit
    whole = assign_kit(kit=kit, space=SpaceFactory(), by=clerk)

    take_back_kit(assignment=whole, by=clerk)

    assert not Notice.objects.exists()


def test_a_kit_comes_back_once(whole, clerk):
    stale = Assignment.objects.get(pk=whole.pk)
    take_back_kit(assignment=whole, by=clerk)

    assert refusal_of(lambda: take_back_kit(assignment=stale, by=clerk)).endswith("“Camera 1” is back already.")


def test_what_did_not_go_out_is_not_missing(whole, assets, clerk):
    other = AssignmentFactory().asset
    battery = part(whole, "Battery")

    assert "did not go out with the kit" in refusal_of(
        lambda: take_back_kit(assignment=whole, by=clerk, missing_assets=[other])
    )
    assert "Of “Battery”, 2 went out." in refusal_of(
        lambda: take_back_kit(assignment=whole, by=clerk, missing_parts={battery: 3})
    )
    assert Assignment.objects.open().count() == 4


def test_not_before_it_went_out_and_not_in_the_future(whole, clerk):
    early, late = timezone.now() - 3 * DAY, timezone.now() + DAY

    assert "went out only on" in refusal_of(lambda: take_back_kit(assignment=whole, by=clerk, returned_at=early))
    assert "still to come" in refusal_of(lambda: take_back_kit(assignment=whole, by=clerk, returned_at=late))


def test_an_asset_s_assignment_is_no_kit(clerk):
    row = AssignmentFactory()

    assert "This is no hand-over of a kit." in refusal_of(lambda: take_back_kit(assignment=row, by=clerk))


def test_a_member_does_not_come_back_without_its_kit(whole, assets, clerk):
    sentence = refusal_of(lambda: take_back(assets=[assets[0]], by=clerk))

    assert sentence == f"{assets[0]} went out with the kit “Camera 1”. Take the kit back, and say what is missing."


def test_assets_and_kits_come_back_in_one_basket(whole, assets, borrower, clerk):
    alone, theirs = AssignmentFactory(person=borrower), AssignmentFactory()
    not_out = KitMemberFactory().asset

    with pytest.raises(BasketRefusal) as refused:
        take_back(assets=[alone.asset, not_out], kits=[Unload(whole)], by=clerk)
    assert list(refused.value.lines) == [not_out]

    rows = take_back(assets=[alone.asset, theirs.asset], kits=[Unload(whole, (assets[1],))], by=clerk)

    assert rows == [alone, theirs, whole]
    first, second = Notice.objects.order_by("pk")
    assert f"Taken back: Camera 1, {alone.asset}. Missing: {assets[1]}." in asset_receipt(first).text
    assert "Missing" not in asset_receipt(second).text


def test_everything_that_a_person_holds_comes_back_with_their_kits(whole, borrower, clerk):
    AssignmentFactory(person=borrower)

    take_back_all(person=borrower, by=clerk)

    assert not Assignment.objects.open().exists()
    assert Notice.objects.count() == 1


def test_parts_that_turn_up_are_missing_no_more(whole, clerk):
    battery = part(whole, "Battery")
    take_back_kit(assignment=whole, by=clerk, missing_parts={battery: 2})

    part_found(part=battery, by=clerk, quantity=1)
    assert AssignmentPart.objects.get(name="Battery").missing == 1

    stale = AssignmentPart.objects.get(name="Battery")
    part_found(part=battery, by=clerk)
    assert AssignmentPart.objects.get(name="Battery").missing == 0
    assert battery.history.first().history_change_reason == "1 found"
    assert "Of “Battery”, 0 are missing." in refusal_of(lambda: part_found(part=stale, by=clerk, quantity=1))
