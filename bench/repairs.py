"""Tickets of any number with four comments each, written by COPY: the same rows every time, about bench.inventory."""

import random
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Person
from assets.models import Asset, Space
from bench.inventory import copy_rows, finish
from tickets.models import Category, Comment, Helper, Status, Team, TeamMember, Ticket, TrackingLink, Watcher

TICKETS, SMALL = 250_000, 2_500
COMMENTS, LONG_THREAD = 4, 60  # of each ticket; of the newest one
OPEN, TECHNICIANS, TEAMS, CATEGORIES = 4_000, 60, 12, 40
COMMON, FREQUENT, SELDOM, RARE = "please", "corridor", "varnish", "zephyr"  # in 30, 5 and 1 % of texts; in 3 tickets
SHARES = {COMMON: 0.3, FREQUENT: 0.05, SELDOM: 0.01}
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "ze")
MODELS = (Team, Category, Ticket, TeamMember, Comment, Watcher, Helper, TrackingLink)
OVER = ((Status.CONFIRMED, 90), (Status.REJECTED, 7), (Status.RESOLVED, 3))
SAID = """
    UPDATE tickets_ticket SET said = coalesce(thread.said, ''), noted = coalesce(thread.noted, '')
    FROM (
        SELECT ticket_id, string_agg(text, ' ' ORDER BY id) FILTER (WHERE NOT internal) AS said,
            string_agg(text, ' ' ORDER BY id) FILTER (WHERE internal) AS noted
        FROM tickets_comment GROUP BY ticket_id
    ) thread
    WHERE thread.ticket_id = tickets_ticket.id
"""
GOING_ON = (Status.NEW, Status.ACCEPTED, Status.IN_PROGRESS, Status.STALLED)


def build(tickets):
    """Empty the tickets and fill them anew; the people, assets and rooms are there already."""
    people = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:100_000])
    about = list(Asset.objects.values_list("pk", flat=True)), list(Space.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        clear()
        copy_rows(cursor, Team, ({"id": n, "name": f"Team {n}"} for n in range(1, TEAMS + 1)))
        copy_rows(cursor, Category, ({"id": n, "name": f"Sort {n}"} for n in range(1, CATEGORIES + 1)))
        copy_rows(cursor, TeamMember, _members(people))
        writer = Writer()
        copy_rows(cursor, Ticket, _tickets(tickets, people, about, writer))
        copy_rows(cursor, Comment, _comments(tickets, people, writer))
        cursor.execute(SAID)
        copy_rows(cursor, Watcher, _others(tickets // 10, tickets, people, since=timezone.now()))
        copy_rows(cursor, Helper, _others(tickets // 100, tickets, people[:TECHNICIANS]))
        for model in MODELS:
            finish(cursor, model)
        cursor.execute("SELECT setval('ticket_number', %s)", [tickets])
        cursor.execute("VACUUM ANALYZE")


def clear():
    call_command("migrate", verbosity=0)
    models = [*MODELS, *(model.history.model for model in MODELS)]
    with connection.cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in models)
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


class Writer:
    """Prose of 4,000 words, some of them frequent and most of them not, as in any language."""

    def __init__(self):
        self.draw = random.Random(3)
        words = {"".join(self.draw.choices(SYLLABLES, k=self.draw.randint(2, 4))) for _n in range(4_400)}
        self.words = sorted(words)
        self.draw.shuffle(self.words)
        self.weights = [1 / (rank + 20) for rank in range(len(self.words))]
        total = 0
        self.up_to = [total := total + weight for weight in self.weights]

    def text(self, length):
        words = self.draw.choices(self.words, cum_weights=self.up_to, k=length)
        words += [word for word, share in SHARES.items() if self.draw.random() < share]
        return " ".join(words).capitalize() + "."


def _members(people):
    return ({"id": n, "team_id": n % TEAMS + 1, "person_id": people[n - 1]} for n in range(1, TECHNICIANS + 1))


def _tickets(tickets, people, about, writer):
    """The newest are open mostly, some old ones too; every hundredth is deleted."""
    now, (assets, rooms) = timezone.now(), about
    share = min(0.5, OPEN / tickets)
    for n in range(1, tickets + 1):
        at = now - timedelta(days=1500 * (1 - n / tickets), minutes=n % 600)
        newest = n > tickets * (1 - share / 2)
        status = _status(n, newest or writer.draw.random() < share / 2, writer.draw)
        yield {
            "id": n, "number": n, "title": f"{writer.text(4)[:110]}", "description": writer.text(25),
            "space_id": rooms[n % len(rooms)] if n % 3 else None, "trust": 2, "reported_at": at, "moved_at": at,
            "asset_id": None if n % 3 else assets[n % len(assets)], "category_id": n % CATEGORIES + 1,
            "reporter_id": people[7 * n % len(people)], "touched_at": at, "status": status, "priority": n % 4 + 1,
            "place_in_words": f"{RARE} annex" if n in _rare(tickets)[:2] else "",
        } | _end(n, status, at, people)  # fmt: skip


def _rare(tickets):
    return tickets // 5, tickets // 2, tickets - 3


def _status(n, is_open, draw):
    if is_open:
        return GOING_ON[n % 4]
    return draw.choices([status for status, _weight in OVER], [weight for _status, weight in OVER])[0]


def _end(n, status, at, people):
    """What the status needs, and who works on it: every fifth new one is nobody's yet."""
    values = {"technician_id": people[n % TECHNICIANS], "team_id": n % TEAMS + 1} if n % 5 else {}
    if status == Status.STALLED:
        values |= {"reason": "Waits for a part", "wake_on": timezone.localdate() + timedelta(days=n % 30)}
    if status == Status.REJECTED:
        values |= {"reason": "Not ours"}
    if status in (Status.RESOLVED, Status.CONFIRMED):
        values |= {"resolution": "Mended and tried.", "resolved_at": at, "resolved_by_id": people[n % TECHNICIANS]}
    if status == Status.CONFIRMED:
        values |= {"confirmed_at": at}
    if status in GOING_ON:
        values |= {"due_at": at + timedelta(days=14)}
    if n % 100 == 50:
        values |= {"deleted_at": at, "deleted_by_id": people[0], "deleted_reason": "Twice"}
    return values


def _comments(tickets, people, writer):
    """Four of each ticket, written as time went by; the newest ticket has sixty."""
    now, number = timezone.now(), 0
    for n in range(1, tickets + 1):
        for turn in range(LONG_THREAD if n == tickets else COMMENTS):
            number += 1
            at = now - timedelta(days=1500 * (1 - n / tickets)) + timedelta(minutes=turn)
            rare = f" {RARE}" if n == _rare(tickets)[2] and turn == 1 else ""
            by = people[n % TECHNICIANS] if turn % 2 else people[7 * n % len(people)]
            yield {
                "id": number, "ticket_id": n, "text": writer.text(20) + rare, "internal": turn % 4 == 3, "at": at,
                "by_id": by, "trust": 3,
            }  # fmt: skip


def _others(number, tickets, people, **values):
    """So many people who follow or help, none twice with one ticket."""
    step = tickets // number
    return (
        {"id": n, "ticket_id": n * step, "person_id": people[3 * n % len(people)]} | values
        for n in range(1, number + 1)
    )
