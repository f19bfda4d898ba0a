"""A mail that was sent and came back: its address gets no more."""

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import post
from accounts.operations import note_bounce

pytestmark = pytest.mark.django_db


def sent_to(person, address=None):
    post(kind="plain", person=person)
    return sent(address or person.email)


def sent(address):
    Notice.objects.filter(sent_at=None).update(sent_at=timezone.now(), sent_to=address)
    return Notice.objects.latest("pk")


def test_the_address_is_marked_and_the_notice_says_why(borrower):
    notice = sent_to(borrower)

    note_bounce(notice=notice, status="5.1.1")

    borrower.refresh_from_db()
    assert borrower.email_bounced_at is not None
    assert borrower.history.first().history_change_reason == "mail came back"
    notice.refresh_from_db()
    assert (notice.last_error, notice.status) == ("Came back: 5.1.1", "Sent")


def test_an_address_that_they_have_no_longer_marks_nothing(borrower):
    note_bounce(notice=sent_to(borrower, "old@example.edu"), status="5.1.1")

    borrower.refresh_from_db()
    assert borrower.email_bounced_at is None


def test_twice_is_once(borrower):
    note_bounce(notice=sent_to(borrower), status="5.1.1")
    note_bounce(notice=sent_to(borrower), status="5.1.1")

    borrower.refresh_from_db()
    assert borrower.history.filter(history_change_reason="mail came back").count() == 1


def test_a_notice_to_no_person_only_says_why(db):
    post(kind="plain", address="desk@example.edu")

    note_bounce(notice=sent("desk@example.edu"), status="5.2.1")

    assert Notice.objects.get().last_error == "Came back: 5.2.1"


def test_a_sent_notice_is_found_by_its_message_id(borrower):
    notice = sent_to(borrower)

    assert Notice.objects.of_message(notice.message_id) == notice
    for wrong in ("", "<x@y>", "<notice-1@y>", notice.message_id.replace("<notice", "<nothing")):
        assert Notice.objects.of_message(wrong) is None
