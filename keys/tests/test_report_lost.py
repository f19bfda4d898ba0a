"""Lost or broken: reminders stop, nobody gets the key, and it still counts."""

import pytest
from django.utils import timezone

from accounts.models import Trust
from keys.models import Loan
from keys.operations import claim_return, report_found, report_lost, return_key
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


@pytest.mark.parametrize("loss", ["lost", "broken"])
def test_the_loan_is_lost_and_still_counts(loan, borrower, receipts, loss):
    report_lost(loan=loan, by=borrower, trust=Trust.PROVED, loss=loss)

    loan.refresh_from_db()
    assert (loan.status, loan.loss, loan.lost_by) == ("Lost/Broken", loss, borrower)
    assert (list(Loan.objects.lost()), list(Loan.objects.held_by(borrower))) == ([loan], [loan])
    assert not Loan.objects.running().exists()
    assert last_version(loan) == (borrower, f"reported {loss} (proved)")
    assert receipts() == [("lost", borrower)]


def test_a_lost_key_is_not_overdue(loan, clerk):
    Loan.objects.update(due_at=timezone.now())

    report_lost(loan=loan, by=clerk)

    assert loan.status == "Lost/Broken"
    assert not Loan.objects.overdue(at=timezone.now()).exists()


def test_what_is_back_is_refused(loan, stale, clerk):
    return_key(loan=loan, by=clerk)

    with refused("Key AA1 1 is already back."):
        report_lost(loan=stale, by=clerk)


def test_reporting_it_twice_is_refused(loan, stale, clerk):
    report_lost(loan=loan, by=clerk)

    with refused("Key AA1 1 was reported lost or broken before."):
        report_lost(loan=stale, by=clerk)


def test_it_takes_back_a_claim(loan, borrower, clerk):
    claim_return(loan=loan, by=borrower)

    report_lost(loan=loan, by=clerk)

    loan.refresh_from_db()
    assert (loan.claimed_at, loan.claimed_by) == (None, None)


def test_a_found_key_may_be_lost_again(loan, clerk):
    report_lost(loan=loan, by=clerk)
    report_found(loan=loan, by=clerk)

    report_lost(loan=loan, by=clerk, loss="broken")

    loan.refresh_from_db()
    assert (loan.status, loan.loss, loan.found_at, loan.found_by) == ("Lost/Broken", "broken", None, None)


def test_what_it_costs(loan, clerk):
    with queries(exactly=7):
        report_lost(loan=loan, by=clerk)
