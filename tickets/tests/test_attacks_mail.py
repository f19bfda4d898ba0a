"""Attacks by mail that we write: relaying spam (A1), markup and templates (A10), headers and receivers (A11)."""

from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal, record
from keysite.tasks import CONTENTS
from keysite.tests.smtp import serving
from tickets import notices
from tickets.models import Comment, Ticket
from tickets.operations import report, set_notice_preference, watch
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
BAIT = "Your account is locked: https://evil.example.com/login"
EVENTS = [event for event in notices.MATRIX if event not in notices.REMINDERS]
TO_CUSTOMERS = [event for event in EVENTS if notices.MATRIX[event] & notices.CUSTOMERS]
MARKUP = [
    "{{ 7|add:35 }}",
    "{{ ticket.reporter.email }}",
    "{% load i18n %}{% debug %}",
    '<a href="https://evil.example.com">click</a>',
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</p></div><h1>Pay here</h1>",
    "%(number)s %s",
]
BREAKS = ["a\r\nBcc: victim@example.com", "a\nX-Evil: 1", "a\rb", "a\x0bb\x0cc", "a\u2028b\u2029c"]
LONG = "x" * 1000


@pytest.fixture
def server(settings):
    with serving(settings) as running:
        yield running


def sweep(hours=0):
    send_notices(contents=CONTENTS, at=timezone.now() + timedelta(hours=hours))


def happen(event, ticket, by, text):
    """Tell of ``event`` as its deed does."""
    if event in {"replied", "noted"}:
        said = Comment(ticket=ticket, text=text, internal=event == "noted", at=timezone.now(), by=by)
        said.trust = Trust.STAFF
        record(said, by=by, reason=event)
        return getattr(notices, event)(said, by=by)
    more = {"into": TicketFactory(title=text[:120])} if event == "merged" else {}
    return getattr(notices, event)(ticket, by=by, **more)


def typed(text, *, reporter, technician):
    """A ticket with ``text`` in whatever anybody can type."""
    facts = {"title": text[:120], "description": text, "place_in_words": text[:200], "reporter_name": text[:200]}
    facts |= {"reason": text[:500], "resolution": text[:2000], "space": None}
    ticket = TicketFactory(reporter=reporter, technician=technician, category=CategoryFactory(), **facts)
    tracking_link(ticket, reporter)
    return ticket


def parts(message):
    """The text and the HTML of a mail as its receiver's program gets them."""
    return [part.get_payload(decode=True).decode() for part in message.walk() if not part.is_multipart()]


@pytest.mark.parametrize("event", TO_CUSTOMERS)
def test_nothing_that_was_typed_goes_to_an_address_that_nobody_has_proved(clerk, technician, event):
    addresses = ("victim@example.com", "other@example.com")
    stranger, watcher = (PersonFactory(email=address, email_proved_at=None) for address in addresses)
    ticket = typed(BAIT, reporter=stranger, technician=technician)
    watch(ticket=ticket, person=watcher, by=None)
    tracking_link(ticket, watcher)

    for _number in range(10):
        happen(event, ticket, clerk, BAIT)
        ticket.version += 1
        sweep()

    to_strangers = [message for message in mail.outbox if message.to[0] in set(addresses)]
    assert 1 <= len(to_strangers) <= 2  # one each
    for message in to_strangers:
        said = message.subject + message.body + message.alternatives[0].content
        assert not {word for word in BAIT.split() if word in said.split()} - {"is", "Your"}
        assert "evil" not in said


def test_fifty_reports_to_a_victim_are_two_mails_at_most(db):
    for number in range(50):
        report(title=f"{BAIT} {number}", address="victim@example.com", place_in_words=BAIT, description=BAIT)

    sweep()
    sweep(hours=1)
    sweep(hours=1)

    assert len(mail.outbox) <= 2
    assert all("evil" not in message.body + message.subject for message in mail.outbox)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("text", MARKUP)
def test_what_was_typed_is_text_in_text_and_in_html(server, borrower, clerk, technician, event, text):
    ticket = typed(text, reporter=borrower, technician=technician)

    happen(event, ticket, clerk, text)
    sweep()

    assert server.mails or event == "assigned"
    for message in server.mails:
        plain, html = parts(message)
        assert "42" not in plain.replace(str(ticket.number), "").split()
        assert " ".join(text.split())[:120] in plain
        for tag in ("<script", "<img", "<h1", '<a href="https://evil.example.com">click'):
            assert tag not in html
        assert html.count("</div>") == 1


@pytest.mark.parametrize("text", [*BREAKS, LONG, 'a", <victim@example.com>, "b', "=?utf-8?B?QQ==?=", "\u202egnp.exe"])
def test_no_title_or_name_adds_a_header_or_a_receiver(server, technician, text):
    ticket = report(title=text, name=text, address="ada@example.edu", place_in_words=text, description=text)
    reporter = ticket.reporter
    reporter.email_proved_at = timezone.now()
    reporter.first_name, reporter.last_name = text[:100], text[:100]
    reporter.save()
    Ticket.objects.update(technician=technician)
    ticket.refresh_from_db()
    notices.started(ticket, by=technician)
    set_notice_preference(person=technician, by=technician, digest=True)
    notices.confirmed(ticket, by=reporter)

    sweep()
    sweep(hours=24)

    assert {message["To"] for message in server.mails} == {reporter.email, technician.email}
    for message in server.mails:
        assert {"Bcc", "Cc", "X-Evil"} & set(message.keys()) == set()
        assert len(message.get_all("To")) == len(message.get_all("Subject")) == 1
        subject = str(make_header(decode_header(message["Subject"])))
        assert not set(subject) & set("\r\n\x0b\x0c\u2028\u2029")
        assert len(subject) < 78


@pytest.mark.parametrize(
    "address",
    [
        "a@example.edu,victim@example.com",
        "a@example.edu victim@example.com",
        "a@example.edu\r\nBcc: victim@example.com",
        "Ada <a@example.edu>",
        "a@example.edu;victim@example.com",
        '"a\r\n"@example.edu',
    ],
)
def test_what_is_more_than_one_address_gets_no_mail(server, address):
    try:
        report(title="Lamp", address=address, place_in_words="Hall")
    except (Refusal, ValueError):
        assert not Notice.objects.exists()
        return

    sweep()

    assert all(message["To"] and "victim" not in str(message.as_bytes()) for message in server.mails)


def test_a_raw_mail_has_the_headers_that_it_should_have_and_no_others(server, borrower, technician):
    ticket = typed("Lämpchen – kaputt?", reporter=borrower, technician=technician)

    notices.resolved(ticket, by=technician)
    sweep()

    [message] = [message_from_bytes(found.as_bytes()) for found in server.mails]
    assert set(message.keys()) == {
        "Content-Type",
        "MIME-Version",
        "Subject",
        "From",
        "To",
        "Reply-To",
        "Date",
        "Message-ID",
        "Auto-Submitted",
    }
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Lämpchen – kaputt?" in parts(message)[0]
