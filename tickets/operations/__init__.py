"""What is done with repair tickets, and when it is refused."""

from tickets.operations.assignment import add_helper, assign_ticket, remove_helper
from tickets.operations.moves import (
    accept,
    confirm,
    reconsider,
    reject,
    reopen,
    resolve,
    send_back,
    stall,
    start,
)
from tickets.operations.reports import report
from tickets.operations.rules import Stale, may
from tickets.operations.thread import comment, stop_watching, watch
from tickets.operations.tracking import link_of, revoke_tracking
from tickets.operations.work import add_work, tick

__all__ = [
    "Stale",
    "accept",
    "add_helper",
    "add_work",
    "assign_ticket",
    "comment",
    "confirm",
    "link_of",
    "may",
    "reconsider",
    "reject",
    "remove_helper",
    "reopen",
    "report",
    "resolve",
    "revoke_tracking",
    "send_back",
    "stall",
    "start",
    "stop_watching",
    "tick",
    "watch",
]
