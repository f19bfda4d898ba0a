"""PostgreSQL is killed in the middle of a check-out, and recovers: nothing is done halfway, nobody starts anything."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from keys.models import Loan
from keys.tests.factories import KeyFactory
from keysite.tests.faults.deeds import SEND_TASK, borrowers, once_each, receipts
from keysite.tests.faults.site import SENDING_PROCESSES
from keysite.tests.processes import PATIENCE, wait_until

CHECK_OUT = "/keys/check-out/"
SOMEBODY_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def check_out(site):
    """A check-out under way: it has begun, and waits for the row of its borrower, when the database is killed."""
    site.run("web", "worker", "beat")
    [person] = borrowers(1)
    visitor = site.visitor(person)
    form = visitor.form(CHECK_OUT) | {"keys": str(KeyFactory())}
    other, watch = (psycopg.connect(site.servers.database, autocommit=is_watch) for is_watch in (False, True))
    with ThreadPoolExecutor(1) as thread:
        other.execute("SELECT FROM accounts_person WHERE id = %s FOR UPDATE", [person.pk])
        answer = thread.submit(visitor.post, CHECK_OUT, form)
        wait_until(lambda: watch.execute(SOMEBODY_WAITS).fetchone()[0], what="the check-out is under way")
        site.kill_database()
        other.close()
        watch.close()
        yield visitor, form, answer.result(PATIENCE), person


def test_a_database_killed_in_the_middle_of_a_check_out(site, check_out):
    visitor, form, answer, person = check_out
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert "nothing was done halfway" in answer.text
    assert "Traceback" not in answer.text
    pids = site.pids()

    site.servers.start_database()

    assert not Loan.objects.filter(borrower=person).exists()
    again = visitor.post(CHECK_OUT, form)
    assert (again.status, again.location.split("/")[1]) == (302, "receipts")
    assert Loan.objects.filter(borrower=person).count() == 1
    site.wait_until_sent()
    assert site.mailbox.receivers() == once_each([person])
    assert site.pids() == pids


def test_pages_say_so_while_the_database_is_away(site, check_out):
    visitor, form, *_rest = check_out
    stranger = site.visitor()

    for answer in (
        visitor.get("/"),
        visitor.get("/admin/"),
        visitor.post(CHECK_OUT, form),
        stranger.get("/k/ABCDEFGHJK/"),
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert answer.seconds < 1
    assert stranger.get("/health/live").status == 200
    assert stranger.get("/health/ready").status == 503
    assert "Traceback" not in site["web"].text()

    site.servers.start_database()
    assert stranger.get("/health/ready").status == 200
    assert visitor.get("/").status == 200


def test_a_database_killed_while_a_mail_is_sent(site):
    """The server has the mail, the database does not know: it comes again under the same Message-ID."""
    site.run("worker", "beat")
    site.mailbox.hold("TAKEN")
    people = receipts(3)
    site.call(SEND_TASK)
    wait_until(site.mailbox.held, what="a mail is being sent")
    pids = site.pids()

    site.kill_database()
    site.mailbox.release()
    site.servers.start_database()
    site.wait_until_sent()

    assert set(site.mailbox.receivers()) == {person.email for person in people}
    assert len(site.mailbox.arrived()) == 3
    assert 1 <= site.mailbox.repeated() <= SENDING_PROCESSES
    assert site.pids() == pids
