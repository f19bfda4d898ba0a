"""Saying from afar that a key is back, and what the desk finds."""

import pytest

from accounts.models import Trust
from keys.models import Loan, LossReport
from keys.operations import claim_return, record_payment, reject_claim, report_lost, return_key
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_the_claim_waits_for_the_desk(loan, borrower, receipts):
    claim_return(loan=loan, by=borrower)

    loan.refresh_from_db()
    assert (loan.status, loan.claimed_by) == ("Checked out", borrower)
    assert list(Loan.objects.claimed()) == [loan]
    assert last_version(loan) == (borrower, "said to be back (proved)")
    assert receipts() == [("claimed", borrower)]


def test_scanning_the_key_settles_it(loan, borrower, clerk):
    claim_return(loan=loan, by=borrower)

    return_key(loan=loan, by=clerk)

    assert loan.status == "Returned"
    assert not Loan.objects.claimed().exists()


def test_in_an_honesty_box_the_claim_closes_the_loan(loan, borrower, receipts):
    loan.key.symbol.claim_closes = True
    loan.key.symbol.save()

    claim_return(loan=loan, by=borrower)

    loan.refresh_from_db()
    assert (loan.status, loan.returned_by) == ("Returned", borrower)
    assert last_version(loan) == (borrower, "returned (proved)")
    assert receipts() == [("returned", borrower)]


def test_what_is_back_is_refused(loan, stale, borrower, clerk):
    return_key(loan=loan, by=clerk)

    with refused("Key AA1 1 is already back."):
        claim_return(loan=stale, by=borrower)


def test_saying_it_twice_is_refused(loan, stale, borrower):
    claim_return(loan=loan, by=borrower)

    with refused("You said so before: AA1 1 waits for the desk to scan it."):
        claim_return(loan=stale, by=borrower)


@pytest.mark.parametrize("paid", [False, True])
def test_a_claim_on_a_lost_key_is_on_the_desks_list_paid_or_not(loan, borrower, clerk, paid):
    report_lost(loan=loan, by=borrower, trust=Trust.PROVED)
    if paid:
        record_payment(loan=loan, by=clerk, amount=25, note="R1")

    claim_return(loan=loan, by=borrower)

    assert loan.status == "Paid" if paid else "Lost/Broken"
    assert list(Loan.objects.claimed()) == [loan]


def test_a_lost_key_is_not_found_by_a_claim_from_afar(loan, borrower):
    loan.key.symbol.claim_closes = True
    loan.key.symbol.save()
    report_lost(loan=loan, by=borrower, trust=Trust.PROVED)

    claim_return(loan=loan, by=borrower)

    assert (loan.status, list(Loan.objects.claimed())) == ("Lost/Broken", [loan])
    assert LossReport.objects.open().exists()


def test_the_desk_rejects_what_it_cannot_find(loan, borrower, clerk, receipts):
    claim_return(loan=loan, by=borrower)

    reject_claim(loan=loan, by=clerk)

    loan.refresh_from_db()
    assert (loan.claimed_at, loan.claimed_by) == (None, None)
    assert last_version(loan) == (clerk, "not there: claim rejected")
    assert receipts()[1:] == [("claim_rejected", borrower)]


def test_without_a_claim_there_is_nothing_to_reject(loan, clerk):
    with refused("Nobody says that AA1 1 is back."):
        reject_claim(loan=loan, by=clerk)


def test_what_is_back_is_not_rejected(loan, stale, borrower, clerk):
    claim_return(loan=loan, by=borrower)
    return_key(loan=loan, by=clerk)

    with refused("Nobody says that AA1 1 is back."):
        reject_claim(loan=stale, by=clerk)


def test_what_it_costs(loan, borrower):
    with queries(exactly=4):
        claim_return(loan=loan, by=borrower)
