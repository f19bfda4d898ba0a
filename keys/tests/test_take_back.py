"""Taking several keys back at once, in whosever hands they are."""

import pytest

from accounts.models import Notice, Trust
from keys.models import Loan
from keys.operations import take_back
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_all_are_back_and_each_borrower_gets_one_receipt(loan, borrower, clerk):
    second, other = LoanFactory(borrower=borrower), LoanFactory()

    loans = take_back(keys=[other.key, second.key, loan.key], by=clerk)

    assert loans == [loan, second, other]
    assert {returned.status for returned in Loan.objects.all()} == {"Returned"}
    assert last_version(other) == (clerk, "returned (staff)")
    assert [(notice.person, notice.facts["loans"]) for notice in Notice.objects.order_by("pk")] == [
        (borrower, [loan.pk, second.pk]),
        (other.borrower, [other.pk]),
    ]


def test_one_that_is_not_out_refuses_all(loan, clerk):
    there = KeyFactory(symbol=loan.key.symbol, serial=2)

    with pytest.raises(BasketRefusal) as refusal:
        take_back(keys=[loan.key, there], by=clerk)

    assert refusal.value.lines == {there: "Key AA1 2 is not out: nobody has to bring it back."}
    loan.refresh_from_db()
    assert loan.is_open


def test_no_key_is_refused(clerk):
    with refused("Name at least one key."):
        take_back(keys=[], by=clerk)


def test_broken_keys_are_retired(loan, clerk):
    take_back(keys=[loan.key], by=clerk, trust=Trust.PRESENT, condition=Loan.Condition.BROKEN, kiosk="Gatehouse")

    loan.key.refresh_from_db()
    assert loan.key.retirement == "broken"
    assert last_version(loan) == (clerk, "returned (present, kiosk Gatehouse)")


def test_one_key_and_three_cost_the_same(borrower, clerk):
    keys = [LoanFactory(borrower=borrower).key for _number in range(4)]

    with queries(exactly=4):
        take_back(keys=keys[:1], by=clerk)
    with queries(exactly=4):
        take_back(keys=keys[1:], by=clerk)


def test_one_broken_key_and_three_cost_the_same(borrower, clerk):
    keys = [LoanFactory(borrower=borrower).key for _number in range(4)]

    with queries(exactly=8):
        take_back(keys=keys[:1], by=clerk, condition=Loan.Condition.BROKEN)
    with queries(exactly=8):
        take_back(keys=keys[1:], by=clerk, condition=Loan.Condition.BROKEN)
