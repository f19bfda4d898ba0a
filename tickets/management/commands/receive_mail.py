"""``manage.py receive_mail``: a mail from a pipe, or all mail from a mail server by LMTP."""

import asyncio
import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tickets.mail_in import LARGEST
from tickets.management.lmtp import serve
from tickets.operations import Outcome, receive_mail


class Command(BaseCommand):
    help = "Take the mail on standard input (ends with 75 where it has to come again), or all mail by LMTP."
    requires_system_checks = []  # a mail is not turned away by a warning

    def add_arguments(self, parser):
        parser.add_argument("--lmtp", metavar="WHERE", help="listen at host:port or at the path of a socket")
        parser.add_argument("--recipient", action="append", default=[], help="of the envelope")
        parser.add_argument("--sender", help="of the envelope")
        parser.add_argument("file", nargs="?", default="-", help="a file with one mail instead of standard input")

    def handle(self, *, lmtp, recipient, sender, file, **options):
        if not settings.TICKET_MAIL:
            raise CommandError("Set KEYSITE_TICKET_MAIL: the mailbox that answers come to.", returncode=os.EX_CONFIG)
        if lmtp:
            return asyncio.run(serve(lmtp))
        raw = self._raw(file)
        if len(raw) > LARGEST:
            raise CommandError(f"The mail is larger than {LARGEST // 1_000_000} MB.", returncode=os.EX_DATAERR)
        try:
            outcome = receive_mail(raw=raw, recipients=recipient, sender=sender)
        except Exception as error:  # the mail server keeps it and tries again
            raise CommandError(f"Not now: {type(error).__name__}.", returncode=os.EX_TEMPFAIL) from error
        if outcome == Outcome.LATER:
            raise CommandError("Too many at once: try again.", returncode=os.EX_TEMPFAIL)
        return outcome.value

    def _raw(self, file):
        if file == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        try:
            with open(file, "rb") as stream:
                return stream.read(LARGEST + 1)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=os.EX_NOINPUT) from error
