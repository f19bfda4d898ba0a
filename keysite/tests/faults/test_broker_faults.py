"""Redis is frozen, or away: customers do not notice, mail comes later, and all goes on by itself."""

import time
from contextlib import contextmanager

import pytest

from keys.models import Loan
from keys.tests.factories import KeyFactory
from keysite.tests.faults.deeds import borrowers, receipts

LONGEST_ANSWER = 1.0  # seconds


@contextmanager
def frozen(site):
    with site.servers.frozen_redis():
        yield


@contextmanager
def away(site):
    site.servers.kill_redis()
    yield
    site.servers.start_redis()


def customers_day(site, people):
    """What customers do on one day; gives back each answer with its page."""
    stranger = site.visitor()
    yield "sign in", stranger.get("/sign-in/"), 200
    yield "code", stranger.send("/sign-in/", address=people[0].email), 302
    for person in people:
        visitor = site.visitor(person)
        yield "start", visitor.get("/"), 200
        yield "check out", visitor.send("/keys/check-out/", keys=str(KeyFactory())), 302
        loan = Loan.objects.get(borrower=person)
        yield "return", visitor.send(f"/loans/{loan.pk}/return/"), 302


@pytest.mark.parametrize("fault", [frozen, away])
def test_customers_do_not_wait_for_redis(site, fault):
    site.stop("web")  # for one that has not noticed an earlier fault
    site.run("web", "worker", "beat")
    list(customers_day(site, borrowers(4)))  # templates are compiled, connections open
    people = borrowers(3)
    pids = {name: site[name].popen.pid for name in ("web", "worker", "beat")}

    with fault(site):
        answers = list(customers_day(site, people))
    for page, answer, status in answers:
        assert answer.status == status, page
        assert answer.seconds < LONGEST_ANSWER, page
    site.wait_until_sent(60)

    assert {name: site[name].popen.pid for name in pids if site[name].is_running} == pids
    receivers = site.mailbox.receivers()
    assert [receivers[person.email] for person in people] == [3, 2, 2]
    assert set(site.mailbox.arrived().values()) == {1}


def test_redis_away_again_and_again(site):
    """kombu 5.7 ended the worker about every third time, while messages were still to be acknowledged."""
    site.run("worker", "beat")
    pids = {name: site[name].popen.pid for name in ("worker", "beat")}
    for _time in range(5):
        site.servers.kill_redis()
        people = receipts(2)
        site.servers.start_redis()
        site.wait_until_sent(60)

        receivers = site.mailbox.receivers()
        assert [receivers[person.email] for person in people] == [1, 1]
    assert {name: site[name].popen.pid for name in pids if site[name].is_running} == pids


def test_a_queue_that_comes_back_empty(site):
    """What was in it is asked for again: the outbox is in the database."""
    site.run("web", "beat")
    [person] = borrowers(1)
    site.visitor(person).send("/keys/check-out/", keys=str(KeyFactory()))
    site.servers.kill_redis()
    site.servers.forget_queue()
    site.servers.start_redis()

    site.run("worker")
    site.wait_until_sent(60)

    assert site.mailbox.receivers() == {person.email: 1}


def test_a_worker_and_a_clock_that_start_before_redis(site):
    site.stop("worker")
    [person] = receipts(1)
    site.servers.kill_redis()
    for name in ("worker", "beat"):
        site.start(name)
    time.sleep(3)

    site.servers.start_redis()
    site.wait_until_sent(60)

    assert site["worker"].is_running
    assert site["beat"].is_running
    assert site.mailbox.receivers() == {person.email: 1}
