"""From hand to hand: judged like a hand-over, and without a moment in nobody's hands."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Trust
from accounts.operations import block
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from assets.models import Asset, Assignment, Reservation
from assets.operations import report_asset_lost, take_back, transfer_assignment
from assets.tests.factories import AssetFactory, AssignmentFactory, KitMemberFactory, ReservationFactory, SpaceFactory
from keysite.ledger import BasketRefusal, Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def heir(db):
    return PersonFactory(first_name="Ada", last_name="")


@time_machine.travel(MONDAY, tick=False)
def test_one_assignment_ends_and_another_begins_at_the_same_moment(asset, borrower, heir, clerk, receipts):
    assignment = AssignmentFactory(asset=asset, person=borrower)

    following = transfer_assignment(assignment=assignment, person=heir, by=clerk, note="Shared office")

    assignment.refresh_from_db()
    following.refresh_from_db()
    assert (assignment.status, assignment.returned_by, assignment.condition) == ("Returned", clerk, "good")
    assert assignment.returned_at == following.out_at == following.out_recorded_at == MONDAY
    assert (following.asset, following.person, following.follows, following.out_by) == (asset, heir, assignment, clerk)
    assert (following.trust, following.term, following.note) == (
        Trust.STAFF,
        heir.affiliation.loan_term,
        "Shared office",
    )
    assert following.due_at == datetime(2026, 3, 9, 17, tzinfo=UTC)
    assert last_version(assignment) == (clerk, "handed on (staff)")
    assert last_version(following) == (clerk, f"handed on from assignment {assignment.pk}")
    assert receipts() == [("handed_on", borrower), ("assigned", heir)]


@time_machine.travel(MONDAY, tick=False)
def test_the_clerk_may_choose_term_and_day(asset, borrower, heir, clerk):
    month = LoanTermFactory(days=30)
    assignment = AssignmentFactory(asset=asset, person=borrower)

    following = transfer_assignment(
        assignment=assignment, person=heir, by=clerk, term=month, due_on=date(2026, 3, 20), trust=Trust.PRESENT
    )

    assert (following.term, following.due_at) == (month, datetime(2026, 3, 20, 17, tzinfo=UTC))
    assert following.trust == Trust.PRESENT
    assert last_version(assignment) == (clerk, "handed on (present)")


def test_from_a_person_into_a_space_and_on_to_a_person(assignment, borrower, heir, clerk, receipts):
    room = SpaceFactory()

    put_up = transfer_assignment(assignment=assignment, space=room, by=clerk)
    handed_out = transfer_assignment(assignment=put_up, person=heir, by=clerk)

    assert (put_up.space, put_up.person, put_up.due_at, put_up.term) == (room, None, None, None)
    assert Assignment.objects.open().get() == handed_out
    assert receipts() == [("handed_on", borrower), ("assigned", heir)]


def test_without_a_due_date_where_the_affiliation_needs_none(assignment, clerk):
    free = PersonFactory(affiliation=AffiliationFactory(due_date_required=False))

    following = transfer_assignment(assignment=assignment, person=free, by=clerk, open_ended=True)

    assert (following.due_at, following.term) == (None, None)


def test_the_condition_is_what_was_known(assignment, heir, clerk):
    Asset.objects.update(condition="worn")

    transfer_assignment(assignment=assignment, person=heir, by=clerk)

    assignment.refresh_from_db()
    assert assignment.condition == "worn"
    assert Asset.objects.get().history.count() == 1


def test_a_kit_goes_as_a_whole(kit_out, borrower, heir, clerk, receipts):
    kit_out.parts.update(missing=1)

    following = transfer_assignment(assignment=kit_out, person=heir, by=clerk)

    rows = Assignment.objects.held_by(heir)
    assert (following.kit, following.follows) == (kit_out.kit, kit_out)
    assert {row.asset.tag: (row.part_of, row.follows.part_of) for row in rows.exclude(pk=following.pk)} == {
        "K1": (following, kit_out),
        "K2": (following, kit_out),
    }
    assert {row.due_at for row in rows} == {following.due_at}
    assert [(part.name, part.quantity, part.missing) for part in following.parts.all()] == [("Cable", 1, 0)]
    assert not Assignment.objects.held_by(borrower).exists()
    assert receipts() == [("handed_on", borrower), ("assigned", heir)]


def test_what_went_out_with_a_kit_goes_on_with_it_though_the_kit_has_changed(kit_out, heir, clerk):
    kit_out.kit.members.filter(asset__tag="K1").delete()
    KitMemberFactory(asset=Asset.objects.get(tag="K1"))
    KitMemberFactory(kit=kit_out.kit, asset__tag="K3")

    following = transfer_assignment(assignment=kit_out, person=heir, by=clerk)

    assert {row.asset.tag for row in following.members.all()} == {"K1", "K2"}


def test_the_new_person_s_own_reservation_ends_with_it(assignment, asset, heir, clerk):
    claim = ReservationFactory(
        model=asset.model, person=heir, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=9)
    )

    following = transfer_assignment(assignment=assignment, person=heir, by=clerk)

    claim.refresh_from_db()
    assert (claim.outcome, claim.assignment) == (Reservation.Outcome.HANDED_OUT, following)


def test_what_is_back_or_lost_is_refused(assignment, stale, asset, heir, clerk):
    report_asset_lost(assignment=assignment, by=clerk)
    with refused("L1 Laptop is reported lost. Report it found, or take it back."):
        transfer_assignment(assignment=stale, person=heir, by=clerk)

    take_back(assets=[asset], by=clerk)
    with refused("L1 Laptop is already back."):
        transfer_assignment(assignment=stale, person=heir, by=clerk)
    assert not Assignment.objects.open().exists()


def test_a_member_of_a_kit_is_refused(kit_out, heir, clerk):
    member = kit_out.members.get(asset__tag="K1")

    with refused("K1 Laptop went out with the kit “Camera”. Choose the whole kit."):
        transfer_assignment(assignment=member, person=heir, by=clerk)


def test_a_kit_of_which_something_is_lost_is_refused(kit_out, heir, clerk):
    report_asset_lost(assignment=kit_out.members.get(asset__tag="K2"), by=clerk)

    with refused("K2 Laptop of the kit “Camera” is lost. Take the kit back first, and say what is missing."):
        transfer_assignment(assignment=kit_out, person=heir, by=clerk)


def test_to_the_same_holder_is_refused(assignment, borrower, clerk):
    with refused(f"{borrower} has L1 Laptop already. Name somebody else."):
        transfer_assignment(assignment=assignment, person=borrower, by=clerk)

    put_up = AssignmentFactory(person=None, space=SpaceFactory(), due_at=None, term=None)
    with pytest.raises(Refusal):
        transfer_assignment(assignment=put_up, space=put_up.space, by=clerk)


def test_to_nobody_or_to_two_is_refused(assignment, heir, clerk):
    sentence = "Name the person or the space that gets it: one of the two."
    with refused(sentence):
        transfer_assignment(assignment=assignment, by=clerk)
    with refused(sentence):
        transfer_assignment(assignment=assignment, person=heir, space=SpaceFactory(), by=clerk)


def test_who_may_not_borrow_gets_nothing(assignment, heir, clerk, administrator):
    block(person=heir, by=administrator, reason="owes us three")

    with refused("Ada is blocked from borrowing. Ask the key desk."):
        transfer_assignment(assignment=assignment, person=heir, by=clerk)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lendable": False}, "L1 Laptop is not lent to people. It may only be put up in a space."),
        (
            {"out_of_service_at": timezone.now(), "out_of_service_reason": "no lid"},
            "L1 Laptop is out of service: no lid.",
        ),
    ],
)
def test_what_is_not_lent_goes_to_no_other_person_but_into_a_space(assignment, heir, clerk, fields, sentence):
    Asset.objects.update(**fields)

    with refused(sentence):
        transfer_assignment(assignment=assignment, person=heir, by=clerk)
    assert transfer_assignment(assignment=assignment, space=SpaceFactory(), by=clerk).space


def test_a_due_date_that_the_term_does_not_allow_is_refused(assignment, heir, clerk):
    with pytest.raises(Refusal, match="is too late"):
        transfer_assignment(
            assignment=assignment, person=heir, by=clerk, due_on=timezone.localdate() + timedelta(days=60)
        )


def test_a_reservation_is_not_broken_and_its_own_unit_does_not_count_twice(assignment, asset, heir, clerk):
    AssetFactory(model=asset.model)
    claim = ReservationFactory(model=asset.model)
    following = transfer_assignment(assignment=assignment, person=heir, by=clerk)  # the other unit is free

    ReservationFactory(model=asset.model, starts_at=claim.starts_at)
    with pytest.raises(BasketRefusal, match="is reserved for"):
        transfer_assignment(assignment=following, person=PersonFactory(), by=clerk)


def test_a_stale_copy_is_handed_on_once(assignment, stale, heir, clerk):
    transfer_assignment(assignment=assignment, person=heir, by=clerk)

    with refused("L1 Laptop is already back."):
        transfer_assignment(assignment=stale, person=PersonFactory(), by=clerk)
    assert Assignment.objects.open().get().person == heir


def test_what_it_costs(assignment, kit_out, heir, clerk):
    with queries(exactly=13):
        transfer_assignment(assignment=assignment, person=heir, by=clerk)
    with queries(exactly=20):
        transfer_assignment(assignment=kit_out, person=heir, by=clerk)
