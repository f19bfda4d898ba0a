"""The outbox: at least once, always with the same Message-ID, and nobody waits because of somebody else."""

import socket
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import Content, post
from accounts.operations import deactivate, send_notices
from accounts.tests.factories import PersonFactory
from keysite.tests.queries import queries
from keysite.tests.races import at_once
from keysite.tests.smtp import serving

pytestmark = pytest.mark.django_db
NOW = timezone.now


def written(notice):
    return Content(f"About {notice.kind}", "Words\n", "<p>Words</p>")


CONTENTS = {"plain": written, "email_code": written, "pointless": lambda notice: None, "broken": lambda notice: 1 / 0}


def sweep(at=None):
    return send_notices(contents=CONTENTS, at=at or NOW())


@pytest.fixture
def server(settings):
    with serving(settings) as server:
        yield server


@pytest.fixture
def person(db):
    return PersonFactory(email="one@example.edu")


def test_what_waits_is_sent_once(server, person):
    notice = post(kind="plain", person=person)

    assert (sweep(), sweep()) == (1, 0)

    [mail] = server.mails
    assert (mail["To"], mail["Subject"], mail["Auto-Submitted"]) == ("one@example.edu", "About plain", "auto-generated")
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]
    notice = Notice.objects.get(public_id=notice.public_id)
    assert (notice.sent_to, notice.subject, notice.text) == ("one@example.edu", "About plain", "Words\n")
    assert notice.status == "Sent"


def test_all_that_waits_goes_through_one_connection(server, person):
    for _number in range(3):
        post(kind="plain", person=person)

    sweep()

    assert (len(server.mails), server.connections) == (3, 1)


def test_an_empty_outbox_opens_no_connection(server):
    assert sweep() == 0
    assert server.connections == 0


def test_each_notice_costs_the_same(server, person):
    post(kind="plain", person=person)
    with queries(exactly=3):  # the notice, its mark, and the look for the next
        sweep()
    for _number in range(3):
        post(kind="plain", person=person)
    with queries(exactly=7):
        sweep()


def test_a_code_is_not_kept(server):
    post(kind="email_code", address="new@example.edu")

    sweep()

    notice = Notice.objects.get()
    assert (notice.sent_to, notice.subject, notice.text) == ("new@example.edu", "", "")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_several_senders_at_once_send_each_once(server, person):
    for _number in range(20):
        post(kind="plain", person=person)

    done = at_once(sweep, sweep, sweep)

    assert sum(done) == 20
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails) == 20


def test_a_notice_of_the_future_waits(server, person):
    post(kind="plain", person=person)
    Notice.objects.update(next_try_at=NOW() + timedelta(minutes=1))

    assert sweep() == 0
    assert sweep(at=NOW() + timedelta(minutes=2)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_address_refused_for_good_fails_alone_and_is_marked(server, person):
    server.refused["one@example.edu"] = "550 no such user"
    other = PersonFactory(email="two@example.edu")
    post(kind="plain", person=person)
    post(kind="plain", person=other)

    assert sweep() == 2

    failed, sent = Notice.objects.order_by("pk")
    assert failed.status == "Given up"
    assert "no such user" in failed.last_error
    assert sent.status == "Sent"
    person.refresh_from_db()
    assert person.email_bounced_at is not None
    assert person.history.first().history_change_reason == "mail refused by the server"


@pytest.mark.django_db(transaction=True)
def test_marking_an_address_keeps_what_was_written_meanwhile(server, person):
    server.refused["one@example.edu"] = "550 no such user"
    post(kind="plain", person=person)

    def change(notice):
        type(person).objects.filter(pk=person.pk).update(phone="1")
        return written(notice)

    send_notices(contents={"plain": change}, at=NOW())

    person.refresh_from_db()
    assert (person.phone, person.email_bounced_at is None) == ("1", False)


def test_nothing_more_goes_to_a_marked_address(server, person):
    type(person).objects.update(email_bounced_at=NOW())
    post(kind="plain", person=person)

    sweep()

    assert server.mails == []
    assert Notice.objects.get().status == "Cancelled"


def test_an_address_refused_for_now_is_tried_again(server, person):
    server.refused["one@example.edu"] = "450 come back later"
    post(kind="plain", person=person)
    post(kind="plain", person=PersonFactory(email="two@example.edu"))
    assert sweep() == 2

    notice = Notice.objects.earliest("pk")
    assert (notice.status, notice.tries) == ("Waiting", 1)
    assert "come back later" in notice.last_error
    assert [mail["To"] for mail in server.mails] == ["two@example.edu"]

    server.refused.clear()
    assert sweep() == 0
    assert sweep(at=NOW() + timedelta(minutes=3)) == 1
    assert Notice.objects.earliest("pk").last_error == ""


@pytest.mark.parametrize(("answer", "status"), [("554 we do not like it", "Given up"), ("451 too busy", "Waiting")])
def test_refused_words_hold_up_no_other_and_mark_nobody(server, person, answer, status):
    server.refused["About bad"] = answer
    post(kind="bad", person=person)
    post(kind="plain", person=person)

    assert send_notices(contents={"bad": written, "plain": written}, at=NOW()) == 2

    assert [notice.status for notice in Notice.objects.order_by("pk")] == [status, "Sent"]
    person.refresh_from_db()
    assert person.email_bounced_at is None


def test_while_the_server_is_away_all_waits_and_then_all_is_sent(server, person, settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and not listening
        settings.EMAIL_PORT = nobody.getsockname()[1]
        for _number in range(3):
            post(kind="plain", person=person)
        assert sweep() == 0
    assert {notice.status for notice in Notice.objects.all()} == {"Waiting"}
    assert Notice.objects.filter(tries=0).count() == 2

    settings.EMAIL_PORT = server.port
    assert sweep() == 2
    assert sweep(at=NOW() + timedelta(minutes=3)) == 1
    assert len(server.mails) == 3


@pytest.mark.slow
def test_a_server_that_hangs_holds_up_one_sweep_only(server, person, settings):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = deaf.getsockname()[1], 0.2
        post(kind="plain", person=person)
        assert sweep() == 0

    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.port, 2
    assert sweep(at=NOW() + timedelta(minutes=3)) == 1


@pytest.mark.parametrize("kind", ["broken", "unknown"])
def test_a_notice_that_cannot_be_written_holds_up_no_other(server, person, kind):
    post(kind=kind, person=person)
    post(kind="plain", person=person)

    assert sweep() == 2

    broken, sent = Notice.objects.order_by("pk")
    assert (broken.status, sent.status) == ("Waiting", "Sent")
    assert broken.last_error != ""


def test_a_query_that_fails_while_writing_breaks_nothing_else(server, person):
    def fails(notice):
        return Notice.objects.raw("SELECT nonsense")[0]

    post(kind="bad", person=person)

    assert send_notices(contents={"bad": fails}, at=NOW()) == 1
    assert Notice.objects.get().tries == 1


def test_an_address_that_fits_no_header_holds_up_no_other(server, person):
    post(kind="plain", address="a\nb@example.edu")
    post(kind="plain", person=person)

    assert sweep() == 2
    assert [notice.status for notice in Notice.objects.order_by("pk")] == ["Waiting", "Sent"]


def test_what_fails_for_five_days_is_given_up(server, person):
    post(kind="broken", person=person)
    for hours in (0, 48, 119):
        sweep(at=NOW() + timedelta(hours=hours))
    assert Notice.objects.get().status == "Waiting"

    sweep(at=NOW() + timedelta(hours=121))

    notice = Notice.objects.get()
    assert (notice.status, notice.tries) == ("Given up", 4)
    assert list(Notice.objects.failed()) == [notice]


def test_what_has_become_pointless_is_cancelled(server, person):
    post(kind="pointless", person=person)

    assert sweep() == 1

    assert server.mails == []
    assert Notice.objects.get().status == "Cancelled"


def test_nothing_is_sent_to_somebody_inactive(server, person, clerk):
    post(kind="plain", person=person)
    deactivate(person=person, by=clerk)

    sweep()

    assert server.mails == []
    assert Notice.objects.get().status == "Cancelled"


def test_a_crash_between_sending_and_writing_it_down_repeats_the_same_message_id(server, person):
    post(kind="plain", person=person)

    class PowerCut(BaseException):
        pass

    @transaction.atomic
    def sweep_and_crash():
        sweep()
        raise PowerCut

    with pytest.raises(PowerCut):
        sweep_and_crash()
    assert Notice.objects.get().status == "Waiting"
    sweep()

    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"] == Notice.objects.get().message_id


def test_retries_keep_the_message_id(server, person):
    server.refused["About plain"] = "451 too busy"
    post(kind="plain", person=person)
    before = Notice.objects.get().message_id
    sweep()
    server.refused.clear()

    sweep(at=NOW() + timedelta(minutes=3))

    assert [mail["Message-ID"] for mail in server.mails] == [before]


def test_a_connection_that_dies_before_the_answer_repeats_the_same_message_id(server, person):
    server.dies_after_data = True
    post(kind="plain", person=person)
    assert sweep() == 0

    server.dies_after_data = False
    sweep(at=NOW() + timedelta(minutes=3))

    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
