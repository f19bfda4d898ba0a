"""What has been done to other systems by e-mail, tried here: A2, A3, A4, A21, A22 of the reference."""

import socket
import threading
from contextlib import suppress

import pytest
from django.utils import timezone

from accounts.models import Notice, Person, Trust
from accounts.tests.factories import PersonFactory
from keysite.reply_addresses import tagged
from tickets.models import Attachment, Comment, ParkedMail, Ticket, Watcher
from tickets.operations import receive_mail, report_from_parked, revoke_tracking
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import TicketFactory
from tickets.tests.mails import TO, mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.TICKET_MAIL = TO


@pytest.fixture
def ticket(borrower, technician):
    return TicketFactory(reporter=borrower, technician=technician)


def address_of(ticket, person=None):
    return tagged(f"c{tracking_link(ticket, person or ticket.reporter).pk}")


def nothing_was_said():
    return not Comment.objects.exists() and Notice.objects.filter(kind="ticket_event").count() == 0


@pytest.mark.parametrize("subject", ["Re: Ticket #{0}: a reply", "[it-{0}]", "[#{0}] {0}", "{0}"])
def test_a2_a_number_in_the_subject_is_no_way_in(ticket, subject):
    raw = mail(sender="evil@example.org", Subject=subject.format(ticket.number))

    assert receive_mail(raw=raw) == "parked"

    assert nothing_was_said()
    assert str(ticket.number) not in ParkedMail.objects.get().why


def test_a2_neither_is_a_guessed_address_or_a_reference(ticket):
    link = tracking_link(ticket, ticket.reporter)
    guesses = [f"tickets+c{link.pk}@example.edu", f"tickets+c{link.pk}.{'0' * 24}@example.edu"]
    guesses += [tagged(f"c{link.pk}").replace(f"c{link.pk}", f"c{link.pk + 1}"), f"tickets+{ticket.number}@example.edu"]
    known = {"In_Reply_To": "<notice-x@localhost>", "References": "<notice-x@localhost>"}

    outcomes = [receive_mail(raw=mail(to=to, sender=ticket.reporter.email, **known)) for to in guesses]

    assert outcomes == ["parked"] * 4
    assert nothing_was_said()


@pytest.mark.parametrize(
    "sender",
    [
        "evil@example.org",
        "borrower@example.edu.evil.org",
        '"borrower@example.edu" <evil@example.org>',
        "evil@example.org, borrower@example.edu",
        "borrower@example.edu <evil@example.org>",
    ],
)
def test_a2_the_right_address_from_somebody_else_is_parked(ticket, sender):
    raw = mail(to=address_of(ticket)).replace(b"From: borrower@example.edu", f"From: {sender}".encode())

    assert receive_mail(raw=raw) == "parked"

    assert nothing_was_said()


def test_a2_two_senders_are_nobody_and_the_envelope_is_no_sender(ticket):
    raw = b"From: evil@example.org\r\n" + mail(to=address_of(ticket))

    assert receive_mail(raw=raw, sender="borrower@example.edu") == "parked"
    assert nothing_was_said()


def test_a2_who_is_on_copy_is_told_nothing_and_nobody_new_is_known(ticket):
    others = ", ".join(f"outsider{n}@example.org" for n in range(50))
    raw = mail(to=f"{others}, {address_of(ticket)}", sender=ticket.reporter.email, Cc=others, Reply_To=others)
    people = Person.objects.count()

    assert receive_mail(raw=raw) == "replied"

    assert (Person.objects.count(), Watcher.objects.count()) == (people, 0)
    assert {notice.person for notice in Notice.objects.all()} == {ticket.technician}


def test_a2_an_address_that_was_revoked_leads_nowhere(ticket, clerk):
    address = address_of(ticket)
    revoke_tracking(link=ticket.tracking_links.get(), by=clerk)

    assert receive_mail(raw=mail(to=address, sender=ticket.reporter.email)) == "parked"
    assert nothing_was_said()


def test_a2_one_tickets_address_says_nothing_in_another(ticket):
    other = TicketFactory(reporter=ticket.reporter)

    receive_mail(raw=mail(to=address_of(ticket), sender=ticket.reporter.email, Subject=f"#{other.number}"))

    assert [said.ticket for said in Comment.objects.all()] == [ticket]


def test_a2_a_deleted_tickets_address_is_parked(ticket):
    Ticket.objects.update(deleted_at=ticket.reported_at, deleted_reason="spam")

    assert receive_mail(raw=mail(to=address_of(ticket), sender=ticket.reporter.email)) == "parked"


def test_a3_a_technician_who_is_only_named_as_sender_is_nobody(ticket, technician):
    for to in (TO, address_of(ticket), f"tickets+s{ticket.pk}-{technician.pk}.{'0' * 24}@example.edu"):
        assert receive_mail(raw=mail("Pay here", to=to, sender=technician.email)) == "parked"

    assert nothing_was_said()


@pytest.mark.parametrize("how", ["role", "inactive", "other team"])
def test_a3_whoever_is_no_longer_staff_answers_no_old_mail(ticket, technician, how):
    to = [tagged(f"{side}{ticket.pk}-{technician.pk}") for side in "sn"]
    if how == "role":
        technician.groups.clear()
    elif how == "inactive":
        Person.objects.filter(pk=technician.pk).update(is_active=False, deactivated_at=timezone.now())
    else:
        Ticket.objects.update(technician=PersonFactory())

    assert [receive_mail(raw=mail(to=address, sender=technician.email)) for address in to] == ["parked", "parked"]
    assert nothing_was_said()


def test_a3_the_address_of_a_note_is_not_that_of_a_reply(ticket, technician):
    note = tagged(f"n{ticket.pk}-{technician.pk}")

    assert receive_mail(raw=mail(to=note.replace("+n", "+s"), sender=technician.email)) == "parked"
    assert nothing_was_said()


def test_a3_an_inactive_customer_answers_nothing(ticket):
    Person.objects.filter(pk=ticket.reporter.pk).update(is_active=False, deactivated_at=timezone.now())

    assert receive_mail(raw=mail(to=address_of(ticket), sender=ticket.reporter.email)) == "parked"
    assert nothing_was_said()


@pytest.mark.parametrize(
    "name", [".htaccess", "\u200b.htaccess", "../../x.php", "a.php.", "x\u202egpj.html", "a" * 300]
)
def test_a4_no_name_of_a_file_is_a_path(ticket, name):
    files = [(name, b"<script>alert(1)</script>", "text/html")]

    receive_mail(raw=mail(to=address_of(ticket), sender=ticket.reporter.email, files=files))

    kept = Attachment.objects.get()
    folder, _slash, stored = kept.file.name.rpartition("/")
    assert (folder, len(stored), stored.isalnum()) == ("tickets/files", 32, True)
    assert len(kept.name) <= 120
    assert not set(kept.name) & set("/\\\u200b\u202e")
    assert not kept.name.startswith(".")


def test_a21_whoever_writes_is_never_staff(ticket, technician, clerk):
    """A mail in the name of staff makes a ticket at most, and nobody is signed in by it."""
    mine = TicketFactory(reporter=technician)

    receive_mail(raw=mail("Hello", to=address_of(mine), sender=technician.email))
    receive_mail(raw=mail("Water", sender=technician.email, Subject="Water"))
    reported = report_from_parked(mail=ParkedMail.objects.get(), by=clerk, place_in_words="hall")

    said = Comment.objects.get()
    assert (said.trust, said.internal) == (Trust.PROVED, False)
    assert (reported.reporter, reported.trust, reported.technician) == (technician, Trust.TYPED, None)
    stranger = receive_mail(raw=mail(sender="new@example.org")) and ParkedMail.objects.waiting().get()
    report_from_parked(mail=stranger, by=clerk, place_in_words="hall")
    assert not Person.objects.get(email="new@example.org").is_staff


@pytest.mark.parametrize("header", ["REMOTE_USER", "HTTP_REMOTE_USER", "HTTP_X_REMOTE_USER", "HTTP_X_FORWARDED_USER"])
def test_a21_a_header_signs_nobody_in(client, clerk, header):
    response = client.get("/admin/", **{header: clerk.email})

    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_a22_nothing_that_a_mail_points_at_is_fetched(ticket):
    server, asked = socket.create_server(("127.0.0.1", 0)), []
    server.settimeout(0.5)
    url = f"http://127.0.0.1:{server.getsockname()[1]}/x"

    def listen():
        with suppress(TimeoutError):
            asked.append(server.accept())

    listener = threading.Thread(target=listen)
    listener.start()
    html = f'<img src="{url}"><link rel=stylesheet href="{url}"><object data="{url}"></object>Hello'
    files = [("a.svg", f'<svg xmlns:x="x"><image href="{url}"/></svg>'.encode(), "image/svg+xml")]
    raw = mail("", html=html, to=address_of(ticket), sender=ticket.reporter.email, files=files)
    receive_mail(raw=raw.replace(b"Content-Type: text/plain", b"Content-Type: message/external-body", 1))
    listener.join()
    server.close()

    assert (Comment.objects.get().text, asked) == ("Hello", [])
