"""Fetching what came to the mailbox of answers."""

import logging
from imaplib import IMAP4

from django.conf import settings

from tickets import imap_box
from tickets.mail_in import LARGEST
from tickets.operations.inbox import Outcome, receive_mail

log = logging.getLogger(__name__)
AT_ONCE = 50  # mails; the next minute takes the next


def fetch_mail():
    """Take the new mails of the mailbox in ``KEYSITE_IMAP_URL``, the oldest first; without one there is nothing to do.

    A mail that cannot be taken now (too large, too many of one sender, an error of ours) stays unread and is flagged:
    people find it in the mailbox. Fetched twice is once. Gives back how many were taken.
    """
    if settings.IMAP is None:
        return 0
    try:
        with imap_box.opened(settings.IMAP) as box:
            return sum(_take(box, uid) for uid in box.waiting(AT_ONCE))
    except (OSError, IMAP4.error) as error:
        log.warning("The mailbox of answers cannot be read (%s): the next minute tries again", type(error).__name__)
        return 0


def _take(box, uid):
    """Whether the mail is taken."""
    if box.size(uid) > LARGEST or not (raw := box.read(uid)):
        box.left(uid)
        return False
    try:
        outcome = receive_mail(raw=raw)
    except Exception:  # one mail must not hold up the others
        log.exception("A mail cannot be taken; it stays in the mailbox, flagged")
        outcome = Outcome.LATER
    (box.left if outcome == Outcome.LATER else box.taken)(uid)
    return outcome != Outcome.LATER
