"""What is done with repair tickets, and when it is refused."""

from tickets.operations.assignment import add_helper, assign_ticket, remove_helper
from tickets.operations.categories import add_category, move_category, reinstate_category, retire_category
from tickets.operations.clock import confirm_silent_tickets, wake_tickets
from tickets.operations.demo import make_demo
from tickets.operations.edits import EDITABLE, PLACES, edit_ticket, link_tickets, make_asset, unlink_tickets
from tickets.operations.fetching import fetch_mail
from tickets.operations.following import follow_ticket
from tickets.operations.inbox import Outcome, receive_mail
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
from tickets.operations.parked import add_parked_to, discard_parked, report_from_parked
from tickets.operations.photos import add_ticket_photos
from tickets.operations.preferences import set_notice_preference
from tickets.operations.rekeyings import report_rekeying
from tickets.operations.reminders import remind_of_tickets
from tickets.operations.removals import remove_ticket, restore_ticket
from tickets.operations.reports import me_too, report, report_again
from tickets.operations.retention import purge_tickets
from tickets.operations.rules import Stale, may
from tickets.operations.schedules import (
    add_schedule,
    change_schedule,
    make_scheduled_tickets,
    next_days,
    pause_schedule,
    resume_schedule,
)
from tickets.operations.staff import remove_view, save_view
from tickets.operations.thread import comment, stop_watching, watch
from tickets.operations.tracking import link_of, resume_mails, revoke_tracking, stop_mails
from tickets.operations.work import add_work, tick

__all__ = [
    "EDITABLE",
    "PLACES",
    "Outcome",
    "Stale",
    "accept",
    "add_category",
    "add_helper",
    "add_parked_to",
    "add_schedule",
    "add_ticket_photos",
    "add_work",
    "assign_ticket",
    "change_schedule",
    "comment",
    "confirm",
    "confirm_silent_tickets",
    "discard_parked",
    "edit_ticket",
    "fetch_mail",
    "follow_ticket",
    "link_of",
    "link_tickets",
    "make_asset",
    "make_demo",
    "make_scheduled_tickets",
    "may",
    "me_too",
    "merge",
    "move_category",
    "next_days",
    "pause_schedule",
    "purge_tickets",
    "receive_mail",
    "reconsider",
    "reinstate_category",
    "reject",
    "remind_of_tickets",
    "remove_helper",
    "remove_ticket",
    "remove_view",
    "reopen",
    "report",
    "report_again",
    "report_from_parked",
    "report_rekeying",
    "resolve",
    "restore_ticket",
    "resume_mails",
    "resume_schedule",
    "retire_category",
    "revoke_tracking",
    "save_view",
    "send_back",
    "set_notice_preference",
    "stall",
    "start",
    "stop_mails",
    "stop_watching",
    "tick",
    "unlink_tickets",
    "unmerge",
    "wake_tickets",
    "watch",
]
