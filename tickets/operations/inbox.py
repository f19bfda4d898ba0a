"""Mail that comes in: an answer to a mail of ours becomes a reply, anything else waits for staff."""

import logging
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Notice, Person, Trust
from accounts.operations import note_bounce, prove_address
from keysite.ledger import Refusal, lock_word
from keysite.reply_addresses import word_of
from tickets import mail_in
from tickets.models import Comment, Link, ParkedMail, Status, Ticket, TrackingLink
from tickets.operations.files import keep, room_for_photos, sort
from tickets.operations.parked import park
from tickets.operations.photos import show
from tickets.operations.reports import report_again
from tickets.operations.thread import LONGEST, comment

log = logging.getLogger(__name__)
OVER = {Status.CONFIRMED, Status.REJECTED}
ONLY_FILES = "📎"  # a reply without words


class Outcome(StrEnum):
    """What became of a mail; with ``LATER`` it is not taken, and has to come again."""

    REPLIED = "replied"
    PARKED = "parked"
    BOUNCED = "bounced"
    AUTOMATIC = "automatic"
    AGAIN = "again"
    LATER = "later"


class Way(NamedTuple):
    """Whose answer a mail is, to which ticket, and on which side of the thread it belongs."""

    ticket: Ticket
    person: Person
    staff: bool = False
    internal: bool = False


def receive_mail(*, raw, recipients=(), sender=None):
    """Take a mail; ``recipients`` and ``sender`` are those of the envelope, where they are known.

    Sent to an address that a mail of ours told somebody to answer to, and from the address that this mail went to, it
    becomes a reply (to an internal note: a note); after the ticket's end the ticket is opened again or a new one
    follows it. Whatever else people write is parked for staff. What machines write is left alone, but a report that a
    mail came back marks the address. The same mail twice is one. Gives back the ``Outcome``.
    """
    mail = mail_in.read(raw, recipients=recipients, sender=sender)
    words = [word for address in mail.recipients if (word := word_of(address))]
    if mail.body.bounces:
        return _came_back(mail, words)
    if mail.automatic:
        log.info("A mail that came in is left alone: %s", mail.automatic)
        return Outcome.AUTOMATIC
    return _take(mail, next((word for word in words if not word.startswith("b")), ""))


@transaction.atomic
def _take(mail, word):
    key = f"{mail.key} {word}".strip()
    sorted_files = sort(mail.body.files)  # takes a while: before anything is held
    lock_word(f"mail:{key}")
    if Comment.objects.filter(message_id=key).exists() or ParkedMail.objects.filter(message_id=key).exists():
        return Outcome.AGAIN
    try:
        with transaction.atomic():
            _answer(mail, word, key, *sorted_files)
    except Refusal as refusal:
        return Outcome.PARKED if park(mail, key=key, why=str(refusal)) else Outcome.LATER
    return Outcome.REPLIED


def _answer(mail, word, key, pictures, files):
    """Make a reply of the mail; a Refusal says why it has to wait for staff."""
    way = _way(word)
    _check(way, mail)
    if not way.staff:
        prove_address(address=way.person.email, how="answer to a mail")
        way.person.refresh_from_db()
    ticket = _goes_on_in(way.ticket)
    if ticket.status in OVER and not way.staff:
        text = _("An e-mail came after ticket #%(number)s was over.") % {"number": ticket.number}
        ticket = report_again(ticket=ticket, by=way.person, text=text)
    text, files = _words(mail.body, pictures, files)
    if len(pictures) > room_for_photos(ticket):
        pictures, files = [], [*files, *mail.body.files]
    how = {"by": way.person, "internal": way.internal}
    said = comment(ticket=ticket, text=text, trust=Trust.PROVED, message_id=key, **how)
    show(ticket, pictures, comment=said, **how)
    keep(files, by=way.person, comment=said)


def _way(word):
    """What the word of an address that we made says."""
    if not word:
        raise Refusal(_("It answers no mail of ours."))
    kind, _dash, person = word[0], *word[1:].partition("-")[1:]
    number = int(word[1:].partition("-")[0])
    if kind == "c":
        link = TrackingLink.objects.in_use().filter(pk=number).select_related("ticket", "person").first()
        found = link and (link.ticket, link.person)
    else:
        rows = Ticket.objects.filter(pk=number), Person.objects.filter(pk=int(person or 0))
        found = all(answer := tuple(row.first() for row in rows)) and answer
    if not found:
        raise Refusal(_("It answers a mail whose link is no longer good."))
    return Way(*found, staff=kind != "c", internal=kind == "n")


def _check(way, mail):
    words = {"number": way.ticket.number, "person": way.person.name or way.person.email}
    if mail.sender.lower() != way.person.email.lower():
        raise Refusal(_("It answers a mail about ticket #%(number)s that went to another address.") % words)
    if not way.person.is_active:
        raise Refusal(_("It answers a mail about ticket #%(number)s, and %(person)s is inactive.") % words)
    if way.staff and not _still_staff(way):
        sentence = _("It answers a mail about ticket #%(number)s that %(person)s would no longer get.")
        raise Refusal(sentence % words)


def _still_staff(way):
    """Whether whoever got the mail in their work still works on this ticket."""
    works = way.person.has_perm("tickets.work") or way.person.has_perm("tickets.triage")
    return works and Ticket.objects.visible_to(way.person).filter(pk=way.ticket.pk).exists()


def _goes_on_in(ticket):
    """The ticket that a duplicate goes on in, and so on."""
    for _hop in range(5):
        link = ticket.links.filter(kind=Link.Kind.DUPLICATE).select_related("other").first()
        if link is None:
            break
        ticket = link.other
    return ticket


def _words(body, pictures, files):
    """The words of a reply, with what was left out; what is too long for one goes along as a file."""
    text, files = body.text, list(files)
    if body.left_out:
        names = ", ".join(body.left_out)[:500]
        text += "\n\n" + _("Left out, too large or too many: %(names)s") % {"names": names}
    if len(text) > LONGEST:
        files.append(mail_in.File("mail.txt", text.encode()))
        text = text[: LONGEST - 2] + " …"
    return text.strip() or (ONLY_FILES if pictures or files else ""), files


def _came_back(mail, words):
    """A mail of ours could not be delivered: for good, when the status says so."""
    known = next((int(word[1:]) for word in words if word.startswith("b")), None)
    for bounce in mail.body.bounces:
        notice = (
            Notice.objects.sent().filter(pk=known).first() if known else Notice.objects.of_message(bounce.message_id)
        )
        if notice and bounce.status.startswith("5"):
            note_bounce(notice=notice, status=bounce.status)
    return Outcome.BOUNCED
