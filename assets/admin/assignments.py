"""Who has what, or where it is put up, since when and until when, and what the equipment desk does about it."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Person, midnight
from assets.admin.assignment_deeds import ASSIGNMENT_DEEDS
from assets.admin.sections import extensions_of, holder_of, parts_of, went_out_with
from assets.models import Asset, Assignment, Extension, Kit, Space
from keysite.console import ConsoleAdmin, ReadOnly, Related, Tabs, display
from keysite.console.exchange import Exporting


class AssignmentTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Open")),
        ("overdue", _("Overdue")),
        ("today", _("Due today")),
        ("week", _("Due this week")),
        ("undated", _("No due date")),
        ("placed", _("In place")),
        ("lost", _("Lost")),
        ("missing", _("Missing from kits")),
        ("returned", _("Returned")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def choose(self, assignments, value):
        now = timezone.now()
        if value == "overdue":
            return assignments.overdue(at=now)
        if value in ("today", "week"):
            return assignments.due_between(midnight(now, 0), midnight(now, 1 if value == "today" else 7))
        if value in ("open", "returned"):
            return getattr(assignments.whole(), value)()
        return assignments.missing_from_kits() if value == "missing" else getattr(assignments, value)()


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


class OfAsset(Related):
    title, parameter_name, path, related_model = _("asset"), "asset", "asset", Asset


class OfKit(Related):
    title, parameter_name, path, related_model = _("kit"), "kit", "kit", Kit


class InSpace(Related):
    title, parameter_name, path, related_model = _("space"), "space", "space", Space


class AssignmentResource(ModelResource):
    tag = Field("asset__tag", "tag")
    asset = Field("asset__name", "asset")
    model = Field("asset__model__name", "model")
    kit = Field("kit__name", "kit")
    part_of = Field("part_of__kit__name", "handed out with")
    person = Field("person__name", "person")
    email = Field("person__email", "e-mail")
    department = Field("person__department__name", "department")
    space = Field("space", "space")
    status = Field("status", "status")
    term = Field("term__name", "term")

    class Meta:
        model = Assignment
        fields = export_order = [
            "tag",
            "asset",
            "model",
            "kit",
            "part_of",
            "person",
            "email",
            "department",
            "space",
            "status",
            "term",
            "out_at",
            "out_recorded_at",
            "due_at",
            "confirmed_at",
            "returned_at",
            "returned_recorded_at",
            "condition",
            "lost_at",
            "loss",
            "note",
        ]


@admin.register(Assignment)
class AssignmentAdmin(Exporting, ConsoleAdmin):
    list_display = ["item", "holder", "department", "state", "out_at", "due_at"]
    list_filter = [AssignmentTabs, OfPerson, OfAsset, OfKit, InSpace]
    search_fields = ["note"]
    search_help_text = _("Person, asset, kit or code")
    sortable_by = ["out_at", "due_at"]
    fieldsets = [
        (None, {"fields": [("asset", "kit"), ("person", "space"), ("out_at", "due_at"), ("out_by", "term")]}),
        (_("Written down"), {"fields": [("out_recorded_at", "trust"), "confirmed_at", "note"]}),
        (_("With a kit"), {"fields": ["part_of"]}),
        (_("Transferred"), {"fields": ["follows"]}),
        (_("Lost or missing"), {"fields": ["lost_at", ("lost_by", "loss")]}),
        (_("Back"), {"fields": [("returned_at", "returned_recorded_at"), ("returned_by", "condition")]}),
    ]
    resource_classes = [AssignmentResource]
    deeds = ASSIGNMENT_DEEDS

    def has_add_permission(self, request):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields if field.name != "note"]

    def get_fieldsets(self, request, obj=None):
        """Only what has happened."""
        sets = super().get_fieldsets(request, obj)
        return sets[:2] + [one for one in sets[2:] if obj and getattr(obj, _first(one))]

    def for_page(self, request):
        done_by = ["out_by", "returned_by", "lost_by"]
        before = ["follows__asset", "follows__kit", "follows__person", "follows__space__building"]
        return super().for_page(request).select_related("followed_by", "part_of__person", *done_by, *before)

    def links(self, request, assignment):
        if assignment.asset_id:
            page = reverse("admin:assets_assignment_changelist")
            yield _("All of this asset"), f"{page}?show=all&asset={assignment.asset_id}"
        following = getattr(assignment, "followed_by", None)
        if following:
            yield _("Transferred to"), reverse("admin:assets_assignment_change", args=[following.pk])

    def sections(self, request, assignment):
        if assignment.kit_id:
            yield went_out_with(assignment)
            yield parts_of(assignment)
        if request.user.has_perm("assets.view_extension"):
            yield extensions_of(assignment)

    @display(description=_("what"))
    def item(self, assignment):
        return assignment.item

    @display(description=_("holder"))
    def holder(self, assignment):
        return holder_of(assignment)

    @display(description=_("department"))
    def department(self, assignment):
        return assignment.person and assignment.person.department

    @display(
        description=_("status"),
        label={"out": "success", "placed": "info", "overdue": "danger", "lost": "warning", "back": ""},
    )
    def state(self, assignment):
        return _code(assignment), assignment.status


def _first(fieldset):
    field = fieldset[1]["fields"][0]
    return field if isinstance(field, str) else field[0]


def _code(assignment):
    """How the list colours an assignment."""
    if not assignment.is_open:
        return "back"
    if assignment.is_lost:
        return "lost"
    if assignment.space_id:
        return "placed"
    return "overdue" if assignment.is_overdue() else "out"


class OfAssignment(Related):
    title, parameter_name, path, related_model = _("assignment"), "assignment", "assignment", Assignment


@admin.register(Extension)
class ExtensionAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["at", "assignment", "old_due_at", "new_due_at", "by", "why"]
    list_filter = [OfAssignment]
    search_fields = ["why"]
    search_help_text = _("Person, asset or kit")
    fields = ["assignment", ("old_due_at", "new_due_at"), "at", "by", "trust", "why"]
