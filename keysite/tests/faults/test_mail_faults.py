"""The worker dies while it sends; the mail server refuses, hangs, is away. Each notice arrives, once."""

import os
import random
import signal
import time

import pytest

from accounts.models import Notice
from keys.tests.factories import KeyFactory
from keysite.tests.faults.deeds import SEND_TASK, an_hour_passes, receipts
from keysite.tests.processes import wait_until

KILLS = 5


def once_each(people):
    return {person.email: 1 for person in people}


@pytest.mark.parametrize("step", ["RCPT", "TAKEN"])
def test_a_worker_killed_in_the_middle_of_sending(site, step):
    """Killed after the server has taken the mail, nobody can know: it comes again under the same Message-ID."""
    site.run("worker")
    site.mailbox.hold(step)
    receipts(5)
    site.call(SEND_TASK)
    wait_until(site.mailbox.is_held, what="a mail is being sent")

    site["worker"].kill()
    site.mailbox.release()
    site.run("worker", "beat")
    site.wait_until_sent()

    repeated = 1 if step == "TAKEN" else 0
    assert sorted(site.mailbox.arrived().values()) == [1] * (5 - repeated) + [2] * repeated


def test_a_worker_whose_sending_process_is_killed(site):
    site.run("worker")
    site.mailbox.hold("RCPT")
    people = receipts(5)
    site.call(SEND_TASK)
    wait_until(site.mailbox.is_held, what="a mail is being sent")

    for pid in site["worker"].children():
        os.kill(pid, signal.SIGKILL)
    site.mailbox.release()
    site.run("beat")
    site.wait_until_sent()

    assert site["worker"].is_running
    assert site.mailbox.receivers() == once_each(people)


def test_a_worker_killed_again_and_again(site):
    moments = random.Random(3)
    site.mailbox.server.pause = 0.008
    people = receipts(60)
    for _kill in range(KILLS):
        site.run("worker")
        site.call(SEND_TASK)
        time.sleep(moments.uniform(0, 0.6))
        site["worker"].kill()
    site.run("worker", "beat")
    site.wait_until_sent()

    assert set(site.mailbox.receivers()) == {person.email for person in people}
    arrived = site.mailbox.arrived()
    assert len(arrived) == 60
    assert sum(arrived.values()) - 60 <= KILLS


def test_a_mail_server_that_refuses_for_now(site):
    site.mailbox.server.refused["rcpt TO"] = "450 come back later"
    site.run("worker", "beat")
    people = receipts(5)
    wait_until(lambda: not Notice.objects.waiting().filter(tries=0).exists(), what="all were tried")
    assert site.mailbox.mails == []

    site.mailbox.server.refused.clear()
    an_hour_passes()
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)


def test_a_mail_server_that_refuses_one_address_for_good(site):
    unknown, *others = receipts(5)
    site.mailbox.server.refused[unknown.email] = "550 no such user"
    site.run("worker", "beat")
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(others)
    assert Notice.objects.get(person=unknown).status == "Given up"
    wait_until(lambda: unknown.refresh_from_db() or unknown.email_bounced_at, what="the address is marked")


def test_a_mail_server_that_hangs(site):
    """A sweep waits for it ten seconds; customers do not wait at all."""
    site.run("web", "worker", "beat")
    site.mailbox.hold("HELLO")
    people = receipts(3)
    wait_until(site.mailbox.is_held, what="the mail server hangs")

    visitor = site.visitor(people[0])
    answers = [visitor.get("/"), visitor.send("/keys/check-out/", keys=str(KeyFactory())), visitor.get("/")]
    assert [answer.status for answer in answers] == [200, 302, 200]
    assert max(answer.seconds for answer in answers) < 1
    wait_until(lambda: Notice.objects.waiting().exclude(last_error="").exists(), what="a sweep has given up")
    site.mailbox.release()
    an_hour_passes()
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people) | {people[0].email: 2}


def test_a_mail_server_that_is_away_for_hours(site):
    site.run("worker", "beat")
    site.mailbox.vanish()
    people = receipts(3)
    for hours in range(1, 4):
        wait_until(lambda tries=hours: not _untried(tries).exists(), what=f"all were tried in hour {hours}")
        an_hour_passes()

    site.mailbox.open()
    an_hour_passes()
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)


def test_a_mail_server_that_dies_after_it_took_a_mail(site):
    site.run("worker")
    site.mailbox.server.dies_after_data = True
    receipts(1)
    site.call(SEND_TASK)
    wait_until(lambda: Notice.objects.waiting().filter(tries=1).exists(), what="it was tried")

    site.mailbox.server.dies_after_data = False
    site.run("beat")
    an_hour_passes()
    site.wait_until_sent()

    assert list(site.mailbox.arrived().values()) == [2]


def _untried(hours):
    return Notice.objects.waiting().filter(tries__lt=hours)
