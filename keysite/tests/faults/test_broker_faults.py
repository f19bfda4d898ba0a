"""Redis is frozen, or away: customers do not notice, mail comes later, and all goes on by itself."""

from contextlib import contextmanager

import pytest

from keys.models import Loan
from keys.tests.factories import KeyFactory
from keysite.tests.faults.deeds import (
    an_hour_passes,
    assert_nobody_waits,
    borrowers,
    customers_day,
    once_each,
    receipts,
    usual_day,
)
from keysite.tests.processes import wait_until

ALL = ("web", "worker", "beat")


@contextmanager
def frozen(site):
    with site.servers.frozen_redis():
        yield


@contextmanager
def away(site):
    site.servers.kill_redis()
    yield
    site.servers.start_redis()


@pytest.mark.parametrize("fault", [frozen, away])
def test_customers_do_not_wait_for_redis(site, fault):
    site.stop("web")  # for one that has not noticed an earlier fault
    site.run(*ALL)
    usual, people, pids = usual_day(site), borrowers(3), site.pids()

    with fault(site):
        answers = list(customers_day(site, people))
    assert_nobody_waits(answers, usual)
    site.wait_until_sent()

    assert site.pids() == pids
    receivers = site.mailbox.receivers()
    assert [receivers[person.email] for person in people] == [3, 2, 2]
    assert set(site.mailbox.arrived().values()) == {1}


def test_redis_away_for_an_hour(site):
    """The clock is moved: a code to sign in has run out by then, and is not sent any more."""
    site.run(*ALL)
    usual, people, pids = usual_day(site), borrowers(3), site.pids()

    with away(site):
        assert_nobody_waits(customers_day(site, people), usual)
        an_hour_passes()
    site.wait_until_sent()

    assert site.pids() == pids
    assert site.mailbox.receivers() == {person.email: 2 for person in people}
    assert set(site.mailbox.arrived().values()) == {1}
    assert Loan.objects.filter(borrower__in=people, claimed_at__isnull=False).count() == 3


def test_redis_away_again_and_again(site):
    """kombu 5.7 ended the worker about every third time, while messages were still to be acknowledged."""
    site.run("worker", "beat")
    pids = site.pids()
    for _time in range(5):
        site.servers.kill_redis()
        people = receipts(2)
        site.servers.start_redis()
        site.wait_until_sent()

        receivers = site.mailbox.receivers()
        assert [receivers[person.email] for person in people] == [1, 1]
    assert site.pids() == pids


def test_a_queue_that_comes_back_empty(site):
    """What was in it is asked for again: the outbox is in the database."""
    site.run("web", "beat")
    [person] = borrowers(1)
    site.visitor(person).send("/keys/check-out/", keys=str(KeyFactory()))
    site.servers.kill_redis()
    site.servers.forget_queue()
    site.servers.start_redis()

    site.run("worker")
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each([person])


def test_a_worker_and_a_clock_that_start_before_redis(site):
    site.stop("worker")
    [person] = receipts(1)
    site.servers.kill_redis()
    for name in ("worker", "beat"):
        site.start(name)
        wait_until(lambda of=name: "Trying again" in site[of].text(), what=f"{name} has not found Redis")
    pids = site.pids()

    site.servers.start_redis()
    site.wait_until_sent()

    assert site.pids() == pids
    assert site.mailbox.receivers() == once_each([person])
