"""What the pages of assets, kits and people show below: rows of other models that belong to theirs."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assets.models import Asset, AssetPhoto, Assignment, Count
from keysite.console import Section

SHOWN = 10
PART_ROWS = 50


def moment(at):
    """A moment as a cell."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"


def holder_of(assignment):
    return assignment.space or assignment.person.name or assignment.person.email


def page_of(row):
    return reverse(f"admin:assets_{row._meta.model_name}_change", args=[row.pk])


def list_of(model, query):
    return f"{reverse(f'admin:assets_{model}_changelist')}?{query}"


def links_of(asset, person):
    """Where the page of an asset leads besides, for this person."""
    if person.has_perm("assets.view_kit") and hasattr(asset, "membership"):
        yield asset.membership.kit.name, reverse("admin:assets_kit_change", args=[asset.membership.kit_id])
    if person.has_perm("assets.change_asset"):
        yield _("Photos"), reverse("asset_photos", args=[asset.pk])
    if person.has_perm("assets.reserve") and asset.lendable and not asset.is_disposed:
        yield _("Reserve"), f"{reverse('admin:assets_reservation_add')}?asset={asset.pk}"
    if person.has_perm("assets.view_reservation") and asset.model_id:
        yield _("Calendar of the model"), reverse("model_calendar", args=[asset.model_id])


def sections_of(asset, person):
    """The sections of the page of an asset, as far as this person may see them."""
    if person.has_perm("assets.view_assignment"):
        yield assignments_of(asset, person)
    more = [components_of(asset, person)]
    if person.has_perm("assets.view_reservation"):
        more.append(reservations_of(asset, person))
    if person.has_perm("assets.view_assetphoto"):
        more.append(photos_of(asset, person))
    yield from (section for section in more if section.lines)


def assignments_of(asset, person):
    """Who had it and where it was, the last first."""
    rows = asset.assignments.visible_to(person).for_list()[:SHOWN]
    return Section(
        title=_("Assignments"),
        headings=[_("Holder"), _("Status"), _("Out"), _("Due"), _("Returned")],
        lines=[
            (
                page_of(row),
                [holder_of(row), row.status, moment(row.out_at), moment(row.due_at), moment(row.returned_at)],
            )
            for row in rows
        ],
        empty=_("It was never assigned."),
        more=_("All assignments of this asset"),
        address=list_of("assignment", f"show=all&asset={asset.pk}"),
    )


def components_of(asset, person):
    rows = Asset.objects.visible_to(person).components_of(asset).for_list()[:PART_ROWS]
    return Section(
        title=_("Components"),
        headings=[_("Asset"), _("Model"), _("State")],
        lines=[(page_of(row), [row, row.model or "–", row.state.label]) for row in rows],
        empty=_("None."),
    )


def reservations_of(asset, person):
    rows = asset.reservations.visible_to(person).live().for_list()[:SHOWN]
    return Section(
        title=_("Reserved"),
        headings=[_("Person"), _("From"), _("To"), _("Status")],
        lines=[
            (
                page_of(row),
                [row.person.name or row.person.email, moment(row.starts_at), moment(row.ends_at), row.status],
            )
            for row in rows
        ],
        more=_("All reservations of this asset"),
        address=list_of("reservation", f"show=all&asset={asset.pk}"),
    )


def photos_of(asset, person):
    rows = AssetPhoto.objects.visible_to(person).of(asset).for_list()
    return Section(
        title=_("Photos"),
        headings=[_("Photo"), _("Caption"), _("Added")],
        lines=[
            (reverse("asset_photo", args=[row.pk]), [_thumbnail(row), row.caption or "–", moment(row.added_at)])
            for row in rows
        ],
        empty=_("None yet."),
    )


def _thumbnail(photo):
    address = reverse("asset_thumbnail", args=[photo.pk])
    return format_html('<img class="console-photo" src="{}" alt="{}" loading="lazy">', address, _("Open the photo"))


def held_by(holder, person):
    """The assets and kits that ``holder`` has now."""
    rows = Assignment.objects.visible_to(person).held_by(holder).for_list()[:PART_ROWS]
    return Section(
        title=_("Has these assets"),
        headings=[_("Asset"), _("Status"), _("Out"), _("Due")],
        lines=[(page_of(row), [row.item, row.status, moment(row.out_at), moment(row.due_at)]) for row in rows],
        empty=_("None."),
        more=_("All assignments of this person"),
        address=list_of("assignment", f"show=all&person={holder.pk}"),
    )


def members_now(kit):
    rows = Asset.objects.members_of(kit).for_list()
    return Section(
        title=_("Assets in this kit"),
        headings=[_("Asset"), _("Model"), _("State")],
        lines=[(page_of(row), [row, row.model or "–", row.state.label]) for row in rows],
        empty=_("None yet."),
    )


def hand_overs_of(kit, person):
    """Who had the kit, the last first."""
    rows = kit.assignments.visible_to(person).for_list()[:SHOWN]
    return Section(
        title=_("Hand-overs"),
        headings=[_("Holder"), _("Status"), _("Out"), _("Due"), _("Returned")],
        lines=[
            (
                page_of(row),
                [holder_of(row), row.status, moment(row.out_at), moment(row.due_at), moment(row.returned_at)],
            )
            for row in rows
        ],
        empty=_("It was never handed out."),
        more=_("All hand-overs of this kit"),
        address=list_of("assignment", f"show=all&kit={kit.pk}"),
    )


def went_out_with(assignment):
    """The members of a kit as they went out then."""
    return Section(
        title=_("Went out with it"),
        headings=[_("Asset"), _("Status"), _("Condition")],
        lines=[
            (page_of(row), [row.asset, row.status, row.get_condition_display() or "–"])
            for row in assignment.members.for_list()
        ],
        empty=_("Nothing with a tag."),
    )


def parts_of(assignment):
    """Parts have no page of their own: they lead to the kit."""
    page = reverse("admin:assets_kit_change", args=[assignment.kit_id])
    return Section(
        title=_("Parts without a tag"),
        headings=[_("Part"), _("Went out"), _("Missing")],
        lines=[(page, [part.name, part.quantity, part.missing]) for part in assignment.parts.all()],
        empty=_("None."),
    )


def extensions_of(assignment):
    return Section(
        title=_("Extensions"),
        headings=[_("Extended"), _("Was due"), _("Now due"), _("Why")],
        lines=[
            (page_of(row), [moment(row.at), moment(row.old_due_at), moment(row.new_due_at), row.why or "–"])
            for row in assignment.extensions.all()
        ],
        empty=_("None."),
    )


def lines_of(stock_take):
    """How many of each kind, each leading to its list."""
    numbers = stock_take.counts.totals()
    return Section(
        title=_("Result"),
        headings=[_("What"), _("How many")],
        lines=[
            (list_of("count", f"show={name}&stock_take={stock_take.pk}"), [label, numbers[name]])
            for name, label in Count.Result.choices
        ],
    )
