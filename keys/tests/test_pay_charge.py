"""Paying a fee and paying for a lost key are one thing, whichever was clicked."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from keys.models import Charge, Loan
from keys.operations import charge_by_hand, pay_charge, record_payment, report_lost, retire_keys, waive_charge
from keys.tests.factories import ChargeFactory, LoanFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


@pytest.fixture
def loan(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return loan


@pytest.fixture
def charge(loan):
    return ChargeFactory(loan=loan, amount=Decimal("50.00"))


@time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), tick=False)  # the 3rd in Berlin
def test_the_fee_of_a_lost_key_pays_for_the_key(charge, loan, borrower, clerk, receipts):
    pay_charge(charge=charge, by=clerk, note="R17")

    loan.refresh_from_db()
    assert (charge.status, charge.paid_on, charge.paid_by, charge.paid_note) == ("Paid", date(2026, 3, 3), clerk, "R17")
    assert (loan.status, loan.paid_on, loan.paid_by) == ("Paid", date(2026, 3, 3), clerk)
    assert (loan.paid_amount, loan.paid_note) == (50, "R17")
    assert (last_version(charge), last_version(loan)) == ((clerk, "paid"), (clerk, "paid"))
    assert not Loan.objects.held_by(borrower).exists()
    assert receipts()[-1] == ("paid", borrower)


def test_and_the_payment_for_a_lost_key_pays_its_fee(charge, loan, clerk):
    record_payment(loan=loan, by=clerk, amount=Decimal("50"), note="R17", paid_on=date(2026, 3, 1))

    charge.refresh_from_db()
    assert (charge.status, charge.paid_on, charge.paid_by, charge.paid_note) == ("Paid", date(2026, 3, 1), clerk, "R17")


def test_a_payment_without_a_fee_makes_one(loan, borrower, clerk):
    record_payment(loan=loan, by=clerk, amount=Decimal("25.50"), note="R17")

    charge = Charge.objects.get()
    assert (charge.person, charge.loan, charge.event, charge.amount) == (borrower, loan, "lost", Decimal("25.50"))
    assert (charge.charged_by, charge.status, charge.rule) == (clerk, "Paid", None)


def test_nothing_paid_is_no_fee(loan, clerk):
    record_payment(loan=loan, by=clerk, amount=0, note="Not their fault")

    assert not Charge.objects.exists()


@pytest.mark.parametrize("amount", [0, Decimal("49.99"), 51])
def test_a_part_of_a_fee_is_not_taken(charge, loan, clerk, amount):
    sentence = "The fee for AA1 1 is 50.00 EUR. Take that amount, or waive the fee and charge another by hand."
    with refused(sentence):
        record_payment(loan=loan, by=clerk, amount=amount, note="R17")


def test_less_by_agreement_is_another_fee(charge, loan, administrator):
    waive_charge(charge=charge, by=administrator, reason="Half of it is agreed on")
    half = charge_by_hand(loan=loan, event="lost", amount=25, note="Half", by=administrator)

    pay_charge(charge=half, by=administrator, note="R17")

    loan.refresh_from_db()
    assert (loan.status, loan.paid_amount) == ("Paid", 25)


def test_after_a_waiver_the_key_is_settled_for_nothing(charge, loan, administrator):
    waive_charge(charge=charge, by=administrator, reason="Stolen")

    record_payment(loan=loan, by=administrator, amount=0, note="Waived")

    loan.refresh_from_db()
    assert (loan.status, Charge.objects.get().status) == ("Paid", "Waived")


def test_who_has_kept_a_key_pays_and_has_it_still(clerk, key, borrower):
    charge = ChargeFactory(event="kept")

    pay_charge(charge=charge, by=clerk, note="R1")

    charge.loan.refresh_from_db()
    assert (charge.status, charge.loan.is_running) == ("Paid", True)


@time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
def test_who_has_paid_for_keeping_it_and_loses_it_pays_nothing_more(clerk, key, borrower):
    loan = LoanFactory(key=key, borrower=borrower)
    charge = ChargeFactory(loan=loan, event="kept", amount=25)
    pay_charge(charge=charge, by=clerk, note="R1")
    report_lost(loan=loan, by=clerk)

    with refused("25.00 EUR were paid for AA1 1 on March 2, 2026 already. Give 0: nobody pays for a key twice."):
        record_payment(loan=loan, by=clerk, amount=25, note="R2")
    record_payment(loan=loan, by=clerk, amount=0, note="R1")

    loan.refresh_from_db()
    assert (loan.status, loan.paid_amount, Charge.objects.get()) == ("Paid", 25, charge)


@time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"note": ""}, "Add a note, such as the number of the receipt."),
        ({"paid_on": date(2026, 3, 3)}, "The day of payment is still to come. Give today or an earlier day."),
    ],
)
def test_a_payment_must_make_sense(charge, clerk, values, sentence):
    with refused(sentence):
        pay_charge(charge=charge, by=clerk, **({"note": "R1"} | values))


def test_what_is_settled_is_not_paid(charge, clerk):
    stale, again = Charge.objects.get(), Charge.objects.get()
    pay_charge(charge=charge, by=clerk, note="R1")
    with refused("The fee for AA1 1 (50.00 EUR) has been paid."):
        pay_charge(charge=stale, by=clerk, note="R2")
    Charge.objects.update(paid_on=None, paid_by=None, paid_note="", waived_at=charge.charged_at, waived_reason="x")
    with refused("The fee for AA1 1 (50.00 EUR) has been waived."):
        pay_charge(charge=again, by=clerk, note="R2")


def test_the_clock_retires_the_key_that_was_paid_so(charge, clerk, loan):
    pay_charge(charge=charge, by=clerk, note="R1")
    retire_keys(at=charge.charged_at)

    loan.key.refresh_from_db()
    assert loan.key.retired_reason == "lost and paid for"


def test_what_it_costs(charge, clerk):
    charge = Charge.objects.for_list().get()

    with queries(exactly=7):
        pay_charge(charge=charge, by=clerk, note="R1")
