"""The questions about tickets that are asked all day: PostgreSQL says which index answers them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Person, Trust
from assets.models import Asset
from tickets.models import Category, Comment, Link, Outage, Status, Team, Ticket, TrackingLink, Watcher

NOW = timezone.now()
TODAY = NOW.date()
NEWEST = {
    "the open tickets": (lambda one: Ticket.objects.open(), "ticket_open_newest"),
    "those in one status": (lambda one: Ticket.objects.being(Status.STALLED), "ticket_by_status"),
    "a technician's": (lambda one: Ticket.objects.open().filter(technician=one.technician), "ticket_open_of"),
    "a team's": (lambda one: Ticket.objects.open().filter(team=one.team), "ticket_open_of_team"),
    "those of a category": (lambda one: Ticket.objects.filter(category=one.category), "ticket_by_category"),
}
HOT = {
    "the overdue ones": (lambda one: Ticket.objects.overdue(at=NOW - timedelta(days=340)), "ticket_open_by_due"),
    "one by its number": (lambda one: Ticket.objects.filter(number=7), "tickets_ticket_number"),
    "those about an asset": (lambda one: Ticket.objects.about(asset=one.asset), "tickets_ticket_asset"),
    "what keeps an asset out": (lambda one: Ticket.objects.keeping_out(one.asset), "tickets_ticket_asset"),
    "those of a reporter": (lambda one: Ticket.objects.reported_by(one.reporter), "tickets_ticket_reporter"),
    "what has to wake up": (lambda one: Ticket.objects.to_wake(on=TODAY), "ticket_by_status"),
    "what silence confirms": (lambda one: Ticket.objects.silent_since(NOW), "ticket_by_status"),
    "a thread": (lambda one: Comment.objects.filter(ticket=one).for_list(), "comment_of_ticket"),
    "who watches": (lambda one: Watcher.objects.filter(ticket=one, ended_at=None).order_by(), "tickets_watcher_ticket"),
    "where a token leads": (
        lambda one: TrackingLink.objects.in_use().filter(token_digest="x"),
        "tickets_trackinglink_token_digest",
    ),
    "somebody's link": (
        lambda one: TrackingLink.objects.in_use().filter(ticket=one, person=one.reporter),
        "tickets_trackinglink_ticket",
    ),
    "what goes on in a ticket": (lambda one: Link.objects.filter(other=one).order_by(), "tickets_link_other"),
    "whether a ticket took it out": (
        lambda one: Outage.objects.filter(asset=one.asset, out_at=NOW).order_by(),
        "tickets_outage_asset",
    ),
}


@pytest.fixture
def one(db):
    """A ticket among enough others for PostgreSQL to tell one index from another."""
    people = Person.objects.bulk_create(Person(email=f"p{n}@example.edu", last_name=f"N{n}") for n in range(500))
    assets = Asset.objects.bulk_create(Asset(tag=f"T{n}", name="Lamp") for n in range(500))
    categories = Category.objects.bulk_create(Category(name=f"C{n}") for n in range(200))
    teams = Team.objects.bulk_create(Team(name=f"T{n}") for n in range(100))
    tickets = Ticket.objects.bulk_create(_ticket(n, people, assets, categories, teams) for n in range(4000))
    Comment.objects.bulk_create(
        Comment(ticket=ticket, text="We come", internal=False, at=NOW, trust=Trust.STAFF) for ticket in tickets * 2
    )
    Watcher.objects.bulk_create(
        Watcher(ticket=ticket, person=people[ticket.number % 499], since=NOW) for ticket in tickets
    )
    TrackingLink.objects.bulk_create(
        TrackingLink(ticket=ticket, person=ticket.reporter, made_at=NOW, token_digest=f"d{ticket.number}")
        for ticket in tickets
    )
    pairs = zip(tickets, tickets[1:], strict=False)
    Link.objects.bulk_create(Link(ticket=ticket, other=other, kind="related") for ticket, other in pairs)
    out = zip(tickets, assets, strict=False)
    Outage.objects.bulk_create(Outage(ticket=ticket, asset=asset, out_at=NOW) for ticket, asset in out)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL random_page_cost = 1.1")  # as on the disks of today
    return tickets[10]


def _ticket(n, people, assets, categories, teams):
    """Half of them are open, some of these wait; the others are over."""
    at = NOW - timedelta(hours=n)
    ticket = Ticket(number=n + 1, title="No light", trust=Trust.PROVED, reported_at=at, moved_at=at, touched_at=at)
    ticket.reporter, ticket.asset, ticket.category = people[n % 500], assets[n % 500], categories[n % 199]
    ticket.technician, ticket.team, ticket.due_at = people[n % 40], teams[n % 97], NOW + timedelta(days=n % 700 - 350)
    if n % 2 == 0:
        ticket.status = [Status.NEW, Status.ACCEPTED, Status.IN_PROGRESS][n % 3]
    elif n % 101 == 0:
        ticket.status, ticket.reason, ticket.wake_on = Status.STALLED, "waits", TODAY
    else:
        ticket.status, ticket.reason = Status.REJECTED, "a joke"
    return ticket


def test_every_hot_question_uses_its_index(one):
    plans = {name: ask(one).order_by("-number")[:20].explain() for name, (ask, _index) in NEWEST.items()}
    plans |= {name: ask(one).explain() for name, (ask, _index) in HOT.items()}

    wanted = {name: index for name, (_ask, index) in (NEWEST | HOT).items()}
    missed = {name: plan for name, plan in plans.items() if wanted[name] not in plan}
    assert not missed, "\n\n".join(f"{name}:\n{plan}" for name, plan in missed.items())
