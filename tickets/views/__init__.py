"""The pages of repair tickets."""

from tickets.views.calls import ticket_report_for
from tickets.views.deeds import ticket_deed
from tickets.views.files import parked_file, ticket_file, ticket_staff_file
from tickets.views.follow import ticket_follow, ticket_photo
from tickets.views.lists import ticket_list, ticket_view_remove, ticket_view_save
from tickets.views.mine import ticket_mine, ticket_mine_follow
from tickets.views.notices import ticket_notices
from tickets.views.public import ticket_me_too, ticket_report, ticket_report_about, ticket_reported
from tickets.views.rekeyings import rekeying_ticket
from tickets.views.tickets import ticket, ticket_history, ticket_staff_photo

__all__ = [
    "parked_file",
    "ticket_file",
    "ticket_staff_file",
    "rekeying_ticket",
    "ticket",
    "ticket_deed",
    "ticket_history",
    "ticket_list",
    "ticket_mine",
    "ticket_mine_follow",
    "ticket_notices",
    "ticket_staff_photo",
    "ticket_view_remove",
    "ticket_view_save",
    "ticket_follow",
    "ticket_me_too",
    "ticket_photo",
    "ticket_report",
    "ticket_report_about",
    "ticket_report_for",
    "ticket_reported",
]
