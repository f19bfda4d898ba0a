"""Lost keys and the counts of cabinets: what is open, who decided what, and how it ended."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.admin.loss_sections import found_missing
from keys.admin.related import OpensDoor
from keys.admin.sections import opened_by_symbol, page_of
from keys.models import Cabinet, CabinetCount, Key, KeySymbol, LossReport
from keys.models.approvals import today
from keysite.console import ConsoleAdmin, ReadOnly, Related, Tabs, display


class LossTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Open")),
        ("undecided", _("To decide")),
        ("mine", _("Mine to decide")),
        ("accepted", _("Accepted")),
        ("to_rekey", _("To be rekeyed")),
        ("past_threshold", _("Too many lost")),
        ("closed", _("Closed")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def __init__(self, request, params, model, model_admin):
        self.person = request.user
        super().__init__(request, params, model, model_admin)

    def choose(self, reports, value):
        if value == "mine":
            return reports.undecided(on=today()).in_charge_of(self.person)
        if value in ("undecided", "accepted"):
            return getattr(reports, value)(on=today())
        return getattr(reports, value)()


class OfKey(Related):
    title, parameter_name, path, related_model = _("key"), "key", "key", Key


class OfSymbol(Related):
    title, parameter_name, path, related_model = _("symbol"), "symbol", "key__symbol", KeySymbol


class OfHolder(Related):
    title, parameter_name, path, related_model = _("person"), "person", "loan__borrower", Person


class OfCount(Related):
    title, parameter_name, path, related_model = _("count"), "count", "count", CabinetCount


@admin.register(LossReport)
class LossReportAdmin(ReadOnly, ConsoleAdmin):
    """Nothing is decided here: who is in charge is led to the page that shows all that a decision needs."""

    list_display = ["key", "level", "holder", "source", "reported_at", "decided_by", "state"]
    list_filter = [LossTabs, OfKey, OfSymbol, OfHolder, OfCount, OpensDoor]
    search_fields = ["circumstances"]
    search_help_text = _("Symbol and serial, the code on the tag, or who had the key")
    fieldsets = [
        (None, {"fields": [("key", "source"), ("reported_at", "reported_by"), ("circumstances", "police_reference")]}),
        (_("Where it was"), {"fields": [("loan", "count")]}),
        (_("Asked"), {"fields": [("asked_at", "escalated_at")]}),
        (_("Decision"), {"fields": [("decision", "accepted_until"), ("decided_at", "decided_by"), "decision_reason"]}),
        (_("Rekeying"), {"fields": ["rekeying"]}),
        (_("Closed"), {"fields": [("closed_at", "ending")]}),
    ]
    happened = (None, None, "asked_at", "decided_at", "rekeying_id", "closed_at")

    def get_fieldsets(self, request, obj=None):
        """Only what has happened."""
        sets = super().get_fieldsets(request, obj)
        return [one for one, name in zip(sets, self.happened, strict=True) if not name or (obj and getattr(obj, name))]

    def links(self, request, report):
        yield _("What is at risk, and the decision"), reverse("loss", args=[report.pk])
        if request.user.has_perm("keys.view_key"):
            yield report.key, page_of(report.key)

    def sections(self, request, report):
        if request.user.has_perm("keys.view_door"):
            yield opened_by_symbol(report.key.symbol, request.user)

    @display(description=_("level"))
    def level(self, report):
        return report.key.symbol.get_level_display()

    @display(description=_("had by"))
    def holder(self, report):
        return report.loan.borrower if report.loan else "–"

    @display(
        description=_("state"), label={"undecided": "danger", "accepted": "warning", "rekey": "info", "closed": ""}
    )
    def state(self, report):
        if not report.is_open:
            return "closed", report.status
        if report.is_undecided:
            return "undecided", report.status
        return ("accepted" if report.is_accepted else "rekey"), report.status


class OfCabinet(Related):
    title, parameter_name, path, related_model = _("cabinet"), "cabinet", "cabinet", Cabinet


@admin.register(CabinetCount)
class CabinetCountAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["cabinet", "counted_at", "counted_by", "expected", "missing"]
    list_filter = [OfCabinet]
    search_fields = ["cabinet__name__istartswith"]
    search_help_text = _("Cabinet")
    fields = ["cabinet", ("counted_at", "counted_by"), ("expected", "missing")]

    def sections(self, request, count):
        if request.user.has_perm("keys.view_lossreport"):
            yield found_missing(count, request.user)
