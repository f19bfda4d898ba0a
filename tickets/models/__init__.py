"""What is broken, who mends it, and is it done."""

from tickets.models.categories import Category, CategoryCheck, Priority, Team, TeamMember
from tickets.models.life import AT_WORK, LOCKED, MOVES, Move, Status
from tickets.models.mail import Attachment, ParkedMail
from tickets.models.schedules import Occurrence, Schedule
from tickets.models.staff import NoticePreference, SavedView
from tickets.models.thread import Comment, Photo, Watcher
from tickets.models.tickets import Ticket
from tickets.models.tracking import TrackingLink
from tickets.models.work import Check, Helper, Link, Outage, WorkEntry

__all__ = [
    "AT_WORK",
    "LOCKED",
    "MOVES",
    "Attachment",
    "Category",
    "CategoryCheck",
    "Check",
    "Comment",
    "Helper",
    "Link",
    "Move",
    "NoticePreference",
    "Occurrence",
    "Outage",
    "ParkedMail",
    "Photo",
    "Priority",
    "SavedView",
    "Schedule",
    "Status",
    "Team",
    "TeamMember",
    "Ticket",
    "TrackingLink",
    "Watcher",
    "WorkEntry",
]
