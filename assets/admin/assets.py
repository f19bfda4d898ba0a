"""What we own: each asset with where it is, who has it, and what happens to it."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Affiliation
from assets.admin.deeds import ASSET_DEEDS
from assets.admin.sections import links_of, sections_of
from assets.models import Asset, AssetModel, AssetType, Building, DisposalType, Space, Supplier
from assets.operations import ASSET_COLUMNS, import_assets, register_asset
from keysite.console import ConsoleAdmin, ConsoleForm, Related, Tabs, display
from keysite.console.exchange import Exchanging, Upload
from keysite.console.fields import Few, Text
from keysite.console.labels import Tagged

BY_DEED = ["home", "parent", "service_due_on", "model", "lendable", "condition"]


class AssetForm(ConsoleForm):
    class Meta:
        labels = {"price": _("Price (%(currency)s)") % {"currency": settings.CURRENCY}}

    def _get_validation_exclusions(self):
        """An empty tag is not wrong: registering gives the next number."""
        numbered = set() if self.instance.pk or self.cleaned_data.get("tag") else {"tag"}
        return super()._get_validation_exclusions() | numbered

    def clean_tag(self):
        if self.instance.pk and not self.cleaned_data["tag"]:
            raise forms.ValidationError(_("An asset keeps a tag. Type one."))
        return self.cleaned_data["tag"]


class AssetUpload(Upload):
    building = Text(
        label=_("Building"), required=False, help_text=_("Its code: where rooms are made that are not known yet.")
    )
    affiliation = Few(
        Affiliation,
        label=_("Affiliation"),
        required=False,
        help_text=_("Of people who are not known and have something."),
    )


class AssetTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("owned", _("In use")),
        (Asset.State.THERE.value, _("Available")),
        ("with_somebody", _("Out")),
        ("overdue", _("Overdue")),
        (Asset.State.PLACED.value, _("In place")),
        ("out_of_service", _("Out of service")),
        (Asset.State.LOST.value, _("Lost")),
        ("high_value", _("High value")),
        ("warranty", _("Warranty ending")),
        ("service", _("Service due")),
        ("awaiting_approval", _("To be disposed of")),
        ("disposed", _("Disposed of")),
        ("all", _("All")),
    ]
    otherwise = "owned"

    def choose(self, assets, value):
        now = timezone.now()
        today = timezone.localdate(now, settings.INSTITUTION_ZONE)
        if value in Asset.State.values and value != Asset.State.OUT_OF_SERVICE:
            return assets.being(value)
        if value == "overdue":
            return assets.overdue(at=now)
        if value == "warranty":
            return assets.warranty_ends_soon(on=today)
        if value == "service":
            return assets.service_due(on=today)
        return getattr(assets if value in ("disposed", "all") else assets.owned(), value)()


class OfModel(Related):
    title, parameter_name, path, related_model = _("asset model"), "model", "model", AssetModel


class OfType(Related):
    title, parameter_name, path, related_model = _("asset type"), "type", "model__type", AssetType


class FromSupplier(Related):
    title, parameter_name, path, related_model = _("supplier"), "supplier", "supplier", Supplier


class DisposedBy(Related):
    title, parameter_name, path, related_model = _("disposal type"), "disposal", "disposal_type", DisposalType


class InSpace(Related):
    """What is in a room now: put up there, or at home and not out."""

    title, parameter_name, related_model = _("space"), "space", Space

    def queryset(self, request, assets):
        if not self.has_output():
            return assets
        return assets.in_places([self.other]) if self.other else assets.none()


class AtHomeIn(Related):
    title, parameter_name, path, related_model = _("building"), "building", "home__building", Building


class AssetResource(ModelResource):
    model = Field("model__name", "model")
    number = Field("model__number", "model number")
    manufacturer = Field("model__manufacturer__name", "manufacturer")
    kind = Field("model__type__name", "type")
    owner = Field("owner__email", "owner")
    department = Field("department__name", "department")
    building = Field("home__building__code", "building")
    room = Field("home__number", "room")
    parent = Field("parent__tag", "component of")
    supplier = Field("supplier__name", "supplier")
    state = Field("state__label", "state")
    person = Field("open_assignment__person__name", "assigned to")
    email = Field("open_assignment__person__email", "e-mail")
    space = Field("open_assignment__space", "put up in")
    due_at = Field("open_assignment__due_at", "due")
    disposal_type = Field("disposal_type__name", "disposal type")

    class Meta:
        model = Asset
        fields = export_order = [
            *["tag", "name", "model", "number", "manufacturer", "kind", "serial", "mac", "barcode", "rfid", "colour"],
            *["description", "owner", "department", "building", "room", "parent", "purchased_on", "price", "supplier"],
            *["order_number", "warranty_until", "warranty_notes", "service_due_on", "expected_until", "lendable"],
            *["high_value", "condition", "state", "person", "email", "space", "due_at", "out_of_service_at"],
            *["out_of_service_reason", "out_of_service_until", "disposed_on", "disposal_type", "disposal_reason"],
        ]


@admin.register(Asset)
class AssetAdmin(Tagged, Exchanging, ConsoleAdmin):
    found_by_palette = "inventory_2"
    form = AssetForm
    list_display = ["tag", "name", "model", "kind", "place", "department", "state"]
    list_filter = [AssetTabs, OfModel, OfType, InSpace, AtHomeIn, FromSupplier, DisposedBy]
    search_fields = ["name"]
    search_help_text = _("Tag, barcode, serial number, name or model")
    fieldsets = [
        (None, {"fields": [("tag", "name"), ("model", "serial"), ("barcode", "rfid"), ("mac", "colour")]}),
        (_("Belongs to"), {"fields": [("department", "owner"), ("home", "parent")]}),
        (_("Handing out"), {"fields": [("lendable", "high_value"), "condition"]}),
        (_("Bought"), {"fields": [("purchased_on", "price"), ("supplier", "order_number")]}),
        (
            _("Dates"),
            {"fields": [("warranty_until", "warranty_notes"), ("service_due_on", "expected_until"), "description"]},
        ),
        (
            _("Out of service"),
            {"fields": [("out_of_service_at", "out_of_service_by"), ("out_of_service_reason", "out_of_service_until")]},
        ),
        (
            _("Disposal"),
            {
                "fields": [
                    ("disposal_type", "disposal_reason"),
                    ("disposal_asked_at", "disposal_asked_by"),
                    ("disposal_day", "disposed_on"),
                    ("disposed_by", "disposal_approved_by"),
                ]
            },
        ),
    ]
    resource_classes = [AssetResource]
    import_deed, import_columns, import_form = import_assets, ASSET_COLUMNS, AssetUpload
    deeds = ASSET_DEEDS
    tag_page = "asset_tag"
    tag_says = _("Whoever scans it learns where to bring it; staff come to its page.")

    def get_readonly_fields(self, request, obj=None):
        """What a deed changes is read only here."""
        fixed = [field.name for field in self.opts.fields if not field.editable and field.name != "public_code"]
        return [*fixed, *(BY_DEED if obj else [])]

    def get_fieldsets(self, request, obj=None):
        """Only what has happened."""
        sets = super().get_fieldsets(request, obj)
        happened = [obj.is_out_of_service, obj.is_disposed or obj.awaits_approval] if obj else [False, False]
        return sets[:5] + [one for one, there in zip(sets[5:], happened, strict=True) if there]

    def add(self, row, by):
        register_asset(asset=row, by=by)

    def for_page(self, request):
        return super().for_page(request).select_related("membership__kit", "owner", "supplier", "parent")

    def get_export_queryset(self, request):
        return super().get_export_queryset(request).select_related("owner", "supplier", "parent", "disposal_type")

    def links(self, request, asset):
        yield from links_of(asset, request.user)

    def sections(self, request, asset):
        yield from sections_of(asset, request.user)

    @display(description=_("type"))
    def kind(self, asset):
        return asset.model and asset.model.type

    @display(description=_("where"))
    def place(self, asset):
        held = getattr(asset, "open_assignment", None)
        if held is None:
            return asset.home
        return held.space or held.person.name or held.person.email

    @display(
        description=_("state"),
        label={
            "there": "success",
            "out": "info",
            "placed": "info",
            "lost": "danger",
            "out_of_service": "warning",
            "disposed": "",
        },
    )
    def state(self, asset):
        return asset.state.value, asset.state.label
