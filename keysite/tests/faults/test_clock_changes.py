"""The clocks go forward and back while keys are due and everything runs: nobody is written to twice, or not at all."""

import os
import struct
import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import TZPATH

import pytest
from django.conf import settings

from keys.models import Loan, Reminder
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.tests.faults.deeds import SEND_TASK, borrowers, once_each, receipts
from keysite.tests.processes import hours_to_noon, wait_until

ZONE = "Europe/Berlin"  # Django wants a name that it knows; the file behind it is ours
UNTIL_THE_CHANGE = 10  # seconds: all of it runs by then, if the machine is not too busy
DAY = timedelta(days=1)


@pytest.fixture
def change(site, request):
    """A site whose clocks are about to change: gives the moment, and the hours from UTC before and after."""
    moment, noon = int(time.time()) + UNTIL_THE_CHANGE, hours_to_noon()
    file = site.folder / "zones" / ZONE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(zone(moment, noon, noon + request.param))
    for name in ("web", "worker"):
        site.stop(name)
    zones = str(site.folder / "zones")
    env = {"KEYSITE_TIME_ZONE": ZONE, "PYTHONTZPATH": os.pathsep.join([zones, *TZPATH]), "TZDIR": zones}
    site.run("web", "worker", "beat", **env)
    yield moment, noon, noon + request.param
    site.stop_all()


def zone(moment, before, after):
    """The file of a time zone that is so many hours ahead of UTC, and of its one change at ``moment`` (RFC 8536)."""

    def block(size):
        counts = struct.pack(">6l", 0, 0, 0, 1, 2, 8)
        kinds = struct.pack(">lBBlBB", before * 3600, before > after, 0, after * 3600, after > before, 4)
        return b"TZif2" + bytes(15) + counts + moment.to_bytes(size) + b"\1" + kinds + b"ONE\0TWO\0"

    return block(4) + block(8) + b"\n\n"


@pytest.mark.parametrize("change", [1, -1], indirect=True, ids=["forward", "back"])
def test_clocks_change_around_a_due_date(site, change):
    moment, before, after = change
    now = datetime.now(UTC)
    soon, late = (
        LoanFactory(out_at=now + due - 7 * DAY, due_at=now + due, borrower=person)
        for due, person in zip((DAY, -DAY), borrowers(2), strict=True)
    )
    reminded = [soon.borrower, late.borrower]
    first, second = borrowers(2)

    site.visitor(first).send("/keys/check-out/", keys=str(KeyFactory()))
    site.wait_until_sent()
    wait_until(lambda: time.time() > moment, what="the clocks have changed")
    asked = site["beat"].text().count(SEND_TASK)
    waiting = receipts(3)
    wait_until(lambda: site["beat"].text().count(SEND_TASK) > asked + 2, what="beat goes on")
    site.wait_until_sent()
    site.visitor(second).send("/keys/check-out/", keys=str(KeyFactory()))
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each([*reminded, first, second, *waiting])
    assert list(Reminder.objects.filter(loan__in=[soon, late]).order_by("step").values_list("step", flat=True)) == [
        -1,
        1,
    ]
    day = datetime.fromtimestamp(moment, timezone(timedelta(hours=after))).date()
    due = datetime.combine(day + 7 * DAY, settings.CLOSING_TIME, timezone(timedelta(hours=after)))
    assert {loan.due_at for loan in Loan.objects.filter(borrower__in=[first, second])} == {due}
