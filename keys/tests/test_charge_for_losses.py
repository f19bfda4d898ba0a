"""The clock charges for lost and broken keys, by the rule of the moment at which they were reported."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import KeyLevel, Notice
from accounts.operations import send_notices
from keys.models import Charge
from keys.operations import (
    add_fee_rule,
    change_fee_rule,
    charge_by_hand,
    charge_for_losses,
    record_payment,
    report_found,
    report_lost,
    return_key,
    waive_charge,
)
from keys.tests.factories import FeeRuleFactory, KeySymbolFactory, LoanFactory
from keysite.tasks import CONTENTS
from keysite.tests.history import last_version
from keysite.tests.queries import queries

HOUR = timedelta(hours=1)


def charge():
    charge_for_losses(at=timezone.now())
    return list(Charge.objects.order_by("pk"))


@pytest.fixture
def rule(db):
    return FeeRuleFactory(amount=50)


@pytest.fixture
def lost(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return loan


def test_a_lost_key_is_charged_once(lost, rule, borrower, clerk, mailoutbox):
    (row,) = charge()

    assert charge() == [row]
    assert (row.person, row.loan, row.event, row.amount, row.rule) == (borrower, lost, "lost", 50, rule)
    assert (row.charged_by, row.status, row.fee) == (None, "Charged", "50.00 EUR")
    assert last_version(row) == (None, "charged by the clock")
    assert Notice.objects.filter(kind="charge").count() == 1
    send_notices(contents=CONTENTS, at=timezone.now())
    mail = mailoutbox[-1]
    assert (mail.to, mail.subject) == ([borrower.email], "A fee for key AA1 1: 50.00 EUR")
    assert "you were charged 50.00 EUR for key AA1 1 (Key lost)." in mail.body
    assert "/fees/" in mail.body


def test_without_a_rule_nothing_is_charged(lost):
    FeeRuleFactory(event="broken")
    FeeRuleFactory(level=KeyLevel.MASTER)
    FeeRuleFactory(event="kept")

    assert charge() == []


def test_a_broken_key_is_charged_by_its_own_rule(loan, clerk, rule):
    FeeRuleFactory(event="broken", amount=9)
    report_lost(loan=loan, by=clerk, loss="broken")

    (row,) = charge()

    assert (row.event, row.amount) == ("broken", 9)


def test_the_rule_that_says_nothing_is_to_be_paid_counts_too(lost, rule, borrower):
    FeeRuleFactory(affiliation=borrower.affiliation, amount=0)

    assert charge() == []


def test_the_rule_of_then_counts(lost, rule, administrator):
    change_fee_rule(rule=rule, amount=99, by=administrator)

    (row,) = charge()

    assert (row.amount, row.rule) == (50, rule)


def test_a_new_rule_does_not_reach_back(lost, administrator):
    add_fee_rule(event="lost", amount=50, by=administrator)

    assert charge() == []


def test_each_by_level_and_affiliation(rule, borrower, clerk):
    FeeRuleFactory(level=KeyLevel.MASTER, amount=250)
    master, plain, other = (
        LoanFactory(key__symbol=KeySymbolFactory(level=level), **more)
        for level, more in ((3, {"borrower": borrower}), (1, {"borrower": borrower}), (3, {}))
    )
    FeeRuleFactory(affiliation=other.borrower.affiliation, amount=10)
    for loan in (master, plain, other):
        report_lost(loan=loan, by=clerk)

    assert [(row.loan, row.amount) for row in charge()] == [(master, 250), (plain, 50), (other, 10)]


@pytest.mark.parametrize("deed", [return_key, report_found])
def test_what_turned_up_before_is_not_charged(lost, rule, clerk, deed):
    deed(loan=lost, by=clerk)

    assert charge() == []


def test_what_is_paid_or_waived_is_not_charged_again(lost, rule, clerk):
    (row,) = charge()
    waive_charge(charge=row, by=clerk, reason="Stolen")
    other = LoanFactory()
    report_lost(loan=other, by=clerk)
    record_payment(loan=other, by=clerk, amount=0, note="R1")

    assert charge() == [row]


def test_a_charge_by_hand_is_enough(lost, rule, clerk):
    row = charge_by_hand(loan=lost, event="lost", amount=5, note="Old key", by=clerk)

    assert charge() == [row]


def test_lost_again_is_charged_again(lost, rule, clerk, borrower):
    (first,) = charge()
    report_found(loan=lost, by=borrower)
    report_lost(loan=lost, by=borrower)

    _first, second = charge()

    assert (second.loan, second.amount) == (lost, 50)
    first.refresh_from_db()
    assert (first.status, first.waived_reason, first.waived_by) == ("Waived", "The key was found in time.", None)


def test_a_mail_about_what_is_settled_meanwhile_is_not_sent(lost, rule, clerk, mailoutbox):
    (row,) = charge()
    waive_charge(charge=row, by=clerk, reason="Stolen, with a number of the police")

    send_notices(contents=CONTENTS, at=timezone.now())

    subjects = [mail.subject for mail in mailoutbox]
    assert "The fee for key AA1 1 is waived" in subjects
    assert not [subject for subject in subjects if subject.startswith("A fee")]


def test_asks_as_often_for_three_as_for_one(rule, clerk):
    for number in (1, 3):
        for _more in range(number):
            report_lost(loan=LoanFactory(), by=clerk)
        with queries(exactly=7):
            charge_for_losses(at=timezone.now())
