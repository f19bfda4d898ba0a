"""Fees that no clock charges: by hand, and for a key that somebody has kept who left."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from keys.models import Charge
from keys.operations import charge_by_hand, charge_kept, report_lost, return_key, waive_charge
from keys.tests.factories import FeeRuleFactory, LoanFactory
from keysite.ledger import Refusal
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


def test_nor_for_another_reason(loan, leaver, clerk):
    kept = charge_by_hand(loan=loan, event="kept", amount=5, note="Gone", by=clerk)
    report_lost(loan=loan, by=clerk)

    with pytest.raises(Refusal, match="5.00 EUR were charged for AA1 1 on .* already."):
        charge_by_hand(loan=loan, event="lost", amount=6, note="Old", by=clerk)
    waive_charge(charge=kept, by=clerk, reason="It is lost, not kept")
    assert charge_by_hand(loan=loan, event="lost", amount=6, note="Old", by=clerk).is_open


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


@time_machine.travel(datetime(2026, 3, 2, 22, 30, tzinfo=UTC))  # half past eleven in the evening in Berlin
def test_until_the_last_day_nothing_is_kept(loan, borrower, clerk):
    borrower.leaves_on = date(2026, 3, 3)
    borrower.save()
    sentence = f"{borrower.name} is here until March 3, 2026. Nobody has kept the key before that day."
    with refused(sentence):
        charge_kept(loan=loan, by=clerk)
    with refused(sentence):
        charge_by_hand(loan=loan, event="kept", amount=5, note="Gone", by=clerk)


@time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
@pytest.mark.parametrize(
    "values",
    [{"leaves_on": date(2026, 3, 3)}, {"is_active": False, "deactivated_at": datetime(2026, 3, 1, tzinfo=UTC)}],
)
def test_from_then_on_and_of_who_is_inactive_it_is(key, borrower, clerk, values):
    loan = LoanFactory(key=key, borrower=borrower)
    for name, value in values.items():
        setattr(borrower, name, value)
    borrower.save()

    assert charge_by_hand(loan=loan, event="kept", amount=5, note="Gone", by=clerk).is_open


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
