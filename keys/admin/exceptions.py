"""Permission for more than the rules give, and keys kept ready for somebody."""

from django.conf import settings
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models import Hold, LoanException
from keys.operations import end_exception, grant_exception, release_hold
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Tabs, display


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


class ExceptionTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("live", _("Live")), ("ended", _("Ended")), ("all", _("All"))]
    otherwise = "live"

    def choose(self, exceptions, value):
        today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
        return exceptions.live(on=today) if value == "live" else getattr(exceptions, value)()


@admin.register(LoanException)
class LoanExceptionAdmin(ConsoleAdmin):
    """Exceptions are granted here and ended by a button; what was granted is never changed."""

    list_display = ["person", "symbol", "limit", "expires_on", "granted_by", "state"]
    list_filter = [ExceptionTabs, OfPerson]
    search_fields = ["why"]
    search_help_text = _("Person or symbol")
    fields = [
        "person",
        "symbol",
        ("limit", "expires_on"),
        "why",
        ("granted_at", "granted_by"),
        ("ended_at", "ended_by"),
    ]
    deeds = [
        Deed(
            end_exception,
            row="exception",
            permission="keys.grant_exception",
            label=_("End"),
            done=_("The exception %(row)s is ended."),
            intro=_("Keys that are out stay out; no more than one is handed out from now on."),
            icon="event_busy",
            confirm=True,
            bulk=True,
            shown=lambda exception: exception.ended_at is None,
        )
    ]

    def has_add_permission(self, request):
        return request.user.has_perm("keys.grant_exception")

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return (
            self.fields
            if obj
            else [name for name in self.fields if "granted_at" not in name and "ended_at" not in name]
        )

    def add(self, row, by):
        granted = grant_exception(
            person=row.person, symbol=row.symbol, limit=row.limit, expires_on=row.expires_on, why=row.why, by=by
        )
        row.pk = granted.pk

    @display(description=_("state"), label={"live": "success", "expired": "warning", "ended": "info"})
    def state(self, exception):
        if exception.ended_at:
            return "ended", _("Ended")
        today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
        return ("live", _("Live")) if exception.expires_on >= today else ("expired", _("Expired"))


class HoldTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("live", _("Live")), ("ended", _("Ended")), ("all", _("All"))]
    otherwise = "live"

    def choose(self, holds, value):
        return holds.live(at=timezone.now()) if value == "live" else getattr(holds, value)()


@admin.register(Hold)
class HoldAdmin(ReadOnly, ConsoleAdmin):
    """Keys are put on hold on their own page."""

    list_display = ["key", "person", "until", "held_by", "ended_at"]
    list_filter = [HoldTabs, OfPerson]
    search_fields = ["key"]
    search_help_text = _("Person or key")
    fields = ["key", "person", "until", ("held_at", "held_by"), "ended_at"]
    deeds = [
        Deed(
            release_hold,
            row="hold",
            permission="keys.hold_key",
            label=_("Release"),
            done=_("The hold %(row)s is released."),
            icon="lock_open_right",
            bulk=True,
            shown=lambda hold: hold.ended_at is None,
        )
    ]
