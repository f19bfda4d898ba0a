"""The timetable of the clock, in the console's way; the pages of other packages are left out.

What other packages would change in theirs has no history, and roles come from ``accounts.roles``.
"""

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

import keys.tasks
import keysite.tasks
from keysite.console import ConsoleAdmin, ConsoleForm, display
from keysite.console.fields import Choice

for _model in list(admin.site._registry):  # ours come later: this app is named before them
    admin.site.unregister(_model)

TASKS = (
    keysite.tasks.send_notices,
    keysite.tasks.clean_up,
    keys.tasks.remind_borrowers,
    keys.tasks.retire_keys,
    keys.tasks.lift_expired_exceptions,
)


class PeriodicTaskForm(ConsoleForm):
    """When one of our tasks runs."""

    class Meta:
        labels = {"name": _("Name"), "enabled": _("Runs"), "interval": _("Every"), "crontab": _("At")}
        help_texts = {
            "name": "",
            "enabled": _("Switched off, it waits until it is switched on again."),
            "interval": _("An interval, or"),
            "crontab": _("times of day: one of the two."),
        }

    task = Choice(label=_("What"), choices=[(task.name, task.__doc__.strip()) for task in TASKS])

    def clean(self):
        values = super().clean()
        if ("interval" in values or "crontab" in values) and bool(values.get("interval")) == bool(
            values.get("crontab")
        ):
            raise forms.ValidationError(_("Choose either an interval or times of day."))
        return values

    def validate_unique(self):
        """Without the package's own, which speaks of kinds of schedule that are not offered here."""
        try:
            Model.validate_unique(self.instance, exclude=self._get_validation_exclusions())
        except forms.ValidationError as error:
            self._update_errors(error)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ConsoleAdmin):
    form = PeriodicTaskForm
    plain_choices = ("interval", "crontab")
    list_display = ["name", "schedule", "runs", "last_run"]
    list_select_related = ["interval", "crontab"]
    search_fields = ["name", "task"]
    fields = ["name", "task", "enabled", ("interval", "crontab"), "last_run"]

    def get_readonly_fields(self, request, obj=None):
        return [*(["name", "task"] if obj else []), "last_run"]

    @display(description=_("last run"))
    def last_run(self, task):
        return task.last_run_at and date_format(timezone.localtime(task.last_run_at), "SHORT_DATETIME_FORMAT")

    @display(description=_("runs"), boolean=True)
    def runs(self, task):
        return task.enabled

    @display(description=_("when"))
    def schedule(self, task):
        return task.interval or task.crontab


@admin.register(IntervalSchedule)
class IntervalAdmin(ConsoleAdmin):
    list_display = ["__str__", "every", "period"]
    search_fields = ["period"]
    fields = ["every", "period"]


@admin.register(CrontabSchedule)
class CrontabAdmin(ConsoleAdmin):
    """Times of day are those of the institution."""

    list_display = ["__str__", "minute", "hour", "day_of_week", "day_of_month", "month_of_year", "timezone"]
    search_fields = ["hour"]
    fields = ["minute", "hour", "day_of_week", "day_of_month", "month_of_year"]
