"""Reminders of tickets that lie about: first to whoever should mend them, then to the reviewers."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat, Extract, JSONObject

from accounts.models import Notice
from accounts.notices import post_all
from keysite.ledger import alone, insert_from
from tickets.models import Ticket
from tickets.notices import TEAM, TECHNICIAN
from tickets.notices.digests import digest_of, key_of, next_moment, reviewers

TEXT = models.CharField()
PERSON = {TECHNICIAN: "technician", TEAM: "team__members__person"}  # the team where there is no technician


@transaction.atomic
def remind_of_tickets(*, at):
    """Put into the next morning's digest which tickets nobody has begun with, and which take too long.

    Each is told once to its technician, or to its team when it has none, and again when it has been touched and lies
    about anew. Reviewers get a digest every day; it says what was reported and mended, and what has lain about for
    ``TICKET_REVIEWER_DAYS`` more. Some statements, however many tickets there are. Ticks that are doubled or late
    change nothing.
    """
    if not alone("remind_of_tickets"):
        return
    moment = next_moment(at)
    steps = {
        "untouched": (Ticket.objects.untouched(before=_ago(at, settings.TICKET_UNTOUCHED_DAYS)), "touched_at"),
        "long": (Ticket.objects.long_in_progress(before=_ago(at, settings.TICKET_LONG_DAYS)), "moved_at"),
    }
    people = set(reviewers().values_list("pk", flat=True))
    for event, (tickets, since) in steps.items():
        for role in PERSON:
            people |= _write_lines(event, role, _untold(event, role, tickets, since), at, moment)
    there = Notice.objects.filter(dedupe_key__in=[key_of(person, moment) for person in people])
    people -= set(there.values_list("person", flat=True))
    if people:
        post_all([digest_of(person, moment) for person in sorted(people)])


def _ago(at, n):
    return at - timedelta(days=n)


def _untold(event, role, tickets, since):
    """Those that whoever has this role was not told of since they began to lie about: ``line`` is the notice's key."""
    reader = PERSON[role]
    if role == TEAM:
        tickets = tickets.filter(technician=None)
    moment = Cast(Extract(since, "epoch"), models.BigIntegerField())
    key = Concat(Value("ticket:"), "pk", Value(f":{event}:"), moment, Value(":"), reader, output_field=TEXT)
    told = Notice.objects.filter(dedupe_key=OuterRef("line"))
    tickets = tickets.filter(**{f"{reader}__is_active": True}).annotate(reader=F(reader), line=key)
    return tickets.exclude(Exists(told)).order_by()


def _write_lines(event, role, tickets, at, moment):
    """Write one line for each of ``tickets``; gives back who reads them."""
    people = set(tickets.values_list("reader", flat=True).distinct())
    if people:
        said = {"event": Value(event), "role": Value(role), "digest": Value(moment.isoformat())}
        columns = {
            "public_id": RandomUUID(),
            "kind": Value("ticket_event"),
            "person": F("reader"),
            "address": Value(""),
            "facts": JSONObject(ticket=F("pk"), **said),
            "dedupe_key": F("line"),
            "created_at": Value(at),
            "next_try_at": Value(at),
            "cancelled_at": Value(at),
            "tries": Value(0),
            "last_error": Value(""),
            "sent_to": Value(""),
            "subject": Value(""),
            "text": Value(""),
        }
        insert_from(Notice, columns, tickets.values_list(*columns.values()))
    return people
