"""Retirement by the clock: what is back of a retired symbol, and what is lost and paid for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keys.models import Hold, Key
from keys.operations import record_payment, report_found, report_lost, retire_keys, retire_symbol, return_key
from keys.tests.factories import HoldFactory, KeyFactory, LoanFactory
from keysite.tests.history import last_version
from keysite.tests.queries import queries
from keysite.tests.races import at_once


def tick():
    retire_keys(at=timezone.now())


def test_keys_of_a_retired_symbol_are_retired_as_they_come_back(symbol, loan, key, clerk):
    there, other = KeyFactory(symbol=symbol, serial=2), KeyFactory()
    HoldFactory(key=there)
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")

    tick()
    for row in (there, key, other):
        row.refresh_from_db()
    assert (there.retirement, there.retired_reason, there.retired_by) == ("disposed", "symbol retired", None)
    assert last_version(there) == (None, "retired by the clock")
    assert Hold.objects.get().ended_at == there.retired_at
    assert (key.retired_at, other.retired_at) == (None, None)

    return_key(loan=loan, by=clerk)
    tick()
    key.refresh_from_db()
    assert key.retirement == "disposed"


def test_a_lost_key_is_retired_once_it_is_paid_for(loan, key, clerk):
    report_lost(loan=loan, by=clerk)
    tick()
    key.refresh_from_db()
    assert key.retired_at is None

    record_payment(loan=loan, by=clerk, amount=5, note="R1")
    tick()
    tick()

    key.refresh_from_db()
    assert (key.retirement, key.retired_reason) == ("lost", "lost and paid for")
    assert key.history.filter(history_change_reason="retired by the clock").count() == 1
    loan.refresh_from_db()
    assert loan.status == "Paid"


def test_a_broken_key_that_is_paid_for_is_retired_as_broken(loan, key, clerk):
    report_lost(loan=loan, by=clerk, loss="broken")
    record_payment(loan=loan, by=clerk, amount=5, note="R1")

    tick()

    key.refresh_from_db()
    assert (key.retirement, key.retired_reason) == ("broken", "broken and paid for")
    assert not Key.objects.exposed().exists()


def test_a_lost_key_of_a_retired_symbol_waits_until_it_is_paid_or_back(loan, key, symbol, clerk):
    report_lost(loan=loan, by=clerk)
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")
    tick()
    key.refresh_from_db()
    assert key.retired_at is None

    report_found(loan=loan, by=clerk)
    tick()
    key.refresh_from_db()
    assert key.retired_at is None


def test_a_key_that_was_paid_for_and_came_back_stays_in_use(loan, key, clerk):
    report_lost(loan=loan, by=clerk)
    record_payment(loan=loan, by=clerk, amount=5, note="R1")
    return_key(loan=loan, by=clerk)

    tick()

    key.refresh_from_db()
    assert key.retired_at is None


def test_a_key_that_was_lost_by_an_earlier_borrower_stays_in_use(loan, key, clerk):
    report_lost(loan=loan, by=clerk)
    record_payment(loan=loan, by=clerk, amount=5, note="R1")
    return_key(loan=loan, by=clerk)
    LoanFactory(key=key)

    tick()

    key.refresh_from_db()
    assert key.retired_at is None


def test_more_than_fit_one_chunk_are_all_retired(monkeypatch, symbol, clerk):
    monkeypatch.setattr("keys.operations.clock.CHUNK", 2)
    for serial in range(1, 6):
        KeyFactory(symbol=symbol, serial=serial)
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")

    tick()

    assert Key.objects.in_use().count() == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_retires_once(symbol, clerk):
    for serial in range(1, 6):
        KeyFactory(symbol=symbol, serial=serial)
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")

    at_once(tick, tick, tick)

    assert Key.history.filter(history_change_reason="retired by the clock").count() == 5


def test_one_key_and_three_cost_the_same(symbol, clerk):
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")
    KeyFactory(symbol=symbol, serial=1)
    with queries(exactly=9):
        tick()
    for serial in (2, 3, 4):
        KeyFactory(symbol=symbol, serial=serial)
    with queries(exactly=9):
        retire_keys(at=timezone.now() + timedelta(seconds=1))
