"""Keys, where they hang, and in whose hands they are."""

from keys.models.cabinets import Cabinet, Hook
from keys.models.exceptions import Hold, LoanException
from keys.models.inventory import Key, KeySymbol
from keys.models.loans import Loan
from keys.models.renewals import Reminder, Renewal
from keys.models.rooms import SymbolSpace
from keys.models.systems import KeySystem

__all__ = [
    "Cabinet",
    "Hold",
    "Hook",
    "Key",
    "KeySymbol",
    "KeySystem",
    "Loan",
    "LoanException",
    "Reminder",
    "Renewal",
    "SymbolSpace",
]
