"""The pages of buildings and rooms, with their doors; ``assets`` knows nothing of these."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assets.admin import BuildingAdmin, SpaceAdmin
from assets.models import Building, Space
from keys.admin.sections import doors_of, list_of
from keys.models import Door

for _model in (Building, Space):
    admin.site.unregister(_model)


@admin.register(Building)
class KeyedBuildingAdmin(BuildingAdmin):
    def links(self, request, building):
        yield from super().links(request, building)
        if request.user.has_perm("keys.view_door"):
            yield _("Doors"), list_of("door", f"building={building.pk}")
        if request.user.has_perm("keys.view_keyrequest"):
            yield _("Requests"), list_of("keyrequest", f"show=all&building={building.pk}")


@admin.register(Space)
class KeyedSpaceAdmin(SpaceAdmin):
    def sections(self, request, space):
        yield from super().sections(request, space)
        if request.user.has_perm("keys.view_door"):
            words = {"title": _("Doors"), "empty": _("None on file."), "query": f"space={space.pk}"}
            yield doors_of(Door.objects.of_space(space), request.user, **words)
