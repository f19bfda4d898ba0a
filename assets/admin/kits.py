"""Things that travel together: what is in each kit now, and who had it."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.admin.asking import STAFF, HandingOut
from assets.admin.sections import hand_overs_of, members_now
from assets.models import Assignment, Kit, KitPart
from assets.operations import add_to_kit, assign_kit, dissolve_kit, remove_from_kit
from keysite.console import ConsoleAdmin, ConsoleInline, Deed, Tabs, display
from keysite.console.fields import Asking, Choices, Row
from keysite.console.labels import Tagged


class Joining(Asking):
    asset = Row(Assignment, "asset")

    def asked(self):
        return {"assets": [self.cleaned_data["asset"]]}


class Leaving(Asking):
    assets = Choices(label=_("Assets"))

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.members = {str(one.asset_id): one.asset for one in row.members.select_related("asset")}
        self.fields["assets"].choices = [(key, str(asset)) for key, asset in self.members.items()]

    def asked(self):
        return {"assets": [self.members[key] for key in self.cleaned_data["assets"]]}


def _deed(operation, permission, label, done, **options):
    return Deed(operation, f"assets.{permission}", label, done, row="kit", **options)


def is_there(kit):
    return not kit.dissolved_at and getattr(kit, "open_assignment", None) is None


KIT_DEEDS = [
    _deed(
        assign_kit,
        "assign",
        _("Assign"),
        _("The kit %(row)s is assigned."),
        form=HandingOut,
        fixed=STAFF,
        intro=_("All of it goes out, due when the first of its assets is. At the desk something can be left out."),
        icon="output",
        shown=is_there,
    ),
    _deed(
        add_to_kit,
        "change_kit",
        _("Add an asset"),
        _("The asset is in the kit %(row)s."),
        form=Joining,
        intro=_("From its next hand-over on; it is not handed out alone any more."),
        icon="add_box",
        shown=lambda kit: not kit.dissolved_at,
    ),
    _deed(
        remove_from_kit,
        "change_kit",
        _("Take assets out"),
        _("The assets are not in the kit %(row)s any more."),
        form=Leaving,
        icon="indeterminate_check_box",
        shown=lambda kit: not kit.dissolved_at,
    ),
    _deed(
        dissolve_kit,
        "dissolve_kit",
        _("Dissolve"),
        _("The kit %(row)s is dissolved."),
        intro=_("Its assets are handed out one by one again. Its past stays."),
        icon="unpublished",
        confirm=True,
        grave=True,
        shown=is_there,
    ),
]


class KitTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("in_use", _("In use")), ("out", _("Out")), ("dissolved", _("Dissolved")), ("all", _("All"))]
    otherwise = "in_use"

    def choose(self, kits, value):
        return getattr(kits, value)()


class KitPartInline(ConsoleInline):
    model = KitPart
    removable = True
    fields = ["name", "quantity"]


@admin.register(Kit)
class KitAdmin(Tagged, ConsoleAdmin):
    found_by_palette = "cases"
    list_display = ["name", "home", "members_count", "holder", "state"]
    list_filter = [KitTabs]
    search_fields = ["name"]
    search_help_text = _("Name, or the code on the tag")
    fields = [("name", "home"), "description"]
    inlines = [KitPartInline]
    deeds = KIT_DEEDS
    tag_says = _("The desk scans it to hand the kit out and to take it back.")

    def get_queryset(self, request):
        return super().get_queryset(request).with_assignment()

    def for_list(self, request):
        return super().for_list(request).with_member_counts()

    def get_fields(self, request, obj=None):
        dissolved = ["dissolved_at", "dissolved_by"] if obj and obj.dissolved_at else []
        return [*super().get_fields(request, obj), *dissolved]

    def get_readonly_fields(self, request, obj=None):
        return ["dissolved_at", "dissolved_by"]

    def links(self, request, kit):
        if request.user.has_perms(["assets.assign", "assets.take_back"]):
            yield _("At the desk"), f"{reverse('asset_desk')}?code={kit.public_code}"

    def sections(self, request, kit):
        yield members_now(kit)
        if request.user.has_perm("assets.view_assignment"):
            yield hand_overs_of(kit, request.user)

    @display(description=_("assets"))
    def members_count(self, kit):
        return kit.members_count

    @display(description=_("holder"))
    def holder(self, kit):
        held = getattr(kit, "open_assignment", None)
        return held and held.holder

    @display(description=_("state"), label={"there": "success", "out": "info", "dissolved": ""})
    def state(self, kit):
        if kit.dissolved_at:
            return "dissolved", _("Dissolved")
        return ("there", _("Available")) if is_there(kit) else ("out", _("Out"))
