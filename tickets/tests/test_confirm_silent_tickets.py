"""Silence confirms what was resolved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keysite.tests.history import last_version
from keysite.tests.races import at_once, one_after_other
from tickets.models import Status
from tickets.operations import clock, confirm_silent_tickets, resolve, send_back, start
from tickets.tests.factories import CategoryFactory, TicketFactory

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def make(technician):
    def resolved():
        ticket = TicketFactory(status=Status.ACCEPTED, category=CategoryFactory())
        start(ticket=ticket, by=technician)
        resolve(ticket=ticket, by=technician, note="new lamp", minutes=5)
        return ticket

    return resolved


def test_after_a_week_of_silence_it_is_confirmed_by_nobody(make):
    ticket = make()

    confirm_silent_tickets(at=ticket.resolved_at + WEEK - SECOND)
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    confirm_silent_tickets(at=ticket.resolved_at + WEEK + SECOND)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.confirmed_by) == (Status.CONFIRMED, None)
    assert last_version(ticket) == (None, "confirmed by silence")


def test_how_long_is_a_setting(make, settings):
    settings.CONFIRM_DAYS = 1
    ticket = make()

    confirm_silent_tickets(at=ticket.resolved_at + timedelta(days=2))

    ticket.refresh_from_db()
    assert ticket.status == Status.CONFIRMED


def test_more_than_fit_a_chunk_are_all_confirmed(make, monkeypatch):
    monkeypatch.setattr(clock, "CHUNK", 2)
    tickets = [make() for _number in range(5)]

    confirm_silent_tickets(at=timezone.now() + WEEK + SECOND)

    for ticket in tickets:
        ticket.refresh_from_db()
    assert {ticket.status for ticket in tickets} == {Status.CONFIRMED}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_whoever_sends_it_back_at_this_moment_is_heard(make):
    ticket = make()
    copy = type(ticket).objects.get(pk=ticket.pk)

    one_after_other(
        lambda: send_back(ticket=copy, by=ticket.reporter, reason="dark again"),
        lambda: confirm_silent_tickets(at=timezone.now() + WEEK + SECOND),
    )

    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_the_same_moment_confirm_once(make):
    ticket = make()

    at_once(*[lambda: confirm_silent_tickets(at=timezone.now() + WEEK + SECOND)] * 2)

    assert ticket.history.filter(history_change_reason="confirmed by silence").count() == 1
