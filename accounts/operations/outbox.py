"""Sending what is in the outbox: every message at least once, always with the same Message-ID."""

import logging
from datetime import timedelta
from functools import partial
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.models import Notice
from keysite.ledger import Refusal, lock, record
from keysite.reply_addresses import tagged

log = logging.getLogger(__name__)
GIVE_UP_AFTER = timedelta(days=5)
LONGEST_WAIT = timedelta(hours=1)
SECRET = {"email_code", "invitation", "password_reset"}  # kinds whose words are not kept


def send_notices(*, contents, at, carry=None):
    """Send what is due, one short transaction each; ``contents`` maps each kind to the function that writes it.

    ``carry`` takes what does not go by mail: the address of a channel and the text. Without it all goes by mail.

    Several workers may do this at once: a row that another one holds is passed over. When the mail server cannot be
    reached the rest waits for the next sweep; a message that cannot be written, or that the server will not take,
    holds up no other. Gives back how many were dealt with.
    """
    done = 0
    connection = mail.get_connection(fail_silently=False)  # not opened before there is something to send
    try:
        while _send_next(contents, carry, connection, at):
            done += 1
    finally:
        connection.close()
    return done


@transaction.atomic
def resend_notice(*, notice, by):
    """Put a notice into the outbox once more, as a message of its own; an address that bounced is tried again.

    Refused while it still waits, and for somebody inactive, who gets no mail.
    """
    if notice.sent_at is None and notice.failed_at is None and notice.cancelled_at is None:
        raise Refusal(_("This notice has not been sent yet; it goes out by itself."))
    person = notice.person
    if person:
        lock(person)
        if not person.is_active:
            raise Refusal(_("%(person)s is inactive and gets no mail.") % {"person": person})
        if person.email_bounced_at:
            person.email_bounced_at = None
            record(person, by=by, reason="address tried again")
    return notices.post(kind=notice.kind, person=notice.person, address=notice.address, facts=notice.facts, by=by)


@transaction.atomic
def note_bounce(*, notice, status):
    """A notice that was sent has come back for good, with a ``status`` of RFC 3463: its person gets no more mail.

    Nothing is marked when they have another address by now, or are marked already.
    """
    if notice.person:
        lock(notice.person)
        if notice.person.email_bounced_at is None and notice.person.email.lower() == notice.sent_to.lower():
            _mark(notice.person, timezone.now(), "mail came back")
    lock(notice)
    notice.last_error = _("Came back: %(status)s") % {"status": status}
    notice.save()


@transaction.atomic
def _send_next(contents, carry, connection, at):
    """Send the next due notice; false when there is none left or the mail server is away."""
    due = Notice.objects.due(at=at).select_for_update(skip_locked=True, of=("self",))
    notice = due.select_related("person").order_by("next_try_at", "pk").first()
    if notice is None:
        return False
    notice.tries += 1
    try:
        with transaction.atomic():  # a broken template must not break this row's transaction
            content = contents[notice.kind](notice) if _wanted(notice) else None
    except Exception as error:  # one bad message must not hold up the others
        log.exception("Notice %s cannot be written", notice.pk)
        return _try_later(notice, error, at)
    if content is None:
        notice.cancelled_at = at
        notice.save()
        return True
    if content.url and carry:
        return _carry(notice, content, carry, at)
    return _deliver(notice, content, connection, at)


def _wanted(notice):
    return notice.person is None or (notice.person.is_active and notice.person.email_bounced_at is None)


def _deliver(notice, content, connection, at):
    try:
        connection.open()
        _message(notice, content, connection).send()
    except SMTPRecipientsRefused as error:
        return _refused(notice, error, next(iter(error.recipients.values()))[0], at)
    except SMTPDataError as error:
        return _refused(notice, error, error.smtp_code, at)
    except (OSError, SMTPException) as error:
        log.warning("The mail server does not take mail (%s): all waits for the next sweep", type(error).__name__)
        _try_later(notice, error, at)
        return False
    except Exception as error:  # an address or subject that cannot be put into a header
        log.exception("Notice %s cannot be sent", notice.pk)
        return _try_later(notice, error, at)
    return _note_sent(notice, content, notice.recipient)


def _carry(notice, content, carry, at):
    """Send by a channel; one that is away holds up no mail."""
    try:
        carry(content.url, content.text)
    except OSError as error:
        log.warning("Notice %s cannot be sent by its channel", notice.pk)
        return _try_later(notice, error, at)
    return _note_sent(notice, content, content.to)


def _note_sent(notice, content, to):
    notice.sent_at, notice.sent_to, notice.last_error = timezone.now(), to, ""
    if notice.kind not in SECRET:
        notice.subject, notice.text = content.subject, content.text
    notice.save()
    log.info("Notice %s (%s) is sent", notice.pk, notice.kind)
    return True


def _message(notice, content, connection):
    headers = {"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"}
    message = mail.EmailMultiAlternatives(
        content.subject,
        content.text,
        from_email=tagged(f"b{notice.pk}") or None,  # of the envelope: there a mail comes back that cannot be delivered
        to=[notice.recipient],
        connection=connection,
        headers=headers | {"From": settings.DEFAULT_FROM_EMAIL},
        reply_to=[content.answers_to or settings.DESK_EMAIL],
    )
    message.attach_alternative(content.html, "text/html")
    return message


def _refused(notice, error, code, at):
    """The server will not take this message: not now, or never (5xx). Then staff see it."""
    if code < 500:
        return _try_later(notice, error, at)
    notice.failed_at, notice.last_error = at, str(error)[:500]
    notice.save()
    log.warning("Notice %s (%s) is refused for good (%s)", notice.pk, notice.kind, code)
    if notice.person and isinstance(error, SMTPRecipientsRefused):
        # Once the notice is let go: elsewhere the person is locked first.
        transaction.on_commit(partial(_note_bounce, notice.person, at))
    return True


@transaction.atomic
def _note_bounce(person, at):
    """Nothing more is sent to this address until it is proved again or staff correct it."""
    lock(person)
    _mark(person, at, "mail refused by the server")


def _mark(person, at, reason):
    person.email_bounced_at = at
    record(person, by=None, reason=reason)


def _try_later(notice, error, at):
    notice.last_error = f"{type(error).__name__}: {error}"[:500]
    notice.next_try_at = at + min(timedelta(minutes=2 ** min(notice.tries, 10)), LONGEST_WAIT)
    if at - notice.created_at > GIVE_UP_AFTER:
        notice.failed_at = at
    notice.save()
    return True
