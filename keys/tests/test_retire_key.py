"""Keys that come and go: added, retired, reinstated; symbols retired."""

import pytest
from django.utils import timezone

from keys.models import Hold, Key, KeySymbol
from keys.operations import add_key, record_payment, reinstate_key, report_lost, retire_key, retire_symbol, return_key
from keys.tests.factories import HoldFactory, KeyFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def retire(key, by, retirement="disposed", reason="Worn"):
    retire_key(key=key, by=by, retirement=retirement, reason=reason)


def test_a_retired_key_says_who_when_and_why(key, clerk):
    HoldFactory(key=key)

    retire(key, clerk)

    key.refresh_from_db()
    assert (key.retirement, key.retired_reason, key.retired_by) == ("disposed", "Worn", clerk)
    assert last_version(key) == (clerk, "retired: Worn")
    assert Hold.objects.get().ended_at == key.retired_at


def test_it_is_retired_once(key, clerk):
    stale = Key.objects.get()
    retire(key, clerk)

    with refused("Key AA1 1 is retired already."):
        retire(stale, clerk)


def test_without_a_reason_it_is_refused(key, clerk):
    with refused("Say why key AA1 1 is retired."):
        retire(key, clerk, reason="")


def test_a_key_that_is_out_is_refused(loan, key, clerk):
    with refused("Key AA1 1 is out. Take it back or report it lost first."):
        retire(key, clerk)


@pytest.mark.parametrize("paid", [False, True])
def test_a_lost_key_is_retired_as_lost_paid_or_not(loan, key, clerk, paid):
    report_lost(loan=loan, by=clerk)
    if paid:
        record_payment(loan=loan, by=clerk, amount=5, note="R1")
    with refused("Key AA1 1 was reported lost: retire it as lost or broken."):
        retire(key, clerk)

    retire(key, clerk, retirement="lost", reason="Gone")

    key.refresh_from_db()
    assert key.retirement == "lost"


def test_after_it_was_retired_as_lost_it_is_still_paid_for_and_taken_back(loan, key, clerk):
    report_lost(loan=loan, by=clerk)
    retire(key, clerk, retirement="lost", reason="Gone")

    record_payment(loan=loan, by=clerk, amount=5, note="R1")
    return_key(loan=loan, by=clerk)

    key.refresh_from_db()
    assert (loan.status, key.retirement) == ("Returned", "disposed")


def test_a_key_that_came_back_may_be_retired(loan, key, clerk):
    return_key(loan=loan, by=clerk)

    retire(key, clerk)


def test_a_mistake_is_taken_back(key, clerk):
    retire(key, clerk)

    reinstate_key(key=key, by=clerk, reason="Wrong key")

    key.refresh_from_db()
    assert (key.retired_at, key.retirement, key.retired_reason, key.retired_by) == (None, "", "", None)
    assert last_version(key) == (clerk, "reinstated: Wrong key")


def test_what_is_not_retired_is_not_reinstated(key, clerk):
    with refused("Key AA1 1 is not retired."):
        reinstate_key(key=key, by=clerk, reason="Wrong key")


def test_a_key_is_reinstated_with_a_reason(key, clerk):
    retire(key, clerk)

    with refused("Say why key AA1 1 is reinstated."):
        reinstate_key(key=key, by=clerk, reason="")


def test_a_key_of_a_retired_symbol_is_not_reinstated(key, clerk):
    retire(key, clerk)
    stale = Key.objects.select_related("symbol").get()
    retire_symbol(symbol=key.symbol, by=clerk, reason="Rekeyed")

    with refused("The symbol of AA1 1 is retired; the clock would retire the key again."):
        reinstate_key(key=stale, by=clerk, reason="Wrong key")


def test_a_retired_symbol_says_who_when_and_why(symbol, clerk):
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")

    symbol.refresh_from_db()
    assert (symbol.retired_reason, symbol.retired_by) == ("Rekeyed", clerk)
    assert symbol.retired_at <= timezone.now()
    assert last_version(symbol) == (clerk, "retired: Rekeyed")


def test_a_symbol_is_retired_once_and_with_a_reason(symbol, clerk):
    stale = KeySymbol.objects.get()
    with refused("Say why symbol AA1 is retired."):
        retire_symbol(symbol=symbol, by=clerk, reason="")
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")

    with refused("Symbol AA1 is retired already."):
        retire_symbol(symbol=stale, by=clerk, reason="Rekeyed")


def test_a_new_key_is_registered(symbol, clerk):
    key = Key(symbol=symbol, serial=7)

    add_key(key=key, by=clerk)

    assert Key.objects.get() == key
    assert last_version(key) == (clerk, "registered")


def test_a_serial_is_never_used_again(key, symbol, clerk):
    retire(key, clerk)

    with refused("There was a key AA1 1 before: serials are never used again."):
        add_key(key=Key(symbol=symbol, serial=1), by=clerk)


def test_there_are_no_more_keys_of_a_retired_symbol(symbol, clerk):
    retire_symbol(symbol=symbol, by=clerk, reason="Rekeyed")

    with refused("Symbol AA1 is retired: no more keys of it."):
        add_key(key=Key(symbol=symbol, serial=1), by=clerk)


def test_a_symbol_has_its_most_keys(symbol, clerk):
    KeySymbol.objects.update(most_copies=2)
    first, second = KeyFactory(symbol=symbol, serial=1), KeyFactory(symbol=symbol, serial=2)
    most = "There may be no more than 2 keys AA1. Raise that in the symbol first."
    with refused(most):
        add_key(key=Key(symbol=symbol, serial=3), by=clerk)

    retire(first, clerk)
    add_key(key=Key(symbol=symbol, serial=3), by=clerk)
    with refused(most):
        reinstate_key(key=first, by=clerk, reason="Wrong key")

    retire(second, clerk)
    reinstate_key(key=first, by=clerk, reason="Wrong key")


def test_what_it_costs(key, clerk):
    with queries(exactly=5):
        retire(key, clerk)
