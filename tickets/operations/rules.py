"""What every change of a ticket has in common: the lock, the version it was seen in, and the edge it takes."""

from django.utils import timezone
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, lock, record
from tickets.models import LOCKED, MOVES, Status, Ticket

RELATED = ("category", "asset", "reporter", "technician", "team")
EDGES = {move.deed: move for move in MOVES}


class Stale(Refusal):
    """Somebody else has changed the ticket since it was shown. ``ticket`` is as it is now."""

    def __init__(self, ticket):
        self.ticket = ticket
        words = {"number": ticket.number, "status": ticket.get_status_display()}
        sentence = _(
            "Ticket #%(number)s has changed since you opened it; it is “%(status)s” now. Look at it and send it again."
        )
        super().__init__(sentence % words)


def begin(ticket, *, version=None, locked_too=False, deleted_too=False):
    """Hold the ticket and bring it up to date.

    Refused when it was deleted (unless ``deleted_too``), when it is not as it was shown (``version``), and, unless
    ``locked_too``, when it is resolved, confirmed, rejected or a duplicate.
    """
    lock(ticket, *RELATED)
    words = {"number": ticket.number, "status": ticket.get_status_display()}
    if ticket.deleted_at and not deleted_too:
        raise Refusal(_("Ticket #%(number)s is deleted. Restore it first.") % words)
    if version is not None and version != ticket.version:
        raise Stale(ticket)
    if ticket.status == Status.DUPLICATE and not locked_too:
        raise Refusal(_("Ticket #%(number)s is a duplicate: it goes on in the other one. Go on there.") % words)
    if ticket.status in LOCKED and not locked_too:
        raise Refusal(_("Ticket #%(number)s is %(status)s and cannot be changed. Send it back or reopen it.") % words)


def move(ticket, deed, *, by):
    """Take the edge of ``deed`` with a ticket that is held; the deed fills in what the new status needs.

    Refused from another status, and for anybody without the edge's permission. ``by`` is None for the clock.
    """
    edge = EDGES[deed]
    words = {"number": ticket.number, "status": ticket.get_status_display(), "target": Status(edge.target).label}
    if ticket.status not in edge.sources:
        raise Refusal(_("Ticket #%(number)s is “%(status)s”: it cannot become “%(target)s” from there.") % words)
    if by is not None and not may(by, edge, ticket):
        raise Refusal(_("Your role does not allow to make ticket #%(number)s “%(target)s”.") % words)
    ticket.status, ticket.moved_at = edge.target, timezone.now()
    if ticket.status != Status.STALLED:
        ticket.wake_on = None


def may(person, edge, ticket):
    """Whether ``person`` may take ``edge``: by their role, or because they reported it."""
    return person.has_perm(edge.permission) or (edge.reporter and ticket.reporter_id == person.pk)


def allow(by, permission):
    """Refuse whoever has not got ``permission`` (any more), at whatever door. ``by`` is None for the clock."""
    if by is not None and not by.has_perm(permission):
        raise Refusal(_("Your role does not allow this. Ask somebody whose role does."))


def refuse_unseen(by, ticket):
    """Refuse a ticket that ``by`` may not see, in the words for one that is not there."""
    if not Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists():
        raise Refusal(_("There is no ticket #%(number)s that you may see.") % {"number": ticket.number})


def refuse_stranger(by, ticket, *, internal):
    """Refuse whoever has no part in the ticket (any more).

    Its reporter, its watchers and whoever has an address to follow it may speak in public; among themselves those may
    whose role it is.
    """
    if by is None:
        return
    if internal or not (ticket.reporter_id == by.pk or _follows(by, ticket)):
        allow(by, "tickets.change_ticket")


def _follows(person, ticket):
    watching = ticket.watchers.filter(person=person, ended_at=None)
    return ticket.tracking_links.in_use().filter(person=person).exists() or watching.exists()


def save(ticket, *, by, reason):
    """Write a change of a ticket that is held, as its next version."""
    ticket.version += 1
    ticket.touched_at = timezone.now()
    record(ticket, by=by, reason=reason)
