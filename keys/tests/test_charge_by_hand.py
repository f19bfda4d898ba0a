"""Fees that no clock charges: by hand, and for a key that somebody has kept who left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from keys.models import Charge
from keys.operations import charge_by_hand, charge_kept, report_lost, return_key
from keys.tests.factories import FeeRuleFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


@pytest.fixture
def leaver(borrower):
    borrower.leaves_on = timezone.localdate() - timedelta(days=1)
    borrower.save()
    return borrower


def test_a_lost_key_costs_what_the_clerk_says(loan, borrower, clerk):
    report_lost(loan=loan, by=clerk)

    row = charge_by_hand(loan=loan, event="lost", amount=Decimal("12.50"), note="Old padlock", by=clerk)

    assert (row.person, row.amount, row.note, row.charged_by) == (borrower, Decimal("12.50"), "Old padlock", clerk)
    assert (row.rule, last_version(row)) == (None, (clerk, "charged"))


def test_a_key_that_came_back_broken_may_be_charged(loan, clerk):
    return_key(loan=loan, by=clerk, condition="broken")

    assert charge_by_hand(loan=loan, event="broken", amount=5, note="Bent", by=clerk).is_open


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"amount": 0}, "Give an amount above 0, up to 9999999."),
        ({"amount": -1}, "Give an amount above 0, up to 9999999."),
        ({"amount": None}, "Give an amount above 0, up to 9999999."),
        ({"amount": 10_000_000}, "Give an amount above 0, up to 9999999."),
        ({"note": ""}, "Add a note that says why it costs so much."),
        ({"event": "broken"}, "“Key broken” is not what happened to AA1 1. Report it lost or broken first."),
        ({"event": "kept"}, "Key AA1 1 is back, lost or paid for: nobody has kept it."),
    ],
)
def test_a_charge_must_make_sense(loan, clerk, values, sentence):
    report_lost(loan=loan, by=clerk)

    with refused(sentence):
        charge_by_hand(loan=loan, by=clerk, **({"event": "lost", "amount": 5, "note": "Old"} | values))


def test_what_is_not_lost_costs_nothing(loan, stale, clerk):
    with refused("“Key lost” is not what happened to AA1 1. Report it lost or broken first."):
        charge_by_hand(loan=loan, event="lost", amount=5, note="Old", by=clerk)
    return_key(loan=loan, by=clerk)
    with refused("“Key broken” is not what happened to AA1 1. Report it lost or broken first."):
        charge_by_hand(loan=stale, event="broken", amount=5, note="Old", by=clerk)


def test_nobody_is_charged_twice(loan, stale, clerk):
    report_lost(loan=loan, by=clerk)
    charge_by_hand(loan=loan, event="lost", amount=5, note="Old", by=clerk)

    with refused(f"5.00 EUR were charged for AA1 1 on {timezone.localdate():%b. %d, %Y} already.".replace(" 0", " ")):
        charge_by_hand(loan=stale, event="lost", amount=6, note="Old", by=clerk)


def test_who_has_left_is_charged_for_the_key(loan, leaver, clerk):
    rule = FeeRuleFactory(event="kept", amount=25)

    row = charge_kept(loan=loan, by=clerk)

    assert (row.person, row.event, row.amount, row.rule, row.charged_by) == (leaver, "kept", 25, rule, clerk)


def test_who_stays_has_kept_nothing(loan, borrower, clerk):
    sentence = f"{borrower.name} is not leaving. Write down the last day first."
    with refused(sentence):
        charge_kept(loan=loan, by=clerk)
    with refused(sentence):
        charge_by_hand(loan=loan, event="kept", amount=5, note="Gone", by=clerk)


@pytest.mark.parametrize("amount", [None, 0])
def test_without_a_rule_it_is_charged_by_hand(loan, leaver, clerk, amount):
    if amount is not None:
        FeeRuleFactory(event="kept", amount=amount)

    with refused("No rule names a fee for keys like AA1 1. Charge by hand."):
        charge_kept(loan=loan, by=clerk)
    assert charge_by_hand(loan=loan, event="kept", amount=5, note="Gone", by=clerk).amount == 5


def test_what_is_back_was_not_kept(loan, stale, leaver, clerk):
    FeeRuleFactory(event="kept")
    return_key(loan=loan, by=clerk)

    with refused("Key AA1 1 is back, lost or paid for: nobody has kept it."):
        charge_kept(loan=stale, by=clerk)


def test_what_was_kept_and_comes_back_is_waived(loan, leaver, clerk):
    FeeRuleFactory(event="kept")
    charge_kept(loan=loan, by=clerk)

    return_key(loan=loan, by=clerk)

    assert Charge.objects.get().status == "Waived"


def test_what_it_costs(loan, clerk):
    report_lost(loan=loan, by=clerk)

    with queries(exactly=5):
        charge_by_hand(loan=loan, event="lost", amount=5, note="Old", by=clerk)
