"""Invoices: many charges at once, none twice, and none under appeal."""

from datetime import date

import pytest

from keys.models import Charge
from keys.operations import appeal_charge, mark_invoiced, pay_charge, waive_charge
from keys.tests.factories import ChargeFactory
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version
from keysite.tests.queries import queries


def refusals(charges, by):
    with pytest.raises(BasketRefusal) as refusal:
        mark_invoiced(charges=charges, by=by)
    return [str(sentence) for sentence in refusal.value.lines.values()]


def test_they_are_invoiced_together(clerk):
    charges = [ChargeFactory() for _number in range(3)]

    mark_invoiced(charges=charges, by=clerk)

    assert list(Charge.objects.to_invoice()) == []
    assert set(Charge.objects.invoiced()) == set(charges)
    assert {row.invoiced_by for row in Charge.objects.all()} == {clerk}
    assert last_version(charges[0]) == (clerk, "invoiced")
    assert Charge.objects.first().status == "Invoiced"


def test_an_invoiced_fee_may_be_paid(clerk):
    charge = ChargeFactory()
    mark_invoiced(charges=[charge], by=clerk)

    pay_charge(charge=charge, by=clerk, note="R1", paid_on=date(2026, 1, 2))

    assert (charge.status, charge.invoiced_by) == ("Paid", clerk)


def test_all_or_none_with_a_sentence_for_each(clerk, administrator):
    fine, paid, waived, invoiced, appealed = charges = [ChargeFactory() for _number in range(5)]
    pay_charge(charge=paid, by=clerk, note="R1")
    waive_charge(charge=waived, by=administrator, reason="Stolen")
    mark_invoiced(charges=[invoiced], by=clerk)
    appeal_charge(charge=appealed, by=appealed.person, text="Stolen")

    assert refusals(charges, clerk) == [
        f"{paid}: nothing is open any more.",
        f"{waived}: nothing is open any more.",
        f"{invoiced}: this was invoiced already.",
        f"{appealed}: an appeal waits for an answer; that comes first.",
    ]
    fine.refresh_from_db()
    assert fine.invoiced_at is None
    assert list(Charge.objects.invoiceable()) == [fine]


def test_asks_as_often_for_three_as_for_one(clerk):
    for number in (1, 3):
        charges = [ChargeFactory() for _number in range(number)]
        with queries(exactly=3):
            mark_invoiced(charges=charges, by=clerk)
