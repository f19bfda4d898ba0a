"""Mail that comes in: answers become replies, the rest waits for staff, machines are left alone."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.notices import post
from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from keysite.reply_addresses import tagged, word_of
from keysite.tests.races import at_once
from tickets.models import Attachment, Comment, Link, ParkedMail, Status, Ticket
from tickets.notices import CONTENTS, ticket_event
from tickets.operations import comment, merge, receive_mail
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tests.mails import TO, bounce, mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.TICKET_MAIL = TO


@pytest.fixture
def ticket(borrower, technician):
    return TicketFactory(reporter=borrower, technician=technician)


def address_of(ticket, person=None):
    """Where an answer of the reporter goes, or of another customer."""
    return tagged(f"c{tracking_link(ticket, person or ticket.reporter).pk}")


def ended(status, reporter, **fields):
    now, past = timezone.now(), {"category": CategoryFactory(), "resolution": "new lamp", "resolved_by": reporter}
    past |= {"resolved_at": now, "confirmed_at": now} if status == Status.CONFIRMED else {"resolved_at": now}
    if status == Status.REJECTED:
        past = {"reason": "a joke"}
    return TicketFactory(reporter=reporter, status=status, **past | fields)


def test_an_answer_becomes_a_reply_and_proves_the_address(ticket):
    ticket.reporter.email_proved_at = None
    ticket.reporter.save()

    outcome = receive_mail(
        raw=mail("The left one\n\n> which?", to=address_of(ticket), sender="Me <BORROWER@Example.edu>")
    )

    said = Comment.objects.get()
    assert (outcome, said.text, said.ticket) == ("replied", "The left one", ticket)
    assert (said.internal, said.by, said.trust) == (False, ticket.reporter, Trust.PROVED)
    ticket.reporter.refresh_from_db()
    assert ticket.reporter.email_proved_at
    told = Notice.objects.get(kind="ticket_event")
    assert (told.person, told.facts["event"]) == (ticket.technician, "replied")


def test_where_a_mail_says_to_answer_the_answer_arrives(ticket):
    for person, role in ((ticket.reporter, "reporter"), (ticket.technician, "technician")):
        tracking_link(ticket, ticket.reporter)
        letter = ticket_event(Notice(person=person, facts={"event": "reopened", "ticket": ticket.pk, "role": role}))
        assert receive_mail(raw=mail("Yes", to=letter.answers_to, sender=person.email)) == "replied"

    assert [(said.by, said.internal) for said in Comment.objects.order_by("pk")] == [
        (ticket.reporter, False),
        (ticket.technician, False),
    ]


def test_a_mail_goes_out_with_the_addresses_to_answer_to_and_to_come_back_to(ticket, clerk, mailoutbox):
    link = tracking_link(ticket, ticket.reporter)
    comment(ticket=ticket, by=clerk, text="Which lamp?", internal=False)

    send_notices(contents=CONTENTS, at=timezone.now())

    sent_mails = {message.to[0]: message for message in mailoutbox}
    to_reporter, notice = sent_mails[ticket.reporter.email], Notice.objects.get(person=ticket.reporter)
    assert [word_of(address) for address in to_reporter.reply_to] == [f"c{link.pk}"]
    assert (word_of(to_reporter.from_email), to_reporter.message()["From"]) == (f"b{notice.pk}", "keysite@localhost")
    answer = sent_mails[ticket.technician.email].reply_to
    assert [word_of(address) for address in answer] == [f"s{ticket.pk}-{ticket.technician.pk}"]


def test_an_answer_to_a_note_stays_a_note(ticket):
    letter = ticket_event(
        Notice(person=ticket.technician, facts={"event": "noted", "ticket": ticket.pk, "role": "technician"})
    )
    assert "internal note" in letter.text

    receive_mail(raw=mail("Difficult person", to=letter.answers_to, sender=ticket.technician.email))

    assert not ticket.comments.public().exists()
    assert ticket.comments.get().text == "Difficult person"


def test_the_same_mail_twice_is_one(ticket):
    raw = mail(to=address_of(ticket), sender=ticket.reporter.email)
    stranger = mail()

    assert [receive_mail(raw=raw), receive_mail(raw=raw)] == ["replied", "again"]
    assert [receive_mail(raw=stranger), receive_mail(raw=stranger)] == ["parked", "again"]


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_at_the_same_moment_is_one(ticket):
    raw = mail(to=address_of(ticket), sender=ticket.reporter.email)

    outcomes = at_once(*[lambda: receive_mail(raw=raw)] * 3)

    assert sorted(outcomes) == ["again", "again", "replied"]


def test_pictures_become_photos_and_other_files_are_kept(ticket, a_photo):
    files = [("lamp.jpg", a_photo().read(), "image/jpeg"), ("plan.pdf", b"%PDF", "application/pdf")]
    files += [("broken.png", b"no picture", "image/png")]

    receive_mail(raw=mail("", to=address_of(ticket), sender=ticket.reporter.email, files=files))

    said = Comment.objects.get()
    assert (said.text, said.photos.get().internal, said.photos.get().ticket) == ("📎", False, ticket)
    kept = list(Attachment.objects.order_by("pk"))
    assert [(row.name, row.size, row.comment) for row in kept] == [("plan.pdf", 4, said), ("broken.png", 10, said)]
    assert "plan" not in kept[0].file.name
    assert kept[0].content() == b"%PDF"


def test_what_is_too_long_for_a_reply_goes_along_as_a_file(ticket):
    receive_mail(raw=mail("word " * 3000, to=address_of(ticket), sender=ticket.reporter.email))

    said = Comment.objects.get()
    assert len(said.text) <= 5000
    assert said.attachments.get().content().decode().split() == ["word"] * 3000


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.REJECTED])
def test_a_late_answer_opens_the_ticket_or_one_that_follows(borrower, status):
    ticket = ended(status, borrower)

    assert receive_mail(raw=mail("Dark again", to=address_of(ticket), sender=borrower.email)) == "replied"

    said = Comment.objects.get()
    if status == Status.CONFIRMED:
        assert (said.ticket, said.ticket.status) == (ticket, "in_progress")
    else:
        assert Link.objects.get(kind="follows").ticket == said.ticket != ticket
    assert said.text == "Dark again"


def test_after_the_reopen_window_a_late_answer_begins_a_linked_ticket(borrower, settings):
    ticket = ended(Status.CONFIRMED, borrower, confirmed_at=timezone.now() - timedelta(days=settings.REOPEN_DAYS + 1))

    receive_mail(raw=mail("Dark again", to=address_of(ticket), sender=borrower.email))

    assert (Link.objects.get().other, Ticket.objects.count()) == (ticket, 2)


def test_an_answer_while_it_waits_to_be_confirmed_is_for_staff_to_read(borrower):
    ticket = ended(Status.RESOLVED, borrower)

    assert receive_mail(raw=mail("Thanks!", to=address_of(ticket), sender=borrower.email)) == "parked"

    parked = ParkedMail.objects.get()
    assert (parked.text, str(ticket.number) in parked.why) == ("Thanks!", True)
    ticket.refresh_from_db()
    assert (ticket.status, Comment.objects.count()) == ("resolved", 0)


def test_an_answer_to_a_duplicate_goes_on_in_the_other(ticket, clerk):
    address, other = address_of(ticket), TicketFactory()
    merge(ticket=ticket, into=other, by=clerk, version=ticket.version)

    assert receive_mail(raw=mail("Here, too", to=address, sender=ticket.reporter.email)) == "replied"

    assert other.comments.get().by == ticket.reporter


def test_a_strangers_mail_is_parked_with_its_files(a_photo):
    files = [("lamp.jpg", a_photo().read(), "image/jpeg"), ("plan.pdf", b"%PDF", "application/pdf")]

    outcome = receive_mail(raw=mail("It drips", sender="Bo <Bo@example.edu>", Subject="Water", files=files))

    parked = ParkedMail.objects.get()
    assert (outcome, parked.sender, parked.sender_name) == ("parked", "bo@example.edu", "Bo")
    assert (parked.subject, parked.text, parked.why) == ("Water", "It drips", "It answers no mail of ours.")
    assert [row.name for row in parked.attachments.all()] == ["lamp.jpg", "plan.pdf"]
    assert (Ticket.objects.count(), Comment.objects.count(), Notice.objects.count()) == (0, 0, 0)


def test_one_sender_parks_ten_mails_an_hour_and_then_has_to_wait():
    outcomes = [receive_mail(raw=mail(sender="bo@example.edu")) for _n in range(11)]

    assert outcomes == ["parked"] * 10 + ["later"]
    assert receive_mail(raw=mail(sender="ann@example.edu")) == "parked"
    ParkedMail.objects.update(received_at=timezone.now() - timedelta(hours=2))
    assert receive_mail(raw=mail(sender="bo@example.edu")) == "parked"


def test_what_machines_write_is_left_alone(ticket):
    to, sender = address_of(ticket), ticket.reporter.email

    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<a.b>"}):
        assert receive_mail(raw=mail("I am away", to=to, sender=sender, **headers)) == "automatic"
    assert receive_mail(raw=mail("I am away", to=to), sender="") == "automatic"
    assert receive_mail(raw=mail("Ticket", to=to, sender="keysite@localhost")) == "automatic"

    assert not Comment.objects.exists()
    assert not ParkedMail.objects.exists()


def sent(person):
    post(kind="ticket_news", person=person)
    Notice.objects.update(sent_at=timezone.now(), sent_to=person.email)
    return Notice.objects.get()


@pytest.mark.parametrize("by_address", [True, False])
def test_a_mail_that_came_back_marks_the_address(borrower, by_address):
    notice = sent(borrower)
    to, message_id = (tagged(f"b{notice.pk}"), "<x@y>") if by_address else (TO, notice.message_id)

    assert receive_mail(raw=bounce(message_id, to=to), sender="") == "bounced"

    borrower.refresh_from_db()
    assert borrower.email_bounced_at is not None


@pytest.mark.parametrize(
    ("how", "status"), [("delayed", "4.4.1"), ("failed", "4.4.7"), ("relayed", "2.0.0"), ("failed", "")]
)
def test_a_mail_that_is_only_late_marks_nothing(borrower, how, status):
    receive_mail(raw=bounce(sent(borrower).message_id, action=how, status=status), sender="")

    borrower.refresh_from_db()
    assert borrower.email_bounced_at is None


def test_a_report_about_a_mail_that_is_not_ours_marks_nobody(borrower):
    sent(borrower)

    for message_id in ("<notice-1@keysite>", "<x@y>", "<notice-12345678-1234-5678-1234-567812345678@keysite>"):
        receive_mail(raw=bounce(message_id), sender="")
    receive_mail(raw=bounce("<x@y>", to="tickets+b1.000000000000000000000000@example.edu"), sender="")

    borrower.refresh_from_db()
    assert borrower.email_bounced_at is None


def test_a_file_that_cannot_be_kept_leaves_the_mail_where_it_was(ticket, monkeypatch):
    raw = mail(to=address_of(ticket), sender=ticket.reporter.email, files=[("a.pdf", b"%PDF", "application/pdf")])

    def full(*args, **kwargs):
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(type(default_storage._wrapped), "_save", full)
        with pytest.raises(OSError, match="no space"):
            receive_mail(raw=raw)
    assert not Comment.objects.exists()

    assert receive_mail(raw=raw) == "replied"


def test_a_watcher_answers_too(ticket):
    watcher = PersonFactory(email="watcher@example.edu")

    receive_mail(raw=mail("Mine, too", to=address_of(ticket, watcher), sender="watcher@example.edu"))

    assert Comment.objects.get().by == watcher
