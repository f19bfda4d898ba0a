"""Mail that waits: staff make a ticket of it, add it to one, or throw it away; once."""

import pytest
from django.core.files.storage import default_storage

from accounts.models import Notice, Person, Trust
from keysite.ledger import Refusal
from keysite.tests.races import at_once
from tickets.models import Attachment, ParkedMail
from tickets.operations import add_parked_to, discard_parked, receive_mail, report_from_parked
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tests.mails import TO, mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.TICKET_MAIL = TO


@pytest.fixture
def parked(a_photo):
    files = [("lamp.jpg", a_photo().read(), "image/jpeg"), ("plan.pdf", b"%PDF", "application/pdf")]
    receive_mail(raw=mail("It drips", sender="Bo Red <bo@example.org>", Subject="Water", files=files))
    return ParkedMail.objects.get()


def test_a_ticket_is_made_in_the_senders_name(parked, clerk):
    category = CategoryFactory()

    ticket = report_from_parked(mail=parked, by=clerk, category=category, place_in_words="hall")

    assert (ticket.title, ticket.description, ticket.place_in_words) == ("Water", "It drips", "hall")
    assert (ticket.reporter.email, ticket.reporter_name, ticket.trust) == ("bo@example.org", "Bo Red", Trust.TYPED)
    assert (ticket.photos.count(), ticket.category) == (1, category)
    assert [row.name for row in Attachment.objects.of_ticket(ticket)] == ["plan.pdf"]
    parked.refresh_from_db()
    assert (parked.ticket, parked.decided_by) == (ticket, clerk)
    assert parked.history.first().history_user == clerk
    assert {notice.kind for notice in Notice.objects.filter(person=ticket.reporter)} == {"ticket_news"}


def test_it_is_added_to_a_ticket_as_staff_say(parked, clerk, technician):
    ticket = TicketFactory(technician=technician)

    said = add_parked_to(mail=parked, ticket=ticket, by=clerk, internal=True)

    assert (said.text, said.internal, said.by) == ("E-mail from bo@example.org:\n\nIt drips", True, clerk)
    assert (said.photos.get().internal, said.attachments.get().name) == (True, "plan.pdf")
    assert not Attachment.objects.public().exists()
    assert not Person.objects.filter(email="bo@example.org").exists()


def test_what_is_thrown_away_leaves_no_files(parked, clerk, django_capture_on_commit_callbacks):
    names = [row.file.name for row in parked.attachments.all()]

    with django_capture_on_commit_callbacks(execute=True):
        discard_parked(mail=parked, by=clerk)

    assert [default_storage.exists(name) for name in names] == [False, False]
    parked.refresh_from_db()
    assert (parked.decided_by, parked.ticket, parked.attachments.count()) == (clerk, None, 0)
    assert not ParkedMail.objects.waiting().exists()


@pytest.mark.parametrize("deed", ["report", "add", "discard"])
def test_who_decides_second_is_told(parked, clerk, deed):
    discard_parked(mail=ParkedMail.objects.get(), by=clerk)

    with pytest.raises(Refusal, match="dealt with this mail already"):
        DEEDS[deed](parked, clerk)


@pytest.mark.parametrize("deed", ["report", "add", "discard"])
def test_only_who_decides_on_reports_decides_on_mail(parked, technician, borrower, deed):
    for person in (technician, borrower):
        with pytest.raises(Refusal, match="Your role does not allow this"):
            DEEDS[deed](parked, person)

    assert ParkedMail.objects.waiting().count() == 1


DEEDS = {
    "report": lambda mail, by: report_from_parked(mail=mail, by=by, place_in_words="hall"),
    "add": lambda mail, by: add_parked_to(mail=mail, ticket=TicketFactory(), by=by, internal=True),
    "discard": lambda mail, by: discard_parked(mail=mail, by=by),
}


def test_a_mail_from_nobody_becomes_no_ticket(clerk):
    receive_mail(raw=mail().replace(b"From: borrower@example.edu", b"From: nobody"))

    with pytest.raises(Refusal, match="names no sender"):
        report_from_parked(mail=ParkedMail.objects.get(), by=clerk, place_in_words="hall")


def test_a_ticket_needs_a_place(parked, clerk):
    with pytest.raises(Refusal, match="Say where it is"):
        report_from_parked(mail=parked, by=clerk)

    assert ParkedMail.objects.waiting().get().attachments.count() == 2


def test_only_staff_without_a_scope_see_it(parked, clerk, auditor, technician, building_manager, borrower):
    seen = [ParkedMail.objects.visible_to(person).count() for person in (clerk, auditor)]
    unseen = [ParkedMail.objects.visible_to(person).count() for person in (technician, building_manager, borrower)]

    assert (seen, unseen) == ([1, 1], [0, 0, 0])
    assert [Attachment.objects.visible_to(person).count() for person in (clerk, technician, borrower)] == [2, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_make_one_ticket(parked, clerk):
    def decide():
        try:
            return report_from_parked(mail=ParkedMail.objects.get(), by=clerk, place_in_words="hall").number
        except Refusal:
            return None

    assert sorted(number is None for number in at_once(decide, decide)) == [False, True]
