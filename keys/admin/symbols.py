"""What is stamped on keys, and the systems it belongs to."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import KeyLevel
from keys.admin.loss_sections import losses_about
from keys.admin.related import OpensDoor
from keys.admin.request_sections import requests_about
from keys.admin.sections import list_of, opened_by_symbol
from keys.models import KeySymbol, KeySystem
from keys.operations import SYMBOL_COLUMNS, import_symbols, place_symbol, retire_symbol
from keysite.console import ConsoleAdmin, Deed, PickRow, Tabs, display
from keysite.console.exchange import Exchanging, Upload
from keysite.console.fields import Asking, Choice, Few, Row, why


@admin.register(KeySystem)
class KeySystemAdmin(ConsoleAdmin):
    list_display = ["code", "name", "manufacturer"]
    search_fields = ["code", "name", "manufacturer"]
    fields = ["code", "name", "manufacturer"]

    def links(self, request, system):
        yield _("Symbols"), list_of("keysymbol", f"system={system.pk}")
        if request.user.has_perm("keys.view_keyset"):
            yield _("Keysets"), list_of("keyset", f"system={system.pk}")


class SymbolTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("current", _("Current")),
        ("over_limit", _("More keys than allowed")),
        ("opening_nothing", _("Out, and opening nothing")),
        ("retired", _("Retired")),
        ("all", _("All")),
    ]
    otherwise = "current"

    def choose(self, symbols, value):
        return getattr(symbols, value)()


class BySystem(PickRow):
    title, parameter_name, path, related_model = _("key system"), "system", "system", KeySystem


class Retirement(Asking):
    reason = why(_("Why"))


class Place(Asking):
    level = Choice(label=_("Level"), choices=KeyLevel.choices)
    parent = Row(
        KeySymbol, "parent", required=False, help_text=_("The master that stands directly above; empty: none does.")
    )

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        if row:
            self.initial |= {"level": row.level, "parent": row.parent_id}

    def clean_level(self):
        return KeyLevel(int(self.cleaned_data["level"]))


class SymbolUpload(Upload):
    system = Few(KeySystem, label=_("Key system"), required=False, help_text=_("Of lines that name none."))


class KeySymbolResource(ModelResource):
    system = Field("system__code", "system")
    parent = Field("parent__symbol", "parent")
    level = Field("get_level_display", "level")
    least_trust = Field("get_least_trust_display", "least trust")

    class Meta:
        model = KeySymbol
        fields = export_order = [
            "system",
            "symbol",
            "description",
            "level",
            "parent",
            "most_copies",
            "self_service",
            "least_trust",
            "claim_closes",
            "retired_at",
            "retired_reason",
        ]


@admin.register(KeySymbol)
class KeySymbolAdmin(Exchanging, ConsoleAdmin):
    found_by_palette = "label"
    plain_choices = ("system",)
    list_display = ["symbol", "system", "description", "level", "self_service", "keys_in_use", "keys_there", "state"]
    list_filter = [SymbolTabs, BySystem, OpensDoor]
    search_fields = ["symbol"]
    search_help_text = _("Symbol or description")
    fieldsets = [
        (None, {"fields": [("system", "symbol"), "description", "most_copies"]}),
        (_("Place in the hierarchy"), {"fields": [("level", "parent")]}),
        (_("Handing out"), {"fields": ["self_service", "least_trust", "claim_closes"]}),
        (_("Retired"), {"fields": [("retired_at", "retired_by"), "retired_reason"]}),
    ]
    readonly_fields = ["level", "parent", "retired_at", "retired_by", "retired_reason"]
    resource_classes = [KeySymbolResource]
    import_deed, import_columns, import_form = import_symbols, SYMBOL_COLUMNS, SymbolUpload
    deeds = [
        Deed(
            place_symbol,
            row="symbol",
            permission="keys.change_keysymbol",
            label=_("Place in the hierarchy"),
            done=_("Symbol %(row)s has its place."),
            form=Place,
            intro=_("What it opens now stays as it is: keysets made from now on follow the new place."),
            icon="account_tree",
            shown=lambda symbol: symbol.retired_at is None,
        ),
        Deed(
            retire_symbol,
            row="symbol",
            permission="keys.retire_keysymbol",
            label=_("Retire"),
            done=_("Symbol %(row)s is retired."),
            form=Retirement,
            intro=_("No key of this symbol is handed out or renewed any more; keys are retired as they come back."),
            icon="archive",
            grave=True,
            shown=lambda symbol: symbol.retired_at is None,
        ),
    ]

    def for_list(self, request):
        return super().for_list(request).with_key_counts()

    def links(self, request, symbol):
        yield _("Keys"), list_of("key", f"symbol={symbol.pk}")
        if request.user.has_perm("keys.view_keyset"):
            yield _("Keysets that it turns"), list_of("keyset", f"symbol={symbol.pk}")

    def sections(self, request, symbol):
        yield from losses_about(request.user, symbol=symbol)
        if request.user.has_perm("keys.view_door"):
            yield opened_by_symbol(symbol, request.user)
        yield from requests_about(request.user, symbol=symbol)

    @display(description=_("keys"))
    def keys_in_use(self, symbol):
        return symbol.keys_in_use

    @display(description=_("available"))
    def keys_there(self, symbol):
        return symbol.keys_there

    @display(description=_("state"), label={"retired": "info", "current": "success"})
    def state(self, symbol):
        return ("retired", _("Retired")) if symbol.retired_at else ("current", _("Current"))
