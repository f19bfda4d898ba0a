"""Rekeyings: what was planned, what is done, and what it has cost."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keys.admin.sections import SHOWN, moment, page_of
from keys.models import KeySwap, KeySymbol, RekeyedDoor, Rekeying
from keys.operations import cancel_rekeying, note_rekeying_cost
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Section, Tabs, display
from keysite.console.fields import Amount, Asking, why


class RekeyingTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Under way")),
        ("to_close", _("Nothing left to do")),
        ("done", _("Done")),
        ("cancelled", _("Cancelled")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def choose(self, rekeyings, value):
        return getattr(rekeyings, value)()


class OfSymbol(Related):
    title, parameter_name, related_model = _("symbol"), "symbol", KeySymbol

    def narrow(self, rekeyings, symbol):
        return rekeyings.of_symbol(symbol)


class Cancelling(Asking):
    reason = why(_("Why nothing is rekeyed"))


class Costing(Asking):
    cost = Amount(label=_("What it has cost"), min_value=0, max_digits=11, decimal_places=2)


@admin.register(Rekeying)
class RekeyingAdmin(ReadOnly, ConsoleAdmin):
    """Doors and keys are seen to on a page made for the locksmith's phone; the console shows all of them."""

    list_display = ["__str__", "reason", "planned_at", "planned_by", "doors_left", "keys_left", "state"]
    list_filter = [RekeyingTabs, OfSymbol]
    search_fields = ["reason"]
    search_help_text = _("Number, such as K12, a symbol or a door")
    fields = ["reason", ("planned_at", "planned_by"), ("estimate", "cost")]
    happened = ["done_at", "cancelled_at", "cancelled_by", "cancelled_reason"]
    deeds = [
        Deed(
            note_rekeying_cost,
            row="rekeying",
            permission="keys.rekey",
            label=_("Note the cost"),
            done=_("The cost of %(row)s is noted."),
            form=Costing,
            icon="payments",
            shown=lambda rekeying: not rekeying.cancelled_at,
        ),
        Deed(
            cancel_rekeying,
            row="rekeying",
            permission="keys.rekey",
            label=_("Cancel the rekeying"),
            done=_("%(row)s: nothing is rekeyed."),
            form=Cancelling,
            intro=_("New symbols are retired, nothing is cut, and it is to be decided anew about the lost keys."),
            icon="cancel",
            grave=True,
            shown=lambda rekeying: rekeying.is_open,
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_progress()

    def get_fields(self, request, obj=None):
        return [*self.fields, *(name for name in self.happened if obj and getattr(obj, name))]

    def links(self, request, rekeying):
        yield _("Page of the rekeying"), reverse("rekeying", args=[rekeying.pk])
        if request.user.has_perm("keys.view_lossreport"):
            for report in rekeying.losses.visible_to(request.user).for_list():
                yield _("Lost key %(key)s") % {"key": report.key}, reverse("loss", args=[report.pk])

    def sections(self, request, rekeying):
        yield _doors(rekeying, request.user)
        if request.user.has_perm("keys.view_keysymbol"):
            yield _symbols(rekeying)
        if request.user.has_perm("keys.view_loan"):
            yield _swaps(rekeying, request.user)

    @display(description=_("doors left"))
    def doors_left(self, rekeying):
        return _("%(left)s of %(all)s") % {"left": rekeying.doors_open, "all": rekeying.doors_in}

    @display(description=_("keys to swap"))
    def keys_left(self, rekeying):
        return _("%(left)s of %(all)s") % {"left": rekeying.swaps_open, "all": rekeying.swaps_in}

    @display(description=_("status"), label={"open": "warning", "done": "success", "cancelled": ""})
    def state(self, rekeying):
        state = "open" if rekeying.is_open else "done" if rekeying.done_at else "cancelled"
        return state, rekeying.status


def _doors(rekeying, person):
    rows = RekeyedDoor.objects.filter(rekeying=rekeying).visible_to(person).for_list()[:SHOWN]
    return Section(
        title=_("Doors: %(all)s in all") % {"all": rekeying.doors_in},
        headings=[_("Door"), _("Before"), _("New keyset"), _("Done"), _("By")],
        lines=[
            (
                page_of(row.door),
                [row.door, row.before, row.after, _when(row), row.done_by or "–"],
            )
            for row in rows
        ],
        more=_("All doors of it"),
        address=reverse("rekeying", args=[rekeying.pk]),
    )


def _when(row):
    return _("left as it is") if row.dropped_at else moment(row.done_at)


def _symbols(rekeying):
    rows = rekeying.symbols.select_related("before", "after")[:SHOWN]
    return Section(
        title=_("Replaced symbols"),
        headings=[_("Old symbol"), _("New symbol"), _("Level")],
        lines=[(page_of(row.after), [row.before, row.after, row.after.get_level_display()]) for row in rows],
    )


def _swaps(rekeying, person):
    rows = KeySwap.objects.filter(rekeying=rekeying).visible_to(person).for_list()[:SHOWN]
    return Section(
        title=_("Keys to swap: %(all)s in all") % {"all": rekeying.swaps_in},
        headings=[_("Person"), _("Old key"), _("Old key back"), _("New key")],
        lines=[
            (
                page_of(row.loan),
                [row.person, row.loan.key, moment(row.loan.returned_at), _new_key(row)],
            )
            for row in rows
        ],
        empty="" if rekeying.swaps_in else _("Nobody has an old key."),
    )


def _new_key(swap):
    if swap.handed:
        return swap.handed.key
    if swap.dropped_at:
        return _("not wanted any more")
    return _("kept ready") if swap.hold and not swap.hold.ended_at else _("to be cut")
