"""What does not belong among the tickets goes out of sight, and comes back as it was: nothing is erased."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keysite.ledger import Refusal
from keysite.tables import some
from tickets.models import Link, Ticket
from tickets.operations.repairs import give_back, hold, take_out
from tickets.operations.rules import allow, save


@transaction.atomic
def remove_ticket(*, ticket, by, reason, version=None):
    """Take the ticket out of every list, whatever its status; all that was said and shown stays with it.

    Its asset is lent again. Refused without a reason, while others go on in it, when it is deleted already, and
    without the permission.
    """
    hold(ticket, version=version, locked_too=True)
    allow(by, "tickets.remove_ticket")
    reason = (reason or "").strip()[:200]
    if not reason:
        raise Refusal(_("Say why it is deleted."))
    merged = Ticket.objects.kept().filter(links__other=ticket, links__kind=Link.Kind.DUPLICATE).order_by("number")
    if numbers := [f"#{number}" for number in merged.values_list("number", flat=True)]:
        words = {"number": ticket.number, "others": some(numbers)}
        raise Refusal(_("%(others)s go on in ticket #%(number)s. Take the merge back, or delete those first.") % words)
    ticket.deleted_at, ticket.deleted_by, ticket.deleted_reason = timezone.now(), by, reason
    save(ticket, by=by, reason=f"deleted: {reason}")
    give_back(ticket.asset, by=by)


@transaction.atomic
def restore_ticket(*, ticket, by, version=None):
    """Put a deleted ticket back where it stood; its asset is out of service again if it is to be mended.

    Refused unless it is deleted, for a duplicate of one that is deleted, too, and without the permission.
    """
    into = Ticket.objects.filter(linked_from__ticket=ticket, linked_from__kind=Link.Kind.DUPLICATE).first()
    hold(ticket, others=[into] if into else [], version=version, locked_too=True, deleted_too=True)
    allow(by, "tickets.remove_ticket")
    if ticket.deleted_at is None:
        raise Refusal(_("Ticket #%(number)s is not deleted.") % {"number": ticket.number})
    if into:
        into.refresh_from_db()
        if into.deleted_at:
            words = {"number": ticket.number, "other": into.number}
            raise Refusal(_("Ticket #%(number)s goes on in #%(other)s. Restore that one first.") % words)
    ticket.deleted_at, ticket.deleted_by, ticket.deleted_reason = None, None, ""
    take_out(ticket, by=by)
    save(ticket, by=by, reason="restored")
