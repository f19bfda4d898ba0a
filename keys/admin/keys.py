"""The cut keys: where each one is, and the tag it carries."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from keys.admin.loss_sections import losses_about
from keys.admin.related import OpensDoor
from keys.admin.request_sections import requests_about
from keys.admin.sections import opened_by_symbol
from keys.models import Cabinet, Hold, Hook, Key, KeySymbol, KeySystem
from keys.operations import KEY_COLUMNS, add_key, hold_key, import_keys, reinstate_key, retire_key
from keysite.console import ConsoleAdmin, Deed, Related, Tabs, display
from keysite.console.exchange import Exchanging, Upload
from keysite.console.fields import Asking, Choice, Few, Moment, Row, why
from keysite.console.labels import Tagged


class KeyTabs(Tabs):
    title, parameter_name = _("where"), "where"
    choices_offered = [("in_use", _("In use")), *Key.Availability.choices, ("all", _("All"))]
    otherwise = "in_use"

    def choose(self, keys, value):
        return keys.being(value) if value in Key.Availability.values else getattr(keys, value)()


class OfSymbol(Related):
    title, parameter_name, path, related_model = _("symbol"), "symbol", "symbol", KeySymbol


class OnHook(Related):
    title, parameter_name, path, related_model = _("hook"), "hook", "hook", Hook


class InCabinet(Related):
    title, parameter_name, path, related_model = _("cabinet"), "cabinet", "hook__cabinet", Cabinet


class Retirement(Asking):
    retirement = Choice(label=_("Retired as"), choices=Key.Retirement.choices)
    reason = why(_("Why"))


class Reinstatement(Asking):
    reason = why(_("Why"))


class Keeping(Asking):
    person = Row(Hold, "person")
    until = Moment(label=_("until"), help_text=_("Nobody else gets the key before that."))


class KeyUpload(Upload):
    system = Few(KeySystem, label=_("Key system"), required=False, help_text=_("Of lines that name none."))
    cabinet = Few(Cabinet, label=_("Cabinet"), required=False, help_text=_("Of lines that name none."))


class KeyResource(ModelResource):
    system = Field("symbol__system__code", "system")
    symbol = Field("symbol__symbol", "symbol")
    cabinet = Field("hook__cabinet__name", "cabinet")
    hook = Field("hook__label", "hook")
    availability = Field("availability__label", "where")
    retirement = Field("get_retirement_display", "retired as")

    class Meta:
        model = Key
        fields = export_order = [
            "system",
            "symbol",
            "serial",
            "cabinet",
            "hook",
            "availability",
            "public_code",
            "retired_at",
            "retirement",
            "retired_reason",
        ]


def _deed(operation, permission, label, done, **options):
    return Deed(operation, row="key", permission=f"keys.{permission}", label=label, done=done, **options)


@admin.register(Key)
class KeyAdmin(Tagged, Exchanging, ConsoleAdmin):
    found_by_palette = "key"
    list_display = ["__str__", "description", "system", "hook", "state"]
    list_filter = [KeyTabs, OfSymbol, OnHook, InCabinet, OpensDoor]
    search_fields = ["serial"]
    search_help_text = _("Symbol, symbol and serial, or the code on the tag")
    fieldsets = [
        (None, {"fields": [("symbol", "serial"), "hook"]}),
        (_("Retired"), {"fields": [("retired_at", "retired_by"), ("retirement", "retired_reason")]}),
    ]
    readonly_fields = ["retired_at", "retired_by", "retirement", "retired_reason"]
    resource_classes = [KeyResource]
    import_deed, import_columns, import_form = import_keys, KEY_COLUMNS, KeyUpload
    tag_page = "key_tag"
    tag_says = _("Whoever scans it learns where to bring the key, and not what it opens.")
    deeds = [
        _deed(
            hold_key,
            "hold_key",
            _("Put on hold"),
            _("Key %(row)s is kept ready."),
            form=Keeping,
            icon="bookmark_add",
            shown=lambda key: key.availability in (Key.Availability.THERE, Key.Availability.HELD),
        ),
        _deed(
            retire_key,
            "retire_key",
            _("Retire"),
            _("Key %(row)s is retired."),
            form=Retirement,
            intro=_("Takes the key out of use for ever; its serial is never used again."),
            icon="archive",
            bulk=True,
            grave=True,
            shown=lambda key: key.availability not in (Key.Availability.RETIRED, Key.Availability.OUT),
        ),
        _deed(
            reinstate_key,
            "retire_key",
            _("Reinstate"),
            _("Key %(row)s is in use again."),
            form=Reinstatement,
            intro=_("For a retirement that was a mistake."),
            icon="unarchive",
            shown=lambda key: key.retired_at is not None,
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_availability()

    def get_readonly_fields(self, request, obj=None):
        """What is stamped on a key does not change."""
        return [*(["symbol", "serial"] if obj else []), *super().get_readonly_fields(request, obj)]

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj)[: None if obj and obj.retired_at else 1]

    def add(self, row, by):
        add_key(key=row, by=by)

    def links(self, request, key):
        if request.user.has_perm("keys.view_loan"):
            yield _("Loans of this key"), f"{reverse('admin:keys_loan_changelist')}?show=all&key={key.pk}"

    def sections(self, request, key):
        yield from losses_about(request.user, key=key)
        if request.user.has_perm("keys.view_door") and key.opens_something:
            yield opened_by_symbol(key.symbol, request.user)
        yield from requests_about(request.user, key=key)

    @display(description=_("opens"))
    def description(self, key):
        return key.symbol.description

    @display(description=_("system"))
    def system(self, key):
        return key.symbol.system

    @display(
        description=_("where"),
        label={"there": "success", "out": "info", "lost": "danger", "held": "warning", "retired": ""},
    )
    def state(self, key):
        return key.availability.value, key.availability.label
