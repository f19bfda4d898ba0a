"""Work that comes round again, and what became of each of its days."""

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Section, Tabs, display
from tickets.admin.sections import list_of, page_of
from tickets.models import Occurrence, Schedule
from tickets.operations import add_schedule, change_schedule, next_days, pause_schedule, resume_schedule

PREVIEW, SHOWN = 5, 10
SAID = ["title", "description", "category", "space", "asset", "team", "technician", "priority", "starts_on", "rule"]
SAID += ["basis"]


class ScheduleTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("running", _("Running")), ("paused", _("Paused")), ("all", _("All"))]
    otherwise = "running"

    def choose(self, schedules, value):
        return getattr(schedules, value)()


def _deed(operation, label, done, **options):
    return Deed(operation, "tickets.change_schedule", label, done, row="schedule", **options)


@admin.register(Schedule)
class ScheduleAdmin(ConsoleAdmin):
    plain_choices = ("category", "team")
    list_display = ["title", "category", "where", "rule", "whose", "state"]
    list_filter = [ScheduleTabs]
    search_fields = ["title", "rule"]
    search_help_text = _("Title or rule")
    fieldsets = [
        (None, {"fields": ["title", "description", ("category", "priority")]}),
        (_("Where"), {"fields": [("space", "asset")]}),
        (_("Who does it"), {"fields": [("team", "technician")]}),
        (_("When"), {"fields": [("starts_on", "rule"), "basis"]}),
    ]
    deeds = [
        _deed(
            pause_schedule,
            _("Pause"),
            _("%(row)s makes no tickets until it is resumed."),
            icon="pause",
            bulk=True,
            shown=lambda schedule: not schedule.paused_at,
        ),
        _deed(
            resume_schedule,
            _("Resume"),
            _("%(row)s makes tickets again."),
            icon="play_arrow",
            bulk=True,
            shown=lambda schedule: schedule.paused_at is not None,
        ),
    ]

    def add(self, row, by):
        row.pk = add_schedule(by=by, **{name: getattr(row, name) for name in SAID}).pk

    def change(self, row, names, by):
        change_schedule(schedule=row, by=by, **{name: getattr(row, name) for name in names})

    def links(self, request, schedule):
        yield _("Days seen to"), list_of("occurrence", f"schedule={schedule.pk}")

    def sections(self, request, schedule):
        if not schedule.paused_at:
            days = [date_format(day, "l, j F Y") for day in next_days(schedule, PREVIEW)]
            yield Section(
                title=_("The next days"),
                headings=[_("Day")],
                lines=[("", [day]) for day in days],
                empty=_("None is known: the rule has ended, or the last ticket is not resolved yet."),
            )
        rows = schedule.occurrences.select_related("ticket")[:SHOWN]
        yield Section(
            title=_("The last days"),
            headings=[_("Day"), _("Ticket")],
            lines=[(page_of(row.ticket) if row.ticket else "", [date_format(row.on), said_of(row)]) for row in rows],
            empty=_("None yet."),
        )

    @display(description=_("where"))
    def where(self, schedule):
        return schedule.space or schedule.asset

    @display(description=_("whose"))
    def whose(self, schedule):
        technician = schedule.technician and (schedule.technician.name or schedule.technician.email)
        return technician or schedule.team

    @display(description=_("state"), label={"running": "success", "paused": "warning"})
    def state(self, schedule):
        return ("paused", _("Paused")) if schedule.paused_at else ("running", _("Running"))


def said_of(occurrence):
    """What became of a day."""
    return occurrence.ticket or _("Left out")


class OfSchedule(Related):
    title, parameter_name, path, related_model = _("schedule"), "schedule", "schedule", Schedule


@admin.register(Occurrence)
class OccurrenceAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["on", "schedule", "outcome"]
    list_filter = [OfSchedule]
    search_fields = ["schedule__title"]
    search_help_text = _("Title of the schedule")
    fields = ["schedule", "on", "at", "ticket"]

    @display(description=_("ticket"))
    def outcome(self, occurrence):
        return said_of(occurrence)
