"""Fees at the same moment: one race per lock, with threads that have connections of their own."""

import pytest
from django.utils import timezone

from keys.models import Charge, Loan
from keys.operations import (
    charge_by_hand,
    charge_for_losses,
    mark_invoiced,
    pay_charge,
    record_payment,
    refund_charge,
    report_lost,
    return_key,
    waive_charge,
)
from keys.tests.factories import ChargeFactory, FeeRuleFactory
from keysite.ledger import Refusal
from keysite.tests.races import at_once, one_after_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lost(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return loan


@pytest.fixture
def charge(lost):
    return ChargeFactory(loan=lost)


def own(row):
    """A copy of its own, read before the race, as every request has."""
    return type(row).objects.get(pk=row.pk)


def refusals(results):
    return [str(result) for result in results if isinstance(result, Refusal)]


def tick():
    charge_for_losses(at=timezone.now())


def test_the_clock_twice_charges_once(lost):
    FeeRuleFactory()

    at_once(tick, tick, tick)

    assert Charge.objects.count() == 1


@pytest.mark.parametrize("clock_first", [True, False])
def test_a_key_that_comes_back_meanwhile(lost, clerk, clock_first):
    FeeRuleFactory()
    copy = own(lost)

    def back():
        return_key(loan=copy, by=clerk)

    one_after_other(*((tick, back) if clock_first else (back, tick)))

    assert not Charge.objects.open().exists()


def test_the_clock_and_a_clerk_charge_once(lost, clerk):
    FeeRuleFactory()
    copy = own(lost)

    one_after_other(lambda: charge_by_hand(loan=copy, event="lost", amount=5, note="Old", by=clerk), tick)

    assert Charge.objects.get().amount == 5


def test_two_clerks_take_one_payment(charge, lost, clerk):
    loan, other = own(lost), own(charge)

    results = at_once(
        lambda: record_payment(loan=loan, by=clerk, amount=50, note="R1"),
        lambda: pay_charge(charge=other, by=clerk, note="R2"),
    )

    assert len(refusals(results)) == 1
    row = Charge.objects.get()
    assert row.paid_note == Loan.objects.get().paid_note


def test_paid_or_waived_but_not_both(charge, clerk, administrator):
    first, second = own(charge), own(charge)

    results = one_after_other(
        lambda: pay_charge(charge=first, by=clerk, note="R1"),
        lambda: waive_charge(charge=second, by=administrator, reason="Stolen"),
    )

    assert refusals(results) == ["The fee for AA1 1 (50.00 EUR) has been paid."]


def test_waived_while_somebody_pays(charge, clerk, administrator):
    first, second = own(charge), own(charge)

    results = one_after_other(
        lambda: waive_charge(charge=first, by=administrator, reason="Stolen"),
        lambda: pay_charge(charge=second, by=clerk, note="R1"),
    )

    assert refusals(results) == ["The fee for AA1 1 (50.00 EUR) has been waived."]
    assert Loan.objects.get().paid_on is None


def test_the_money_goes_back_once(charge, lost, clerk):
    pay_charge(charge=charge, by=clerk, note="R1")
    return_key(loan=lost, by=clerk)
    copies = [own(charge) for _number in range(4)]

    results = at_once(*[lambda row=row: refund_charge(charge=row, by=clerk, note="R2") for row in copies])

    assert refusals(results) == ["The fee for AA1 1 was refunded already."] * 3


def test_baskets_of_invoices_in_different_order_wait_for_each_other(clerk):
    charges = [ChargeFactory() for _number in range(4)]

    results = at_once(*[lambda n=n: mark_invoiced(charges=charges[n:] + charges[:n], by=clerk) for n in range(4)])

    assert len(refusals(results)) == 3
