"""Where keys hang."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keys.models import Cabinet, Hook
from keysite.console import ConsoleAdmin, Related


@admin.register(Cabinet)
class CabinetAdmin(ConsoleAdmin):
    list_display = ["name", "space"]
    search_fields = ["name"]
    fields = ["name", "space"]

    def links(self, request, cabinet):
        yield _("Hooks"), f"{reverse('admin:keys_hook_changelist')}?cabinet={cabinet.pk}"
        yield _("Keys"), f"{reverse('admin:keys_key_changelist')}?cabinet={cabinet.pk}"


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
