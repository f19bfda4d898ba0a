"""The first page of the console about tickets: numbers that are the length of their lists, and how long they wait."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tickets.models import Ticket
from tickets.models.ages import ages_of
from tickets.operations import accept, resolve, stall, start
from tickets.tests.factories import CategoryFactory, ParkedMailFactory, TicketFactory

FIGURE = re.compile(r'<a href="(/admin/tickets/[^"]+)"><strong>(\d+)</strong> ([^<]+)</a>')


@pytest.fixture
def busy(administrator):
    """Something of everything; all but the new one are the administrator's."""
    TicketFactory()
    rows = [TicketFactory(category=CategoryFactory()) for _n in range(3)]
    for row in rows:
        accept(ticket=row, by=administrator, technician=administrator)
    Ticket.objects.filter(pk=rows[0].pk).update(due_at=timezone.now() - timedelta(days=1))
    for row in rows[1:]:
        start(ticket=row, by=administrator)
    stall(ticket=rows[1], by=administrator, reason="Waits", wake_on=timezone.localdate() + timedelta(days=1))
    Ticket.objects.filter(pk=rows[1].pk).update(wake_on=timezone.localdate())
    resolve(ticket=rows[2], by=administrator, note="Done", minutes=1)
    ParkedMailFactory()


def figures_of(response):
    return {label: (int(number), address) for address, number, label in FIGURE.findall(response.content.decode())}


def test_each_number_is_the_length_of_its_list(client, administrator, busy):
    client.force_login(administrator)

    figures = figures_of(client.get("/admin/"))

    assert {label: number for label, (number, _address) in figures.items()} == {
        "new reports": 1,
        "tickets that nobody has": 1,
        "my tickets": 2,
        "tickets overdue": 1,
        "tickets to take up again": 1,
        "waiting for confirmation": 1,
        "mails to look at": 1,
    }
    for number, address in figures.values():
        assert client.get(address.replace("&amp;", "&")).context["cl"].result_count == number


def test_a_technician_counts_what_is_theirs_or_nobodys(client, technician, busy):
    client.force_login(technician)

    figures = figures_of(client.get("/admin/"))

    assert (figures["new reports"][0], figures["my tickets"][0], figures["tickets overdue"][0]) == (1, 0, 0)
    assert "mails to look at" not in figures


def test_open_tickets_by_age(db):
    now = timezone.now()
    for days, priority in ((0, 1), (2, 3), (2, 2), (5, 3), (10, 3), (100, 3)):
        TicketFactory(reported_at=now - timedelta(days=days), priority=priority)

    found = ages_of(Ticket.objects.open(), at=now)

    assert [(age.open, age.pressing, age.unassigned) for age in found] == [
        (1, 1, 1),
        (2, 1, 2),
        (1, 0, 1),
        (1, 0, 1),
        (1, 0, 1),
    ]
