"""Keys, where they hang, and in whose hands they are."""

from keys.models.cabinets import Cabinet, Hook
from keys.models.doors import Door, Pinning
from keys.models.exceptions import Hold, LoanException
from keys.models.inventory import Key
from keys.models.keysets import Keyset, Operates
from keys.models.loans import Loan
from keys.models.renewals import Reminder, Renewal
from keys.models.symbols import KeySymbol
from keys.models.systems import KeySystem

__all__ = [
    "Cabinet",
    "Door",
    "Hold",
    "Hook",
    "Key",
    "KeySymbol",
    "KeySystem",
    "Keyset",
    "Loan",
    "LoanException",
    "Operates",
    "Pinning",
    "Reminder",
    "Renewal",
]
