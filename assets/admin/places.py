"""Staff pages for places."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource

from assets.models import Building, BuildingManager, Space
from keysite.console import ConsoleAdmin, ConsoleInline, Related
from keysite.console.exchange import Exporting


class BuildingManagerInline(ConsoleInline):
    model = BuildingManager
    fields = ["person", "since", "until"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person")


class BuildingResource(ModelResource):
    class Meta:
        model = Building
        fields = ["code", "name"]


@admin.register(Building)
class BuildingAdmin(Exporting, ConsoleAdmin):
    found_by_palette = "apartment"
    list_display = ["code", "name"]
    search_fields = ["code", "name"]
    search_help_text = _("Code or name")
    inlines = [BuildingManagerInline]
    resource_classes = [BuildingResource]

    def links(self, request, building):
        yield _("Spaces"), f"{reverse('admin:assets_space_changelist')}?building={building.pk}"
        if request.user.has_perm("assets.view_asset"):
            yield _("Assets at home here"), f"{reverse('admin:assets_asset_changelist')}?building={building.pk}"


class InBuilding(Related):
    title, parameter_name, path, related_model = _("building"), "building", "building", Building


@admin.register(Space)
class SpaceAdmin(ConsoleAdmin):
    list_display = ["number", "floor", "building", "kind", "department", "sensitivity"]
    list_filter = [InBuilding]
    search_fields = ["number"]
    search_help_text = _("Building and number, such as B12 1.034")
    fields = [("building", "floor", "number"), "kind", "department", "sensitivity"]

    def links(self, request, space):
        if request.user.has_perm("assets.view_asset"):
            yield _("Assets here"), f"{reverse('admin:assets_asset_changelist')}?space={space.pk}"
