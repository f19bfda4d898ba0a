"""Mail that waits for staff: a ticket is made of it, it is added to one, or it is thrown away."""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import register
from keysite import images
from keysite.ledger import Refusal, lock, lock_word, record, record_changes, remove_all
from tickets.mail_in import File
from tickets.models import ParkedMail
from tickets.operations.files import keep, room_for_photos, sort
from tickets.operations.photos import show
from tickets.operations.reports import report
from tickets.operations.rules import allow
from tickets.operations.thread import LONGEST, comment

HOUR = timedelta(hours=1)
MOST_OF_ONE, MOST_OF_ALL = 10, 200  # parked within an hour
LONGEST_TEXT = 20000


def park(mail, *, key, why):
    """Keep a mail for staff to look at; nothing (None) once too many of the sender, or of all, came within the hour."""
    lock_word("parked mail")
    now, sender = timezone.now(), mail.sender.lower()
    lately = ParkedMail.objects.filter(received_at__gt=now - HOUR)
    if lately.filter(sender=sender).count() >= MOST_OF_ONE or lately.count() >= MOST_OF_ALL:
        return None
    files, text = list(mail.body.files), mail.body.text
    if len(text) > LONGEST_TEXT:
        files.append(File("mail.txt", text.encode()))
    parked = ParkedMail(message_id=key, sender=sender, subject=mail.subject, text=text[:LONGEST_TEXT], why=why[:200])
    parked.received_at, parked.sender_name = now, mail.name
    record(parked, by=None, reason="came by mail")
    keep(files, by=None, mail=parked)
    return parked


@transaction.atomic
def add_parked_to(*, mail, ticket, by, internal):
    """Add a parked mail to a ticket, as a public reply or an internal note of ``by`` that says from whom it came.

    Its pictures become photos, its other files go along. Refused when somebody has decided already, and while the
    ticket may not be changed. Gives back the comment.
    """
    pictures, files, sources = _unpacked(mail, room_for_photos(ticket))
    _begin(mail, by)
    words = {"sender": mail.sender or _("somebody"), "text": mail.text}
    text = _("E-mail from %(sender)s:\n\n%(text)s") % words
    said = comment(ticket=ticket, by=by, text=text[:LONGEST], internal=internal, trust=Trust.STAFF)
    show(ticket, pictures, by=by, comment=said, internal=internal)
    for file in files:
        file.comment = said
    record_changes(files, ["comment"], by=by, reason="added to a ticket")
    _decided(mail, by, ticket, "added to a ticket", without=sources)
    return said


@transaction.atomic
def report_from_parked(*, mail, by, title="", category=None, **place):
    """Make a ticket of a parked mail, in the name of its sender, who is told of it; ``place`` as for a report.

    Its pictures become photos. Refused when somebody has decided already, without a place, and for a mail that names
    nobody to answer to. Gives back the ticket.
    """
    pictures, _files, sources = _unpacked(mail)
    _begin(mail, by)
    if not mail.sender:
        raise Refusal(_("This mail names no sender to answer to. Add it to a ticket, or report the fault yourself."))
    reporter = register(email=mail.sender, by=by, reason="reported a fault by mail")
    words = {"title": title or mail.subject or _("By e-mail"), "description": mail.text, "name": mail.sender_name}
    ticket = report(by=by, reporter=reporter, pictures=pictures, category=category, trust=Trust.TYPED, **words, **place)
    _decided(mail, by, ticket, "made a ticket", without=sources)
    return ticket


@transaction.atomic
def discard_parked(*, mail, by):
    """Throw a parked mail away: its files go, who wrote when and what stays. Refused when somebody has decided."""
    _begin(mail, by)
    _decided(mail, by, None, "thrown away", without=list(mail.attachments.all()))


def _begin(mail, by):
    """Hold a mail that still waits."""
    allow(by, "tickets.triage")
    lock(mail)
    if mail.decided_at:
        raise Refusal(_("Somebody has dealt with this mail already. Open the list again."))


def _unpacked(mail, most=None):
    """Its pictures, made anew, its other files, and the files that the pictures were made of. Takes a while."""
    rows = {File(str(row.pk), row.content()): row for row in mail.attachments.all()}
    pictures, others = sort(list(rows), *([] if most is None else [most]))
    files = [rows[file] for file in others]
    return pictures, files, [row for row in rows.values() if row not in files]


def _decided(mail, by, ticket, reason, *, without):
    mail.decided_at, mail.decided_by, mail.ticket = timezone.now(), by, ticket
    record(mail, by=by, reason=reason)
    transaction.on_commit(partial(images.forget, [row.file.name for row in without]), robust=True)
    remove_all(without, by=by, reason=reason)
