"""What is done with repair tickets, and when it is refused."""

from tickets.operations.assignment import add_helper, assign_ticket, remove_helper
from tickets.operations.merges import merge, unmerge
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
from tickets.operations.photos import add_ticket_photos
from tickets.operations.reports import me_too, report, report_again
from tickets.operations.rules import Stale, may
from tickets.operations.thread import comment, stop_watching, watch
from tickets.operations.tracking import link_of, resume_mails, revoke_tracking, stop_mails
from tickets.operations.work import add_work, tick

__all__ = [
    "Stale",
    "accept",
    "add_helper",
    "add_ticket_photos",
    "add_work",
    "assign_ticket",
    "comment",
    "confirm",
    "link_of",
    "may",
    "me_too",
    "merge",
    "reconsider",
    "reject",
    "remove_helper",
    "reopen",
    "report",
    "report_again",
    "resolve",
    "resume_mails",
    "revoke_tracking",
    "send_back",
    "stall",
    "start",
    "stop_mails",
    "stop_watching",
    "tick",
    "unmerge",
    "watch",
]
