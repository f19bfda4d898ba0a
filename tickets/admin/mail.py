"""Mail that came in and is not known to belong to a ticket: somebody looks at it and decides."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keysite.console import ConsoleAdmin, Deed, ReadOnly, Section, Tabs, display
from keysite.console.fields import Asking, Check, Row, Text
from tickets.admin.asking import CategoryField
from tickets.models import Category, ParkedMail, Ticket
from tickets.operations.parked import add_parked_to, discard_parked, report_from_parked


class Adding(Asking):
    ticket = Row(ParkedMail, "ticket")
    internal = Check(
        label=_("Internal note"), initial=True, help_text=_("Otherwise the reporter and whoever watches read it.")
    )


class Reporting(Asking):
    title = Text(label=_("Title"), max_length=120, required=False, help_text=_("Empty: the subject."))
    category = CategoryField(label=_("Category"), required=False)
    space = Row(Ticket, "space", required=False)
    asset = Row(Ticket, "asset", required=False)
    place_in_words = Text(label=_("Place in words"), max_length=200, required=False)

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.fields["category"].queryset = Category.objects.in_use().for_list()


class ParkedTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("waiting", _("Waiting")), ("decided", _("Decided")), ("all", _("All"))]
    otherwise = "waiting"

    def choose(self, mails, value):
        return getattr(mails, value)()


def _deed(operation, label, done, **options):
    return Deed(
        operation, "tickets.triage", label, done, row="mail", shown=lambda mail: mail.decided_at is None, **options
    )


@admin.register(ParkedMail)
class ParkedMailAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["received_at", "sender", "subject", "why", "state"]
    list_filter = [ParkedTabs]
    search_fields = ["sender__istartswith", "subject__istartswith"]
    search_help_text = _("Beginning of sender or subject")
    fieldsets = [
        (None, {"fields": [("sender", "sender_name"), "subject", "text"]}),
        (_("Parked"), {"fields": [("received_at", "why")]}),
        (_("Decided"), {"fields": [("decided_at", "decided_by"), "ticket"]}),
    ]
    deeds = [
        _deed(
            report_from_parked,
            _("Make a ticket of it"),
            _("%(row)s: a ticket is made of it."),
            form=Reporting,
            intro=_("In the name of the sender, who is told its number and nothing that the mail says."),
            icon="build",
        ),
        _deed(
            add_parked_to,
            _("Add to a ticket"),
            _("%(row)s is added to a ticket."),
            form=Adding,
            icon="forward_to_inbox",
        ),
        _deed(
            discard_parked,
            _("Throw away"),
            _("%(row)s is thrown away."),
            intro=_("Its files go; who wrote what and when stays."),
            icon="delete",
            confirm=True,
            bulk=True,
            grave=True,
        ),
    ]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets[: 3 if obj and obj.decided_at else 2]

    def sections(self, request, mail):
        files = [
            (reverse("parked_file", args=[file.pk]), [str(file), filesizeformat(file.size)])
            for file in mail.attachments.all()
        ]
        if files:
            yield Section(title=_("Files"), headings=[_("Name"), _("Size")], lines=files)

    @display(description=_("state"), label={"waiting": "warning", "decided": ""})
    def state(self, mail):
        return ("decided", _("Decided")) if mail.decided_at else ("waiting", _("Waiting"))
