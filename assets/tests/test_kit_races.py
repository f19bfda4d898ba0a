"""At the same moment: kits against their assets, and kits against each other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.models import Assignment, Kit, KitMember, Reservation
from assets.operations import (
    Load,
    add_to_kit,
    assign,
    assign_kit,
    dissolve_kit,
    remove_from_kit,
    reserve,
    take_back_kit,
)
from assets.tests.factories import AssetFactory, KitFactory, KitMemberFactory
from keysite.ledger import Refusal
from keysite.tests.races import at_once, one_after_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def copy_of(value):
    """What a request of its own would have read before the race."""
    if isinstance(value, list):
        return [copy_of(item) for item in value]
    if isinstance(value, Load):
        return value._replace(kit=copy_of(value.kit))
    return type(value).objects.get(pk=value.pk) if hasattr(value, "pk") else value


def doing(deed, **rows):
    copies = {name: copy_of(value) for name, value in rows.items()}
    return lambda: deed(**copies)


def refusals(results):
    return [str(result) for result in results if isinstance(result, Refusal)]


@pytest.fixture
def kit(db):
    kit = KitFactory(name="Camera 1")
    KitMemberFactory.create_batch(3, kit=kit)
    return kit


def member_of(kit):
    return kit.members.order_by("pk").first().asset


def test_a_kit_goes_to_one_of_many(kit, clerk):
    people = [PersonFactory() for _number in range(6)]

    results = at_once(*[doing(assign_kit, kit=kit, person=person, by=clerk) for person in people])

    assert Assignment.objects.filter(kit=kit).count() == 1
    assert Assignment.objects.count() == 4
    assert len(refusals(results)) == 5
    assert all("The kit “Camera 1” is out; it is due back on" in sentence for sentence in refusals(results))


def test_a_kit_and_one_of_its_assets(kit, clerk, borrower):
    results = at_once(
        doing(assign_kit, kit=kit, person=borrower, by=clerk),
        doing(assign, assets=[member_of(kit)], person=PersonFactory(), by=clerk),
    )

    assert Assignment.objects.count() == 4
    assert len(refusals(results)) == 1


def test_an_asset_that_joins_meanwhile_is_not_handed_out_alone(clerk, borrower):
    kit, asset = KitFactory(name="Camera 1"), AssetFactory()

    results = one_after_other(
        doing(add_to_kit, kit=kit, assets=[asset], by=clerk),
        doing(assign, assets=[asset], person=borrower, by=clerk),
    )

    assert refusals(results) == [f"{asset} belongs to the kit “Camera 1”. Hand out the whole kit."]


def test_an_asset_that_is_handed_out_meanwhile_does_not_join(clerk, borrower):
    kit, asset = KitFactory(), AssetFactory()

    results = one_after_other(
        doing(assign, assets=[asset], person=borrower, by=clerk),
        doing(add_to_kit, kit=kit, assets=[asset], by=clerk),
    )

    assert refusals(results) == [f"{asset} is assigned. Take it back first, then add it to the kit."]


def test_an_asset_that_is_reserved_meanwhile_does_not_join(clerk, borrower):
    kit, asset, start = KitFactory(), AssetFactory(), timezone.now() + timedelta(days=1)
    span = {"starts_at": start, "ends_at": start + timedelta(days=1)}

    results = one_after_other(
        doing(reserve, person=borrower, asset=asset, by=clerk, trust=Trust.STAFF, **span),
        doing(add_to_kit, kit=kit, assets=[asset], by=clerk),
    )

    assert f"{asset} is reserved for" in refusals(results)[0]
    assert Reservation.objects.live().count() == 1


def test_an_asset_joins_one_kit(clerk):
    asset, kits = AssetFactory(), KitFactory.create_batch(4)

    results = at_once(*[doing(add_to_kit, kit=kit, assets=[asset], by=clerk) for kit in kits])

    assert KitMember.objects.count() == 1
    assert len(refusals(results)) == 3


def test_what_joins_while_the_kit_goes_out_goes_with_the_next_hand_over(kit, clerk, borrower):
    asset = AssetFactory()

    results = at_once(
        doing(assign_kit, kit=kit, person=borrower, by=clerk), doing(add_to_kit, kit=kit, assets=[asset], by=clerk)
    )

    assert KitMember.objects.filter(kit=kit).count() == 4
    whole = Assignment.objects.filter(kit=kit).first()
    assert (whole.members.count() in {3, 4}) if whole else refusals(results)


def test_what_leaves_while_the_kit_goes_out_is_not_in_two_hands(kit, clerk, borrower):
    asset = member_of(kit)

    at_once(
        doing(assign_kit, kit=kit, person=borrower, by=clerk),
        doing(remove_from_kit, kit=kit, assets=[asset], by=clerk),
        doing(assign, assets=[asset], person=PersonFactory(), by=clerk),
    )

    assert Assignment.objects.open().filter(asset=asset).count() <= 1


def test_a_kit_is_handed_out_or_dissolved(kit, clerk, borrower):
    results = one_after_other(
        doing(assign_kit, kit=kit, person=borrower, by=clerk), doing(dissolve_kit, kit=kit, by=clerk)
    )

    assert refusals(results) == ["The kit “Camera 1” is assigned. Take it back first."]
    assert Kit.objects.in_use().get() == kit


def test_a_kit_comes_back_once(kit, clerk, borrower):
    whole = assign_kit(kit=kit, person=borrower, by=clerk)

    results = at_once(*[doing(take_back_kit, assignment=whole, by=clerk) for _number in range(4)])

    assert refusals(results) == ["The kit “Camera 1” is back already."] * 3
    assert not Assignment.objects.open().exists()


def test_baskets_with_the_same_kits_in_different_order_wait_for_each_other(clerk):
    kits, assets = [KitMemberFactory().kit for _number in range(3)], AssetFactory.create_batch(2)

    def basket(turn):
        loads = [Load(kit) for kit in kits[turn:] + kits[:turn]]
        return doing(assign, assets=assets[::-1] if turn else assets, kits=loads, person=PersonFactory(), by=clerk)

    results = at_once(*[basket(turn) for turn in (0, 1, 2, 0, 1, 2)])

    assert len(refusals(results)) == 5
    assert Assignment.objects.whole().count() == 5
