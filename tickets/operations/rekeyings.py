"""A rekeying becomes a ticket of the locksmith: a story that spans keys and repairs."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Trust
from keys.models import RekeyedDoor
from keysite.ledger import Refusal, lock, record
from tickets.models import Comment, Ticket
from tickets.operations.assignment import assign_ticket
from tickets.operations.reports import report
from tickets.operations.thread import LONGEST

NAMED = 100  # doors that the note names; the page of the rekeying has all


@transaction.atomic
def report_rekeying(*, rekeying, by, category=None, technician=None):
    """Ask for the cylinders of a rekeying to be swapped: a ticket that leads to the rekeying and back.

    An internal note says why and which doors: what a lost key opens is not for everybody who follows a ticket. Refused
    when it is over, when there is a ticket for it, and for a ``technician`` that ``by`` may not name. Gives back the
    ticket.
    """
    lock(rekeying)
    ticket = Ticket.objects.filter(rekeying=rekeying).first()
    words = {"rekeying": rekeying, "number": ticket and ticket.number}
    if ticket:
        raise Refusal(_("Ticket #%(number)s is about rekeying %(rekeying)s already.") % words)
    if not rekeying.is_open:
        raise Refusal(_("Rekeying %(rekeying)s is over: nothing is left to be done.") % words)
    doors = list(RekeyedDoor.objects.open().filter(rekeying=rekeying).for_list())
    with translation.override(settings.LANGUAGE_CODE):  # whoever reads the ticket is not who acts
        title = _("Rekeying %(rekeying)s: swap the cylinders") % words
        text = _("See %(rekeying)s.") % words
    place = {"door": doors[0].door if doors else None, "place_in_words": str(rekeying), "rekeying": rekeying}
    ticket = report(title=title, by=by, description=text, category=category, trust=Trust.STAFF, **place)
    _note(ticket, [rekeying.reason, *(str(row) for row in doors[:NAMED])], by=by)
    if technician:
        assign_ticket(ticket=ticket, by=by, technician=technician)
    return ticket


def _note(ticket, lines, *, by):
    """What only those read who work on tickets; whoever asks for the cylinders need not be one of them."""
    note = Comment(ticket=ticket, text="\n".join(lines)[:LONGEST], internal=True, at=timezone.now(), by=by)
    note.trust = Trust.STAFF
    record(note, by=by, reason="noted")
    ticket.hear(note)
    record(ticket, by=by, reason="noted")
