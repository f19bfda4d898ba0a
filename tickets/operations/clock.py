"""What becomes of tickets by themselves. The clock only says “look now”: what is due follows from the facts."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from keysite.ledger import Refusal
from tickets import notices
from tickets.models import Ticket
from tickets.operations.moves import confirm
from tickets.operations.rules import begin, move, save

CHUNK = 1000


def wake_tickets(*, at):
    """Take up again what was stalled until today: it is in progress, and whoever mends it is told.

    The day is that of the institution.
    """
    today = timezone.localdate(at, settings.INSTITUTION_ZONE)
    _each(Ticket.objects.to_wake(on=today), _wake)


def confirm_silent_tickets(*, at):
    """Confirm what was resolved ``CONFIRM_DAYS`` ago, and neither confirmed nor sent back since."""
    _each(Ticket.objects.silent_since(at - timedelta(days=settings.CONFIRM_DAYS)), _confirm)


def _each(tickets, deed):
    """Do ``deed`` with each of ``tickets``, one transaction each; one that somebody changes meanwhile is left."""
    last = 0
    while chunk := list(tickets.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        for ticket in chunk:
            try:
                deed(ticket)
            except Refusal:
                continue
        last = chunk[-1].pk


@transaction.atomic
def _wake(ticket):
    begin(ticket, version=ticket.version)
    move(ticket, "start", by=None)
    ticket.reason = ""
    save(ticket, by=None, reason="woken")
    notices.woken(ticket, by=None)


def _confirm(ticket):
    confirm(ticket=ticket, by=None, version=ticket.version)
