"""The devices that stand in for a clerk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Kiosk
from accounts.operations import register_kiosk, revoke_kiosk
from keysite.console import ConsoleAdmin, Deed, display


@admin.register(Kiosk)
class KioskAdmin(ConsoleAdmin):
    list_display = ["name", "place", "asks", "state"]
    search_fields = ["name", "place"]
    fields = ["name", "place", "asks", "revoked_at"]
    readonly_fields = ["revoked_at"]
    deeds = [
        Deed(
            register_kiosk,
            row="kiosk",
            permission="accounts.register_kiosk",
            label=_("Register a device"),
            done="",
            intro=_("Gives a link that makes one device this kiosk. A device that was it before stops working."),
            icon="add_to_queue",
            confirm=True,
            once="console/kiosk_link.html",
        ),
        Deed(
            revoke_kiosk,
            row="kiosk",
            permission="accounts.register_kiosk",
            label=_("Revoke"),
            done=_("%(row)s is no kiosk any more."),
            intro=_("The device stops working at once."),
            icon="link_off",
            confirm=True,
            grave=True,
            shown=lambda kiosk: kiosk.is_in_use,
        ),
    ]

    @display(description=_("state"), label={"in_use": "success", "revoked": "danger", "waiting": "warning"})
    def state(self, kiosk):
        if kiosk.revoked_at:
            return "revoked", _("Revoked")
        return ("in_use", _("In use")) if kiosk.is_in_use else ("waiting", _("Not registered"))
