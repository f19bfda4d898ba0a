"""Paid: the key counts no longer against what the borrower may hold."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from keys.models import Loan
from keys.operations import record_payment, report_lost, return_key
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


@pytest.fixture
def loan(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return loan


@time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), tick=False)  # the 3rd in Berlin
def test_it_is_paid_today_and_counts_no_longer(loan, borrower, clerk, receipts):
    record_payment(loan=loan, by=clerk, amount=Decimal("25.50"), note="Receipt 17")

    loan.refresh_from_db()
    assert (loan.status, loan.paid_on, loan.paid_by) == ("Paid", date(2026, 3, 3), clerk)
    assert (loan.paid_amount, loan.paid_note) == (Decimal("25.50"), "Receipt 17")
    assert not Loan.objects.held_by(borrower).exists()
    assert last_version(loan) == (clerk, "paid")
    assert receipts()[1:] == [("paid", borrower)]


def test_an_earlier_day_and_nothing_to_pay_are_fine(loan, clerk):
    record_payment(loan=loan, by=clerk, amount=0, note="Waived", paid_on=date(2026, 3, 1))

    loan.refresh_from_db()
    assert (loan.paid_on, loan.paid_amount) == (date(2026, 3, 1), 0)


@time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount": -1}, "Give the amount that was paid, from 0 to 9999999."),
        ({"amount": None}, "Give the amount that was paid, from 0 to 9999999."),
        ({"amount": 10_000_000}, "Give the amount that was paid, from 0 to 9999999."),
        ({"note": ""}, "Add a note, such as the number of the receipt."),
        ({"paid_on": date(2026, 3, 3)}, "The day of payment is still to come. Give today or an earlier day."),
    ],
)
def test_a_payment_must_make_sense(loan, clerk, values, sentence):
    with refused(sentence):
        record_payment(loan=loan, by=clerk, **({"amount": 5, "note": "R1"} | values))


def test_what_is_not_lost_is_not_paid_for(loan, stale, clerk):
    return_key(loan=loan, by=clerk)

    with refused("Key AA1 1 is not reported lost: there is nothing to pay."):
        record_payment(loan=stale, by=clerk, amount=5, note="R1")


def test_nobody_pays_twice(loan, stale, clerk):
    record_payment(loan=loan, by=clerk, amount=5, note="R1")

    with refused("Key AA1 1 has been paid for."):
        record_payment(loan=stale, by=clerk, amount=5, note="R2")


def test_what_it_costs(loan, clerk):
    with queries(exactly=7):
        record_payment(loan=loan, by=clerk, amount=5, note="R1")
