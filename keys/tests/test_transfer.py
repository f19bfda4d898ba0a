"""Transfer: from hand to hand, judged like a check-out."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import Person, Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Loan
from keys.operations import report_lost, return_key, transfer
from keys.tests.factories import ChargeFactory, KeyFactory, LoanExceptionFactory, LoanFactory
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


@pytest.fixture
def heir(db):
    return PersonFactory(first_name="Ada", last_name="")


@time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
def test_one_loan_ends_and_another_begins(key, borrower, heir, clerk, receipts):
    loan = LoanFactory(key=key, borrower=borrower)

    following = transfer(loan=loan, borrower=heir, by=clerk)

    loan.refresh_from_db()
    following.refresh_from_db()
    assert (loan.status, loan.returned_by, loan.condition) == ("Returned", clerk, "good")
    assert (following.key, following.borrower, following.follows, following.out_by) == (key, heir, loan, clerk)
    assert (following.trust, following.term) == (Trust.STAFF, heir.affiliation.loan_term)
    assert following.due_at == datetime(2026, 3, 9, 17, tzinfo=UTC)
    assert last_version(loan) == (clerk, "handed on")
    assert last_version(following) == (clerk, f"handed on from loan {loan.pk}")
    assert receipts() == [("handed_on", borrower), ("checked_out", heir)]


def test_who_was_charged_for_keeping_it_need_not_pay(loan, borrower, heir, clerk):
    charge = ChargeFactory(loan=loan, event="kept")

    transfer(loan=loan, borrower=heir, by=clerk)

    charge.refresh_from_db()
    assert (charge.status, last_version(charge)) == ("Waived", (clerk, "found in time"))


def test_the_history_names_nobody(loan, heir, clerk):
    following = transfer(loan=loan, borrower=heir, by=clerk)

    reasons = [*loan.history.all(), *following.history.all()]
    assert not any("@" in (version.history_change_reason or "") for version in reasons)


@time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
def test_the_clerk_may_choose_term_and_day(key, borrower, heir, clerk):
    month = LoanTermFactory(days=30)

    following = transfer(
        loan=LoanFactory(key=key, borrower=borrower), borrower=heir, by=clerk, term=month, due_on=date(2026, 3, 20)
    )

    assert (following.term, following.due_at) == (month, datetime(2026, 3, 20, 17, tzinfo=UTC))


@pytest.mark.parametrize("deed", [return_key, report_lost])
def test_what_is_not_in_somebodys_hands_is_refused(loan, stale, heir, clerk, deed):
    deed(loan=loan, by=clerk)

    with refused("Key AA1 1 is back or lost: it cannot be handed on."):
        transfer(loan=stale, borrower=heir, by=clerk)


def test_to_the_same_person_is_refused(loan, borrower, clerk):
    with refused(f"{borrower} has the key already."):
        transfer(loan=loan, borrower=borrower, by=clerk)


def test_to_somebody_who_may_not_borrow_is_refused(loan, heir, clerk):
    Person.objects.filter(pk=heir.pk).update(blocked_at=loan.out_at, blocked_reason="Lost five")

    with refused("Ada is blocked from borrowing. Ask the key desk."):
        transfer(loan=loan, borrower=heir, by=clerk)


def test_to_somebody_who_holds_one_already_is_refused_and_changes_nothing(loan, symbol, heir, clerk):
    LoanFactory(key=KeyFactory(symbol=symbol), borrower=heir)

    with pytest.raises(BasketRefusal) as refusal:
        transfer(loan=loan, borrower=heir, by=clerk)

    assert refusal.value.lines == {
        loan.key: "Ada holds a key AA1 already. A second one needs an exception: ask the key desk."
    }
    assert loan.is_open
    assert Loan.objects.get(pk=loan.pk).is_open


def test_an_exception_counts_for_the_new_borrower(loan, symbol, heir, clerk):
    LoanFactory(key=KeyFactory(symbol=symbol), borrower=heir)
    LoanExceptionFactory(person=heir, symbol=symbol)

    assert transfer(loan=loan, borrower=heir, by=clerk)


def test_level_and_retired_symbol_count(loan, clerk):
    symbol = loan.key.symbol
    symbol.level = 3
    symbol.save()
    with pytest.raises(BasketRefusal, match="is above what"):
        transfer(loan=loan, borrower=PersonFactory(), by=clerk)
    symbol.retired_at, symbol.retired_reason = loan.out_at, "Rekeyed"
    symbol.save()
    with pytest.raises(BasketRefusal, match="belongs to a retired symbol"):
        transfer(loan=loan, borrower=PersonFactory(affiliation=AffiliationFactory(highest_level=5)), by=clerk)


def test_it_may_go_on_and_back_again(loan, borrower, heir, clerk):
    following = transfer(loan=loan, borrower=heir, by=clerk)

    third = transfer(loan=following, borrower=borrower, by=clerk)

    assert (third.follows, third.borrower) == (following, borrower)


def test_what_it_costs(loan, heir, clerk):
    loan = Loan.objects.select_related("key", "borrower").get(pk=loan.pk)

    with queries(exactly=14):
        transfer(loan=loan, borrower=heir, by=clerk)
