"""The doors of mail: a pipe, a file, and LMTP as a mail server speaks it."""

import asyncio
import io
import os
import smtplib
import sys
import threading
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from keysite.reply_addresses import tagged
from tickets.management import lmtp
from tickets.management.commands import receive_mail as command
from tickets.models import Comment, ParkedMail
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import TicketFactory
from tickets.tests.mails import TO, mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.TICKET_MAIL = TO


def pipe(monkeypatch, raw, *words):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return call_command("receive_mail", *words)


def test_a_mail_comes_by_a_pipe_with_its_envelope(monkeypatch, borrower):
    ticket = TicketFactory(reporter=borrower)
    to = tagged(f"c{tracking_link(ticket, borrower).pk}")
    raw = mail("Left", to="undisclosed@example.edu", sender=borrower.email)

    assert pipe(monkeypatch, raw, "--recipient", to, "--sender", borrower.email) == "replied"
    assert pipe(monkeypatch, raw, "--recipient", to) == "again"
    assert pipe(monkeypatch, mail("Away"), "--sender", "") == "automatic"

    assert Comment.objects.get().text == "Left"


def test_a_mail_comes_from_a_file(tmp_path):
    (tmp_path / "mail").write_bytes(mail("Water"))

    assert call_command("receive_mail", str(tmp_path / "mail")) == "parked"


def code_of(call):
    with pytest.raises(CommandError) as error:
        call()
    assert str(error.value)
    return error.value.returncode


def test_a_mail_server_is_told_what_to_do_with_the_rest(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(command, "LARGEST", 1000)
    assert code_of(lambda: pipe(monkeypatch, b"x" * 1001)) == os.EX_DATAERR
    assert code_of(lambda: call_command("receive_mail", str(tmp_path / "none"))) == os.EX_NOINPUT
    for _n in range(10):
        pipe(monkeypatch, mail(sender="bo@example.edu"))
    assert code_of(lambda: pipe(monkeypatch, mail(sender="bo@example.edu"))) == os.EX_TEMPFAIL
    monkeypatch.setattr(command, "receive_mail", lambda **words: 1 / 0)
    assert code_of(lambda: pipe(monkeypatch, mail())) == os.EX_TEMPFAIL
    settings.TICKET_MAIL = ""
    assert code_of(lambda: pipe(monkeypatch, mail())) == os.EX_CONFIG


@pytest.fixture
def server(transactional_db):
    """LMTP on loopback, in a thread with a loop of its own; gives the port."""
    loop, started, port = asyncio.new_event_loop(), threading.Event(), []

    async def run():
        listening = await lmtp.listening(loop, "127.0.0.1:0")
        port.append(listening.sockets[0].getsockname()[1])
        started.set()
        async with listening:
            await over.wait()

    def serve():
        loop.run_until_complete(run())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    over = asyncio.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    started.wait(10)
    yield port[0]
    loop.call_soon_threadsafe(over.set)
    thread.join()


def hand_over(port, raw, *to, sender="borrower@example.edu"):
    """The answers of the server to each recipient, as a mail server gets them."""
    with smtplib.LMTP("127.0.0.1", port) as client:
        try:
            client.sendmail(sender, to, raw.replace(b"\n", b"\r\n"))
        except smtplib.SMTPRecipientsRefused as refused:
            return {address: code for address, (code, _words) in refused.recipients.items()}
        except smtplib.SMTPDataError as error:
            return error.smtp_code
    return 250


def test_a_mail_comes_by_lmtp(server, borrower):
    ticket = TicketFactory(reporter=borrower)
    to = tagged(f"c{tracking_link(ticket, borrower).pk}").upper()

    assert hand_over(server, mail("Left\n.\n..dots"), to) == 250
    assert hand_over(server, mail("x" * 5000), TO) == 250
    assert hand_over(server, mail("Away"), to, sender="") == 250

    assert [said.text for said in Comment.objects.all()] == ["Left\n.\n..dots"]
    assert ParkedMail.objects.get().text == "x" * 5000


def test_lmtp_takes_no_mail_for_others_and_keeps_none_that_fails(server, monkeypatch):
    assert hand_over(server, mail(), "desk@example.edu") == {"desk@example.edu": 550}

    monkeypatch.setattr(lmtp, "receive_mail", lambda **words: 1 / 0)
    assert hand_over(server, mail(), TO) == 451
    monkeypatch.setattr(lmtp, "receive_mail", lambda **words: "later")
    assert hand_over(server, mail(), TO) == 451
    assert not ParkedMail.objects.exists()


def test_one_line_may_be_a_megabyte_long(server):
    raw = mail("It drips").replace(b"Subject: ", b"Subject: " + b"x" * 1_000_000)

    assert hand_over(server, raw, TO) == 250
    assert len(ParkedMail.objects.get().subject) == 300
