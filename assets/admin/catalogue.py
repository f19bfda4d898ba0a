"""What kinds of things there are, who makes and sells them, and how they leave."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import AssetModel, AssetType, DisposalType, Manufacturer, Supplier
from keysite.console import ConsoleAdmin, PickRow, Related


@admin.register(Manufacturer)
class ManufacturerAdmin(ConsoleAdmin):
    list_display = ["name", "website", "support_email", "support_phone"]
    search_fields = ["name"]
    fields = ["name", "website", ("support_email", "support_phone")]

    def links(self, request, manufacturer):
        yield _("Models"), f"{reverse('admin:assets_assetmodel_changelist')}?manufacturer={manufacturer.pk}"


@admin.register(Supplier)
class SupplierAdmin(ConsoleAdmin):
    list_display = ["name", "contact_name", "email", "phone", "customer_number"]
    search_fields = ["name", "contact_name", "customer_number"]
    search_help_text = _("Name, contact or customer number")
    fields = ["name", "customer_number", "website", "contact_name", ("email", "phone")]

    def links(self, request, supplier):
        yield _("Assets"), f"{reverse('admin:assets_asset_changelist')}?show=all&supplier={supplier.pk}"


@admin.register(AssetType)
class AssetTypeAdmin(ConsoleAdmin):
    plain_choices = ("loan_term",)
    list_display = ["name", "loan_term", "description"]
    list_select_related = ["loan_term"]
    search_fields = ["name"]
    fields = ["name", "loan_term", "description"]

    def links(self, request, kind):
        yield _("Models"), f"{reverse('admin:assets_assetmodel_changelist')}?type={kind.pk}"
        yield _("Assets"), f"{reverse('admin:assets_asset_changelist')}?type={kind.pk}"


class ByType(PickRow):
    title, parameter_name, path, related_model = _("asset type"), "type", "type", AssetType


class OfManufacturer(Related):
    title, parameter_name, path, related_model = _("manufacturer"), "manufacturer", "manufacturer", Manufacturer


@admin.register(AssetModel)
class AssetModelAdmin(ConsoleAdmin):
    found_by_palette = "devices"
    plain_choices = ("type",)
    list_display = ["name", "number", "manufacturer", "type"]
    list_filter = [ByType, OfManufacturer]
    search_fields = ["name"]
    search_help_text = _("Name or model number")
    fields = [("name", "number"), ("manufacturer", "type"), "description"]

    def links(self, request, model):
        yield _("Assets"), f"{reverse('admin:assets_asset_changelist')}?model={model.pk}"
        if request.user.has_perm("assets.view_reservation"):
            yield _("Reservations"), f"{reverse('admin:assets_reservation_changelist')}?show=live&model={model.pk}"
            yield _("Calendar"), reverse("model_calendar", args=[model.pk])


@admin.register(DisposalType)
class DisposalTypeAdmin(ConsoleAdmin):
    list_display = ["name", "description"]
    search_fields = ["name"]
    fields = ["name", "description"]

    def links(self, request, kind):
        yield _("Assets"), f"{reverse('admin:assets_asset_changelist')}?show=disposed&disposal={kind.pk}"
