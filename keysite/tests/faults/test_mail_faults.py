"""The worker dies while it sends; the mail server refuses, hangs, is away. Each notice arrives, once.

A mail that the server has taken and nobody has noted comes again, under the same Message-ID. How many that can be is
as many as are sent at the same moment: one for each sending process of the worker.
"""

import os
import random
import signal
import time

import pytest

from accounts.models import Notice
from keysite.tests.faults.deeds import (
    SEND_TASK,
    an_hour_passes,
    assert_nobody_waits,
    borrowers,
    customers_day,
    once_each,
    receipts,
    usual_day,
)
from keysite.tests.faults.site import SENDING_PROCESSES
from keysite.tests.processes import wait_until

KILLS = 5


@pytest.mark.parametrize(("step", "most"), [("RCPT", 0), ("TAKEN", SENDING_PROCESSES)])
def test_a_worker_killed_in_the_middle_of_sending(site, step, most):
    site.run("worker")
    site.mailbox.hold(step)
    people = receipts(5)
    site.call(SEND_TASK)
    wait_until(site.mailbox.held, what="a mail is being sent")

    site["worker"].kill()
    site.mailbox.release()
    site.run("worker", "beat")
    site.wait_until_sent()

    assert set(site.mailbox.receivers()) == {person.email for person in people}
    assert len(site.mailbox.arrived()) == 5
    assert min(1, most) <= site.mailbox.repeated() <= most


def test_a_worker_whose_sending_process_is_killed(site):
    site.run("worker")
    site.mailbox.hold("RCPT")
    people = receipts(5)
    site.call(SEND_TASK)
    wait_until(site.mailbox.held, what="a mail is being sent")

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
    assert len(site.mailbox.arrived()) == 60
    assert site.mailbox.repeated() <= KILLS * SENDING_PROCESSES


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
    usual = usual_day(site)
    site.mailbox.hold("HELLO")
    waiting = receipts(3)
    wait_until(site.mailbox.held, what="the mail server hangs")

    people = borrowers(2)
    assert_nobody_waits(customers_day(site, people), usual)
    wait_until(lambda: Notice.objects.waiting().exclude(last_error="").exists(), what="a sweep has given up")
    site.mailbox.release()
    an_hour_passes()
    site.wait_until_sent()

    receivers = site.mailbox.receivers()
    first, second = people
    assert receivers.pop(first.email) in (2, 3)  # the code to sign in may have run out meanwhile
    assert receivers == once_each(waiting) | {second.email: 2}
    assert set(site.mailbox.arrived().values()) == {1}


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
