"""How the last weeks went: loans, and which share of the keys that were out was overdue."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from keys.models.renewals import Renewal

WEEK = timedelta(days=7)


class Week(NamedTuple):
    """One week from Monday on; ``out`` and ``overdue`` are as at its end, or now in the present week."""

    starts_on: object
    checked_out: int
    out: int
    overdue: int

    @property
    def share(self):
        """Per cent of the keys that were out."""
        return 100 * self.overdue / self.out if self.out else 0


def weeks_of(loans, *, at, number=12):
    """The present week and those before it, oldest first, in two queries.

    A loan that staff renewed when it was overdue counts as overdue until then, whatever its due date is now.
    """
    bounds = _bounds(at, number)
    counted = {}
    for n, (start, end) in enumerate(bounds):
        out = _running_at(end)
        counted[f"checked_out_{n}"] = Count("pk", filter=Q(out_at__gte=start, out_at__lt=end, undone_at=None))
        counted[f"out_{n}"] = Count("pk", filter=out)
        counted[f"overdue_{n}"] = Count("pk", filter=out & Q(due_at__lt=end))
    since = bounds[0][0]
    numbers = loans.filter(Q(returned_at=None) | Q(returned_at__gte=since)).order_by().aggregate(**counted)
    late = Renewal.objects.filter(loan__in=loans.order_by(), at__gte=since, old_due_at__lt=F("at"))
    late = list(late.order_by().values_list("old_due_at", "at"))
    return [
        Week(
            timezone.localdate(start, settings.INSTITUTION_ZONE),
            numbers[f"checked_out_{n}"],
            numbers[f"out_{n}"],
            numbers[f"overdue_{n}"] + sum(due < end <= renewed for due, renewed in late),
        )
        for n, (start, end) in enumerate(bounds)
    ]


def _bounds(at, number):
    """Beginning and end of each week in the institution's time zone; the last one ends ``at``."""
    today = timezone.localdate(at, settings.INSTITUTION_ZONE)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - WEEK * n for n in reversed(range(number))]
    starts = [datetime.combine(day, time.min, settings.INSTITUTION_ZONE) for day in mondays]
    return list(zip(starts, [*starts[1:], at], strict=True))


def _running_at(moment):
    """Loans whose key was out and expected back at that moment."""
    open_then = Q(out_at__lt=moment) & (Q(returned_at=None) | Q(returned_at__gte=moment))
    return open_then & (Q(lost_at=None) | Q(lost_at__gte=moment) | Q(found_at__lt=moment))
