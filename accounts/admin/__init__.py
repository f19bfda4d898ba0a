"""Staff pages for people, what they may borrow and what is written to them."""

from accounts.admin.departments import AffiliationAdmin, DepartmentAdmin
from accounts.admin.invitations import InvitationAdmin
from accounts.admin.kiosks import KioskAdmin
from accounts.admin.notices import NoticeAdmin
from accounts.admin.people import PersonAdmin
from accounts.admin.terms import ClosedDayAdmin, LoanTermAdmin

__all__ = [
    "AffiliationAdmin",
    "ClosedDayAdmin",
    "DepartmentAdmin",
    "InvitationAdmin",
    "KioskAdmin",
    "LoanTermAdmin",
    "NoticeAdmin",
    "PersonAdmin",
]
