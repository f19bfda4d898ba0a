"""Putting messages into the outbox, asking a worker to send them, and sending one again."""

import socket
import time

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.models import Notice, Person
from accounts.notices import post
from accounts.operations import deactivate, resend_notice
from keysite.tests.history import last_version, refused


@pytest.fixture
def kicks(monkeypatch):
    """How often a worker was asked."""
    asked = []
    monkeypatch.setattr(notices.current_app, "send_task", lambda name, **options: asked.append(name))
    return asked


def test_the_worker_is_asked_once_after_the_commit(borrower, kicks, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        post(kind="plain", person=borrower)
        post(kind="plain", person=borrower)
        assert kicks == []

    assert kicks == ["keysite.tasks.send_notices"]


def test_what_is_rolled_back_is_neither_written_nor_asked_for(borrower, kicks, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        post(kind="plain", person=borrower)
        transaction.set_rollback(True)

    assert kicks == []
    assert not Notice.objects.exists()


def test_the_same_thing_is_written_once(borrower):
    post(kind="plain", person=borrower, once_per="today")
    post(kind="plain", person=borrower, once_per="today")

    assert Notice.objects.count() == 1


@pytest.fixture
def broker(settings):
    """Point the kick at this port of loopback."""
    app = notices.current_app
    before = app.conf.broker_url

    def point_to(port):
        app.conf.broker_url = app.conf.broker_write_url = f"redis://127.0.0.1:{port}/0"

    yield point_to
    app.conf.broker_url = app.conf.broker_write_url = before


@pytest.mark.slow
@pytest.mark.parametrize("listens", [True, False])
def test_a_broker_that_is_dead_or_deaf_neither_raises_nor_takes_a_second(broker, listens):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        if listens:
            deaf.listen()
        broker(deaf.getsockname()[1])
        began = time.monotonic()

        notices.kick()

    assert time.monotonic() - began < 1


def test_a_notice_is_sent_again_as_a_message_of_its_own(borrower, clerk):
    post(kind="plain", person=borrower, facts={"a": 1}, once_per="today")
    first = Notice.objects.get()
    with refused("This notice has not been sent yet; it goes out by itself."):
        resend_notice(notice=first, by=clerk)
    Notice.objects.update(sent_at=timezone.now())
    first.refresh_from_db()

    resend_notice(notice=first, by=clerk)

    second = Notice.objects.latest("pk")
    assert (second.kind, second.person, second.facts, second.requested_by) == ("plain", borrower, {"a": 1}, clerk)
    assert second.status == "Waiting"
    assert second.message_id != first.message_id


@pytest.mark.parametrize("how", ["failed_at", "cancelled_at"])
def test_what_was_given_up_or_cancelled_is_sent_again(clerk, how):
    post(kind="plain", address="office@example.edu")
    Notice.objects.update(**{how: timezone.now()})

    resend_notice(notice=Notice.objects.get(), by=clerk)

    assert Notice.objects.waiting().get().address == "office@example.edu"


def test_sending_again_tries_an_address_that_bounced(borrower, clerk):
    post(kind="plain", person=borrower)
    Notice.objects.update(failed_at=timezone.now())
    Person.objects.filter(pk=borrower.pk).update(email_bounced_at=timezone.now())

    resend_notice(notice=Notice.objects.get(), by=clerk)

    borrower.refresh_from_db()
    assert borrower.email_bounced_at is None
    assert last_version(borrower) == (clerk, "address tried again")


def test_nothing_is_sent_again_to_somebody_inactive(borrower, clerk, administrator):
    post(kind="plain", person=borrower)
    Notice.objects.update(sent_at=timezone.now())
    deactivate(person=borrower, by=administrator)

    with refused(f"{borrower} is inactive and gets no mail."):
        resend_notice(notice=Notice.objects.get(), by=clerk)
