"""What is the same for everything that is lent, key or asset: when it is due, and how that is said."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class LentQuerySet(models.QuerySet):
    """Questions about due dates; ``running`` says which rows are still expected back."""

    def running(self):
        raise NotImplementedError

    def overdue(self, *, at):
        return self.running().filter(due_at__lt=at)

    def due_between(self, start, end):
        return self.running().filter(due_at__gte=start, due_at__lt=end)

    def overdue_for(self, days, *, at):
        """Overdue, and due so many days ago or more, by the institution's calendar."""
        return self.overdue(at=midnight(at, 1 - days))

    def to_remind(self, *, at):
        """Overdue, or due within the days before which borrowers are told.

        What went out today is not called due soon.
        """
        due = self.running().filter(due_at__lt=midnight(at, settings.DUE_SOON_DAYS + 1))
        return due.exclude(due_at__gte=at, out_at__gte=midnight(at, 0))


class Lent(models.Model):
    """Something in somebody's hands until ``returned_at``; ``due_at`` may be empty where no date was agreed."""

    class Meta:
        abstract = True

    @property
    def is_running(self):
        """Still expected back."""
        raise NotImplementedError

    @property
    def is_open(self):
        return self.returned_at is None

    def is_overdue(self, *, at=None):
        return self.is_running and self.due_at is not None and self.due_at < (at or timezone.now())

    @property
    def days_late(self):
        """Whole days from the day it was due to the day it came back, or to today while it is overdue."""
        if self.due_at is None:
            return 0
        end = self.returned_at or (timezone.now() if self.is_overdue() else self.due_at)
        return max(0, (timezone.localdate(end) - timezone.localdate(self.due_at)).days)

    @property
    def is_due_soon(self):
        due = self.is_running and self.due_at is not None and not self.is_overdue()
        return due and self._days_left() <= settings.DUE_SOON_DAYS

    @property
    def due_in_words(self):
        """How far off the due date is: “due tomorrow”, “3 days overdue”."""
        if self.due_at is None:
            return _("no due date")
        days = self._days_left()
        if self.is_overdue():
            late = ngettext("%(n)d day overdue", "%(n)d days overdue", -days) % {"n": -days}
            return late if days else _("overdue since closing time today")
        if days < 2:
            return _("due tomorrow") if days else _("due today")
        return ngettext("due in %(n)d day", "due in %(n)d days", days) % {"n": days}

    def _days_left(self):
        return (timezone.localdate(self.due_at) - timezone.localdate()).days


def midnight(at, days):
    """The beginning of the day so many days after ``at``, in the institution's time zone."""
    day = timezone.localdate(at, settings.INSTITUTION_ZONE) + timedelta(days=days)
    return datetime.combine(day, time.min, settings.INSTITUTION_ZONE)
