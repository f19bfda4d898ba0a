"""What kinds of faults there are, with their checklists, and who mends them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from keysite.console import ConsoleAdmin, ConsoleInline, Deed, Tabs, display
from keysite.console.fields import Asking, Few
from tickets.admin.sections import list_of
from tickets.models import Category, CategoryCheck, Team, TeamMember
from tickets.operations import add_category, move_category, reinstate_category, retire_category


class Placing(Asking):
    parent = Few(Category, label=_("Part of"), required=False, empty_label=_("Nothing: it stands at the top"))

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.fields["parent"].queryset = Category.objects.in_use().for_list()
        if row is not None:
            self.initial["parent"] = row.parent_id


class CategoryTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("in_use", _("Offered")), ("retired", _("Retired")), ("all", _("All"))]
    otherwise = "in_use"

    def choose(self, categories, value):
        return getattr(categories, value)()


class CheckInline(ConsoleInline):
    model = CategoryCheck
    removable = True
    fields = ["position", "text"]


def _deed(operation, label, done, **options):
    return Deed(operation, "tickets.change_category", label, done, row="category", **options)


@admin.register(Category)
class CategoryAdmin(ConsoleAdmin):
    plain_choices = ("parent", "team")
    list_display = ["__str__", "parent", "team", "technician_name", "priority", "days", "blocks_lending", "state"]
    list_filter = [CategoryTabs]
    search_fields = ["name", "hint"]
    search_help_text = _("Name or hint")
    fields = [
        ("name", "parent"),
        "hint",
        ("team", "technician"),
        ("priority", "days"),
        ("position", "blocks_lending"),
        "retired_at",
    ]
    inlines = [CheckInline]
    deeds = [
        _deed(
            move_category,
            _("Move in the tree"),
            _("%(row)s is moved."),
            form=Placing,
            icon="account_tree",
        ),
        _deed(
            retire_category,
            _("Retire"),
            _("%(row)s is not offered any more."),
            intro=_("Nobody can choose it any more; tickets that have it keep it."),
            icon="archive",
            confirm=True,
            shown=lambda category: not category.retired_at,
        ),
        _deed(
            reinstate_category,
            _("Offer again"),
            _("%(row)s is offered again."),
            icon="unarchive",
            shown=lambda category: category.retired_at is not None,
        ),
    ]

    def get_readonly_fields(self, request, obj=None):
        return ["retired_at", *(["parent"] if obj else [])]

    def get_fields(self, request, obj=None):
        return self.fields if obj and obj.retired_at else self.fields[:-1]

    def add(self, row, by):
        add_category(category=row, by=by)

    def links(self, request, category):
        yield _("Tickets"), list_of("ticket", f"show=all&category={category.pk}")

    @display(description=_("technician"))
    def technician_name(self, category):
        return category.technician and (category.technician.name or category.technician.email)

    @display(description=_("state"), label={"offered": "success", "retired": ""})
    def state(self, category):
        return ("retired", _("Retired")) if category.retired_at else ("offered", _("Offered"))


class MemberInline(ConsoleInline):
    model = TeamMember
    removable = True
    fields = ["person"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person")


@admin.register(Team)
class TeamAdmin(ConsoleAdmin):
    list_display = ["name", "email", "size"]
    search_fields = ["name"]
    fields = ["name", "email"]
    inlines = [MemberInline]

    def for_list(self, request):
        return super().for_list(request).with_sizes()

    def links(self, request, team):
        yield _("Tickets"), list_of("ticket", f"team={team.pk}")

    @display(description=_("technicians"))
    def size(self, team):
        return team.size
