"""When a loan is due: the longest a term allows, in the institution's time zone, never on a closed day.

The rules are those of a lending library's calendar: a number of days rolls forward over closed days, the end
of a term rolls back, for a semester's end is an end. A due moment is always the closing time of its day.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

FURTHEST = 60  # days: more closed days than this in a row are a mistake in the calendar


class Calendar(NamedTuple):
    """Where and when the desk is open: ``closed`` and ``dates`` are days from today on."""

    zone: ZoneInfo
    closing: time
    closed: frozenset[date]
    dates: tuple[date, ...] = ()

    def moment(self, day):
        """Closing time of ``day`` as a moment in UTC; a local time that a clock change skips is moved on by an hour."""
        return datetime.combine(day, self.closing, tzinfo=self.zone).astimezone(UTC)

    def open_from(self, day, step=1):
        """The first open day at or after ``day`` (before it, with ``step`` -1), or None."""
        days = (day + timedelta(days=step * n) for n in range(FURTHEST))
        return next((candidate for candidate in days if candidate not in self.closed), None)


def longest(term, calendar, now, after=None):
    """The last day on which a loan of ``term`` may be due; None when the calendar has no such day.

    A new loan counts from ``now``. A renewal of one that is due ``after`` goes on to the next closing time, or to the
    next date of the calendar, behind that.
    """
    today = now.astimezone(calendar.zone).date()
    if term.kind == term.Kind.DAYS:
        return calendar.open_from(today + timedelta(days=term.days))
    start = max(now, after or now)
    if term.kind == term.Kind.CLOSING_TIME:
        day = start.astimezone(calendar.zone).date()
        return calendar.open_from(day if calendar.moment(day) > start else day + timedelta(days=1))
    for end in sorted(calendar.dates):
        day = calendar.open_from(end, step=-1)
        if day and calendar.moment(day) > start:
            return day
    return None
