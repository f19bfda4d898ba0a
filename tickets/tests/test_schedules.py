"""Work that comes round again: one ticket per day that is due, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.operations import deactivate
from assets.models import DisposalType
from assets.operations import dispose
from assets.tests.factories import AssetFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries
from keysite.tests.races import at_once
from tickets.models import CategoryCheck, Occurrence, Schedule, Status, Ticket
from tickets.operations import (
    add_schedule,
    change_schedule,
    make_scheduled_tickets,
    next_days,
    pause_schedule,
    resolve,
    resume_schedule,
    start,
)
from tickets.tests.factories import CategoryFactory

MONDAY = date(2026, 3, 2)
NEVER = "This rule never comes: no day is like that. Look at its days and months."


def noon(day):
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def tick(*days):
    for day in days:
        with time_machine.travel(noon(day), tick=False):
            make_scheduled_tickets(at=noon(day))


def on(n):
    """So many days after the Monday."""
    return MONDAY + timedelta(days=n)


@pytest.fixture
def category(db):
    return CategoryFactory(blocks_lending=False)


@pytest.fixture
def add(category, administrator):
    def make(rule="FREQ=WEEKLY;BYDAY=MO", **fields):
        values = {"title": "Look at the lift", "category": category, "rule": rule, "starts_on": MONDAY}
        with time_machine.travel(noon(MONDAY), tick=False):
            return add_schedule(by=administrator, **values | fields)

    return make


def mend(ticket, by, day):
    with time_machine.travel(noon(day), tick=False):
        start(ticket=ticket, by=by)
        resolve(ticket=ticket, by=by, note="done", minutes=5)


def seen():
    return [(row.on, row.ticket_id is not None) for row in Occurrence.objects.order_by("on")]


def test_it_is_added_and_changed_with_its_history(add, administrator):
    schedule = add(" freq=daily ;")

    assert (schedule.rule, last_version(schedule)) == ("FREQ=DAILY", (administrator, "added"))
    change_schedule(schedule=schedule, by=administrator, title="  Look at both lifts ")
    assert (schedule.title, last_version(schedule)) == ("Look at both lifts", (administrator, "changed"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "  "}, "Say in a few words what is to be done."),
        ({"category": None}, "Choose a category."),
        ({"starts_on": None}, "Give the first day, at most ten years from today."),
        ({"starts_on": date(1026, 1, 1)}, "Give the first day, at most ten years from today."),
        ({"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, NEVER),
        ({"rule": "FREQ=DAILY;UNTIL=20200101"}, NEVER),
        (
            {"rule": "FREQ=DAILY;COUNT=3", "basis": "completion"},
            "A rule counted from completion cannot end by COUNT: give UNTIL, or pause it.",
        ),
        (
            {"rule": "FREQ=HOURLY"},
            "A ticket comes once a day at most: begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(add, fields, sentence):
    with refused(sentence):
        add(**fields)
    assert not Schedule.objects.exists()


def test_a_technician_who_is_none_is_refused(add, borrower):
    with refused(f"{borrower.name or borrower.email} does not work on tickets. Choose a technician."):
        add(technician=borrower)


def test_on_its_day_it_makes_a_ticket_that_is_accepted(add, category, technician):
    CategoryCheck.objects.create(category=category, text="Alarm rings")
    schedule = add(technician=technician, priority=2, description="Both doors")

    tick(MONDAY)

    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description, ticket.status) == ("Look at the lift", "Both doors", Status.ACCEPTED)
    assert (ticket.technician, ticket.priority, ticket.reporter) == (technician, 2, None)
    assert ticket.checks.get().text == "Alarm rings"
    assert ticket.history.last().history_change_reason == "made by its schedule"
    assert Occurrence.objects.get().ticket == ticket
    assert list(Ticket.objects.of(schedule)) == [ticket]


def test_a_double_tick_makes_one(add):
    add()

    tick(MONDAY, MONDAY, on(1), on(6))

    assert Ticket.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_the_same_moment_make_one(roles, add):
    add()
    add("FREQ=DAILY", title="Feed the fish")

    at_once(*[lambda: make_scheduled_tickets(at=noon(MONDAY))] * 2)

    assert Ticket.objects.count() == Occurrence.objects.count() == 2


def test_missed_days_make_one_ticket(add):
    add("FREQ=DAILY")

    tick(on(9))

    assert seen() == [(on(9), True)]


def test_while_the_last_is_open_the_day_is_left_out(add, technician):
    add(technician=technician)
    tick(MONDAY, on(7))
    assert seen() == [(MONDAY, True), (on(7), False)]

    mend(Ticket.objects.get(), technician, on(8))
    tick(on(8), on(14))

    assert seen() == [(MONDAY, True), (on(7), False), (on(14), True)]


def test_from_completion_it_is_counted_from_when_the_last_one_was_resolved(add, technician):
    add("FREQ=DAILY;INTERVAL=10", basis="completion", technician=technician)
    tick(MONDAY, on(10), on(20))
    assert seen() == [(MONDAY, True)]

    mend(Ticket.objects.get(), technician, on(25))
    tick(on(34), on(35))

    assert seen() == [(MONDAY, True), (on(35), True)]


def test_it_ends_with_its_rule(add, technician):
    add("FREQ=DAILY;COUNT=1", technician=technician)
    tick(MONDAY)
    mend(Ticket.objects.get(), technician, MONDAY)

    tick(on(1), on(2))

    assert seen() == [(MONDAY, True)]


def test_what_lies_before_its_first_morning_is_left_out(add):
    add("FREQ=DAILY", starts_on=on(-30))

    assert seen() == [(on(-1), False)]
    tick(MONDAY)
    assert seen() == [(on(-1), False), (MONDAY, True)]


def test_a_pause_makes_nothing_and_is_not_made_up_for(add, administrator):
    schedule = add("FREQ=DAILY")
    pause_schedule(schedule=schedule, by=administrator)
    pause_schedule(schedule=schedule, by=administrator)
    assert last_version(schedule) == (administrator, "paused")
    tick(on(1), on(2))
    assert seen() == []

    with time_machine.travel(noon(on(5)), tick=False):
        resume_schedule(schedule=schedule, by=administrator)
    tick(on(5))

    assert seen() == [(on(4), False), (on(5), True)]
    assert schedule.history.count() == 3


def test_a_technician_who_has_left_is_passed_over(add, technician, administrator):
    add(technician=technician)
    deactivate(person=technician, by=administrator)

    tick(MONDAY)

    assert Ticket.objects.get().technician is None


def test_for_an_asset_that_was_disposed_of_nothing_is_made(add, administrator):
    asset = AssetFactory()
    add(asset=asset)
    with time_machine.travel(noon(MONDAY), tick=False):
        dispose(asset=asset, by=administrator, type=DisposalType.objects.create(name="Melted down"), reason="broken")

    tick(MONDAY)

    assert seen() == [(MONDAY, False)]


@pytest.mark.parametrize(
    ("at", "made"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), 1),  # 23:59 on the Saturday in Berlin
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), 2),  # midnight: two hours later the clocks go forward
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), 2),
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), 1),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 2),  # midnight: three hours later they go back
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2),  # 02:30 for the first time
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 2),  # and for the second
    ],
)
def test_a_day_begins_at_midnight_whatever_the_clocks_do(add, at, made):
    day = at.date() if at.month == 3 and at.day == 28 or at.day == 24 else at.date() - timedelta(days=1)
    add("FREQ=DAILY", starts_on=day, title="One")
    with time_machine.travel(noon(day), tick=False):
        make_scheduled_tickets(at=noon(day))
    Ticket.objects.update(status=Status.REJECTED, reason="done")

    for _twice in range(2):
        make_scheduled_tickets(at=at)

    assert Ticket.objects.count() == made


@pytest.mark.parametrize("rows", [1, 3])
def test_a_tick_with_nothing_to_do_asks_once(add, rows):
    for n in range(rows):
        add(title=f"Number {n}", starts_on=on(1))

    with queries(exactly=1):
        make_scheduled_tickets(at=noon(MONDAY))


def test_the_next_days_are_known_before(add, technician):
    schedule = add()
    with time_machine.travel(noon(MONDAY), tick=False):
        assert next_days(schedule, 2) == [MONDAY, on(7)]
        make_scheduled_tickets(at=noon(MONDAY))
        assert next_days(schedule, 2) == [on(7), on(14)]

    unsaved = Schedule(rule="FREQ=DAILY", starts_on=on(3))
    with time_machine.travel(noon(MONDAY), tick=False):
        assert next_days(unsaved, 2) == [on(3), on(4)]


def test_from_completion_the_next_day_is_known_once_the_last_is_done(add, technician):
    schedule = add("FREQ=DAILY;INTERVAL=10", basis="completion", technician=technician)
    tick(MONDAY)

    with time_machine.travel(noon(on(1)), tick=False):
        assert next_days(schedule, 5) == []
    mend(Ticket.objects.get(), technician, on(2))
    with time_machine.travel(noon(on(2)), tick=False):
        assert next_days(schedule, 5) == [on(12)]
