"""Report: a fault becomes a ticket, whoever saw it."""

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import register, with_trust
from keysite.ledger import Refusal, record
from tickets import notices
from tickets.models import Ticket
from tickets.operations.tracking import tracking_link


@transaction.atomic
def report(
    *,
    title,
    by=None,
    address="",
    name="",
    description="",
    space=None,
    asset=None,
    key=None,
    place_in_words="",
    category=None,
    trust=Trust.TYPED,
):
    """A fault is reported: by ``by``, who is signed in, or by whoever belongs to ``address``.

    A person of the register stays as they are; an address that is not known gets a row of its own, without a name:
    what is typed into an open form is kept with the ticket only. The reporter gets a secret address to follow it.
    Refused without a title, without a place, and without anybody to answer to. Gives back the ticket.
    """
    title = " ".join(title.split())[:120]
    if not title:
        raise Refusal(_("Say in a few words what is broken."))
    if not (space or asset or key or place_in_words.strip()):
        raise Refusal(_("Say where it is: choose a room or a thing, or describe the place."))
    if by is None and not address:
        raise Refusal(_("Give your e-mail address, so that we can answer."))

    reporter = by or register(email=address, by=None, reason="reported a fault")
    now = timezone.now()
    ticket = Ticket(title=title, description=description.strip()[:5000], space=space, asset=asset, key=key)
    ticket.place_in_words, ticket.category = place_in_words.strip()[:200], category
    ticket.reporter, ticket.reporter_name, ticket.trust = reporter, name.strip()[:200], trust
    ticket.number, ticket.reported_at, ticket.moved_at, ticket.touched_at = _next_number(), now, now, now
    if category:
        ticket.priority, ticket.team = category.priority, category.team
    record(ticket, by=by, reason=with_trust("reported", trust))
    tracking_link(ticket, reporter)
    notices.reported(ticket, by=by or reporter)
    return ticket


def _next_number():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number')")
        return cursor.fetchone()[0]
