"""Requests for keys: how far each is, and everything that was said and decided about it."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Department, Person
from assets.models import Building
from keys.admin.request_sections import sections_of
from keys.models import Approval, Door, Key, KeyRequest, KeySymbol
from keysite.console import ConsoleAdmin, ReadOnly, Related, Tabs, display
from keysite.console.exchange import Exporting


class RequestTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("for_decision", _("Waiting")),
        ("for_answer", _("Waiting for the asker")),
        ("approved", _("Approved")),
        ("ready", _("Ready for pick-up")),
        ("being_cut", _("Being cut")),
        ("done", _("Handed over")),
        ("rejected", _("Rejected")),
        ("withdrawn", _("Withdrawn")),
        ("expired", _("Not picked up")),
        ("all", _("All")),
    ]
    otherwise = "for_decision"

    def choose(self, requests, value):
        if value in KeyRequest.Status.values:
            return requests.being(value)
        return requests.ready(at=timezone.now()) if value == "ready" else getattr(requests, value)()


class ForPerson(Related):
    title, parameter_name, related_model = _("person"), "person", Person

    def narrow(self, requests, person):
        return requests.of(person)


class ForDepartment(Related):
    title, parameter_name, path, related_model = _("department"), "department", "person__department", Department


class InBuilding(Related):
    title, parameter_name, related_model = _("building"), "building", Building

    def narrow(self, requests, building):
        return requests.in_building(building)


class AboutDoor(Related):
    title, parameter_name, related_model = _("door"), "door", Door

    def narrow(self, requests, door):
        return requests.about_doors(door)


class AboutSymbol(Related):
    title, parameter_name, related_model = _("symbol"), "symbol", KeySymbol

    def narrow(self, requests, symbol):
        return requests.about_symbols(symbol)


class AboutKey(Related):
    title, parameter_name, related_model = _("key"), "key", Key

    def narrow(self, requests, key):
        return requests.about_keys(key)


class KeyRequestResource(ModelResource):
    number = Field(column_name="request")
    person = Field("person__name", "for")
    email = Field("person__email", "e-mail")
    department = Field("person__department__name", "department")
    asked_by = Field("asked_by__email", "asked by")
    status = Field("get_status_display", "status")

    class Meta:
        model = KeyRequest
        fields = export_order = [
            "number",
            "person",
            "email",
            "department",
            "asked_by",
            "purpose",
            "needed_from",
            "needed_until",
            "status",
            "submitted_at",
            "approved_at",
            "ended_at",
            "reason",
        ]

    def dehydrate_number(self, request):
        return str(request)


@admin.register(KeyRequest)
class KeyRequestAdmin(ReadOnly, Exporting, ConsoleAdmin):
    """Requests are made, decided and answered on pages of their own; the console shows all of them."""

    found_by_palette = "approval"
    list_display = ["__str__", "who", "department", "purpose", "needed_until", "submitted_at", "state"]
    list_filter = [RequestTabs, ForPerson, ForDepartment, InBuilding, AboutDoor, AboutSymbol, AboutKey]
    search_fields = ["purpose"]
    search_help_text = _("Number, such as R12, person or building")
    fields = ["person", "asked_by", "purpose", ("needed_from", "needed_until"), "submitted_at"]
    happened = ["approved_at", "asked_back_at", "ended_at", "reason"]
    resource_classes = [KeyRequestResource]

    def get_queryset(self, request):
        """A basket that is not sent yet is nobody's business."""
        return super().get_queryset(request).sent()

    def get_fields(self, request, obj=None):
        return [*self.fields, *(name for name in self.happened if obj and getattr(obj, name))]

    def links(self, request, row):
        yield _("Page of the request"), reverse("key_request", args=[row.pk])
        mine = Approval.objects.open().in_charge_of(request.user).filter(request=row).first()
        if mine:
            yield _("Decide on it"), reverse("approval", args=[mine.pk])

    def sections(self, request, row):
        yield from sections_of(row, request.user)

    @display(description=_("for"))
    def who(self, row):
        return row.person.name or row.person.email

    @display(description=_("department"))
    def department(self, row):
        return row.person.department

    @display(
        description=_("status"),
        label={
            "submitted": "info",
            "asked_back": "warning",
            "approved": "success",
            "done": "",
            "rejected": "danger",
            "withdrawn": "",
            "expired": "warning",
        },
    )
    def state(self, row):
        if row.asked_back_at:
            return "asked_back", _("Waiting for the asker")
        return row.status, row.get_status_display()
