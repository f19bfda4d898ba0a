"""Fetching answers from an IMAP server: each mail once, and none is lost."""

import pytest

from keysite.incoming import Imap
from keysite.reply_addresses import tagged
from tickets import mail_in
from tickets.models import Comment, ParkedMail
from tickets.operations import fetch_mail, fetching
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import TicketFactory
from tickets.tests.imap import imap_server
from tickets.tests.mails import TO, mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    settings.TICKET_MAIL = TO
    with imap_server() as running:
        settings.IMAP = Imap("127.0.0.1", running.server_address[1], "me", "pass word", "In Box", encrypted=False)
        yield running


def test_what_is_new_is_taken_once_and_marked_as_read(server, borrower):
    ticket = TicketFactory(reporter=borrower)
    answer = mail("Left", to=tagged(f"c{tracking_link(ticket, borrower).pk}"), sender=borrower.email)
    server.put(answer, mail("Water"), answer)

    assert fetch_mail() == 3
    assert fetch_mail() == 0

    assert server.flags == {1: {"\\Seen"}, 2: {"\\Seen"}, 3: {"\\Seen"}}
    assert (Comment.objects.get().text, ParkedMail.objects.get().text) == ("Left", "Water")


def test_what_cannot_be_taken_stays_and_holds_up_no_other(server, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 5000)
    server.put(mail("x" * 6000), *[mail(sender="bo@example.edu")] * 1, mail("Water"))
    real = fetching.receive_mail

    def broken(*, raw):
        if b"bo@example.edu" in raw:
            raise RuntimeError("the database is away")
        return real(raw=raw)

    monkeypatch.setattr(fetching, "receive_mail", broken)
    assert fetch_mail() == 1
    assert server.flags == {1: {"\\Flagged"}, 2: {"\\Flagged"}, 3: {"\\Seen"}}


def test_who_writes_too_much_waits_in_the_mailbox(server):
    server.put(*[mail(sender="bo@example.edu") for _n in range(11)])

    assert fetch_mail() == 10
    assert server.flags[11] == {"\\Flagged"}


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_a_server_that_refuses_is_asked_again_later(server, command):
    server.put(mail("Water"))
    server.refuses = command
    assert fetch_mail() == 0

    server.refuses = ""
    fetch_mail()

    assert (server.flags, ParkedMail.objects.count()) == ({1: {"\\Seen"}}, 1)


def test_a_server_that_is_away_is_no_error(server, settings):
    settings.IMAP = settings.IMAP._replace(port=1)
    assert fetch_mail() == 0

    settings.IMAP = None
    assert fetch_mail() == 0


def test_the_largest_mail_is_one_that_a_page_would_take_too():
    assert mail_in.LARGEST > mail_in.LARGEST_FILE * 4 / 3
