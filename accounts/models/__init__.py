"""People, what they may borrow and until when, and what is written to them."""

from accounts.models.departments import Affiliation, Department, KeyLevel, KeyOrder
from accounts.models.invitations import Invitation
from accounts.models.lending import Lent, LentQuerySet, midnight
from accounts.models.notices import FormKey, Notice
from accounts.models.people import Person, Trust
from accounts.models.proofs import EmailCode, Kiosk
from accounts.models.terms import ClosedDay, LoanTerm, TermDate

__all__ = [
    "Affiliation",
    "ClosedDay",
    "Department",
    "EmailCode",
    "FormKey",
    "Invitation",
    "KeyLevel",
    "KeyOrder",
    "Kiosk",
    "Lent",
    "LentQuerySet",
    "LoanTerm",
    "Notice",
    "Person",
    "TermDate",
    "Trust",
    "midnight",
]
