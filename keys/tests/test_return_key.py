"""Return: the key is back in the cabinet, and nothing stands in the way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person, Trust
from keys.models import Hold, Key, Loan
from keys.operations import record_payment, report_lost, return_key
from keys.tests.factories import HoldFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_the_key_is_back(loan, borrower, clerk, receipts):
    return_key(loan=loan, by=clerk)

    loan.refresh_from_db()
    assert (loan.status, loan.condition, loan.returned_by) == ("Returned", "good", clerk)
    assert timezone.now() - loan.returned_at < timedelta(minutes=1)
    assert last_version(loan) == (clerk, "returned (staff)")
    assert receipts() == [("returned", borrower)]


def test_anyone_may_bring_it_back_at_a_kiosk(loan, borrower, receipts):
    return_key(loan=loan, by=None, trust=Trust.PRESENT, kiosk="Gatehouse")

    assert last_version(loan) == (None, "returned (present, kiosk Gatehouse)")
    assert receipts() == [("returned", borrower)]


def test_a_key_that_is_back_is_refused(loan, stale, clerk):
    return_key(loan=loan, by=clerk)

    with refused("Key AA1 1 is already back."):
        return_key(loan=stale, by=clerk)
    assert loan.history.filter(history_change_reason__startswith="returned").count() == 1


def test_nothing_about_the_borrower_stands_in_the_way(loan, clerk):
    Person.objects.filter(pk=loan.borrower_id).update(
        blocked_at=timezone.now(), blocked_reason="Lost five", is_active=False, deactivated_at=timezone.now()
    )

    return_key(loan=loan, by=clerk)

    assert loan.status == "Returned"


def test_a_late_return_stays_returned(loan, clerk):
    Loan.objects.update(due_at=timezone.now() - timedelta(minutes=1))

    return_key(loan=loan, by=clerk)

    assert loan.status == "Returned"
    assert loan.returned_at > loan.due_at


def test_a_lost_key_is_found_by_its_return(loan, clerk):
    report_lost(loan=loan, by=clerk)

    return_key(loan=loan, by=clerk)

    loan.refresh_from_db()
    assert (loan.status, loan.found_at, loan.found_by) == ("Returned", loan.returned_at, clerk)


def test_a_key_that_was_paid_for_comes_back_too(loan, clerk):
    report_lost(loan=loan, by=clerk)
    record_payment(loan=loan, by=clerk, amount=25, note="R1")

    return_key(loan=loan, by=clerk)

    loan.refresh_from_db()
    assert (loan.status, loan.paid_amount, loan.found_at) == ("Returned", 25, loan.returned_at)


def test_a_broken_key_is_retired(loan, key, clerk):
    return_key(loan=loan, by=clerk, condition=Loan.Condition.BROKEN)

    key.refresh_from_db()
    assert (key.retirement, key.retired_at, key.retired_by) == ("broken", loan.returned_at, clerk)
    assert last_version(key) == (clerk, "retired: came back broken")


def test_a_key_that_was_retired_while_it_was_away_is_disposed_of(loan, key, clerk):
    report_lost(loan=loan, by=clerk)
    Key.objects.update(retired_at=timezone.now(), retirement="lost", retired_reason="Gone")

    return_key(loan=loan, by=clerk, condition=Loan.Condition.BROKEN)

    key.refresh_from_db()
    assert key.retirement == "disposed"


def test_a_worn_key_stays_in_use(loan, key, clerk):
    return_key(loan=loan, by=clerk, condition=Loan.Condition.WORN)

    key.refresh_from_db()
    assert (loan.condition, key.retired_at) == ("worn", None)


def test_nobody_waits_for_a_key_that_came_back_broken(loan, key, clerk):
    HoldFactory(key=key)

    return_key(loan=loan, by=clerk, condition=Loan.Condition.BROKEN)

    assert Hold.objects.get().ended_at == loan.returned_at


def test_clocks_that_differ_give_no_return_before_the_check_out(loan, clerk):
    ahead = timezone.now() + timedelta(seconds=30)
    Loan.objects.update(out_at=ahead)

    return_key(loan=loan, by=clerk)

    loan.refresh_from_db()
    assert loan.returned_at == ahead


@pytest.mark.parametrize(("condition", "cost"), [("good", 4), ("broken", 8)])
def test_what_it_costs(loan, clerk, condition, cost):
    loan = Loan.objects.select_related("key").get(pk=loan.pk)

    with queries(exactly=cost):
        return_key(loan=loan, by=clerk, condition=condition)
