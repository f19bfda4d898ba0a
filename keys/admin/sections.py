"""What the pages of doors, keys and people show below: rows of other models that belong to theirs."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keys.models import Door, Key, Loan, Operates, Pinning
from keysite.console import Section

SHOWN = 20


def moment(at):
    """A moment as a cell."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"


def page_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_of(model, query):
    return f"{reverse(f'admin:keys_{model}_changelist')}?{query}"


def doors_of(doors, viewer, *, title, query, empty):
    """The first of these doors that the viewer may see, critical ones before others, and how many there are."""
    rows = list(doors.visible_to(viewer).current().critical_first().with_total()[:SHOWN])
    total = rows[0].total if rows else 0
    return Section(
        title=title,
        headings=[_("Door"), _("Kind"), _("Criticality")],
        lines=[(page_of(row), [row, row.get_kind_display(), _criticality(row)]) for row in rows],
        empty=empty,
        more=ngettext("%(n)d door", "All %(n)d doors", total) % {"n": total},
        address=list_of("door", query) if rows else "",
    )


def doors_about(step, viewer):
    """The first of the doors that a step of a request is about."""
    rows = Door.objects.filter(pk__in=step.doors.values("door")).visible_to(viewer).critical_first()[:SHOWN]
    return Section(
        title=_("Doors that it is about"),
        headings=[_("Door"), _("Kind"), _("Criticality")],
        lines=[(page_of(row), [row, row.get_kind_display(), _criticality(row)]) for row in rows],
        empty=_("None that you may see."),
    )


def opened_by_symbol(symbol, viewer):
    doors = Door.objects.opened_by([symbol])
    words = {"title": _("Opens these doors"), "empty": _("Nothing that is on file.")}
    return doors_of(doors, viewer, query=f"symbol={symbol.pk}", **words)


def opened_by_person(person, viewer):
    doors = Door.objects.opened_by(Loan.objects.running().borrowed_by(person).symbols())
    words = {"title": _("Can open these doors"), "empty": _("Nothing that is on file.")}
    return doors_of(doors, viewer, query=f"person={person.pk}", **words)


def keysets_of(door):
    """What the cylinder is pinned to, and what it was before."""
    rows = Pinning.objects.filter(door=door).for_list()[:SHOWN]
    return Section(
        title=_("Pinned to"),
        headings=[_("Keyset"), _("Kind"), _("Since"), _("Until")],
        lines=[
            (
                page_of(row.keyset),
                [row.keyset, row.keyset.get_kind_display(), moment(row.since), moment(row.until)],
            )
            for row in rows
        ],
        empty=_("No cylinder of this door is on file."),
    )


def who_opens(door, viewer):
    """The sections on who can open a door, as far as the viewer sees keys and loans."""
    if viewer.has_perm("keys.view_loan"):
        yield holders_of(door, viewer)
    if viewer.has_perm("keys.view_key"):
        yield copies_for(door, viewer)


def holders_of(door, viewer):
    rows = Loan.objects.visible_to(viewer).running().opening([door]).by_borrower()[:SHOWN]
    return Section(
        title=_("Who can open it"),
        headings=[_("Person"), _("Key"), _("Level"), _("Status"), _("Due")],
        lines=[
            (
                page_of(loan),
                [loan.borrower, loan.key, loan.key.symbol.get_level_display(), loan.status, moment(loan.due_at)],
            )
            for loan in rows
        ],
        empty=_("Nobody has a key to it."),
        more=_("All loans of keys that open it"),
        address=list_of("loan", f"door={door.pk}"),
    )


def copies_for(door, viewer):
    rows = Key.objects.visible_to(viewer).opening([door]).being(Key.Availability.THERE).by_stamp()[:SHOWN]
    return Section(
        title=_("Keys in cabinets that open it"),
        headings=[_("Key"), _("Level"), _("Hook")],
        lines=[(page_of(key), [key, key.symbol.get_level_display(), key.hook or "–"]) for key in rows],
        empty=_("None."),
        more=_("All keys that open it"),
        address=list_of("key", f"where=all&door={door.pk}"),
    )


def turning(keyset, viewer):
    """What turns the keyset now; each row has a page of its own, where that can be ended."""
    rows = Operates.objects.visible_to(viewer).now().filter(keyset=keyset).for_list()[:SHOWN]
    return Section(
        title=_("Turned by"),
        headings=[_("Key symbol"), _("Level"), _("Because"), _("Since")],
        lines=[
            (
                page_of(row),
                [row.symbol, row.symbol.get_level_display(), row.get_source_display(), moment(row.since)],
            )
            for row in rows
        ],
        empty=_("No key turns it."),
        more=_("All that turns it, and did before"),
        address=list_of("operates", f"show=all&keyset={keyset.pk}"),
    )


def _criticality(door):
    return _("%(criticality)d, critical") % {"criticality": door.criticality} if door.is_critical else door.criticality
