"""The pages of repair tickets."""

from tickets.views.follow import ticket_follow, ticket_photo
from tickets.views.public import ticket_me_too, ticket_report, ticket_report_about, ticket_reported

__all__ = [
    "ticket_follow",
    "ticket_me_too",
    "ticket_photo",
    "ticket_report",
    "ticket_report_about",
    "ticket_reported",
]
