"""Who leaves, with all they hold, and whether they are cleared."""

from django.conf import settings
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from keys.admin.sections import SHOWN, page_of
from keys.models import Separation
from keys.operations import charge_what_is_kept, clear_person, waive_clearance
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Section, Tabs, display
from keysite.console.fields import Asking, why

TITLES = {
    "keys": _("Keys"),
    "assets": _("Assets"),
    "fees": _("Fees to invoice"),
    "requests": _("Key requests"),
    "reservations": _("Reservations"),
    "buildings": _("Buildings to hand over"),
    "departments": _("Departments to hand over"),
    "sponsored": _("People to answer for"),
}
COLOURS = {"open": "warning", "over": "danger", "cleared": "success", "waived": "info"}
# What its own row says best, where the row itself would name the person again.
NAMED = {"keys": "key", "fees": "amount", "buildings": "building"}
JOINED = {"keys": ["key__symbol"], "assets": ["asset", "kit"], "buildings": ["building"], "fees": ["loan__key__symbol"]}


class SeparationTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Leaving")),
        ("over", _("Left, not cleared")),
        ("to_clear", _("Nothing open: to clear")),
        ("cleared", _("Cleared")),
        ("waived", _("Waived")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def choose(self, separations, value):
        on = {"on": timezone.localdate(timezone=settings.INSTITUTION_ZONE)} if value == "over" else {}
        return getattr(separations, value)(**on)


class OfDepartment(Related):
    title, parameter_name, path, related_model = _("department"), "department", "person__department", Department


class Waiver(Asking):
    reason = why(_("Why"), help_text=_("What stays open, and who has agreed to that."))


@admin.register(Separation)
class SeparationAdmin(ReadOnly, ConsoleAdmin):
    """People come on this list by their last day, which is on their own page."""

    list_display = ["person", "leaves_on", "keys", "assets", "fees", "handed_over", "state"]
    list_filter = [SeparationTabs, OfDepartment]
    search_fields = ["person"]
    search_help_text = _("Name, identifier or e-mail")
    fields = ["person", "leaves_on", ("cleared_at", "cleared_by"), "waived_reason"]
    deeds = [
        Deed(
            clear_person,
            row="separation",
            permission="keys.clear_person",
            label=_("Clear"),
            done=_("%(row)s is cleared."),
            intro=_("Everything is back, paid for or handed over."),
            icon="task_alt",
            bulk=True,
            confirm=True,
            shown=lambda separation: separation.is_open,
        ),
        Deed(
            charge_what_is_kept,
            row="separation",
            permission="keys.charge",
            label=_("Charge for keys not returned"),
            done=_("%(row)s is charged for the keys."),
            intro=_("Each key that the person still has is charged by the rule for keys that are not returned."),
            icon="request_quote",
            confirm=True,
            shown=lambda separation: separation.is_open,
        ),
        Deed(
            waive_clearance,
            row="separation",
            permission="keys.waive_clearance",
            label=_("Clear although something is open"),
            done=_("%(row)s is cleared, with what is open."),
            form=Waiver,
            icon="gavel",
            grave=True,
            shown=lambda separation: separation.is_open,
        ),
    ]

    def for_list(self, request):
        return super().for_list(request).with_counts()

    def sections(self, request, separation):
        """What is open of each kind; a kind of which nothing is open is left out."""
        for kind, rows in separation.things().items():
            found = list(rows.select_related(*JOINED.get(kind, [])).order_by("pk")[:SHOWN])
            if found:
                yield Section(title=TITLES[kind], headings=[_("Still open")], lines=[_line(kind, row) for row in found])

    @display(description=_("keys"))
    def keys(self, separation):
        return separation.with_keys or "–"

    @display(description=_("assets"))
    def assets(self, separation):
        return separation.with_assets or "–"

    @display(description=_("fees"))
    def fees(self, separation):
        return separation.with_fees or "–"

    @display(description=_("to hand over"))
    def handed_over(self, separation):
        return separation.with_buildings + separation.with_departments + separation.with_sponsored or "–"

    @display(description=_("state"), label=COLOURS)
    def state(self, separation):
        if separation.is_open:
            over = separation.leaves_on < timezone.localdate(timezone=settings.INSTITUTION_ZONE)
            return ("over", _("Not cleared")) if over else ("open", _("Leaving"))
        return ("waived", _("Waived")) if separation.waived_reason else ("cleared", _("Cleared"))


def _line(kind, row):
    said = getattr(row, NAMED[kind]) if kind in NAMED else row
    return page_of(row), [said]
