"""The life of a ticket: where it may stand, and every way from there."""

from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a ticket stands."""

    NEW = "new", _("New")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    IN_PROGRESS = "in_progress", _("In progress")
    STALLED = "stalled", _("Stalled")
    RESOLVED = "resolved", _("Resolved")
    CONFIRMED = "confirmed", _("Confirmed")
    DUPLICATE = "duplicate", _("Duplicate")


# Read-only until sent back, reopened, looked at anew, or taken out of the ticket that it was merged into.
LOCKED = (Status.RESOLVED, Status.CONFIRMED, Status.REJECTED, Status.DUPLICATE)
AT_WORK = (Status.ACCEPTED, Status.IN_PROGRESS, Status.STALLED)
OPEN = Q(status__in=["new", "accepted", "in_progress", "stalled"])


class Move(NamedTuple):
    """An edge of the life cycle: the deed that takes it, from where to where, and the permission it needs."""

    deed: str
    sources: tuple[str, ...]
    target: str
    permission: str
    reporter: bool = False  # whoever reported it may, too


MOVES = (
    Move("accept", (Status.NEW,), Status.ACCEPTED, "tickets.triage"),
    Move("reject", (Status.NEW,), Status.REJECTED, "tickets.triage"),
    Move("start", (Status.ACCEPTED, Status.STALLED), Status.IN_PROGRESS, "tickets.work"),
    Move("stall", (Status.IN_PROGRESS,), Status.STALLED, "tickets.work"),
    Move("resolve", (Status.IN_PROGRESS,), Status.RESOLVED, "tickets.work"),
    Move("confirm", (Status.RESOLVED,), Status.CONFIRMED, "tickets.review", reporter=True),
    Move("send_back", (Status.RESOLVED,), Status.IN_PROGRESS, "tickets.review", reporter=True),
    Move("reopen", (Status.CONFIRMED,), Status.IN_PROGRESS, "tickets.review", reporter=True),
    Move("reconsider", (Status.REJECTED,), Status.NEW, "tickets.triage"),
    Move("merge", (Status.NEW, *AT_WORK), Status.DUPLICATE, "tickets.merge_ticket"),
    Move("unmerge", (Status.DUPLICATE,), Status.NEW, "tickets.merge_ticket"),
)
