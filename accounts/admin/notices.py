"""The outbox: what was written, to whom, and whether it has gone out."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Notice, Person
from accounts.operations import resend_notice
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Tabs, display


class NoticeTabs(Tabs):
    title, parameter_name = _("state"), "state"
    choices_offered = [
        ("all", _("All")),
        ("waiting", _("Waiting")),
        ("failed", _("Given up")),
        ("sent", _("Sent")),
        ("cancelled", _("Cancelled")),
    ]
    otherwise = "all"

    def choose(self, notices, value):
        return getattr(notices, value)()


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


@admin.register(Notice)
class NoticeAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["created_at", "kind", "recipient", "subject", "state", "tries"]
    list_filter = [NoticeTabs, OfPerson]
    search_fields = ["person"]
    search_help_text = _("Name, address or identifier of a person")
    fieldsets = [
        (None, {"fields": ["kind", "recipient", "subject", "text"]}),
        (_("On its way"), {"fields": ["created_at", "requested_by", "sent_at", "sent_to", "cancelled_at"]}),
        (_("Trouble"), {"fields": ["tries", "next_try_at", "last_error", "failed_at"]}),
    ]
    deeds = [
        Deed(
            resend_notice,
            row="notice",
            permission="accounts.resend_notice",
            label=_("Send again"),
            done=_("%(row)s is in the outbox once more."),
            icon="send",
            bulk=True,
            shown=lambda notice: notice.is_settled,
        )
    ]

    @display(description=_("to"))
    def recipient(self, notice):
        return notice.recipient

    @display(
        description=_("state"),
        label={"sent": "success", "cancelled": "info", "failed": "danger", "waiting": "warning"},
    )
    def state(self, notice):
        code = "sent" if notice.sent_at else "cancelled" if notice.cancelled_at else None
        return code or ("failed" if notice.failed_at else "waiting"), notice.status
