"""Found: the loan goes on."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Trust
from keys.models import Loan
from keys.operations import record_payment, report_found, report_lost, retire_key, return_key
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_the_loan_goes_on(loan, borrower, receipts):
    report_lost(loan=loan, by=borrower)

    report_found(loan=loan, by=borrower, trust=Trust.PROVED)

    loan.refresh_from_db()
    assert (loan.status, loan.found_by) == ("Checked out", borrower)
    assert list(Loan.objects.running()) == [loan]
    assert last_version(loan) == (borrower, "found (proved)")
    assert receipts()[1:] == [("found", borrower)]


def test_it_is_overdue_if_its_day_has_passed(loan, clerk):
    report_lost(loan=loan, by=clerk)
    Loan.objects.update(due_at=timezone.now() - timedelta(minutes=1))

    report_found(loan=loan, by=clerk)

    assert loan.status == "Overdue"


def test_what_was_not_lost_is_refused(loan, clerk):
    with refused("Key AA1 1 is not reported lost."):
        report_found(loan=loan, by=clerk)


def test_what_is_back_is_refused(loan, stale, clerk):
    report_lost(loan=loan, by=clerk)
    return_key(loan=loan, by=clerk)

    with refused("Key AA1 1 is not reported lost."):
        report_found(loan=stale, by=clerk)


def test_what_is_paid_for_only_the_desk_takes_back(loan, borrower, clerk):
    report_lost(loan=loan, by=borrower)
    record_payment(loan=loan, by=clerk, amount=5, note="R1")

    with refused("Key AA1 1 has been paid for. Bring it to the key desk, which takes it back."):
        report_found(loan=loan, by=borrower)


def test_what_is_retired_only_the_desk_takes_back(loan, borrower, clerk):
    report_lost(loan=loan, by=borrower)
    retire_key(key=loan.key, by=clerk, retirement="lost", reason="Gone")

    with refused("Key AA1 1 has been retired. Bring it to the key desk, which takes it back."):
        report_found(loan=loan, by=borrower)


def test_what_it_costs(loan, clerk):
    report_lost(loan=loan, by=clerk)

    with queries(exactly=9):
        report_found(loan=loan, by=clerk)
