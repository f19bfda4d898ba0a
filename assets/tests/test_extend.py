"""Extend: a later due date, for those who may, as long as nobody waits."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Person, Trust
from accounts.tests.factories import LoanTermFactory
from assets.models import Asset, Assignment
from assets.operations import extend, extended_until, report_asset_lost, take_back
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    ReservationFactory,
    SpaceFactory,
)
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DUE = MONDAY + 7 * DAY + timedelta(hours=8)
LATER = datetime(2026, 3, 13, 17, tzinfo=UTC)  # a week from the 6th


@pytest.fixture
def term(db):
    return LoanTermFactory(name="Week", days=7, renewals_allowed=2, renewal_window_days=3)


@pytest.fixture
def assignment(asset, borrower, term):
    """Due on the 9th."""
    return AssignmentFactory(asset=asset, person=borrower, term=term, out_at=MONDAY, due_at=DUE)


def on_day(day, hour=9):
    return time_machine.travel(datetime(2026, 3, day, hour, tzinfo=UTC), tick=False)


@on_day(6)
def test_it_is_due_as_late_as_its_term_allows_from_now(assignment, borrower, receipts):
    extend(assignment=assignment, by=borrower, trust=Trust.PROVED)

    assignment.refresh_from_db()
    assert assignment.due_at == LATER
    [extension] = assignment.extensions.all()
    assert (extension.at, extension.by, extension.trust) == (
        datetime(2026, 3, 6, 9, tzinfo=UTC),
        borrower,
        Trust.PROVED,
    )
    assert (extension.old_due_at, extension.new_due_at) == (DUE, LATER)
    assert last_version(assignment) == (borrower, "extended (proved)")
    assert last_version(extension) == (borrower, "extended (proved)")
    assert receipts() == [("extended", borrower)]


@on_day(6)
def test_the_clerk_may_choose_term_and_day_and_says_why(assignment, clerk):
    month = LoanTermFactory(days=30)

    extend(
        assignment=assignment,
        by=clerk,
        trust=Trust.STAFF,
        term=month,
        due_on=date(2026, 3, 20),
        why="Still needed " * 40,
    )

    assignment.refresh_from_db()
    assert (assignment.due_at, assignment.term.name) == (datetime(2026, 3, 20, 17, tzinfo=UTC), "Week")
    assert assignment.extensions.get().why == ("Still needed " * 40)[:200]
    assert last_version(assignment)[1].startswith("extended: Still needed")


@on_day(6)
def test_a_kit_is_due_later_with_all_that_went_out_with_it(kit_out, clerk):
    Assignment.objects.update(out_at=MONDAY, due_at=DUE)

    extend(assignment=kit_out, by=clerk, trust=Trust.STAFF)

    assert {row.due_at for row in Assignment.objects.all()} == {LATER}
    assert kit_out.extensions.count() == 1
    assert last_version(kit_out.members.first()) == (clerk, "extended (staff)")
    with refused("K1 Laptop went out with the kit “Camera”. Choose the whole kit."):
        extend(assignment=kit_out.members.get(asset__tag="K1"), by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_what_is_put_up_in_a_space_stays_until_a_day_that_the_desk_names(borrower, clerk):
    room = SpaceFactory()
    put_up = AssignmentFactory(person=None, space=room, term=None, out_at=MONDAY, due_at=DUE)
    sentence = f"{put_up.asset} is put up in {room}. The desk says until which day it stays."
    with refused(sentence):
        extend(assignment=put_up, by=clerk, trust=Trust.STAFF)
    with refused(sentence):
        extend(assignment=put_up, by=borrower, trust=Trust.PROVED, due_on=date(2026, 4, 1))

    extend(assignment=put_up, by=clerk, trust=Trust.STAFF, due_on=date(2026, 4, 1))

    put_up.refresh_from_db()
    assert put_up.due_at == datetime(2026, 4, 1, 16, tzinfo=UTC)


@on_day(6)
def test_without_a_term_of_its_own_that_of_the_type_or_of_the_affiliation_counts(borrower, clerk):
    long = LoanTermFactory(days=20)
    of_type = AssignmentFactory(
        asset__model__type__loan_term=long, person=borrower, term=None, out_at=MONDAY, due_at=DUE
    )
    other = AssignmentFactory(person=borrower, term=None, out_at=MONDAY, due_at=DUE)

    extend(assignment=of_type, by=clerk, trust=Trust.STAFF)
    extend(assignment=other, by=clerk, trust=Trust.STAFF)

    assert of_type.due_at == datetime(2026, 3, 26, 17, tzinfo=UTC)
    assert other.due_at == LATER


@on_day(6)
def test_beyond_the_term_is_refused(assignment, clerk):
    with refused("March 14, 2026 is too late: “Week” ends on March 13, 2026. Choose a day until then."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF, due_on=date(2026, 3, 14))


@on_day(2)
def test_what_would_not_make_it_later_is_refused(assignment, clerk):
    with refused("L1 Laptop is due on March 9, 2026 already: extending it now would not make it later."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_without_a_due_date_there_is_nothing_to_extend(assignment, clerk):
    Assignment.objects.update(due_at=None)

    with refused("L1 Laptop has no due date: it may stay."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_what_is_back_or_lost_is_refused(assignment, stale, asset, clerk):
    report_asset_lost(assignment=assignment, by=clerk)
    with refused("L1 Laptop is reported lost. Report it found, or take it back."):
        extend(assignment=stale, by=clerk, trust=Trust.STAFF)

    take_back(assets=[asset], by=clerk)
    with refused("L1 Laptop is already back."):
        extend(assignment=stale, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_what_is_out_of_service_or_disposed_of_is_refused(assignment, clerk):
    Asset.objects.update(out_of_service_at=MONDAY, out_of_service_reason="recalled")
    with refused("L1 Laptop is out of service: recalled. Bring it back."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)

    gone = {"disposal_type": DisposalTypeFactory(), "disposal_reason": "old", "disposed_by": clerk}
    Asset.objects.update(disposed_on=MONDAY.date(), **gone)
    with refused("L1 Laptop is disposed of. Bring it back."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_who_may_not_borrow_may_not_extend(assignment, borrower, clerk):
    Person.objects.filter(pk=borrower.pk).update(blocked_at=MONDAY, blocked_reason="Lost five")

    with refused(f"{borrower.name} is blocked from borrowing. Ask the key desk."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(5)
def test_before_the_window_opens_borrowers_wait_and_staff_do_not(assignment, borrower, clerk):
    with refused("It is too early: you may set a later date from March 6, 2026 on."):
        extend(assignment=assignment, by=borrower, trust=Trust.PRESENT)

    extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(9, hour=18)
def test_what_is_overdue_is_extended_by_staff_only(assignment, borrower, clerk):
    with refused("L1 Laptop is overdue. Bring it back, or ask the key desk for a later date."):
        extend(assignment=assignment, by=borrower, trust=Trust.PROVED)

    extend(assignment=assignment, by=clerk, trust=Trust.STAFF)

    assert assignment.status == "Assigned"


def test_borrowers_extend_as_often_as_the_term_allows_and_what_staff_did_does_not_count(assignment, borrower, clerk):
    for day, trust in ((6, Trust.PROVED), (10, Trust.STAFF), (16, Trust.PROVED)):
        with on_day(day):
            extend(assignment=assignment, by=borrower, trust=trust)

    with on_day(21):
        with refused("“Week” lets you set 2 later dates by yourself, and you have. Ask the key desk for another."):
            extend(assignment=assignment, by=borrower, trust=Trust.PROVED)
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_a_reservation_of_the_asset_that_touches_the_end_goes_with_it_and_one_second_less_does_not(
    assignment, asset, clerk, borrower
):
    claim = ReservationFactory(model=None, asset=asset, starts_at=LATER - SECOND, ends_at=LATER + DAY)
    with pytest.raises(Refusal, match=f"L1 Laptop is reserved for {claim.person.name} from 03/13/2026 5:59 p.m."):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)
    hidden = "L1 Laptop is reserved for the time after March 9, 2026. Choose an earlier day, or bring it back then."
    with refused(hidden):
        extend(assignment=assignment, by=borrower, trust=Trust.PROVED)

    claim.starts_at = LATER
    claim.save()
    extend(assignment=assignment, by=borrower, trust=Trust.PROVED)
    assert assignment.due_at == LATER


@on_day(6)
def test_the_last_unit_of_a_reserved_model_is_not_extended(assignment, asset, clerk):
    ReservationFactory(model=asset.model, starts_at=LATER - DAY, ends_at=LATER + DAY)
    with pytest.raises(Refusal, match="is reserved for"):
        extend(assignment=assignment, by=clerk, trust=Trust.STAFF)

    AssetFactory(model=asset.model)
    extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_one_s_own_next_reservation_is_not_passed_over_either(assignment, asset, borrower):
    ReservationFactory(model=None, asset=asset, person=borrower, starts_at=LATER - DAY, ends_at=LATER + DAY)

    with pytest.raises(Refusal, match="is reserved for the time after"):
        extend(assignment=assignment, by=borrower, trust=Trust.PROVED)


@on_day(6)
def test_a_reservation_before_the_old_due_date_stands_in_nobody_s_way(assignment, asset, clerk):
    ReservationFactory(model=None, asset=asset, starts_at=MONDAY, ends_at=DUE)

    extend(assignment=assignment, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_a_stale_copy_is_extended_from_the_date_it_has_now(assignment, stale, borrower):
    extend(assignment=assignment, by=borrower, trust=Trust.PROVED)

    with refused("It is too early: you may set a later date from March 10, 2026 on."):
        extend(assignment=stale, by=borrower, trust=Trust.PROVED)
    assert assignment.extensions.count() == 1


@on_day(6)
def test_until_when_is_asked_beforehand_by_the_same_rules(assignment, kit_out, borrower):
    Assignment.objects.filter(person=borrower).update(out_at=MONDAY, due_at=DUE)
    kit_out.refresh_from_db()
    assert extended_until(assignment=assignment, trust=Trust.PROVED) == LATER
    assert extended_until(assignment=kit_out, trust=Trust.STAFF, term=LoanTermFactory(days=20)) > LATER

    assignment.term.renewals_allowed = 0
    with refused("“Week” has no later date that you could set by yourself. Ask the key desk for one."):
        extended_until(assignment=assignment, trust=Trust.PROVED)


@on_day(6)
def test_what_it_costs(assignment, borrower, kit_out, clerk):
    Assignment.objects.update(out_at=MONDAY, due_at=DUE)
    with queries(exactly=11):
        extend(assignment=assignment, by=borrower, trust=Trust.PROVED)
    with queries(exactly=12):
        extend(assignment=kit_out, by=clerk, trust=Trust.STAFF)
