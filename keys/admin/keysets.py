"""What cylinders are pinned to, which keys turn them, and what of that the hierarchy does not explain."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.forms import clip, lines_of
from keys.admin.sections import doors_of, list_of, page_of, turning
from keys.models import Door, Keyset, KeySymbol, KeySystem, Operates
from keys.operations import add_keyset, let_operate, stop_operating
from keysite.console import ConsoleAdmin, ConsoleForm, Deed, PickRow, ReadOnly, Related, Tabs
from keysite.console.fields import Asking, Choice, Row, Text


class KeysetForm(ConsoleForm):
    crossed = Text(
        label=_("Crossed with"),
        max_length=1000,
        required=False,
        help_text=_("For a cross-keyed one: what else turns it, such as AA2, AB1. Those above them do so too."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["crossed"]

    def clean_crossed(self):
        """The symbols of these stamps, in the system of the keyset."""
        stamps = {stamp.lower(): stamp for stamp in lines_of(self.cleaned_data["crossed"])}
        known = self.fields["own"].queryset.filter(system=self.cleaned_data.get("system")).with_symbols(list(stamps))
        rows = {row.symbol.lower(): row for row in known}
        if missing := [clip(stamp) for key, stamp in stamps.items() if key not in rows]:
            words = {"symbols": ", ".join(missing)}
            raise forms.ValidationError(
                _("The system has no symbol %(symbols)s. Write stamps such as AA2, AB1.") % words
            )
        return list(rows.values())


class KeysetTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("all", _("All")),
        ("crossed", _("Cross-keyed")),
        ("unexplained", _("Not explained by the hierarchy")),
        ("lacking_above", _("A master above does not turn it")),
        ("turned_by_nothing", _("Turned by nothing")),
        ("without_doors", _("Without doors")),
    ]
    otherwise = "all"

    def choose(self, keysets, value):
        return getattr(keysets, value)()


class BySystem(PickRow):
    title, parameter_name, path, related_model = _("key system"), "system", "system", KeySystem


class TurnedBy(Related):
    """The keysets that keys of the symbol turn now."""

    title, parameter_name, related_model = _("symbol"), "symbol", KeySymbol

    def narrow(self, keysets, symbol):
        return keysets.turned_by(symbol)


class Turning(Asking):
    symbol = Row(Operates, "symbol")
    source = Choice(
        label=_("Because"),
        initial=Operates.Source.MANUAL,
        choices=[choice for choice in Operates.Source.choices if choice[0] != Operates.Source.LISTED],
    )


@admin.register(Keyset)
class KeysetAdmin(ConsoleAdmin):
    """A keyset comes with the rows of what turns it; these are corrected by buttons, one by one."""

    found_by_palette = "tune"
    form = KeysetForm
    plain_choices = ("system",)
    list_display = ["designation", "system", "kind", "own"]
    list_filter = [KeysetTabs, BySystem, TurnedBy]
    search_fields = ["designation"]
    search_help_text = _("Designation, such as AA1 or XAA3")
    fields = [("system", "designation"), ("kind", "own"), "crossed"]
    deeds = [
        Deed(
            let_operate,
            row="keyset",
            permission="keys.rekey",
            label=_("Let a key turn it"),
            done=_("One more key symbol turns keyset %(row)s."),
            form=Turning,
            intro=_("From now on keys of the symbol open all doors of this keyset."),
            icon="add_link",
        )
    ]

    def get_fields(self, request, obj=None):
        return self.fields[:2] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        """What it is and whose key it is made for does not change; what it is called may be corrected."""
        return ["system", "kind", "own"] if obj else []

    def save_model(self, request, obj, form, change):
        if change:
            return super().save_model(request, obj, form, change)
        facts = {name: form.cleaned_data[name] for name in ("system", "designation", "kind", "own", "crossed")}
        obj.pk = add_keyset(**facts, by=request.user).pk
        return None

    def links(self, request, keyset):
        if request.user.has_perm("keys.view_door"):
            yield _("Doors"), list_of("door", f"keyset={keyset.pk}")

    def sections(self, request, keyset):
        if request.user.has_perm("keys.view_operates"):
            yield turning(keyset, request.user)
        if request.user.has_perm("keys.view_door"):
            words = {"title": _("Doors pinned to it"), "empty": _("None."), "query": f"keyset={keyset.pk}"}
            yield doors_of(Door.objects.keyed_to(keyset), request.user, **words)


class OperatesTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("now", _("Now")),
        ("unexplained", _("Not explained by the hierarchy")),
        ("ended", _("Ended")),
        ("all", _("All")),
    ]
    otherwise = "now"

    def choose(self, rows, value):
        return getattr(rows, value)()


class OfKeyset(Related):
    title, parameter_name, path, related_model = _("keyset"), "keyset", "keyset", Keyset


class OfSymbol(Related):
    title, parameter_name, path, related_model = _("symbol"), "symbol", "symbol", KeySymbol


@admin.register(Operates)
class OperatesAdmin(ReadOnly, ConsoleAdmin):
    """Which symbols turn which keysets; the rows that no hierarchy explains are the integrity report."""

    list_display = ["symbol", "keyset", "source", "since", "until"]
    list_filter = [OperatesTabs, OfKeyset, OfSymbol]
    search_fields = ["source"]
    search_help_text = _("Symbol or keyset")
    fields = [("symbol", "keyset"), "source", ("since", "until")]
    deeds = [
        Deed(
            stop_operating,
            row="operates",
            permission="keys.rekey",
            label=_("It does not turn it any more"),
            done=_("%(row)s is ended."),
            intro=_("Keys of the symbol open no door of this keyset any more. That they did stays on record."),
            icon="link_off",
            confirm=True,
            bulk=True,
            grave=True,
            shown=lambda row: row.until is None,
        )
    ]

    def links(self, request, row):
        for other in (row.keyset, row.symbol):
            if self.admin_site.get_model_admin(type(other)).has_view_permission(request):
                yield other, page_of(other)
