"""``assign_kit``: a kit goes out as one, and what went out with it is written down for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import LoanTermFactory
from assets.models import Assignment, Condition, Reservation
from assets.notices import asset_receipt
from assets.operations import (
    Load,
    add_to_kit,
    assign,
    assign_kit,
    dissolve_kit,
    remove_from_kit,
    take_back,
    take_back_kit,
)
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitFactory,
    KitMemberFactory,
    KitPartFactory,
    ReservationFactory,
    SpaceFactory,
)
from keysite.ledger import BasketRefusal, Refusal
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def kit():
    """A kit of two assets, with two batteries and a case."""
    kit = KitFactory(name="Camera 1")
    KitMemberFactory.create_batch(2, kit=kit)
    KitPartFactory(kit=kit, name="Battery", quantity=2)
    KitPartFactory(kit=kit, name="Case")
    return kit


def members_of(kit):
    return [member.asset for member in kit.members.order_by("pk")]


def refusal_of(deed):
    with pytest.raises(Refusal) as refused:
        deed()
    return str(refused.value)


def test_a_kit_goes_out_with_everything(kit, borrower, clerk):
    whole = assign_kit(kit=kit, person=borrower, by=clerk)

    rows = list(whole.members.order_by("pk"))
    assert (whole.kit, whole.asset, whole.person, whole.out_by) == (kit, None, borrower, clerk)
    assert {row.asset for row in rows} == set(members_of(kit))
    assert {(row.person, row.due_at, row.term, row.out_at) for row in rows} == {
        (borrower, whole.due_at, whole.term, whole.out_at)
    }
    assert [str(part) for part in whole.parts.all()] == ["2 × Battery", "Case"]
    assert {past.history_change_reason for past in Assignment.history.all()} == {"assigned (staff)"}
    assert Assignment.history.count() == 3


def test_the_receipt_names_the_kit_and_what_is_in_it(kit, borrower, clerk):
    assign_kit(kit=kit, person=borrower, by=clerk)

    mail = asset_receipt(Notice.objects.get()).text

    assert "Assigned to you: Camera 1, due on" in mail
    assert "With Camera 1 went:" in mail
    assert all(f"* {asset}\n" in mail for asset in members_of(kit))
    assert "* 2 × Battery\n" in mail
    assert mail.count("* Camera 1:") == 1


def test_a_kit_is_due_as_late_as_each_of_its_assets_may_be_kept(kit, borrower, clerk):
    short = LoanTermFactory(days=2)
    AssetFactory(model__type__loan_term=LoanTermFactory(days=1))
    KitMemberFactory(kit=kit, asset=AssetFactory(model__type__loan_term=short))
    KitMemberFactory(kit=kit, asset=AssetFactory(model__type__loan_term=LoanTermFactory(days=60)))

    whole = assign_kit(kit=kit, person=borrower, by=clerk)

    assert whole.term == short
    assert whole.due_at - whole.out_at < 3 * DAY
    assert set(whole.members.values_list("due_at", flat=True)) == {whole.due_at}


def test_a_day_that_one_of_its_assets_does_not_allow_is_refused(kit, borrower, clerk):
    KitMemberFactory(kit=kit, asset=AssetFactory(model__type__loan_term=LoanTermFactory(days=2)))
    late = timezone.localdate() + 4 * DAY

    assert "is too late" in refusal_of(lambda: assign_kit(kit=kit, person=borrower, by=clerk, due_on=late))


def test_a_kit_is_put_up_in_a_space(kit, clerk):
    whole = assign_kit(kit=kit, space=SpaceFactory(), by=clerk)

    assert (whole.due_at, whole.status) == (None, "In place")
    assert not Notice.objects.exists()


def test_what_is_left_here_on_purpose_does_not_go(kit, borrower, clerk):
    first, second = members_of(kit)
    battery, case = kit.parts.all()

    whole = assign_kit(kit=kit, person=borrower, by=clerk, without=[second], without_parts={battery: 1, case: 1})

    assert [row.asset for row in whole.members.all()] == [first]
    assert [str(part) for part in whole.parts.all()] == ["Battery"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lendable": False}, "is not lent to people"),
        ({"out_of_service_at": timezone.now(), "out_of_service_reason": "no lid"}, "is out of service: no lid."),
    ],
)
def test_a_member_that_may_not_go_has_its_own_sentence_and_may_be_left_out(kit, borrower, clerk, fields, sentence):
    bad = KitMemberFactory(kit=kit, asset=AssetFactory(**fields)).asset

    with pytest.raises(BasketRefusal) as refused:
        assign_kit(kit=kit, person=borrower, by=clerk)
    assert sentence in refused.value.lines[bad]
    assert "Something in the kit “Camera 1” cannot go out." in refused.value.lines[kit]
    assert not Assignment.objects.exists()

    assert assign_kit(kit=kit, person=borrower, by=clerk, without=[bad]).members.count() == 2


def test_members_that_were_disposed_of_lost_or_missing_are_refused(kit, borrower, clerk):
    first, second = members_of(kit)
    gone = {"disposed_on": timezone.localdate(), "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}
    left = KitMemberFactory(kit=kit, asset=AssetFactory(disposed_by=clerk, **gone)).asset
    take_back_kit(
        assignment=assign_kit(kit=kit, person=borrower, by=clerk, without=[left]), by=clerk, missing_assets=[second]
    )

    with pytest.raises(BasketRefusal) as refused:
        assign_kit(kit=kit, person=borrower, by=clerk)

    assert "was disposed of" in refused.value.lines[left]
    assert "is reported lost" in refused.value.lines[second]
    assert first not in refused.value.lines


def test_a_kit_that_is_out_empty_or_dissolved_is_refused(kit, borrower, clerk):
    empty, ended = KitFactory(), KitMemberFactory().kit
    KitPartFactory(kit=empty)
    dissolve_kit(kit=ended, by=clerk)
    assign_kit(kit=kit, person=borrower, by=clerk)

    assert "is out; it is due back on" in refusal_of(lambda: assign_kit(kit=kit, person=borrower, by=clerk))
    assert "There is no asset in the kit" in refusal_of(lambda: assign_kit(kit=empty, person=borrower, by=clerk))
    assert "was dissolved on" in refusal_of(lambda: assign_kit(kit=ended, person=borrower, by=clerk))


def test_a_kit_of_which_nothing_would_go_is_refused(kit, borrower, clerk):
    sentence = refusal_of(lambda: assign_kit(kit=kit, person=borrower, by=clerk, without=members_of(kit)))

    assert "Nothing of the kit “Camera 1” would go out." in sentence


def test_a_kit_was_in_one_place_in_the_past_too(kit, borrower, clerk):
    now, [first, second] = timezone.now(), members_of(kit)
    whole = assign_kit(kit=kit, person=borrower, by=clerk, out_at=now - 3 * DAY, without=[second])
    take_back_kit(assignment=whole, by=clerk, returned_at=now - DAY)

    def earlier():
        assign_kit(kit=kit, person=borrower, by=clerk, out_at=now - 2 * DAY, without=[first])

    assert "The kit “Camera 1” was out until" in refusal_of(earlier)


def test_a_member_is_not_handed_out_alone(kit, borrower, clerk):
    [asset, _other] = members_of(kit)

    assert "belongs to the kit “Camera 1”" in refusal_of(lambda: assign(assets=[asset], person=borrower, by=clerk))


def test_assets_and_kits_go_out_in_one_basket(kit, borrower, clerk):
    asset, out = AssetFactory(), AssignmentFactory().asset
    other = KitMemberFactory().kit
    assign_kit(kit=other, person=borrower, by=clerk)
    basket = {"assets": [asset, out], "kits": [Load(kit), Load(other)], "person": borrower, "by": clerk}
    Notice.objects.all().delete()

    with pytest.raises(BasketRefusal) as refused:
        assign(**basket)
    assert {out, other} <= set(refused.value.lines)

    rows = assign(**basket, take_rest=True)
    assert [row.item for row in rows] == [asset, kit]
    assert Notice.objects.count() == 1


def test_a_reservation_of_the_model_is_not_for_the_member_of_a_kit(kit, borrower, clerk):
    [asset, _other] = members_of(kit)
    AssetFactory(model=asset.model)
    claim = ReservationFactory(model=asset.model, person=borrower, starts_at=timezone.now() - timedelta(hours=1))

    assign_kit(kit=kit, person=borrower, by=clerk)

    assert Reservation.objects.live().get() == claim


def test_changing_a_kit_leaves_old_hand_overs_alone(kit, borrower, clerk):
    first, second = members_of(kit)
    whole = assign_kit(kit=kit, person=borrower, by=clerk)
    more = AssetFactory()

    remove_from_kit(kit=kit, assets=[second], by=clerk)
    add_to_kit(kit=kit, assets=[more], by=clerk)
    kit.parts.all().delete()

    assert {row.asset for row in whole.members.all()} == {first, second}
    assert whole.parts.count() == 2
    back = take_back_kit(assignment=whole, by=clerk, missing_assets=[first])
    assert set(Assignment.objects.returned().values_list("asset", flat=True)) == {None, second.pk}
    assert back.condition == Condition.GOOD
    assert [row.asset for row in take_back(assets=[first], by=clerk)] == [first]


@pytest.mark.parametrize("count", [3, 30])
def test_a_hand_over_takes_the_same_queries_however_large_the_kit(borrower, clerk, count):
    kit = KitFactory()
    for _number in range(count):
        KitMemberFactory(kit=kit)
        KitPartFactory(kit=kit)

    with queries(17):
        whole = assign_kit(kit=kit, person=borrower, by=clerk)
    with queries(7):
        take_back_kit(assignment=whole, by=clerk)

    assert whole.members.count() == whole.parts.count() == count
