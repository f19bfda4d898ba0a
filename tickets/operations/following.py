"""How somebody who is signed in comes to the page that needs no sign-in."""

from django.db import transaction
from django.utils.translation import gettext as _

from keysite.ledger import Refusal
from tickets.models import Ticket
from tickets.operations.rules import begin
from tickets.operations.tracking import tracking_link


@transaction.atomic
def follow_ticket(*, ticket, by):
    """A secret address for ``by``, made when there is none in use. Refused unless they reported or watch the ticket."""
    begin(ticket, locked_too=True)
    if not Ticket.objects.followed_by(by).filter(pk=ticket.pk).exists():
        raise Refusal(_("You follow no ticket #%(number)s.") % {"number": ticket.number})
    return tracking_link(ticket, by)
