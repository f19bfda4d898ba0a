"""Staff pages for repair tickets, and what they add to the pages of rooms, things and people."""

from tickets.admin.categories import CategoryAdmin, TeamAdmin
from tickets.admin.mail import ParkedMailAdmin
from tickets.admin.schedules import OccurrenceAdmin, ScheduleAdmin
from tickets.admin.things import MendedAssetAdmin, MendedKeyAdmin, MendedSpaceAdmin, ReporterAdmin
from tickets.admin.tickets import TicketAdmin
from tickets.admin.work import NoticePreferenceAdmin, TrackingLinkAdmin, WorkEntryAdmin

__all__ = [
    "CategoryAdmin",
    "MendedAssetAdmin",
    "MendedKeyAdmin",
    "MendedSpaceAdmin",
    "NoticePreferenceAdmin",
    "OccurrenceAdmin",
    "ParkedMailAdmin",
    "ReporterAdmin",
    "ScheduleAdmin",
    "TeamAdmin",
    "TicketAdmin",
    "TrackingLinkAdmin",
    "WorkEntryAdmin",
]
