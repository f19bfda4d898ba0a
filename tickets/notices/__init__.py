"""Who is told what of a ticket: one matrix of events and roles, and what the mails say."""

from tickets.notices.digests import ticket_digest
from tickets.notices.letters import ticket_event, ticket_news
from tickets.notices.matrix import CUSTOMERS, MATRIX, REMINDERS, REPORTER, REVIEWER, TEAM, TECHNICIAN, WATCHER
from tickets.notices.telling import (
    accepted,
    assigned,
    confirmed,
    joined,
    merged,
    noted,
    receivers,
    rejected,
    reopened,
    replied,
    reported,
    resolved,
    sent_back,
    stalled,
    started,
    unmerged,
    woken,
)

CONTENTS = {"ticket_digest": ticket_digest, "ticket_event": ticket_event, "ticket_news": ticket_news}

__all__ = [
    "CONTENTS",
    "CUSTOMERS",
    "MATRIX",
    "REMINDERS",
    "REPORTER",
    "REVIEWER",
    "TEAM",
    "TECHNICIAN",
    "WATCHER",
    "accepted",
    "assigned",
    "confirmed",
    "joined",
    "merged",
    "noted",
    "receivers",
    "rejected",
    "reopened",
    "replied",
    "reported",
    "resolved",
    "sent_back",
    "stalled",
    "started",
    "ticket_digest",
    "ticket_event",
    "ticket_news",
    "unmerged",
    "woken",
]
