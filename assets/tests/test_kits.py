"""Assets join and leave a kit, and one day it is dissolved."""

import pytest
from django.utils import timezone

from assets.models import Assignment, Kit, KitMember
from assets.operations import add_to_kit, assign, assign_kit, dissolve_kit, remove_from_kit
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitFactory,
    KitMemberFactory,
    ReservationFactory,
)
from keysite.ledger import BasketRefusal, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    return KitFactory(name="Camera 1")


def refusal_of(deed):
    with pytest.raises(Refusal) as refused:
        deed()
    return str(refused.value)


def test_assets_join(kit, clerk):
    assets = AssetFactory.create_batch(2)

    add_to_kit(kit=kit, assets=assets, by=clerk)

    assert [member.asset for member in kit.members.all()] == assets
    past = kit.members.first().history.get()
    assert (past.history_user, past.history_change_reason) == (clerk, "added to Camera 1")


def test_what_is_elsewhere_may_not_join(kit, clerk):
    gone = {"disposed_on": timezone.localdate(), "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}
    left, out = AssetFactory(disposed_by=clerk, **gone), AssignmentFactory().asset
    other, own = KitMemberFactory(kit__name="Camera 2").asset, KitMemberFactory(kit=kit).asset

    with pytest.raises(BasketRefusal) as refused:
        add_to_kit(kit=kit, assets=[left, out, other, own, AssetFactory()], by=clerk)

    sentences = list(refused.value.lines.values())
    assert "was disposed of on" in sentences[0]
    assert sentences[1] == f"{out} is assigned. Take it back first, then add it to the kit."
    assert sentences[2] == f"{other} belongs to the kit “Camera 2”. Remove it there first."
    assert sentences[3] == f"{own} belongs to the kit “Camera 1” already."
    assert kit.members.count() == 1


def test_what_is_reserved_may_not_join(kit, clerk):
    claim = ReservationFactory(model=None, asset=AssetFactory())

    sentence = refusal_of(lambda: add_to_kit(kit=kit, assets=[claim.asset], by=clerk))

    assert f"{claim.asset} is reserved for {claim.person.name} from" in sentence
    assert sentence.endswith("Cancel that first, or add it later.")


def test_the_last_unit_of_a_reserved_model_may_not_join(kit, clerk):
    model = AssetModelFactory()
    first, second = AssetFactory.create_batch(2, model=model)
    ReservationFactory(model=model)

    add_to_kit(kit=kit, assets=[first], by=clerk)

    assert f"{model} is reserved for" in refusal_of(lambda: add_to_kit(kit=kit, assets=[second], by=clerk))


def test_both_units_of_a_reserved_model_may_not_join_at_once(kit, clerk):
    model = AssetModelFactory()
    ReservationFactory(model=model)

    with pytest.raises(BasketRefusal) as refused:
        add_to_kit(kit=kit, assets=AssetFactory.create_batch(2, model=model), by=clerk)

    assert len(refused.value.lines) == 1


def test_an_asset_leaves_and_goes_out_alone_again(kit, borrower, clerk):
    member = KitMemberFactory(kit=kit)

    remove_from_kit(kit=kit, assets=[member.asset], by=clerk)

    past = KitMember.history.first()
    assert (past.history_type, past.history_user, past.history_change_reason) == ("-", clerk, "removed from Camera 1")
    assert assign(assets=[member.asset], person=borrower, by=clerk)


def test_what_is_not_in_the_kit_cannot_leave_it(kit, clerk):
    other = KitMemberFactory().asset

    sentence = refusal_of(lambda: remove_from_kit(kit=kit, assets=[other], by=clerk))

    assert sentence == f"{other} does not belong to the kit “Camera 1”."
    assert KitMember.objects.count() == 1


def test_what_leaves_while_the_kit_is_out_comes_back_with_it(kit, borrower, clerk):
    member = KitMemberFactory(kit=kit)
    assign_kit(kit=kit, person=borrower, by=clerk)

    remove_from_kit(kit=kit, assets=[member.asset], by=clerk)

    assert "is out; it is due back" in refusal_of(lambda: assign(assets=[member.asset], person=borrower, by=clerk))


def test_a_kit_is_dissolved(kit, borrower, clerk):
    member = KitMemberFactory(kit=kit)

    dissolve_kit(kit=kit, by=clerk)

    assert (kit.dissolved_by, kit.members.count()) == (clerk, 0)
    assert kit.history.first().history_change_reason == "dissolved"
    assert assign(assets=[member.asset], person=borrower, by=clerk)
    assert Kit.objects.create(name="camera 1")


def test_a_kit_that_is_out_or_dissolved_is_not_dissolved(kit, borrower, clerk):
    KitMemberFactory(kit=kit)
    assign_kit(kit=kit, person=borrower, by=clerk)
    stale, ended = Kit.objects.get(pk=kit.pk), KitFactory()
    dissolve_kit(kit=ended, by=clerk)

    assert "is assigned. Take it back first." in refusal_of(lambda: dissolve_kit(kit=stale, by=clerk))
    assert "was dissolved on" in refusal_of(lambda: dissolve_kit(kit=ended, by=clerk))
    assert "was dissolved on" in refusal_of(lambda: add_to_kit(kit=ended, assets=[AssetFactory()], by=clerk))
    assert Assignment.objects.open().count() == 2
