"""Report: a fault becomes a ticket, whoever saw it."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import register, with_trust
from keysite.ledger import Refusal, record
from tickets import notices
from tickets.models import Link, Status, Ticket
from tickets.operations.moves import reopen
from tickets.operations.photos import show
from tickets.operations.rules import begin, save
from tickets.operations.thread import add_watcher
from tickets.operations.tracking import new_link, tracking_link


@transaction.atomic
def report(
    *, title, by=None, address="", name="", description="", category=None, pictures=(), trust=Trust.TYPED, **place
):
    """A fault is reported: by ``by``, who is signed in, or by whoever belongs to ``address``.

    ``place`` says where, by ``space``, ``asset``, ``key`` or ``place_in_words``. A person of the register stays as they
    are; an address that is not known gets a row of its own, without a name: what is typed into an open form is kept
    with the ticket only. The reporter gets a secret address to follow it. Refused without a title, without a place, and
    without anybody to answer to. Gives back the ticket.
    """
    title = " ".join(title.split())[:120]
    place["place_in_words"] = place.get("place_in_words", "").strip()[:200]
    if not title:
        raise Refusal(_("Say in a few words what is broken."))
    if not any(place.values()):
        raise Refusal(_("Say where it is: choose a room or a thing, or describe the place."))
    if by is None and not address:
        raise Refusal(_("Give your e-mail address, so that we can answer."))

    reporter = by or register(email=address, by=None, reason="reported a fault")
    ticket = Ticket(title=title, description=description.strip()[:5000], reporter=reporter, trust=trust, **place)
    ticket.reporter_name, ticket.number = name.strip()[:200], _next_number()
    ticket.reported_at = ticket.moved_at = ticket.touched_at = timezone.now()
    if category:
        ticket.category, ticket.priority, ticket.team = category, category.priority, category.team
    record(ticket, by=by, reason=with_trust("reported", trust))
    show(ticket, pictures, by=reporter)
    new_link(ticket, reporter)
    notices.reported(ticket, by=reporter)
    return ticket


@transaction.atomic
def report_again(*, ticket, by, text, trust=Trust.PROVED):
    """Whoever reported it says that it is not over, after it was confirmed or rejected.

    A ticket that was confirmed within ``REOPEN_DAYS`` is opened again; else a new one follows it, about the same
    thing. Refused without words, and while the ticket is not over. Gives back the ticket that goes on.
    """
    begin(ticket, locked_too=True)
    if ticket.status not in {Status.CONFIRMED, Status.REJECTED}:
        raise Refusal(_("Ticket #%(number)s is not over: answer there.") % {"number": ticket.number})
    if not text.strip():
        raise Refusal(_("Say what is broken."))
    since = timezone.now() - timedelta(days=settings.REOPEN_DAYS)
    if ticket.status == Status.CONFIRMED and ticket.confirmed_at > since and ticket.reporter_id == by.pk:
        reopen(ticket=ticket, by=by, reason=text)
        return ticket
    about = {"space": ticket.space, "asset": ticket.asset, "key": ticket.key, "category": ticket.category}
    about |= {"title": ticket.title, "place_in_words": ticket.place_in_words, "description": text}
    following = report(by=by, trust=trust, name=ticket.reporter_name, **about)
    record(Link(ticket=following, other=ticket, kind=Link.Kind.FOLLOWS), by=by, reason="follows")
    return following


@transaction.atomic
def me_too(*, ticket, by=None, address="", trust=Trust.TYPED):
    """Somebody else has the same fault: they are told what happens to the ticket. Saying so twice is once.

    Refused without anybody to tell, and for a ticket that is over. Gives back the ticket.
    """
    if by is None and not address:
        raise Refusal(_("Give your e-mail address, so that we can answer."))
    person = by or register(email=address, by=None, reason="has the same fault")
    begin(ticket)
    said = with_trust("me too", trust)
    if person.pk != ticket.reporter_id and add_watcher(ticket, person, by=by, reason=said):
        tracking_link(ticket, person)
        notices.joined(ticket, person)
        save(ticket, by=by, reason=with_trust("somebody else has it, too", trust))
    return ticket


def _next_number():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number')")
        return cursor.fetchone()[0]
