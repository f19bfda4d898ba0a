"""The web server is killed after the commit and before the answer: the same form again gets the first one's answer."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.models import Notice
from keys.models import Loan
from keys.tests.factories import KeyFactory
from keysite.tests.faults.deeds import borrowers, once_each
from keysite.tests.processes import PATIENCE, wait_until

CHECK_OUT = "/keys/check-out/"


def processes_of(web):
    for pid in web.children():
        os.kill(pid, signal.SIGKILL)


def whole(web):
    web.kill()


@pytest.mark.parametrize("end", [processes_of, whole])
def test_a_web_server_killed_between_commit_and_answer(site, end):
    for name in ("web", "worker"):
        site.stop(name)  # nobody else commits anything
    [person] = borrowers(1)
    visitor, key = site.visitor(person), KeyFactory()

    with ThreadPoolExecutor(1) as thread, site.servers.commits_unanswered() as unanswered:
        site.run("web")
        form = visitor.form(CHECK_OUT) | {"keys": str(key)}
        answer = thread.submit(visitor.post, CHECK_OUT, form)
        wait_until(lambda: unanswered() or answer.done(), what="the check-out is committed")
        end(site["web"])
        with pytest.raises(ConnectionError):
            answer.result(PATIENCE)
    site.run("web", "worker", "beat")
    loan = Loan.objects.get(borrower=person)
    first, second = (wait_until_answered(visitor, form) for _time in range(2))

    receipt = Notice.objects.get(kind="loan_receipt", person=person)
    for answer in (first, second):
        assert (answer.status, answer.location) == (302, f"/receipts/{receipt.public_id}/")
    assert [loan] == list(Loan.objects.filter(borrower=person))
    site.wait_until_sent()
    assert site.mailbox.receivers() == once_each([person])


def wait_until_answered(visitor, form):
    """The answer of a web server that is being started anew by its master."""

    def answer():
        try:
            return visitor.post(CHECK_OUT, form)
        except OSError:
            return None

    return wait_until(answer, what="the web server answers again")
