"""A mixed load on a whole site: people check out, renew, bring back and look, while processes are killed.

``./dev load`` starts the site on servers of its own, kills the worker after a third of the time and the database after
two thirds, compares what was acknowledged with what is in the database (nothing may be missing, nothing doubled), and
writes the figures into docs/performance.md.
"""

import argparse
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Queue

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from accounts.tests.factories import LoanTermFactory, PersonFactory  # noqa: E402
from bench.report import write_load  # noqa: E402
from keys.models import Loan, Renewal  # noqa: E402
from keys.tests.factories import KeyFactory  # noqa: E402
from keysite.tests.faults.servers import Mailbox, running  # noqa: E402
from keysite.tests.faults.site import Site, our_connection  # noqa: E402

RATE, SECONDS = 20, 120
BORROWERS, AT_ONCE = 24, 16
DATABASE_AWAY_SECONDS = 1


@dataclass
class Outcome:
    """What came back: seconds per answered request, what went wrong, and how often each deed was acknowledged.

    Each error is what it was, and when the request began and ended; ``away`` is when the database went and was back.
    """

    seconds: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    away: tuple = (0, 0)
    surprises: list = field(default_factory=list)
    acknowledged: dict = field(default_factory=lambda: {"check out": 0, "renew": 0, "return": 0})
    refused: int = 0
    found: dict = field(default_factory=dict)
    mails: int = 0
    repeated: int = 0

    @property
    def lost(self):
        """How many acknowledged deeds are not there."""
        return sum(max(0, number - self.found[deed]) for deed, number in self.acknowledged.items())

    @property
    def doubled(self):
        """How many deeds are there that nobody was told of: each was sent until it was acknowledged."""
        return sum(max(0, self.found[deed] - number) for deed, number in self.acknowledged.items())

    @property
    def errors_without_cause(self):
        """What failed although the database was there all the time."""
        gone, back = self.away
        return [kind for kind, began, ended in self.errors if ended < gone or began > back]

    @property
    def error_share(self):
        return len(self.errors) / (len(self.errors) + len(self.seconds))

    def percentile(self, share):
        """The answer time in ms that this share of all answers kept to."""
        return 1000 * sorted(self.seconds)[int((len(self.seconds) - 1) * share)]

    def rows(self):
        """The figures, each with its name."""
        kinds = Counter(kind for kind, *_when in self.errors)
        deeds = ", ".join(f"{number} × {deed}" for deed, number in self.acknowledged.items())
        p50, p95, longest = (self.percentile(share) for share in (0.5, 0.95, 1))
        return {
            "answered": f"{len(self.seconds)}: median {p50:.0f} ms, p95 {p95:.0f} ms, longest {longest:.0f} ms",
            "errors": f"{self.error_share:.1%}: {', '.join(f'{number} × {kind}' for kind, number in kinds.items())}",
            "database away": f"{self.away[1] - self.away[0]:.1f} s",
            "errors while it was there": f"{len(self.errors_without_cause)}",
            "acknowledged": f"{deeds}; {self.refused} rightly refused",
            "lost deeds": f"{self.lost}",
            "doubled deeds": f"{self.doubled}",
            "mails": f"{self.mails} for {sum(self.acknowledged.values())} deeds; {self.repeated} came twice",
        }

    def __str__(self):
        return "\n".join(f"{name:26}{figure}" for name, figure in self.rows().items())


class Borrower:
    """Somebody with one key, and the clerk who takes it back: one request after the other, all day."""

    def __init__(self, visitor, clerk, key, outcome):
        self.visitor, self.clerk, self.key, self.outcome = visitor, clerk, key, outcome
        self.day = self._day()
        self.request = next(self.day)
        self.is_asking = False

    def ask(self):
        """Send the next request. One that got no answer is sent again as it was, as a person would."""
        self.is_asking, began = True, time.monotonic()
        who, path, *values = self.request
        try:
            answer = who.post(path, *values) if values else who.get(path)
        except OSError as error:
            return self.outcome.errors.append((type(error).__name__, began, time.monotonic()))
        if answer.status >= 500:
            return self.outcome.errors.append((str(answer.status), began, time.monotonic()))
        self.outcome.seconds.append(answer.seconds)
        self.request, self.is_asking = self.day.send(answer), False

    def _day(self):
        """Each request, and what its answer must be."""
        me, clerk, key = self.visitor, self.clerk, {"keys": self.key}
        soon = {"due_on": (timezone.localtime() + timedelta(days=2)).date()}
        while True:
            page = yield me, "/keys/check-out/"
            self._is_done("check out", (yield me, "/keys/check-out/", page.hidden | key | soon))
            page = yield me, "/keys/check-out/"
            self._is_refused((yield me, "/keys/check-out/", page.hidden | key))
            page = yield me, "/"
            renewal = page.first(r'"(/loans/\d+/renew/)"')
            page = yield me, renewal
            self._is_done("renew", (yield me, renewal, page.hidden))
            yield me, "/"
            page = yield clerk, "/desk/"
            self._is_done("return", (yield clerk, "/desk/return/", page.hidden | key))

    def _is_done(self, deed, answer):
        if answer.status != 302:
            raise AssertionError(f"{deed} answers {answer.status}: {answer.text}")
        self.outcome.acknowledged[deed] += 1

    def _is_refused(self, answer):
        """The key is out, in our own hands."""
        if answer.status != 200 or "There is a problem" not in answer.text:
            raise AssertionError(f"a second check-out answers {answer.status}: {answer.text}")
        self.outcome.refused += 1


class Load:
    """Requests at an even rate, whoever is free to send one."""

    def __init__(self, site, *, rate, seconds, borrowers=BORROWERS):
        self.site, self.rate, self.seconds, self.outcome = site, rate, seconds, Outcome()
        term = LoanTermFactory(name="Load", days=7, renewal_window_days=30)
        clerk = Person.objects.create_superuser("clerk@example.edu")
        at_desk = site.visitor(clerk)
        at_desk.get("/desk/")  # for the cookie that all windows of this browser share
        self.keys = [KeyFactory() for _number in range(borrowers)]
        people = [PersonFactory(affiliation__loan_term=term) for _number in range(borrowers)]
        self.borrowers = [
            Borrower(site.visitor(person), at_desk, str(key), self.outcome)
            for person, key in zip(people, self.keys, strict=True)
        ]

    def run(self):
        """Send requests and kill meanwhile; gives back the outcome once all is sent and counted."""
        sender = threading.Thread(target=self._send)
        sender.start()
        time.sleep(self.seconds / 3)
        self.site["worker"].kill()
        self.site.run("worker")
        time.sleep(self.seconds / 3)
        gone = time.monotonic()
        self.site.kill_database()
        time.sleep(DATABASE_AWAY_SECONDS)
        self.site.servers.start_database()
        self.outcome.away = (gone, time.monotonic())
        sender.join()
        self.site.wait_until_sent()
        self._count()
        return self.outcome

    def _send(self):
        free, due = Queue(), time.monotonic()
        for borrower in self.borrowers:
            free.put(borrower)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for _number in range(int(self.rate * self.seconds)):
                time.sleep(max(0, due - time.monotonic()))
                threads.submit(self._ask, free.get(), free)
                due = max(due + 1 / self.rate, time.monotonic())  # what is late is not made up for in a burst
        for borrower in self.borrowers:  # whoever has no answer yet asks until there is one
            while borrower.is_asking and not self.outcome.surprises:
                time.sleep(0.2)
                self._ask(borrower, free)

    def _ask(self, borrower, free):
        try:
            borrower.ask()
        except Exception as error:  # told at the end
            self.outcome.surprises.append(repr(error)[:2000])
        finally:
            free.put(borrower)

    def _count(self):
        loans = Loan.objects.filter(key__in=self.keys)
        self.outcome.found = {
            "check out": loans.count(),
            "renew": Renewal.objects.filter(loan__in=loans).count(),
            "return": loans.filter(returned_at__isnull=False).count(),
        }
        arrived = self.site.mailbox.arrived()
        self.outcome.mails, self.outcome.repeated = len(arrived), sum(arrived.values()) - len(arrived)


def main():
    parser = argparse.ArgumentParser(prog="./dev load")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long (default: {SECONDS})")
    parser.add_argument("--rate", type=int, default=RATE, help=f"requests per second (default: {RATE})")
    parser.add_argument("--report", default="docs/performance.md", help="where the figures go")
    options, busy = parser.parse_args(), os.getloadavg()[0]
    with running() as (servers, folder), our_connection(servers.database):
        site = Site(servers, Mailbox(), folder)
        try:
            site.prepare()
            site.run("web", "worker", "beat")
            outcome = Load(site, rate=options.rate, seconds=options.seconds).run()
        finally:
            site.stop_all()
    print(outcome, *outcome.surprises, sep="\n")
    if outcome.lost or outcome.doubled or outcome.errors_without_cause or outcome.surprises:
        return 1
    write_load(Path(options.report), outcome.rows(), rate=options.rate, seconds=options.seconds, busy=busy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
