"""Exceptions: granted, replaced, ended, and over by themselves."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import Notice
from keys.models import LoanException
from keys.operations import end_exception, grant_exception, lift_expired_exceptions
from keys.tests.factories import LoanExceptionFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # the 3rd in Berlin
TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def grant(person, symbol, by, *, limit=3, expires_on=TODAY, why="Two offices"):
    return grant_exception(person=person, symbol=symbol, limit=limit, expires_on=expires_on, why=why, by=by)


def test_it_says_who_granted_what_why_and_until_when(borrower, symbol, clerk):
    exception = grant(borrower, symbol, clerk)

    exception.refresh_from_db()
    assert (exception.person, exception.symbol, exception.limit) == (borrower, symbol, 3)
    assert (exception.granted_at, exception.granted_by, exception.why) == (MONDAY, clerk, "Two offices")
    assert list(LoanException.objects.live(on=TODAY)) == [exception]
    assert last_version(exception) == (clerk, "granted")
    notice = Notice.objects.get()
    assert (notice.kind, notice.person) == ("exception_granted", borrower)
    assert notice.facts == {"symbol": "AA1", "limit": 3, "until": "2026-03-03"}


def test_a_new_one_ends_the_one_before(borrower, symbol, clerk):
    first = grant(borrower, symbol, clerk)

    second = grant(borrower, symbol, clerk, limit=5)

    first.refresh_from_db()
    assert (first.ended_at, first.ended_by) == (MONDAY, clerk)
    assert last_version(first) == (clerk, "replaced")
    assert list(LoanException.objects.live(on=TODAY)) == [second]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"limit": 1}, "Everybody may hold one. Give a limit from 2 to 100."),
        ({"limit": 101}, "Everybody may hold one. Give a limit from 2 to 100."),
        ({"expires_on": date(2026, 3, 2)}, "The exception would be over already. Give today or a later day."),
        ({"why": ""}, "Say why the exception is granted."),
    ],
)
def test_an_exception_must_make_sense(borrower, symbol, clerk, values, sentence):
    with refused(sentence):
        grant(borrower, symbol, clerk, **values)


def test_nobody_grants_one_to_themselves(symbol, clerk):
    with refused("Ask a colleague: nobody grants an exception to themselves."):
        grant(clerk, symbol, clerk)


def test_it_is_ended_once(borrower, symbol, clerk):
    exception = grant(borrower, symbol, clerk)
    stale = LoanException.objects.get()

    end_exception(exception=exception, by=clerk)

    exception.refresh_from_db()
    assert (exception.ended_at, exception.ended_by) == (MONDAY, clerk)
    assert last_version(exception) == (clerk, "ended")
    with refused("This exception has ended already."):
        end_exception(exception=stale, by=clerk)


def test_it_is_over_when_its_last_day_is(db):
    over = LoanExceptionFactory(expires_on=date(2026, 3, 2))
    live = LoanExceptionFactory(expires_on=TODAY)

    lift_expired_exceptions(at=MONDAY)
    lift_expired_exceptions(at=MONDAY)

    over.refresh_from_db()
    live.refresh_from_db()
    assert (over.ended_at, over.ended_by, live.ended_at) == (MONDAY, None, None)
    assert last_version(over) == (None, "expired")
    assert over.history.count() == 2


def test_ending_one_exception_and_three_costs_the_same(db):
    LoanExceptionFactory(expires_on=date(2026, 3, 2))
    with queries(exactly=3):
        lift_expired_exceptions(at=MONDAY)
    for _number in range(3):
        LoanExceptionFactory(expires_on=date(2026, 3, 2))
    with queries(exactly=3):
        lift_expired_exceptions(at=MONDAY)
