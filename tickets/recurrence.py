"""When recurring work is due: rules of dates as in calendars (RFC 5545), in whole days.

A rule is somebody's text: it is read by us, and only what makes sense for days of work goes on to ``dateutil``.
"""

import re
from calendar import isleap
from datetime import MAXYEAR, date, datetime, time, timedelta
from itertools import dropwhile, islice, takewhile

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from keysite.ledger import Refusal

LONGEST = 200  # characters
YEARS = 12  # a rule that does not come within so many never does: leap days are eight years apart at most
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
FINER = {"SECONDLY", "MINUTELY", "HOURLY"}
WEEKDAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
# Each part of a rule and the largest of its numbers; the last ones count from the end, too, as negative numbers.
COUNTED = {"INTERVAL": 1000, "COUNT": 1000}
LISTED = {"BYMONTH": 12}
FROM_BOTH_ENDS = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
NUMBERS = COUNTED | LISTED | FROM_BOTH_ENDS


def read_rule(text):
    """The rule in ``text`` as it is kept. Refused with a sentence when it is none, or finer than a day."""
    if len(text) > LONGEST:
        raise Refusal(_("The rule is too long: at most %(most)s characters.") % {"most": LONGEST})
    rule = "".join(text.split()).upper().removeprefix("RRULE:").rstrip(";")
    parts = [part.partition("=") for part in rule.split(";")]
    names = [name for name, _equals, _value in parts]
    values = {name: value for name, _equals, value in parts}
    if values.get("FREQ") in FINER:
        raise Refusal(_("A ticket comes once a day at most: begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."))
    if values.get("FREQ") not in FREQUENCIES or len(names) != len(values):
        raise Refusal(_("This is no rule. Write one such as FREQ=MONTHLY;BYDAY=1MO, every first Monday of a month."))
    for name, value in values.items():
        if name != "FREQ" and not _is_sound(name, value, values):
            words = {"part": f"{name}={value}"[:60]}
            raise Refusal(_("The rule cannot have “%(part)s”. Leave it out, or look up how a rule is written.") % words)
    if {"COUNT", "UNTIL"} <= values.keys():
        raise Refusal(_("The rule ends twice: keep COUNT or UNTIL, not both."))
    return rule


def _is_sound(name, value, rule):
    """Whether a part of a rule may stand there, with this value."""
    if name in NUMBERS:
        sign = "[+-]?" if name in FROM_BOTH_ENDS else ""
        several = "" if name in COUNTED else f"(?:,{sign}[0-9]{{1,4}})*"
        if not re.fullmatch(f"{sign}[0-9]{{1,4}}{several}", value):
            return False
        return all(1 <= abs(int(number)) <= NUMBERS[name] for number in value.split(","))
    if name == "BYDAY":
        place = _place_of_weekday(rule)
        return bool(re.fullmatch(f"{place}{WEEKDAY}(?:,{place}{WEEKDAY})*", value))
    if name == "WKST":
        return bool(re.fullmatch(WEEKDAY, value))
    return name == "UNTIL" and _is_day(value)


def _place_of_weekday(rule):
    """How the 2 of “2MO” may read: the second Monday of a month or of a year."""
    if rule["FREQ"] == "MONTHLY" or (rule["FREQ"] == "YEARLY" and "BYMONTH" in rule):
        return "(?:[+-]?[1-5])?"
    return "(?:[+-]?(?:[1-4][0-9]|5[0-3]|[1-9]))?" if rule["FREQ"] == "YEARLY" else ""


def _is_day(value):
    if not re.fullmatch("[0-9]{8}", value):
        return False
    try:
        return bool(datetime.strptime(value, "%Y%m%d"))
    except ValueError:
        return False


def days(rule, starts_on, *, after, until=None):
    """The days of a rule that is counted from ``starts_on``: those after ``after``, until ``until`` or twelve years on.

    ``dateutil`` looks for a day that never comes until the year 9999. So it is asked about a year shortly before that
    whose calendar is the same for as long as matters: it looks at every day of twelve years at most.
    """
    last = min(max(starts_on, after, until or starts_on).year + YEARS, MAXYEAR - 1)
    twin = _twin(starts_on.year, last)
    found = rrulestr(_moved(rule, twin - starts_on.year), dtstart=_at(starts_on, twin))
    real = (moment.date().replace(year=moment.year - twin + starts_on.year) for moment in found)
    until = until or date(last, 12, 31)
    return takewhile(lambda day: day <= until, dropwhile(lambda day: day <= after, real))


def next_days_of(rule, starts_on, n, *, after=None):
    """The first ``n`` days of a rule after ``after``, or from its first day on."""
    return list(islice(days(rule, starts_on, after=after or starts_on - timedelta(days=1)), n))


def after_completion(rule, done_on):
    """The day on which a rule comes again that is counted from the day the last one was done; None for never.

    A month without a 31st would be left out: from the end of a month it is counted from its 28th.
    """
    begin = done_on.replace(day=min(done_on.day, 28))
    return next(days(rule, begin, after=done_on), None)


def _twin(first, last):
    """The latest year from which on calendars are as from ``first`` to ``last``, all of them before the last year."""
    length = last - first
    years = range(MAXYEAR - length - 1, MAXYEAR - length - 401, -1)  # after 400 years calendars are the same again
    around = range(-1, length + 2)  # weeks reach into the years before and after
    return next(year for year in years if all(_alike(first + n, year + n) for n in around))


def _alike(year, other):
    return isleap(year) == isleap(other) and date(year, 1, 1).weekday() == date(other, 1, 1).weekday()


def _moved(rule, years):
    """The rule with its last day moved by so many years."""

    def move(found):
        return f"UNTIL={min(int(found[1]) + years, MAXYEAR):04}{found[2]}"

    return re.sub("UNTIL=([0-9]{4})([0-9]{4})", move, rule)


def _at(day, year):
    return datetime.combine(day.replace(year=year), time.min)
