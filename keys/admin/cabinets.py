"""Where keys hang."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keys.admin.sections import moment
from keys.models import Cabinet, Hook
from keysite.console import ConsoleAdmin, Related, display


@admin.register(Cabinet)
class CabinetAdmin(ConsoleAdmin):
    list_display = ["name", "space", "last_counted_at"]
    search_fields = ["name"]
    fields = ["name", "space"]

    def for_list(self, request):
        return super().for_list(request).with_last_count()

    def links(self, request, cabinet):
        if request.user.has_perm("keys.count_keys"):
            yield _("Count the keys"), reverse("cabinet_count", args=[cabinet.pk])
        if request.user.has_perm("keys.view_cabinetcount"):
            yield _("Counts"), f"{reverse('admin:keys_cabinetcount_changelist')}?cabinet={cabinet.pk}"
        yield _("Hooks"), f"{reverse('admin:keys_hook_changelist')}?cabinet={cabinet.pk}"
        yield _("Keys"), f"{reverse('admin:keys_key_changelist')}?cabinet={cabinet.pk}"

    @display(description=_("last counted"))
    def last_counted_at(self, cabinet):
        return moment(cabinet.last_counted_at)


class InCabinet(Related):
    title, parameter_name, path, related_model = _("cabinet"), "cabinet", "cabinet", Cabinet


@admin.register(Hook)
class HookAdmin(ConsoleAdmin):
    plain_choices = ("cabinet",)
    list_display = ["label", "cabinet"]
    list_filter = [InCabinet]
    search_fields = ["cabinet__name__istartswith", "label__istartswith"]
    search_help_text = _("Cabinet, label, or both")
    fields = ["cabinet", "label"]

    def links(self, request, hook):
        yield _("Keys"), f"{reverse('admin:keys_key_changelist')}?hook={hook.pk}"
