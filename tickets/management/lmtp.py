"""Taking mail from a mail server by LMTP (RFC 2033): what is not taken stays in its queue."""

import asyncio
import logging
import signal

from aiosmtpd.lmtp import LMTP
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from keysite.reply_addresses import is_ours
from tickets.mail_in import LARGEST
from tickets.operations import Outcome, receive_mail

log = logging.getLogger(__name__)


class Session(LMTP):
    """One connection. Lines may be as long as they like: a mail server has looked at them before."""

    line_length_limit = LARGEST


class Handler:
    """What is done with what a mail server says."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient at a time"
        if not is_ours(address):
            return "550 5.1.1 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        return await sync_to_async(self.take)(envelope)

    def take(self, envelope):
        """The answer of RFC 2033 for the one recipient."""
        sender = (envelope.mail_from or "").strip("<>")  # nobody is written <>
        try:
            outcome = receive_mail(raw=envelope.content, recipients=envelope.rcpt_tos, sender=sender)
        except Exception:  # the database is away, or whatever else: the mail server keeps it
            log.exception("A mail cannot be taken now")
            return "451 4.3.0 Not now: try again"
        finally:
            connections.close_all()  # the next mail may be hours away
        return "451 4.7.1 Too many at once: try again" if outcome == Outcome.LATER else "250 2.0.0 Taken"


async def serve(where, ready=None):
    """Listen at ``where``, a path of a socket or host:port, until the process is told to end."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    server = await listening(loop, where)
    async with server:
        log.info("Mail is taken at %s", where)
        if ready:
            ready(server)
        await over.wait()


async def listening(loop, where):
    def session():
        name = settings.TICKET_MAIL.partition("@")[2]
        return Session(Handler(), data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname=name, loop=loop)

    if where.startswith("/"):
        return await loop.create_unix_server(session, where)
    host, _colon, port = where.rpartition(":")
    return await loop.create_server(session, host or "127.0.0.1", int(port))
