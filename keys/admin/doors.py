"""Doors: what each is pinned to, and who can open it."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from assets.models import Building, Space
from keys.admin.loss_sections import exposures_of
from keys.admin.related import KeyedTo, OpenedByPerson, OpenedBySymbol
from keys.admin.request_sections import requests_about
from keys.admin.sections import keysets_of, list_of, who_opens
from keys.models import Door, KeySystem, Pinning
from keys.operations import DOOR_COLUMNS, import_doors, pin_door, reinstate_door, retire_door, unpin_door
from keysite.console import ConsoleAdmin, Deed, Related, Tabs, display
from keysite.console.exchange import Exchanging, Upload
from keysite.console.fields import Asking, Few, Row, why
from keysite.console.labels import Tagged
from keysite.console.lists import Pick


class DoorTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("current", _("Current")),
        ("nothing_opens", _("Nothing opens it")),
        ("retired", _("Retired")),
        ("all", _("All")),
    ]
    otherwise = "current"

    def choose(self, doors, value):
        return getattr(doors, value)()


class ByKind(Pick):
    title, parameter_name = _("kind"), "kind"
    choices_offered = Door.Kind.choices

    def choose(self, doors, value):
        return doors.filter(kind=value)


class ByCriticality(Pick):
    title, parameter_name = _("criticality"), "criticality"
    choices_offered = [("critical", _("Critical: 4 and 5")), ("ordinary", _("1 to 3"))]

    def choose(self, doors, value):
        return getattr(doors, value)()


class InBuilding(Related):
    title, parameter_name, path, related_model = _("building"), "building", "building", Building


class OfSpace(Related):
    title, parameter_name, related_model = _("space"), "space", Space

    def narrow(self, doors, space):
        return doors.of_space(space)


class Pinned(Asking):
    keyset = Row(Pinning, "keyset")


class Retirement(Asking):
    reason = why(_("Why"))


class DoorUpload(Upload):
    system = Few(KeySystem, label=_("Key system"), required=False, help_text=_("Of lines that name none."))


class DoorResource(ModelResource):
    building = Field("building__code", "building")
    kind = Field("get_kind_display", "kind")
    space_to = Field("space_to__number", "leads into")
    space_from = Field("space_from__number", "from")
    keyset = Field("keyset_now", "keyset")

    class Meta:
        model = Door
        fields = export_order = [
            "building",
            "label",
            "kind",
            "criticality",
            "space_to",
            "space_from",
            "electronic_only",
            "keyset",
            "public_code",
            "retired_at",
            "retired_reason",
        ]


def _deed(operation, permission, label, done, **options):
    return Deed(operation, row="door", permission=f"keys.{permission}", label=label, done=done, **options)


@admin.register(Door)
class DoorAdmin(Tagged, Exchanging, ConsoleAdmin):
    found_by_palette = "door_front"
    list_display = ["__str__", "kind", "criticality", "space_to", "keyset_now", "state"]
    list_filter = [
        DoorTabs,
        InBuilding,
        OfSpace,
        KeyedTo,
        OpenedBySymbol,
        OpenedByPerson,
        ByCriticality,
        ByKind,
    ]
    search_fields = ["label"]
    search_help_text = _("Building and door, such as B12 101")
    fieldsets = [
        (
            None,
            {"fields": [("building", "label"), ("kind", "criticality"), ("space_to", "space_from"), "electronic_only"]},
        ),
        (_("Retired"), {"fields": [("retired_at", "retired_by"), "retired_reason"]}),
    ]
    readonly_fields = ["retired_at", "retired_by", "retired_reason"]
    resource_classes = [DoorResource]
    import_deed, import_columns, import_form = import_doors, DOOR_COLUMNS, DoorUpload
    tag_page = "door"
    tag_says = _("Whoever scans it can report a fault; staff see who can open the door.")
    tag_invites = _("Something wrong with this door? Scan and say so.")
    deeds = [
        _deed(
            pin_door,
            "rekey",
            _("Pin to a keyset"),
            _("Door %(row)s has another cylinder now."),
            form=Pinned,
            intro=_("From now on the keys of that keyset open the door. What it was before stays on record."),
            icon="lock",
            shown=lambda door: door.retired_at is None,
        ),
        _deed(
            unpin_door,
            "rekey",
            _("Take the cylinder out"),
            _("Door %(row)s has no cylinder on file."),
            intro=_("No key opens the door any more, as far as the register knows."),
            icon="lock_open",
            confirm=True,
            shown=lambda door: door.keyset_now is not None,
        ),
        _deed(
            retire_door,
            "retire_door",
            _("Retire"),
            _("Door %(row)s is retired."),
            form=Retirement,
            intro=_("The door is no more: no key opens it, and nobody asks for it."),
            icon="archive",
            bulk=True,
            grave=True,
            shown=lambda door: door.retired_at is None,
        ),
        _deed(
            reinstate_door,
            "retire_door",
            _("Reinstate"),
            _("Door %(row)s is there again. Pin it to its keyset."),
            icon="unarchive",
            confirm=True,
            shown=lambda door: door.retired_at is not None,
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_keyset()

    def get_readonly_fields(self, request, obj=None):
        """A door stays in its building."""
        return [*(["building"] if obj else []), *super().get_readonly_fields(request, obj)]

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj)[: None if obj and obj.retired_at else 1]

    def links(self, request, door):
        yield _("Page behind the tag"), reverse("door", args=[door.public_code])
        if request.user.has_perm("keys.view_keysymbol"):
            yield _("Symbols that open it"), list_of("keysymbol", f"show=all&door={door.pk}")

    def sections(self, request, door):
        yield from exposures_of(door, request.user)
        yield from who_opens(door, request.user)
        if request.user.has_perm("keys.view_pinning"):
            yield keysets_of(door)
        yield from requests_about(request.user, door=door)

    @display(description=_("keyset"))
    def keyset_now(self, door):
        return door.keyset_now or "–"

    @display(description=_("state"), label={"retired": "", "critical": "warning", "current": "success"})
    def state(self, door):
        if door.retired_at:
            return "retired", _("Retired")
        return ("critical", _("Critical")) if door.is_critical else ("current", _("Current"))
