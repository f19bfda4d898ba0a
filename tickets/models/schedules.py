"""Work that comes round again."""

from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Asset, Space
from keysite.ledger import kept_history
from tickets.models.categories import Category, Priority, Team
from tickets.models.tickets import Ticket


class ScheduleQuerySet(models.QuerySet):
    def running(self):
        return self.filter(paused_at__isnull=True)

    def paused(self):
        return self.filter(paused_at__isnull=False)

    def with_last_day(self):
        """With ``last_day``: the last one that has been seen to, or None."""
        return self.annotate(last_day=Max("occurrences__on"))

    def for_list(self):
        return self.select_related("category", "space__building", "asset", "team", "technician").order_by("title", "pk")


class Schedule(models.Model):
    """A ticket that is made again and again: by a rule of dates (RFC 5545), or so long after the last one is done."""

    class Basis(models.TextChoices):
        PLAN = "plan", _("From the plan")
        COMPLETION = "completion", _("From the day the last one is resolved")

    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("what to do"), max_length=5000, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="schedules", verbose_name=_("category"))
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="schedules", verbose_name=_("space")
    )
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="schedules", verbose_name=_("asset")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="schedules", verbose_name=_("team")
    )
    technician = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="schedules", verbose_name=_("technician")
    )
    starts_on = models.DateField(_("first day"))
    rule = models.CharField(
        _("rule"), max_length=200, help_text=_("Such as FREQ=MONTHLY;BYDAY=1MO: every first Monday of a month.")
    )
    basis = models.CharField(_("counted"), max_length=16, choices=Basis, default=Basis.PLAN)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    history = kept_history()
    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("schedule"), _("schedules")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="schedule_has_title"),
            models.CheckConstraint(condition=~Q(rule=""), name="schedule_has_rule"),
            models.CheckConstraint(condition=Q(basis__in=["plan", "completion"]), name="schedule_basis_is_known"),
        ]

    def __str__(self):
        return self.title


class OccurrenceQuerySet(models.QuerySet):
    def for_list(self):
        return self.select_related("schedule", "ticket").order_by("-on", "-pk")


class Occurrence(models.Model):
    """A day of a schedule that has been seen to: by a ticket, or left out because the last one was still open."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="occurrences", verbose_name=_("schedule"))
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("made"))
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, blank=True, related_name="occurrence", verbose_name=_("ticket")
    )
    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("occurrence"), _("occurrences")
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["schedule", "on"], name="occurrence_once_per_day")]

    def __str__(self):
        return f"{self.schedule} · {self.on:%Y-%m-%d}"
