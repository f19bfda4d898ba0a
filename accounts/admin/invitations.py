"""Who was invited, by whom, and whether they came."""

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation
from accounts.operations import withdraw_invitation
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Tabs, display

STATES = {"open": _("Open"), "accepted": _("Accepted"), "expired": _("Expired"), "withdrawn": _("Withdrawn")}


class InvitationTabs(Tabs):
    title, parameter_name = _("state"), "state"
    choices_offered = [*STATES.items(), ("all", _("All"))]
    otherwise = "open"

    def choose(self, invitations, value):
        question = getattr(invitations, value)
        return question(at=timezone.now()) if value in {"open", "expired"} else question()


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["email", "invited_by", "last_day", "person", "state"]
    list_filter = [InvitationTabs]
    search_fields = ["email"]
    search_help_text = _("Address, or name of who invited or came")
    fieldsets = [
        (None, {"fields": ["email", "invited_by", ("at", "until")]}),
        (_("What became of it"), {"fields": ["person", "accepted_at", "withdrawn_at"]}),
    ]
    deeds = [
        Deed(
            withdraw_invitation,
            row="invitation",
            permission="accounts.invite",
            label=_("Withdraw"),
            done=_("The invitation of %(row)s is withdrawn."),
            intro=_("The link in the mail does nothing any more."),
            icon="undo",
            confirm=True,
            bulk=True,
            shown=lambda invitation: invitation.is_open,
        )
    ]

    @display(description=_("good until"))
    def last_day(self, invitation):
        return date_format(timezone.localtime(invitation.until))

    @display(
        description=_("state"),
        label={"open": "warning", "accepted": "success", "expired": "info", "withdrawn": "danger"},
    )
    def state(self, invitation):
        return invitation.status, STATES[invitation.status]
