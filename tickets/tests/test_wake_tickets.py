"""What was stalled until today goes on, and whoever mends it is told."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import Notice
from keysite.tests.history import last_version
from tickets.models import Status
from tickets.operations import stall, start, wake_tickets
from tickets.tests.factories import CategoryFactory, TicketFactory

DAY = date(2026, 3, 10)
BEFORE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def stalled(technician):
    with time_machine.travel(BEFORE, tick=False):
        ticket = TicketFactory(status=Status.ACCEPTED, category=CategoryFactory(), technician=technician)
        start(ticket=ticket, by=technician)
        stall(ticket=ticket, by=technician, reason="a part is missing", wake_on=DAY)
    Notice.objects.all().delete()
    return ticket


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2026, 3, 9, 22, 59, tzinfo=UTC), Status.STALLED),  # 23:59 in Berlin
        (datetime(2026, 3, 9, 23, tzinfo=UTC), Status.IN_PROGRESS),
        (datetime(2026, 5, 1, 9, tzinfo=UTC), Status.IN_PROGRESS),
    ],
)
def test_it_wakes_on_its_day(stalled, at, status):
    wake_tickets(at=at)

    stalled.refresh_from_db()
    assert stalled.status == status


def test_its_technician_is_told_once_and_the_history_knows(stalled, technician):
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)

    wake_tickets(at=at)
    wake_tickets(at=at)

    stalled.refresh_from_db()
    assert (stalled.wake_on, stalled.reason, last_version(stalled)) == (None, "", (None, "woken"))
    notice = Notice.objects.get()
    assert (notice.person, notice.facts["event"]) == (technician, "woken")


def test_deleted_ones_sleep_on(stalled):
    type(stalled).objects.update(deleted_at=BEFORE, deleted_reason="spam")

    wake_tickets(at=datetime(2026, 3, 10, 9, tzinfo=UTC))

    stalled.refresh_from_db()
    assert stalled.status == Status.STALLED
