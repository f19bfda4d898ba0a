"""What the loan book is asked: which loans are overdue, which have run for a year, which may be undone."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Trust
from keys.models import Loan, Renewal
from keys.operations import check_out, claim_return, report_lost, return_key, transfer, undo
from keys.tests.factories import KeyFactory, LoanFactory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def lent(**fields):
    return LoanFactory(**({"out_at": NOW - 400 * DAY, "due_at": NOW + DAY} | fields))


def renewed(loan, days_ago, trust):
    Renewal.objects.create(
        loan=loan,
        at=NOW - timedelta(days=days_ago),
        by=loan.borrower,
        trust=trust,
        old_due_at=loan.out_at + DAY,
        new_due_at=loan.due_at,
    )
    return loan


def test_a_loan_is_overdue_from_the_moment_after_it_is_due(db):
    loan = lent(due_at=NOW)

    assert not loan.is_overdue(at=NOW)
    assert list(Loan.objects.overdue(at=NOW)) == []
    assert loan.is_overdue(at=NOW + timedelta(microseconds=1))
    assert list(Loan.objects.overdue(at=NOW + timedelta(microseconds=1))) == [loan]


@pytest.mark.parametrize(
    ("due_at", "days"),
    [
        (datetime(2026, 3, 1, 22, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 1, 23, tzinfo=UTC), 0),  # midnight in Berlin: the 2nd, as it is now
        (datetime(2026, 2, 27, 17, tzinfo=UTC), 3),
    ],
)
def test_days_overdue_are_days_of_the_institution(db, due_at, days):
    lent(due_at=due_at)

    found = [number for number in (1, 2, 3, 4) if Loan.objects.overdue_for(number, at=NOW).exists()]

    assert max(found, default=0) == days


@pytest.mark.parametrize(("days", "listed"), [(364, False), (365, True), (4000, True)])
def test_after_a_year_a_loan_is_reviewed(db, days, listed):
    lent(out_at=NOW - timedelta(days=days))

    assert Loan.objects.for_review(at=NOW).exists() == listed


@pytest.mark.parametrize(
    ("days_ago", "trust", "listed"),
    [(364, Trust.STAFF, False), (365, Trust.STAFF, True), (10, Trust.PROVED, True), (10, Trust.PRESENT, True)],
)
def test_a_renewal_by_staff_is_good_for_a_year_and_one_by_the_borrower_is_not(db, days_ago, trust, listed):
    renewed(lent(), days_ago, trust)

    assert Loan.objects.for_review(at=NOW).exists() == listed


def test_what_is_back_lost_or_paid_is_not_reviewed(db):
    lent(returned_at=NOW, condition="good")
    lent(lost_at=NOW, loss="lost")

    assert not Loan.objects.for_review(at=NOW).exists()


def test_what_may_be_undone_is_what_undo_does(clock, borrower, clerk):
    def out():
        [loan] = check_out(keys=[KeyFactory()], borrower=borrower, by=clerk, trust=Trust.STAFF)
        return loan

    old = out()
    clock.shift(timedelta(minutes=11))
    fresh, back, handed_on, undone = out(), out(), out(), out()
    return_key(loan=back, by=clerk)
    following = transfer(loan=handed_on, borrower=LoanFactory().borrower, by=clerk)
    undo(loan=undone, by=clerk)
    return_key(loan=old, by=clerk)

    undoable = set(Loan.objects.undoable(at=clock_now()).filter(key__in=[old.key, fresh.key, back.key, undone.key]))

    assert undoable == {old, fresh, back}
    assert following not in Loan.objects.undoable(at=clock_now())


def clock_now():
    return NOW + timedelta(minutes=11)


def test_each_loan_is_in_the_lists_that_its_word_says(borrower, clerk):
    running, overdue, lost, back = (lent(borrower=borrower) for _number in range(4))
    Loan.objects.filter(pk=overdue.pk).update(due_at=NOW - DAY)
    report_lost(loan=lost, by=clerk)
    return_key(loan=back, by=clerk)
    claim_return(loan=overdue, by=borrower)

    assert set(Loan.objects.open()) == set(Loan.objects.active()) == {running, overdue, lost}
    assert set(Loan.objects.running()) == {running, overdue}
    assert set(Loan.objects.lost()) == {lost}
    assert set(Loan.objects.claimed()) == {overdue}
    assert set(Loan.objects.held_by(borrower)) == {running, overdue, lost}
    assert set(Loan.objects.due_between(NOW, NOW + 2 * DAY)) == {running}
