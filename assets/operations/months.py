"""The calendar of a model: what is free on each day of a month."""

import calendar
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.formats import get_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import ClosedDay
from assets.models import Assignment, Reservation
from assets.operations.claims import midnight_of, pools_of

MONTHS_AHEAD = 12  # as far as anything is reserved
MOST_SPANS = 2  # told of one day


class Day(NamedTuple):
    """A day of the calendar: how many of ``units`` are free all day, and the parts of it in which none is."""

    on: date
    units: int
    free: int
    full: list
    is_full: bool
    is_past: bool
    is_today: bool
    closed: str | None

    @property
    def status(self):
        """One of past, closed, free, partly and full."""
        if self.is_past or self.closed is not None:
            return "past" if self.is_past else "closed"
        if self.free == self.units and self.units:
            return "free"
        return "full" if self.is_full else "partly"

    @property
    def words(self):
        if self.status in {"past", "closed"}:
            return _("Past") if self.is_past else _("Closed")
        if self.status == "free":
            return _("Free")
        if self.is_full:
            return _("Full")
        if self.free:
            sentence = ngettext("%(n)d of %(units)d free", "%(n)d of %(units)d free", self.free)
            return sentence % {"n": self.free, "units": self.units}
        spans = (_("%(start)s–%(end)s") % {"start": _clock(start), "end": _clock(end)} for start, end in self.full)
        return _("Full %(spans)s") % {"spans": ", ".join(list(spans)[:MOST_SPANS])}


class Month(NamedTuple):
    """A month of a model; ``weeks`` hold a day or None for each day of the week."""

    first: date
    weeks: list
    before: date | None
    after: date | None
    weekdays: list

    @property
    def span(self):
        return midnight_of(self.first), midnight_of(_next(self.first))


def month_of(model, text=""):
    """The calendar of ``model`` in the month ``text`` (2026-05), else in this one: at most a year ahead."""
    now = timezone.now()
    today = timezone.localdate(now, settings.INSTITUTION_ZONE)
    first = _month(text, today)
    starts = (get_format("FIRST_DAY_OF_WEEK") - 1) % 7
    weeks = calendar.Calendar(starts).monthdatescalendar(first.year, first.month)
    pool = pools_of([model.pk], now=now)[model.pk]
    closed = dict(ClosedDay.objects.filter(on__gte=first, on__lt=_next(first)).values_list("on", "name"))
    days = [[_day(day, pool, today, closed) if day.month == first.month else None for day in week] for week in weeks]
    before = _previous(first) if first > today.replace(day=1) else None
    after = _next(first) if first < _last(today) else None
    return Month(first, days, before, after, weeks[0])


def dates_of_model(model, start, end, *, person):
    """Reservations and assignments of ``model`` in [start, end) as far as ``person`` may see them."""
    claims = Reservation.objects.visible_to(person).live().of_model(model).overlapping(start, end)
    out = Assignment.objects.visible_to(person).open().filter(asset__model=model, out_at__lt=end)
    return claims.for_list(), out.for_list().order_by("due_at", "pk")


def _day(day, pool, today, closed):
    start, end = max(midnight_of(day), pool.now), midnight_of(day + timedelta(days=1))
    past = day < today
    free = 0 if past else pool.free(start, end)
    full = [] if past or free else pool.full(start, end)
    return Day(day, len(pool.units), free, full, full == [(start, end)], past, day == today, closed.get(day))


def _month(text, today):
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)
    return min(max(first, today.replace(day=1)), _last(today))


def _last(today):
    first = today.replace(day=1)
    for _number in range(MONTHS_AHEAD):
        first = _next(first)
    return first


def _next(first):
    return (first + timedelta(days=31)).replace(day=1)


def _previous(first):
    return (first - timedelta(days=1)).replace(day=1)


def _clock(moment):
    return time_format(timezone.localtime(moment, settings.INSTITUTION_ZONE).time())
