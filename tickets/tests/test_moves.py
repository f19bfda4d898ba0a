"""The life of a ticket: every edge of ``MOVES`` and no other, for every role."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal
from tickets import operations
from tickets.models import MOVES, CategoryCheck, Link, Status, WorkEntry
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory

pytestmark = pytest.mark.django_db
DEEDS = {
    "accept": {"category": CategoryFactory},
    "reject": {"reason": "a joke"},
    "start": {},
    "stall": {"reason": "waits for a part", "wake_on": lambda: timezone.localdate() + timedelta(days=3)},
    "resolve": {"note": "new lamp", "minutes": 20},
    "confirm": {},
    "send_back": {"reason": "still dark"},
    "reopen": {"reason": "dark again"},
    "reconsider": {},
    "merge": {"into": TicketFactory},
    "unmerge": {},
}
MAY = {
    "tickets.triage": {"desk", "administrator"},
    "tickets.work": {"technician", "administrator"},
    "tickets.review": {"desk", "administrator"},
    "tickets.merge_ticket": {"desk", "administrator"},
}
ROLES = ["desk", "key_shop", "building_manager", "technician", "auditor", "administrator"]


def ticket_being(status, **fields):
    now, past = timezone.now(), {}
    if status in {Status.RESOLVED, Status.CONFIRMED}:
        past = {"resolved_at": now, "resolved_by": PersonFactory(), "resolution": "new lamp"}
    if status == Status.CONFIRMED:
        past |= {"confirmed_at": now}
    if status == Status.STALLED:
        past |= {"wake_on": timezone.localdate(), "reason": "waits"}
    if status == Status.REJECTED:
        past |= {"reason": "a joke"}
    ticket = TicketFactory(status=status, category=CategoryFactory(), **past | fields)
    if status == Status.DUPLICATE:
        Link.objects.create(ticket=ticket, other=TicketFactory(), kind=Link.Kind.DUPLICATE)
    return ticket


def do(deed, ticket, by):
    values = {name: value() if callable(value) else value for name, value in DEEDS[deed].items()}
    getattr(operations, deed)(ticket=ticket, by=by, **values)


@pytest.mark.parametrize("edge", MOVES, ids=lambda edge: edge.deed)
@pytest.mark.parametrize("status", Status.values)
def test_each_deed_leads_on_from_its_statuses_only(administrator, edge, status):
    ticket = ticket_being(status)

    if status in edge.sources:
        do(edge.deed, ticket, administrator)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.version) == (edge.target, 2)
        assert ticket.history.first().history_user == administrator
    else:
        with pytest.raises(Refusal):
            do(edge.deed, ticket, administrator)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.version) == (status, 1)


@pytest.mark.parametrize("edge", MOVES, ids=lambda edge: edge.deed)
@pytest.mark.parametrize("role", ROLES)
def test_each_deed_is_refused_below_every_door_without_its_permission(make_staff, edge, role):
    ticket, person = ticket_being(edge.sources[0]), make_staff(role)

    if role in MAY[edge.permission]:
        do(edge.deed, ticket, person)
    else:
        with pytest.raises(Refusal, match="Your role does not allow"):
            do(edge.deed, ticket, person)


@pytest.mark.parametrize("edge", MOVES, ids=lambda edge: edge.deed)
def test_the_reporter_confirms_and_sends_back_and_does_nothing_else(edge):
    ticket = ticket_being(edge.sources[0])

    if edge.reporter:
        do(edge.deed, ticket, ticket.reporter)
    else:
        with pytest.raises(Refusal, match="Your role does not allow"):
            do(edge.deed, ticket, ticket.reporter)


def test_accepting_takes_team_priority_days_and_checklist_from_the_category(clerk):
    category = CategoryFactory(team=TeamFactory(), priority=2, days=3)
    CategoryCheck.objects.create(category=category, text="Power off")
    ticket = TicketFactory()

    operations.accept(ticket=ticket, by=clerk, category=category)

    assert (ticket.team, ticket.technician, ticket.priority) == (category.team, None, 2)
    assert timedelta(days=2) < ticket.due_at - timezone.now() <= timedelta(days=3)
    assert [check.text for check in ticket.checks.all()] == ["Power off"]


def test_whoever_starts_a_ticket_without_a_technician_is_it(technician):
    ticket = ticket_being(Status.ACCEPTED)

    operations.start(ticket=ticket, by=technician)

    assert ticket.technician == technician


def test_resolving_writes_down_what_it_took(technician):
    ticket = ticket_being(Status.IN_PROGRESS)

    operations.resolve(ticket=ticket, by=technician, note="new lamp", minutes=20, parts="lamp", cost=4)

    entry = WorkEntry.objects.get()
    assert (entry.minutes, entry.parts, entry.person) == (20, "lamp", technician)


@pytest.mark.parametrize(
    ("deed", "status", "values", "sentence"),
    [
        ("reject", Status.NEW, {"reason": " "}, "Say why"),
        ("stall", Status.IN_PROGRESS, {"reason": "", "wake_on": None}, "Say what it waits for"),
        ("stall", Status.IN_PROGRESS, {"reason": "part", "wake_on": None}, "Give the day"),
        ("resolve", Status.IN_PROGRESS, {"note": "", "minutes": 5}, "Say what was done"),
        ("resolve", Status.IN_PROGRESS, {"note": "done", "minutes": None}, "how many minutes"),
        ("resolve", Status.IN_PROGRESS, {"note": "done", "minutes": -1}, "from 0 to"),
        ("send_back", Status.RESOLVED, {"reason": ""}, "still broken"),
        ("reopen", Status.CONFIRMED, {"reason": ""}, "Say why"),
    ],
)
def test_what_a_status_needs_is_asked_for(administrator, deed, status, values, sentence):
    ticket = ticket_being(status)

    with pytest.raises(Refusal, match=sentence):
        getattr(operations, deed)(ticket=ticket, by=administrator, **values)


def test_a_ticket_that_has_changed_since_is_refused(technician, clerk):
    ticket = ticket_being(Status.ACCEPTED)
    operations.assign_ticket(ticket=ticket, by=clerk, technician=technician)

    with pytest.raises(operations.Stale, match="has changed since you opened it"):
        operations.start(ticket=ticket, by=technician, version=1)


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CONFIRMED, Status.REJECTED, Status.DUPLICATE])
def test_a_locked_ticket_takes_no_word_and_no_work(administrator, status):
    ticket = ticket_being(status)

    for deed in (
        lambda: operations.comment(ticket=ticket, by=administrator, text="hello", internal=True),
        lambda: operations.add_work(ticket=ticket, by=administrator, minutes=1),
        lambda: operations.assign_ticket(ticket=ticket, by=administrator, technician=administrator),
    ):
        with pytest.raises(Refusal, match="cannot be changed|Go on there"):
            deed()


def test_the_reporter_is_told_and_whoever_did_it_is_not(technician):
    ticket = ticket_being(Status.ACCEPTED, technician=technician)

    operations.start(ticket=ticket, by=technician)

    [notice] = Notice.objects.all()
    assert (notice.kind, notice.person, notice.facts["event"]) == ("ticket_event", ticket.reporter, "started")
