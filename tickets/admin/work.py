"""What repairs took, and who follows them from outside."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Person
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Tabs, display
from keysite.console.exchange import Exporting
from tickets.admin.sections import page_of
from tickets.models import NoticePreference, Ticket, TrackingLink, WorkEntry
from tickets.operations import revoke_tracking


class OfTicket(Related):
    title, parameter_name, path, related_model = _("ticket"), "ticket", "ticket", Ticket


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


class WorkResource(ModelResource):
    ticket = Field("ticket__number", "ticket")
    title = Field("ticket__title", "title")
    person = Field("person__name", "person")
    email = Field("person__email", "e-mail")

    class Meta:
        model = WorkEntry
        fields = export_order = ["at", "ticket", "title", "person", "email", "minutes", "cost", "parts", "note"]


@admin.register(WorkEntry)
class WorkEntryAdmin(ReadOnly, Exporting, ConsoleAdmin):
    """Entered on the page of the ticket, and never changed."""

    list_display = ["at", "ticket", "person", "minutes", "cost", "parts"]
    list_filter = [OfTicket, OfPerson]
    search_fields = ["parts", "note"]
    search_help_text = _("Parts or note")
    fields = ["ticket", "person", "at", ("minutes", "cost"), "parts", "note"]
    resource_classes = [WorkResource]

    def has_export_permission(self, request):
        return request.user.has_perm("tickets.export_ticket")

    def links(self, request, entry):
        yield _("The ticket"), page_of(entry.ticket)


class TrackingTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("in_use", _("In use")),
        ("silent", _("Mails stopped")),
        ("ended", _("Revoked")),
        ("all", _("All")),
    ]
    otherwise = "in_use"

    def choose(self, links, value):
        return getattr(links, value)()


@admin.register(TrackingLink)
class TrackingLinkAdmin(ReadOnly, ConsoleAdmin):
    """Who follows what by a secret address; the address itself is kept nowhere, and not shown."""

    list_display = ["ticket", "person_name", "made_at", "state"]
    list_filter = [TrackingTabs, OfTicket, OfPerson]
    search_fields = ["person__email__istartswith"]
    search_help_text = _("Beginning of the e-mail")
    fields = ["ticket", "person", "made_at", "silent_at", "revoked_at"]
    deeds = [
        Deed(
            revoke_tracking,
            "tickets.triage",
            _("Revoke"),
            _("%(row)s: the address leads nowhere any more."),
            row="link",
            intro=_(
                "For an address that somebody else has got hold of. It leads nowhere at once; mails name it no more."
            ),
            icon="link_off",
            confirm=True,
            bulk=True,
            grave=True,
            shown=lambda link: link.revoked_at is None,
        )
    ]

    @display(description=_("person"))
    def person_name(self, link):
        return link.person.name or link.person.email

    @display(description=_("state"), label={"in_use": "success", "silent": "warning", "revoked": ""})
    def state(self, link):
        if link.revoked_at:
            return "revoked", _("Revoked")
        return ("silent", _("Mails stopped")) if link.silent_at else ("in_use", _("In use"))


@admin.register(NoticePreference)
class NoticePreferenceAdmin(ReadOnly, ConsoleAdmin):
    """How those who work on tickets want to be told: everybody says so themselves."""

    list_display = ["person", "digest", "channel", "address"]
    search_fields = ["person__email__istartswith"]
    search_help_text = _("Beginning of the e-mail")
    fields = ["person", "digest", ("channel", "address")]
