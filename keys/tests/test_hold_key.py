"""A key kept ready, released, or free again by itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Person
from accounts.tests.factories import PersonFactory
from keys.models import Hold, Key
from keys.operations import hold_key, release_expired_holds, release_hold
from keys.tests.factories import HoldFactory, LoanFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@time_machine.travel(MONDAY, tick=False)
def test_the_key_is_kept_ready(key, borrower, clerk):
    hold = hold_key(key=key, person=borrower, until=MONDAY + DAY, by=clerk)

    hold.refresh_from_db()
    assert (hold.key, hold.person, hold.held_at, hold.until) == (key, borrower, MONDAY, MONDAY + DAY)
    assert last_version(hold) == (clerk, "kept ready")


@time_machine.travel(MONDAY, tick=False)
def test_holding_it_again_replaces_the_hold(key, borrower, clerk):
    first = hold_key(key=key, person=borrower, until=MONDAY + DAY, by=clerk)

    second = hold_key(key=key, person=borrower, until=MONDAY + 2 * DAY, by=clerk)

    first.refresh_from_db()
    assert first.ended_at == MONDAY
    assert last_version(first) == (clerk, "replaced")
    assert list(Hold.objects.live(at=MONDAY)) == [second]


@time_machine.travel(MONDAY, tick=False)
def test_a_hold_that_has_run_out_is_replaced(key, borrower, clerk):
    HoldFactory(key=key, held_at=MONDAY - DAY, until=MONDAY)

    assert hold_key(key=key, person=borrower, until=MONDAY + DAY, by=clerk)


@time_machine.travel(MONDAY, tick=False)
def test_a_key_held_for_somebody_else_is_refused(key, borrower, clerk):
    HoldFactory(key=key, until=MONDAY + DAY)

    with refused("Key AA1 1 is on hold for somebody else until March 3, 2026."):
        hold_key(key=key, person=borrower, until=MONDAY + DAY, by=clerk)


@time_machine.travel(MONDAY, tick=False)
def test_a_moment_that_is_past_is_refused(key, borrower, clerk):
    with refused("The hold would be over already. Give a later moment."):
        hold_key(key=key, person=borrower, until=MONDAY, by=clerk)


@pytest.mark.parametrize("what", ["key", "symbol"])
def test_a_retired_key_is_refused(key, borrower, clerk, what):
    if what == "key":
        Key.objects.update(retired_at=MONDAY, retirement="disposed", retired_reason="Worn")
    else:
        key.symbol.retired_at, key.symbol.retired_reason = MONDAY, "Rekeyed"
        key.symbol.save()

    with refused("Key AA1 1 is retired."):
        hold_key(key=key, person=borrower, until=timezone.now() + DAY, by=clerk)


def test_a_key_that_is_out_is_refused(key, borrower, clerk):
    LoanFactory(key=key)

    with refused("Key AA1 1 is not in the cabinet."):
        hold_key(key=key, person=borrower, until=timezone.now() + DAY, by=clerk)


def test_for_somebody_who_may_not_borrow_it_is_refused(key, borrower, clerk):
    Person.objects.filter(pk=borrower.pk).update(blocked_at=MONDAY, blocked_reason="Lost five")

    with refused(f"{borrower.name} is blocked from borrowing. Ask the key desk."):
        hold_key(key=key, person=borrower, until=timezone.now() + DAY, by=clerk)


def test_a_released_key_is_free(key, borrower, clerk):
    hold = HoldFactory(key=key)

    release_hold(hold=hold, by=clerk)

    assert last_version(hold) == (clerk, "released")
    assert hold_key(key=key, person=borrower, until=timezone.now() + DAY, by=clerk)


def test_a_hold_is_released_once(key, clerk):
    hold = HoldFactory(key=key)
    stale = Hold.objects.get()
    release_hold(hold=hold, by=clerk)

    with refused("This hold on AA1 1 has ended already."):
        release_hold(hold=stale, by=clerk)


@time_machine.travel(MONDAY, tick=False)
def test_holds_end_by_themselves(key):
    run_out = HoldFactory(held_at=MONDAY - DAY, until=MONDAY)
    live = HoldFactory(held_at=MONDAY - DAY, until=MONDAY + timedelta(seconds=1))

    release_expired_holds(at=MONDAY)
    release_expired_holds(at=MONDAY)

    run_out.refresh_from_db()
    live.refresh_from_db()
    assert (run_out.ended_at, live.ended_at) == (MONDAY, None)
    assert last_version(run_out) == (None, "ran out")
    assert run_out.history.count() == 2


def test_ending_one_hold_and_three_costs_the_same(db):
    HoldFactory(held_at=MONDAY - DAY, until=MONDAY)
    with queries(exactly=4):
        release_expired_holds(at=MONDAY)
    for _number in range(3):
        HoldFactory(held_at=MONDAY - DAY, until=MONDAY)
    with queries(exactly=4):
        release_expired_holds(at=MONDAY)


def test_what_it_costs(key, borrower, clerk):
    person = PersonFactory()

    with queries(exactly=7):
        hold_key(key=key, person=person, until=timezone.now() + DAY, by=clerk)
