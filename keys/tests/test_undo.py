"""Undo: the last check-out or return of a loan is taken back within ten minutes, with all that followed from it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import LoanTermFactory, PersonFactory
from keys.models import Key, Loan
from keys.operations import (
    check_out,
    grant_exception,
    hold_key,
    record_payment,
    renew,
    report_lost,
    retire_key,
    retire_keys,
    retire_symbol,
    return_key,
    transfer,
    undo,
)
from keys.tests.factories import KeyFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOO_LATE = "Only the last ten minutes can be undone. Take the key back or check it out instead."


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def out(clock, key, borrower, clerk):
    """The key went out just now."""
    [loan] = check_out(keys=[key], borrower=borrower, by=clerk, trust=Trust.STAFF)
    return loan


@pytest.fixture
def back(out, clerk):
    """The key came back just now."""
    return_key(loan=out, by=clerk)
    return out


def test_an_undone_check_out_is_over_and_the_history_keeps_both(out, key, borrower, clerk, receipts):
    undo(loan=out, by=clerk)

    out.refresh_from_db()
    assert (out.status, out.undone_at, out.returned_at, out.returned_by) == ("Returned", MONDAY, MONDAY, clerk)
    assert [version.history_change_reason for version in out.history.all()] == [
        "check-out undone",
        "checked out (staff)",
    ]
    assert last_version(out) == (clerk, "check-out undone")
    assert receipts()[1:] == [("check_out_undone", borrower)]
    assert check_out(keys=[key], borrower=borrower, by=clerk, trust=Trust.STAFF)


def test_an_undone_return_goes_on(back, borrower, clerk, receipts):
    due_at = back.due_at

    undo(loan=back, by=clerk)

    back.refresh_from_db()
    assert (back.status, back.due_at) == ("Checked out", due_at)
    assert (back.returned_at, back.returned_by, back.condition) == (None, None, "")
    assert last_version(back) == (clerk, "return undone")
    assert receipts()[2:] == [("return_undone", borrower)]


@pytest.mark.parametrize("which", ["out", "back"])
def test_ten_minutes_are_included_and_a_second_more_is_refused(request, clock, clerk, which):
    loan = request.getfixturevalue(which)

    clock.shift(timedelta(minutes=10, seconds=1))
    with refused(TOO_LATE):
        undo(loan=loan, by=clerk)
    clock.shift(timedelta(seconds=-1))
    undo(loan=loan, by=clerk)


def test_a_return_is_undone_long_after_the_check_out(clock, out, clerk):
    clock.shift(timedelta(days=30))
    return_key(loan=out, by=clerk)

    undo(loan=out, by=clerk)

    assert out.status == "Overdue"


def test_what_is_undone_is_not_undone_again(out, clerk):
    undo(loan=out, by=clerk)

    with refused(TOO_LATE):
        undo(loan=out, by=clerk)


def test_a_return_undone_may_be_returned_and_undone_again(back, clerk):
    undo(loan=back, by=clerk)
    return_key(loan=back, by=clerk)

    undo(loan=back, by=clerk)

    assert back.is_open


def test_a_key_that_went_out_since_comes_first(back, key, clerk):
    check_out(keys=[key], borrower=PersonFactory(), by=clerk, trust=Trust.STAFF)

    with refused("Key AA1 1 has been checked out since; that comes first."):
        undo(loan=back, by=clerk)


def test_a_borrower_who_took_another_of_the_symbol_since_needs_an_exception(back, symbol, borrower, clerk):
    other = KeyFactory(symbol=symbol)
    check_out(keys=[other], borrower=borrower, by=clerk, trust=Trust.STAFF)

    with refused(f"{borrower.name} holds a key AA1 already. A second one needs an exception: ask the key desk."):
        undo(loan=back, by=clerk)

    grant_exception(
        person=borrower, symbol=symbol, limit=2, expires_on=MONDAY.date(), why="Holds both in fact", by=clerk
    )
    undo(loan=back, by=clerk)


def test_a_broken_key_is_in_use_again(out, key, clerk):
    return_key(loan=out, by=clerk, condition=Loan.Condition.BROKEN)

    undo(loan=out, by=clerk)

    key.refresh_from_db()
    assert (key.retired_at, key.retirement, key.retired_reason, key.retired_by) == (None, "", "", None)
    assert last_version(key) == (clerk, "return undone")


@pytest.mark.parametrize("by_clock", [True, False])
def test_a_key_retired_since_it_came_back_is_in_use_again(clock, back, key, clerk, by_clock):
    clock.shift(timedelta(minutes=1))
    if by_clock:
        retire_symbol(symbol=key.symbol, by=clerk, reason="Rekeyed")
        retire_keys(at=timezone.now())
    else:
        retire_key(key=key, by=clerk, retirement=Key.Retirement.DISPOSED, reason="Worn")
    key.refresh_from_db()
    assert key.retired_at is not None

    undo(loan=back, by=clerk)

    key.refresh_from_db()
    assert key.retired_at is None


def test_a_key_that_was_retired_as_lost_before_it_came_back_stays_retired(clock, out, key, clerk):
    report_lost(loan=out, by=clerk)
    retire_key(key=key, by=clerk, retirement=Key.Retirement.LOST, reason="Gone")
    clock.shift(timedelta(minutes=1))
    return_key(loan=out, by=clerk)

    undo(loan=out, by=clerk)

    key.refresh_from_db()
    assert (key.retirement, out.status, out.found_at) == ("lost", "Lost/Broken", None)


def test_a_paid_key_is_paid_again(clock, out, borrower, symbol, clerk):
    report_lost(loan=out, by=clerk)
    record_payment(loan=out, by=clerk, amount=5, note="R1")
    check_out(keys=[KeyFactory(symbol=symbol)], borrower=borrower, by=clerk, trust=Trust.STAFF)
    return_key(loan=out, by=clerk)

    undo(loan=out, by=clerk)

    out.refresh_from_db()
    assert (out.status, out.found_at) == ("Paid", None)


def test_a_hold_that_was_used_holds_again(clock, key, borrower, clerk):
    hold = hold_key(key=key, person=borrower, until=MONDAY + timedelta(days=1), by=clerk)
    clock.shift(timedelta(minutes=1))
    [loan] = check_out(keys=[key], borrower=borrower, by=clerk, trust=Trust.STAFF)

    undo(loan=loan, by=clerk)

    hold.refresh_from_db()
    assert hold.ended_at is None
    assert last_version(hold) == (clerk, "check-out undone")


@pytest.mark.parametrize("deed", ["lost", "renewed"])
def test_more_than_a_check_out_is_refused(out, clerk, deed):
    if deed == "lost":
        report_lost(loan=out, by=clerk)
    else:
        renew(loan=out, by=clerk, trust=Trust.STAFF, term=LoanTermFactory(days=30))

    with refused("More has happened to AA1 1 than a check-out. Take it back instead."):
        undo(loan=out, by=clerk)


def test_what_was_handed_on_is_handed_back_on_instead(out, clerk):
    following = transfer(loan=out, borrower=PersonFactory(), by=clerk)

    with refused("Key AA1 1 was handed on. Hand it back on instead."):
        undo(loan=out, by=clerk)
    with refused("More has happened to AA1 1 than a check-out. Take it back instead."):
        undo(loan=following, by=clerk)


def test_a_stale_copy_sees_the_return_that_happened_since(out, clerk):
    stale = Loan.objects.get(pk=out.pk)
    return_key(loan=out, by=clerk)

    undo(loan=stale, by=clerk)

    assert (stale.is_open, stale.undone_at) == (True, None)


def test_what_it_costs(back, clerk):
    with queries(exactly=8):
        undo(loan=back, by=clerk)
    with queries(exactly=11):
        undo(loan=Loan.objects.select_related("key", "borrower").get(pk=back.pk), by=clerk)
