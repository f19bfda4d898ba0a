"""When things happen in the invented university, and how a row remembers what happened to it."""

import random
from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from accounts.due import Calendar, longest
from keysite.ledger import Version

WEEKS = 61  # fourteen months
HOLIDAYS = {(1, 1): "New Year", (5, 1): "Labour Day", (10, 3): "Founders' Day", (12, 31): "New Year's Eve"}
HOLIDAYS |= {(12, day): "Winter break" for day in range(24, 31)}


class World:
    """The dice, the clock and the calendar that the inventors share."""

    def __init__(self, at, seed):
        self.dice = random.Random(seed)  # noqa: S311 - nothing here is a secret
        self.at = at
        self.today = at.astimezone(settings.INSTITUTION_ZONE).date()
        days = (self.day(offset) for offset in range(-WEEKS * 7, 800))
        self.closed = {day: HOLIDAYS[day.month, day.day] for day in days if (day.month, day.day) in HOLIDAYS}
        friday = self.day(75) + timedelta(days=4 - self.day(75).weekday())
        self.semester_ends = [friday + timedelta(weeks=26 * n) for n in range(-4, 5)]
        self.calendar = Calendar(
            settings.INSTITUTION_ZONE,
            settings.CLOSING_TIME,
            frozenset(self.closed),
            tuple(self.semester_ends),
        )

    def day(self, offset):
        return self.today + timedelta(days=offset)

    def moment(self, day, *, or_now=True):
        """A moment of ``day`` while the desk is open; with ``or_now`` a little ago when that is still to come."""
        minute = self.dice.randrange(8 * 60, 17 * 60)
        local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=settings.INSTITUTION_ZONE)
        moment = local.astimezone(UTC)
        return moment if moment < self.at or not or_now else self.at - timedelta(minutes=self.dice.randrange(1, 60))

    def between(self, start, end):
        """A moment between two others."""
        return start + (end - start) * self.dice.random()

    def open_day(self, offset):
        """The day so far from today, or the next before it on which the desk was open on a weekday."""
        day = self.day(offset)
        while day in self.closed or day.weekday() > 4:
            day -= timedelta(days=1)
        return day

    def due(self, term, out_at):
        """When a loan of ``term`` made at ``out_at`` falls due: by the rule of the real check-out."""
        return self.calendar.moment(longest(term, self.calendar, out_at))

    def code(self):
        """What a tag carries."""
        return "".join(self.dice.choices("23456789ABCDEFGHJKMNPQRSTUVWXYZ", k=10))


class Told:
    """A row and what happened to it, so that its history can be written as if it had been kept all along."""

    def __init__(self, row, at, *, by=None, reason="registered"):
        self.row = row
        self.chapters = [(at, by, reason, {})]

    def then(self, at, by, why, /, **values):
        """At ``at`` these values changed."""
        self.chapters.append((at, by, why, {name: getattr(self.row, name) for name in values}))
        for name, value in values.items():
            setattr(self.row, name, value)
        return self

    def versions(self):
        """Every version of the row, the oldest first, with the values that were different then."""
        was, versions = {}, []
        for at, by, reason, before in reversed(self.chapters):
            versions.append(Version(at, by, reason, was))
            was = was | before
        return versions[::-1]
