"""Due dates as arithmetic: terms, calendars, closed days and both clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.due import FURTHEST, Calendar, longest
from accounts.models import LoanTerm

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
CHRISTMAS = frozenset(date(2026, 12, 24) + timedelta(days=n) for n in range(11))  # until January 3


def days(number):
    return LoanTerm(name="Days", kind=LoanTerm.Kind.DAYS, days=number)


CLOSING = LoanTerm(name="Day", kind=LoanTerm.Kind.CLOSING_TIME)
SEMESTER = LoanTerm(name="Semester", kind=LoanTerm.Kind.CALENDAR)


def calendar(*closed, zone=BERLIN, closing=time(18), dates=()):
    return Calendar(zone, closing, frozenset(closed), tuple(dates))


def at(*words, zone=BERLIN):
    return datetime(*words, tzinfo=zone)


@pytest.mark.parametrize(
    ("term", "closed", "now", "day"),
    [
        (days(7), (), at(2026, 3, 2, 9), date(2026, 3, 9)),
        (days(1), (), at(2026, 3, 2, 23, 59), date(2026, 3, 3)),
        (days(7), (date(2026, 3, 9),), at(2026, 3, 2, 9), date(2026, 3, 10)),
        (days(7), CHRISTMAS, at(2026, 12, 18, 9), date(2027, 1, 4)),
        (days(1), (), at(2026, 12, 31, 9), date(2027, 1, 1)),
        (days(1), (), at(2028, 2, 28, 9), date(2028, 2, 29)),
        (days(365), (), at(2028, 2, 29, 9), date(2029, 2, 28)),
        (days(1), (), at(2027, 2, 28, 9), date(2027, 3, 1)),
        (CLOSING, (), at(2026, 3, 2, 17, 59), date(2026, 3, 2)),
        (CLOSING, (), at(2026, 3, 2, 18), date(2026, 3, 3)),
        (CLOSING, (date(2026, 3, 2), date(2026, 3, 3)), at(2026, 3, 2, 9), date(2026, 3, 4)),
        (CLOSING, CHRISTMAS, at(2026, 12, 23, 19), date(2027, 1, 4)),
    ],
)
def test_the_longest_loan(term, closed, now, day):
    assert longest(term, calendar(*closed), now) == day


@pytest.mark.parametrize(
    ("closed", "now", "day"),
    [
        ((), at(2026, 3, 2, 9), date(2026, 3, 31)),
        ((date(2026, 3, 31),), at(2026, 3, 2, 9), date(2026, 3, 30)),
        ((date(2026, 3, 30), date(2026, 3, 31)), at(2026, 3, 2, 9), date(2026, 3, 29)),
        ((), at(2026, 3, 31, 17, 59), date(2026, 3, 31)),
        ((), at(2026, 3, 31, 18), date(2026, 9, 30)),
        ((date(2026, 3, 31),), at(2026, 3, 30, 18), date(2026, 9, 30)),
        ((), at(2026, 9, 30, 18), None),
    ],
)
def test_a_term_with_a_calendar_ends_on_its_next_date_and_rolls_back(closed, now, day):
    assert longest(SEMESTER, calendar(*closed, dates=[date(2026, 9, 30), date(2026, 3, 31)]), now) == day


def test_a_calendar_that_is_closed_for_ever_has_no_day():
    closed = [date(2026, 3, 2) + timedelta(days=n) for n in range(FURTHEST + 10)]

    assert longest(days(1), calendar(*closed), at(2026, 3, 2, 9)) is None


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        (BERLIN, date(2026, 3, 28), 17),
        (BERLIN, date(2026, 3, 29), 16),  # clocks went forward in the night
        (BERLIN, date(2026, 10, 24), 16),
        (BERLIN, date(2026, 10, 25), 17),  # and back
        (NEW_YORK, date(2026, 3, 7), 23),
        (NEW_YORK, date(2026, 3, 8), 22),
        (NEW_YORK, date(2026, 10, 31), 22),
        (NEW_YORK, date(2026, 11, 1), 23),
    ],
)
def test_closing_time_is_local_on_both_sides_of_a_clock_change(zone, day, hour):
    assert calendar(zone=zone).moment(day) == datetime.combine(day, time(hour), tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "closing", "hour"),
    [
        (BERLIN, date(2026, 3, 29), 2, 1),  # there is no 02:30: it is 03:30
        (BERLIN, date(2026, 10, 25), 2, 0),  # there are two: the first one
        (NEW_YORK, date(2026, 3, 8), 2, 7),
        (NEW_YORK, date(2026, 11, 1), 1, 5),
    ],
)
def test_a_closing_time_that_is_skipped_or_doubled_is_a_moment(zone, day, closing, hour):
    moment = datetime.combine(day, time(hour, 30), tzinfo=UTC)

    assert calendar(zone=zone, closing=time(closing, 30)).moment(day) == moment


def test_a_loan_over_the_clock_change_keeps_its_days():
    due = calendar().moment(longest(days(7), calendar(), at(2026, 3, 26, 17)))

    assert due == at(2026, 4, 2, 18)
    assert due - at(2026, 3, 26, 18).astimezone(UTC) == timedelta(days=7, hours=-1)


ZONES = st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Australia/Lord_Howe")])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))
CLOSED = st.sets(st.integers(0, 90), max_size=50)


@given(zone=ZONES, now=MOMENTS, closed=CLOSED, number=st.integers(1, 80), closing=st.times())
def test_so_many_days_are_never_closed_never_past_and_no_longer_than_the_desk_is_closed(
    zone, now, closed, number, closing
):
    today = now.astimezone(zone).date()
    desk = calendar(*(today + timedelta(days=n) for n in closed), zone=zone, closing=closing)

    day = longest(days(number), desk, now)

    assert day not in desk.closed
    assert desk.moment(day) > now
    later = {today + timedelta(days=number) + timedelta(days=n) for n in range((day - today).days - number)}
    assert later <= desk.closed


@given(zone=ZONES, now=MOMENTS, closed=CLOSED, closing=st.times())
def test_closing_time_is_the_next_one_that_is_not_past(zone, now, closed, closing):
    today = now.astimezone(zone).date()
    desk = calendar(*(today + timedelta(days=n) for n in closed), zone=zone, closing=closing)

    day = longest(CLOSING, desk, now)

    assert day not in desk.closed
    assert desk.moment(day) > now
    between = {today + timedelta(days=n) for n in range((day - today).days)}
    assert all(other in desk.closed or desk.moment(other) <= now for other in between)


@given(zone=ZONES, now=MOMENTS, closed=CLOSED, ends=st.sets(st.integers(0, 300), max_size=5))
def test_a_calendar_never_ends_on_a_closed_day_in_the_past_or_beyond_its_dates(zone, now, closed, ends):
    today = now.astimezone(zone).date()
    dates = {today + timedelta(days=n) for n in ends}
    desk = calendar(*(today + timedelta(days=n) for n in closed), zone=zone, dates=dates)

    day = longest(SEMESTER, desk, now)

    if day is None:
        assert all(desk.open_from(end, step=-1) is None or desk.moment(desk.open_from(end, -1)) <= now for end in dates)
    else:
        assert day not in desk.closed
        assert desk.moment(day) > now
        assert any(day <= end for end in dates)
