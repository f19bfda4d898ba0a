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
from tickets.operations.repairs import hold
from tickets.operations.rules import allow, begin, save
from tickets.operations.thread import add_watcher, comment
from tickets.operations.tracking import new_link, tracking_link


@transaction.atomic
def report(
    *,
    title,
    by=None,
    reporter=None,
    address="",
    name="",
    description="",
    category=None,
    pictures=(),
    trust=Trust.TYPED,
    **place,
):
    """A fault is reported: by ``by``, who is signed in, or by whoever belongs to ``address``.

    At the desk ``by`` writes down what ``reporter``, or whoever belongs to ``address``, said on the telephone; without
    either it is the clerk's own report, and ``name`` says who called.

    ``place`` says where, by ``space``, ``asset``, ``key`` or ``place_in_words``. A person of the register stays as they
    are; an address that is not known gets a row of its own, without a name: what is typed into an open form is kept
    with the ticket only. The reporter gets a secret address to follow it. Refused without a title, without a place,
    without anybody to answer to, and for somebody else without the permission. Gives back the ticket.
    """
    title, place = _what_and_where(title, place)
    reporter = _reporter(by, reporter, address)
    ticket = Ticket(title=title, description=description.strip()[:5000], reporter=reporter, trust=trust, **place)
    ticket.reporter_name, ticket.number = name.strip()[:200], next_number()
    ticket.reported_at = ticket.moved_at = ticket.touched_at = timezone.now()
    if category:
        ticket.category, ticket.priority, ticket.team = category, category.priority, category.team
    record(ticket, by=by, reason=with_trust("reported", trust))
    show(ticket, pictures, by=by or reporter)
    new_link(ticket, reporter)
    notices.reported(ticket, by=by or reporter)
    return ticket


@transaction.atomic
def report_again(*, ticket, by, text, trust=Trust.PROVED):
    """Whoever reported it says that it is not over, after it was confirmed or rejected.

    A ticket that was confirmed within ``REOPEN_DAYS`` is opened again; else a new one follows it, about the same
    thing; what they say once more while that one is open is a reply to it. Refused without words, and while the ticket
    is not over. Gives back the ticket that goes on.
    """
    hold(ticket, locked_too=True)
    if ticket.status not in {Status.CONFIRMED, Status.REJECTED}:
        raise Refusal(_("Ticket #%(number)s is not over: answer there.") % {"number": ticket.number})
    if not text.strip():
        raise Refusal(_("Say what is broken."))
    since = timezone.now() - timedelta(days=settings.REOPEN_DAYS)
    if ticket.status == Status.CONFIRMED and ticket.confirmed_at > since and ticket.reporter_id == by.pk:
        reopen(ticket=ticket, by=by, reason=text)
        return ticket
    goes_on = _goes_on(ticket, by)
    if goes_on:
        comment(ticket=goes_on, by=by, text=text, internal=False, trust=trust)
        return goes_on
    about = {name: getattr(ticket, name) for name in ("space", "door", "asset", "key", "category")}
    about |= {"title": ticket.title, "place_in_words": ticket.place_in_words, "description": text}
    following = report(by=by, trust=trust, name=ticket.reporter_name if by.pk == ticket.reporter_id else "", **about)
    record(Link(ticket=following, other=ticket, kind=Link.Kind.FOLLOWS), by=by, reason="follows")
    return following


@transaction.atomic
def me_too(*, ticket, by=None, address="", trust=Trust.TYPED):
    """Somebody else has the same fault: they are told what happens to the ticket. Saying so twice is once.

    Refused without anybody to tell, for a ticket that is over, and for that of a rekeying, which only those follow who
    see to it. Gives back the ticket.
    """
    if by is None and not address:
        raise Refusal(_("Give your e-mail address, so that we can answer."))
    if ticket.rekeying_id:
        raise Refusal(_("Ticket #%(number)s is no fault. Report what is broken.") % {"number": ticket.number})
    person = by or register(email=address, by=None, reason="has the same fault")
    begin(ticket)
    said = with_trust("me too", trust)
    if person.pk != ticket.reporter_id and add_watcher(ticket, person, by=by, reason=said):
        tracking_link(ticket, person)
        notices.joined(ticket, person)
        save(ticket, by=by, reason=with_trust("somebody else has it, too", trust))
    return ticket


def _what_and_where(title, place):
    """Both as they are kept. Refused without the one or the other."""
    title, words = " ".join(title.split())[:120], place.get("place_in_words", "").strip()[:200]
    place = place | {"place_in_words": words}
    if not title:
        raise Refusal(_("Say in a few words what is broken."))
    if not any(place.values()):
        raise Refusal(_("Say where it is: choose a room or a thing, or describe the place."))
    return title, place


def _reporter(by, reporter, address):
    """Who is answered. Refused without anybody, and for another one than ``by`` without the permission."""
    if reporter is None and address:
        reporter = register(email=address, by=by, reason="reported a fault")
    reporter = reporter or by
    if reporter is None:
        raise Refusal(_("Give your e-mail address, so that we can answer."))
    if by is not None and by != reporter:
        allow(by, "tickets.report_for_others")
    return reporter


def next_number():
    """The number of the next ticket; one that is not used leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ticket_number')")
        return cursor.fetchone()[0]


def number_after(number):
    """Let the next ticket have the number after this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('ticket_number', %s)", [number])


def _goes_on(ticket, person):
    """The ticket that ``person`` has begun already because this one was over, and that is open; None without one."""
    following = Ticket.objects.open().reported_by(person).filter(links__other=ticket, links__kind=Link.Kind.FOLLOWS)
    return following.order_by("-number").first()
