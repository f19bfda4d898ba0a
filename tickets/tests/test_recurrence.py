"""The days of a rule: as dateutil finds them, refused with a sentence when it is none, and never for long."""

import time
from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from keysite.ledger import Refusal
from keysite.tests.history import refused
from tickets.recurrence import after_completion, days, next_days_of, read_rule

START = date(2026, 11, 23)  # a Monday
NO_RULE = "This is no rule. Write one such as FREQ=MONTHLY;BYDAY=1MO, every first Monday of a month."
FINER = "A ticket comes once a day at most: begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."


def number(most):
    return st.integers(1, most).map(str)


def from_both_ends(most):
    return st.integers(-most, most).filter(bool).map(str)


def listed(what):
    return st.lists(what, min_size=1, max_size=3).map(",".join)


WEEKDAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
FREQUENCIES = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
PARTS = {
    "INTERVAL": number(1000),
    "COUNT": number(20),
    "BYMONTH": listed(number(12)),
    "BYMONTHDAY": listed(from_both_ends(31)),
    "BYYEARDAY": listed(from_both_ends(366)),
    "BYWEEKNO": listed(from_both_ends(53)),
    "BYSETPOS": listed(from_both_ends(366)),
    "BYDAY": listed(st.builds(str.__add__, st.just("") | from_both_ends(53), WEEKDAYS)),
    "WKST": WEEKDAYS,
}
RULES = st.fixed_dictionaries({"FREQ": FREQUENCIES}, optional=PARTS).map(
    lambda parts: ";".join(f"{name}={value}" for name, value in parts.items())
)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("FREQ=DAILY", ["11-23", "11-24", "11-25"]),
        ("FREQ=WEEKLY;BYDAY=MO,FR", ["11-23", "11-27", "11-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", ["11-27", "12-11", "12-25"]),
        ("FREQ=MONTHLY;BYDAY=-1MO", ["11-30", "12-28", "01-25"]),
        ("FREQ=DAILY;COUNT=2", ["11-23", "11-24"]),
        ("FREQ=DAILY;UNTIL=20261124", ["11-23", "11-24"]),
        (" rrule: freq=weekly; byday=mo ;", ["11-23", "11-30", "12-07"]),
    ],
)
def test_a_rule_gives_its_days(rule, found):
    assert [f"{day:%m-%d}" for day in next_days_of(read_rule(rule), START, 3)] == found


def test_leap_days_come_when_they_come():
    assert next_days_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", date(2096, 3, 1), 1) == [date(2104, 2, 29)]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("", NO_RULE),
        ("every Monday", NO_RULE),
        ("FREQ=DAILY;FREQ=WEEKLY", NO_RULE),
        ("FREQ=HOURLY", FINER),
        ("FREQ=MINUTELY;INTERVAL=1440", FINER),
        ("FREQ=DAILY;" * 900, "The rule is too long: at most 200 characters."),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "The rule ends twice: keep COUNT or UNTIL, not both."),
    ],
)
def test_what_is_no_rule_is_refused(rule, sentence):
    with refused(sentence):
        read_rule(rule)


@pytest.mark.parametrize(
    "part",
    [
        "COUNT=0",
        "INTERVAL=0",
        "INTERVAL=99999999",
        "BYHOUR=3",
        "BYSECOND=1",
        "BYEASTER=1",
        "DTSTART=20260101",
        "DTSTART;TZID=EUROPE/BERLIN:20260101T000000",
        "TZID=EUROPE/BERLIN",
        "EXDATE=20260101",
        "UNTIL=20270101T000000Z",
        "UNTIL=20270230",
        "BYMONTH=13",
        "BYMONTHDAY=0",
        "BYDAY=XX",
        "BYDAY=1MO",
        "BYDAY=",
        "RRULE",
        "BYMONTH=1\x00",
        "BYMONTH=١",
        "😀=1",
    ],
)
def test_a_part_that_makes_no_sense_is_refused(part):
    with pytest.raises(Refusal, match="The rule cannot have"):
        read_rule(f"FREQ=DAILY;{part}")


@settings(max_examples=150)
@given(rule=RULES, start=st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_any_rule_is_refused_or_gives_the_days_of_dateutil_in_no_time(rule, start):
    try:
        rule = read_rule(rule)
    except Refusal:
        return
    began = time.process_time()

    found = next_days_of(rule, start, 4)

    assert time.process_time() - began < 0.5
    known = rrulestr(rule, dtstart=datetime.combine(start, datetime.min.time())) if found else []
    assert found == [moment.date() for moment in islice(known, len(found))]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;BYSETPOS=366",
        "FREQ=YEARLY;BYWEEKNO=-53;BYMONTH=7",
    ],
)
def test_a_rule_that_never_comes_is_found_out_soon(rule):
    began = time.process_time()

    assert next_days_of(read_rule(rule), START, 1) == []
    assert time.process_time() - began < 0.5


def test_days_are_asked_for_from_one_to_another():
    found = days("FREQ=WEEKLY;BYDAY=MO", START, after=date(2030, 1, 1), until=date(2030, 1, 20))

    assert list(found) == [date(2030, 1, 7), date(2030, 1, 14)]


@pytest.mark.parametrize(
    ("rule", "done", "due"),
    [
        ("FREQ=MONTHLY;INTERVAL=3", date(2026, 1, 15), date(2026, 4, 15)),
        ("FREQ=MONTHLY;INTERVAL=3", date(2026, 1, 31), date(2026, 4, 28)),  # no 31st in April
        ("FREQ=YEARLY", date(2028, 2, 29), date(2029, 2, 28)),
        ("FREQ=DAILY;INTERVAL=10", START, START + timedelta(days=10)),
        ("FREQ=MONTHLY;BYDAY=1MO", START, date(2026, 12, 7)),
        ("FREQ=DAILY;UNTIL=20260101", START, None),
    ],
)
def test_from_completion_it_is_counted_from_the_day_it_was_done(rule, done, due):
    assert after_completion(rule, done) == due
