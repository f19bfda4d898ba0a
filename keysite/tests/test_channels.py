"""Texts by SMS and chat: through a gateway of a few lines on loopback, which answers as a test tells it to."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import post
from accounts.operations import send_notices
from keysite import channels
from keysite.tasks import CONTENTS
from tickets.models import NoticePreference
from tickets.operations import assign_ticket, set_notice_preference
from tickets.tests.factories import TicketFactory


class Gateway(ThreadingHTTPServer):
    """Keeps path and text of what it takes; answers with ``status``, or leads to ``elsewhere``."""

    def __init__(self):
        self.taken, self.status, self.elsewhere = [], 200, ""
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.path, said["message"]))
        self.send_response(self.server.status)
        if self.server.elsewhere:
            self.send_header("Location", self.server.elsewhere)
        self.end_headers()

    def log_message(self, *words):
        """Nothing."""


@contextmanager
def serving():
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def gateway(settings):
    with serving() as server:
        settings.TICKET_CHANNELS = {"sms": f"json://user:secret@127.0.0.1:{server.server_address[1]}/to/{{address}}"}
        yield server


@pytest.fixture
def ticket(technician, clerk, gateway):
    """A ticket that was just given to a technician who wants an SMS."""
    set_notice_preference(person=technician, by=technician, digest=False, channel="sms", address="+491711234567")
    row = TicketFactory()
    assign_ticket(ticket=row, by=clerk, technician=technician)
    return row


def sweep(at=None):
    send_notices(contents=CONTENTS, at=at or timezone.now(), carry=channels.send)


def test_a_short_text_goes_out_in_the_place_of_mail(ticket, gateway):
    sweep()

    text = f"Ticket #{ticket.number} is yours\nhttp://"
    [(path, said)] = gateway.taken
    assert (path, said.startswith(text), said.strip().endswith(f"/tickets/{ticket.number}/")) == (
        "/to/+491711234567",
        True,
        True,
    )
    notice = Notice.objects.get()
    assert (notice.status, notice.sent_to, notice.text) == ("Sent", "sms: +491711234567", notice.text)
    assert "secret" not in f"{notice.text}{notice.facts}{notice.last_error}"
    assert mail.outbox == []


def test_nothing_that_somebody_typed_is_in_it(ticket, gateway):
    sweep()

    assert "lamp" not in gateway.taken[0][1]


def test_a_gateway_that_is_away_is_tried_again_and_holds_up_no_mail(ticket, gateway, borrower, caplog):
    gateway.status = 500
    post(kind="sign_in_changed", person=borrower, facts={"change": "password_set"})

    sweep()

    notice = Notice.objects.get(kind="ticket_event")
    assert (notice.status, notice.tries) == ("Waiting", 1)
    assert "500" in notice.last_error
    assert len(mail.outbox) == 1
    assert not {"1711234567", "secret"} & set(caplog.text.split())
    assert "1711234567" not in caplog.text + notice.last_error
    gateway.status = 200
    sweep(timezone.now() + timedelta(hours=1))
    assert Notice.objects.get(kind="ticket_event").status == "Sent"


def test_after_three_tries_it_goes_by_mail(ticket, gateway, technician):
    gateway.status = 500

    for hours in range(1, 5):
        sweep(timezone.now() + timedelta(hours=hours))

    assert len(gateway.taken) == 3
    assert [message.to for message in mail.outbox] == [[technician.email]]


def test_a_channel_that_is_not_set_any_more_is_mail(ticket, gateway, settings):
    settings.TICKET_CHANNELS = {}

    sweep()

    assert (gateway.taken, len(mail.outbox)) == ([], 1)


def test_a_setting_that_apprise_does_not_know_is_told_to_staff(ticket, settings):
    settings.TICKET_CHANNELS = {"sms": "nonsense://host/{address}"}

    sweep()

    assert "no address that apprise knows" in Notice.objects.get().last_error


def test_no_redirect_leads_elsewhere(ticket, gateway):
    with serving() as other:
        gateway.status, gateway.elsewhere = 307, f"http://127.0.0.1:{other.server_address[1]}/x"

        sweep()

    assert (len(gateway.taken), other.taken) == (1, [])
    assert Notice.objects.get().status == "Waiting"


@pytest.mark.parametrize(
    "address",
    [
        "x@127.0.0.1:9",
        "/../..",
        "?method=GET&to=y",
        "#x",
        "a b",
        "@evil.example.com/",
        "%2e%2e",
        "\\evil",
        "{a}",
        "\r\nX: y",
    ],
)
def test_whatever_the_address_it_goes_to_the_server_of_the_setting(ticket, gateway, address):
    NoticePreference.objects.update(address=address)

    sweep()

    assert len(gateway.taken) <= 1
    assert all(path.startswith("/to/") for path, _said in gateway.taken)
