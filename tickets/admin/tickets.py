"""The tickets: what is new, what is whose, what waits, and everything that happens to one of them."""

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Person, Trust
from assets.models import Asset, Building, Space
from keys.models import Door, Key
from keysite.console import ConsoleAdmin, ConsoleForm, PickRow, Related, Tabs, display
from keysite.console.exchange import Exporting
from keysite.console.fields import Email
from keysite.console.lists import LONGEST_SEARCH
from tickets.admin.deeds import TICKET_DEEDS
from tickets.admin.sections import name_of, sections_of
from tickets.models import Category, Check, Link, Status, Team, Ticket
from tickets.operations import EDITABLE, PLACES, edit_ticket, report

COLOURS = {
    "new": "warning",
    "accepted": "info",
    "in_progress": "primary",
    "stalled": "warning",
    "resolved": "success",
    "confirmed": "success",
    "rejected": "danger",
    "duplicate": "",
    "deleted": "",
}
ABOUT = {"space": "assets.view_space", "asset": "assets.view_asset", "key": "keys.view_key", "door": "keys.view_door"}


class TicketTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Open")),
        (Status.NEW.value, _("New")),
        ("unassigned", _("Unassigned")),
        ("mine", _("Mine")),
        (Status.IN_PROGRESS.value, _("In progress")),
        (Status.STALLED.value, _("Stalled")),
        ("to_wake", _("To take up again")),
        ("overdue", _("Overdue")),
        (Status.RESOLVED.value, _("Waiting for confirmation")),
        (Status.CONFIRMED.value, _("Confirmed")),
        (Status.REJECTED.value, _("Rejected")),
        (Status.DUPLICATE.value, _("Duplicates")),
        ("deleted", _("Deleted")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def queryset(self, request, tickets):
        self.person = request.user
        return super().queryset(request, tickets)

    def choose(self, tickets, value):
        if value in Status.values:
            return tickets.being(value)
        if value == "mine":
            return tickets.open().worked_on_by(self.person)
        if value == "to_wake":
            return tickets.to_wake(on=timezone.localdate(timezone=settings.INSTITUTION_ZONE))
        if value == "overdue":
            return tickets.overdue(at=timezone.now())
        return tickets.kept() if value == "all" else getattr(tickets, value)()


class ByCategory(PickRow):
    title, parameter_name, related_model = _("category"), "category", Category

    def choose(self, tickets, value):
        return tickets.filter(category=value)


class OfTeam(PickRow):
    title, parameter_name, path, related_model = _("team"), "team", "team", Team


class AboutSpace(Related):
    title, parameter_name, path, related_model = _("space"), "space", "space", Space


class AboutAsset(Related):
    title, parameter_name, path, related_model = _("asset"), "asset", "asset", Asset


class AboutKey(Related):
    title, parameter_name, path, related_model = _("key"), "key", "key", Key


class AboutDoor(Related):
    title, parameter_name, path, related_model = _("door"), "door", "door", Door


class InBuilding(Related):
    title, parameter_name, path, related_model = _("building"), "building", "space__building", Building


class ByReporter(Related):
    title, parameter_name, path, related_model = _("reporter"), "reporter", "reporter", Person


class OfTechnician(Related):
    title, parameter_name, path, related_model = _("technician"), "technician", "technician", Person


class TicketResource(ModelResource):
    status = Field("get_status_display", "status")
    priority = Field("get_priority_display", "priority")
    category = Field("category__path", "category")
    building = Field("space__building__code", "building")
    room = Field("space__number", "room")
    asset = Field("asset__tag", "asset")
    key = Field("key", "key")
    door = Field("door", "door")
    reporter = Field("reporter__name", "reporter")
    email = Field("reporter__email", "e-mail")
    technician = Field("technician__name", "technician")
    team = Field("team__name", "team")
    minutes = Field("minutes", "minutes")
    cost = Field("cost", "cost")

    class Meta:
        model = Ticket
        fields = export_order = [
            *["number", "title", "description", "status", "priority", "category", "building", "room", "asset"],
            *[
                "key",
                "door",
                "place_in_words",
                "reporter",
                "reporter_name",
                "email",
                "technician",
                "team",
                "reported_at",
                "due_at",
            ],
            *["reason", "wake_on", "resolution", "resolved_at", "confirmed_at", "deleted_at", "minutes", "cost"],
        ]


class OfferedCategories(ConsoleForm):
    """Only categories that are offered, and the one that the ticket has."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "category" in self.fields:
            field = self.fields["category"]
            field.queryset = Category.objects.offered_or(self.instance.category_id).for_list()
            field.label_from_instance = lambda category: category.path


class CallForm(OfferedCategories):
    """What somebody says who calls, and who that is: a person of the register, or an address."""

    address = Email(
        label=_("Their e-mail"), required=False, max_length=254, help_text=_("Of somebody who is not in the register.")
    )

    def clean(self):
        values = super().clean()
        if bool(values.get("reporter")) == bool(values.get("address")) and not {"reporter", "address"} & set(
            self.errors
        ):
            self.add_error("reporter", _("Choose who calls, or type their e-mail: one of the two."))
        return values


class EditForm(OfferedCategories):
    """What staff put right in a report."""


@admin.register(Ticket)
class TicketAdmin(Exporting, ConsoleAdmin):
    """Reported by a deed, put right by another, and moved on by buttons; what is over cannot be changed."""

    found_by_palette = "build"
    plain_choices = ("category",)
    list_display = ["number", "title", "about", "category", "state", "urgency", "assignee", "due_at", "reported_at"]
    list_display_links = ["number", "title"]
    list_filter = [
        *[TicketTabs, ByCategory, OfTeam],
        *[AboutSpace, AboutAsset, AboutKey, AboutDoor, InBuilding, ByReporter, OfTechnician],
    ]
    search_fields = ["title"]
    search_help_text = _("Number, words of report or thread, asset tag, or reporter")
    sortable_by = ["number"]
    add_fieldsets = [
        (_("What is broken"), {"fields": ["title", "description", "category"]}),
        (_("Where"), {"fields": [("space", "door"), ("asset", "key"), "place_in_words"]}),
        (_("Who calls"), {"fields": [("reporter", "address"), "reporter_name"]}),
    ]
    fieldsets = [
        (None, {"fields": ["title", "description", ("category", "priority"), "due_at"]}),
        (_("Where"), {"fields": [("space", "door"), ("asset", "key"), "place_in_words"]}),
        (_("Who mends it"), {"fields": [("technician", "team")]}),
        (_("Reported"), {"fields": [("reporter", "reporter_name"), ("reported_at", "trust"), "moved_at"]}),
        (_("Why"), {"fields": [("reason", "wake_on")]}),
        (_("Resolved"), {"fields": ["resolution", ("resolved_at", "resolved_by")]}),
        (_("Confirmed"), {"fields": [("confirmed_at", "confirmed_by")]}),
        (_("Deleted"), {"fields": [("deleted_at", "deleted_by"), "deleted_reason"]}),
    ]
    editable = EDITABLE
    resource_classes = [TicketResource]
    locks_first = False
    deeds = TICKET_DEEDS

    def has_add_permission(self, request):
        return request.user.has_perm("tickets.report_for_others")

    def has_change_permission(self, request, obj=None):
        """Not of a ticket that is over; but who had it open when it ended is told so, and keeps what was typed."""
        over = obj is not None and obj.is_locked and request.method != "POST"
        return super().has_change_permission(request, obj) and not over

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, form=EditForm if change else CallForm, **kwargs)

    def get_fieldsets(self, request, obj=None):
        """Only what has happened."""
        if obj is None:
            return self.add_fieldsets
        sets = self.fieldsets
        happened = [obj.reason, obj.resolved_at, obj.confirmed_at, obj.deleted_at]
        return sets[:4] + [one for one, there in zip(sets[4:], happened, strict=True) if there]

    def get_readonly_fields(self, request, obj=None):
        """What a deed changes; and things that the role may not look up, which stay as they are."""
        if obj is None:
            return []
        unseen = [name for name, permission in ABOUT.items() if not request.user.has_perm(permission)]
        return [field.name for field in self.opts.fields if field.name not in self.editable or field.name in unseen]

    def for_page(self, request):
        checks, links = Check.objects.filter(ticket=OuterRef("pk")), Link.objects.removable()
        links = links.filter(Q(ticket=OuterRef("pk")) | Q(other=OuterRef("pk")))
        rows = super().for_page(request).for_page(request.user)
        return rows.annotate(has_checks=Exists(checks), has_links=Exists(links))

    def get_search_results(self, request, queryset, search_term):
        """What is found by an internal note tells that it is there: only whose role reads them."""
        words = search_term.strip()[:LONGEST_SEARCH]
        if not words or "\0" in words:
            return (queryset.none() if words else queryset), False
        return queryset.search(words, notes=request.user.has_perm("tickets.view_comment")), False

    def get_export_queryset(self, request):
        rows = super().get_export_queryset(request).select_related("category__parent", "key__symbol__system")
        return rows.with_work()

    def save_model(self, request, obj, form, change):
        if change:
            return super().save_model(request, obj, form, change)
        names = ["title", "description", "category", "reporter", *PLACES]
        told = {name: getattr(obj, name) for name in names} | {"address": form.cleaned_data["address"]}
        obj.pk = report(**told, name=obj.reporter_name, by=request.user, trust=Trust.STAFF).pk

    def change(self, row, names, by):
        values = {name: getattr(row, name) for name in names}
        edit_ticket(ticket=row, by=by, version=row.version, **values)

    def links(self, request, ticket):
        yield _("Its page for phones"), reverse("ticket", args=[ticket.number])
        for name, permission in ABOUT.items():
            thing = getattr(ticket, name)
            if thing and request.user.has_perm(permission):
                yield str(thing), reverse(f"admin:{permission.split('.')[0]}_{name}_change", args=[thing.pk])

    def sections(self, request, ticket):
        yield from sections_of(ticket, request.user)

    @display(description=_("about"))
    def about(self, ticket):
        return ticket.space or ticket.door or ticket.asset or ticket.key or ticket.place_in_words

    @display(description=_("priority"), label={1: "danger", 2: "warning", 3: "", 4: ""})
    def urgency(self, ticket):
        return ticket.priority, ticket.get_priority_display()

    @display(description=_("whose"))
    def assignee(self, ticket):
        return name_of(ticket.technician) if ticket.technician_id else ticket.team

    @display(description=_("status"), label=COLOURS)
    def state(self, ticket):
        if ticket.deleted_at:
            return "deleted", _("Deleted")
        return ticket.status, ticket.get_status_display()
