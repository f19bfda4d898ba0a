"""What staff set right about a ticket: its words, its place, its category, and what it belongs with."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.models import Asset
from assets.operations import register_asset
from keysite.ledger import Refusal, lock, lock_all, record, remove
from tickets.models import Link, Priority, Status, Ticket
from tickets.operations.repairs import give_back, hold, keeps_out, take_out
from tickets.operations.rules import allow, begin, refuse_unseen, save

PLACES = ("space", "door", "asset", "key", "place_in_words")
EDITABLE = ("title", "description", "category", "priority", "due_at", *PLACES)
CHANGE = "tickets.change_ticket"


@transaction.atomic
def edit_ticket(*, ticket, by, version=None, **values):
    """Set right what ``values`` names, of ``EDITABLE``; what stays as it was makes no new version.

    The asset in repair follows: the one that the ticket is no longer about is lent again, the other is not. Refused
    without a title, without any place, without a category once it is accepted, for a category that is not in use any
    more, while the ticket may not be changed, and without the permission.
    """
    if unknown := values.keys() - set(EDITABLE):
        raise TypeError(f"A ticket's {', '.join(sorted(unknown))} cannot be edited.")
    held = hold(ticket, assets=[values["asset"]] if values.get("asset") else [], version=version)
    allow(by, CHANGE)
    if values.get("asset"):
        values["asset"] = held[values["asset"].pk]
    was, kept_out = ticket.asset, keeps_out(ticket)
    changed = _changed(ticket, values)
    _refuse_incomplete(ticket, changed)
    if not changed:
        return
    moved = (was, kept_out) != (ticket.asset, keeps_out(ticket))
    if moved:
        take_out(ticket, by=by)
    save(ticket, by=by, reason=f"changed: {', '.join(changed)}")
    if moved:
        give_back(was, by=by)


@transaction.atomic
def make_asset(*, ticket, by, model=None, tag="", serial="", name="", version=None):
    """Take what the ticket is about into the inventory: under ``name``, else in the reporter's words, which stay.

    Refused when the ticket has an asset, as ``register_asset`` refuses, while the ticket may not be changed, and
    without the permission for either. Gives back the asset.
    """
    allow(by, "assets.add_asset")
    words = name.strip() or ticket.place_in_words or ticket.title
    asset = Asset(name=words[:200], model=model, tag=tag, serial=serial, home=ticket.space)
    register_asset(asset=asset, by=by, reason=f"registered from ticket #{ticket.number}")
    hold(ticket, assets=[asset], version=version)
    allow(by, CHANGE)
    if ticket.asset_id:
        words = {"number": ticket.number, "asset": str(ticket.asset)}
        raise Refusal(_("Ticket #%(number)s is about %(asset)s already.") % words)
    ticket.asset = asset
    take_out(ticket, by=by)
    save(ticket, by=by, reason=f"made {asset.tag} of it")
    return asset


@transaction.atomic
def link_tickets(*, ticket, other, by, version=None):
    """The two belong together: each shows the other. Gives back the link.

    Refused for a ticket and itself, for two that are linked so already, for one that ``by`` may not see or that is
    deleted, while ``ticket`` may not be changed, and without the permission.
    """
    words = {"number": ticket.number, "other": other.number}
    if ticket.pk == other.pk:
        raise Refusal(_("Choose another ticket: this one is #%(number)s itself.") % words)
    lock_all(Ticket.objects.filter(pk__in=[ticket.pk, other.pk]))
    begin(ticket, version=version)
    allow(by, CHANGE)
    refuse_unseen(by, other)
    begin(other, locked_too=True)
    pair = Q(ticket=ticket, other=other) | Q(ticket=other, other=ticket)
    if Link.objects.filter(pair, kind=Link.Kind.RELATED).exists():
        raise Refusal(_("Tickets #%(number)s and #%(other)s are linked already.") % words)
    link = Link(ticket=ticket, other=other, kind=Link.Kind.RELATED)
    record(link, by=by, reason="linked")
    save(ticket, by=by, reason=f"linked with #{other.number}")
    return link


@transaction.atomic
def unlink_tickets(*, link, by):
    """The two do not belong together after all.

    Refused for a duplicate (the merge is taken back instead), while the ticket may not be changed, and without the
    permission.
    """
    begin(link.ticket)
    allow(by, CHANGE)
    lock(link, "other")
    if link.kind == Link.Kind.DUPLICATE:
        raise Refusal(_("Ticket #%(number)s is a duplicate. Take the merge back.") % {"number": link.ticket.number})
    remove(link, by=by, reason="unlinked")
    save(link.ticket, by=by, reason=f"no longer linked with #{link.other.number}")


def _changed(ticket, values):
    """The names of what is different now; the ticket has it."""
    values = dict(values)
    if "title" in values:
        values["title"] = " ".join((values["title"] or "").split())[:120]
    for name, most in (("description", 5000), ("place_in_words", 200)):
        if name in values:
            values[name] = (values[name] or "").strip()[:most]
    changed = [name for name in EDITABLE if name in values and getattr(ticket, name) != values[name]]
    for name in changed:
        setattr(ticket, name, values[name])
    return changed


def _refuse_incomplete(ticket, changed):
    if not ticket.title:
        raise Refusal(_("Say in a few words what is broken."))
    if not any(getattr(ticket, name) for name in PLACES):
        raise Refusal(_("Say where it is: choose a room or a thing, or describe the place."))
    if ticket.category is None and ticket.status != Status.NEW:
        raise Refusal(_("Choose a category."))
    if "category" in changed and ticket.category and ticket.category.retired_at:
        words = {"category": str(ticket.category)}
        raise Refusal(_("The category “%(category)s” is not in use any more. Choose another.") % words)
    if ticket.priority not in Priority.values:
        raise Refusal(_("Choose a priority."))
