"""Staff pages of the key desk and the key shop."""

from keys.admin.cabinets import CabinetAdmin, HookAdmin
from keys.admin.exceptions import HoldAdmin, LoanExceptionAdmin
from keys.admin.keys import KeyAdmin
from keys.admin.loans import LoanAdmin
from keys.admin.people import BorrowerAdmin
from keys.admin.renewals import RenewalAdmin
from keys.admin.symbols import KeySymbolAdmin, KeySystemAdmin

__all__ = [
    "BorrowerAdmin",
    "CabinetAdmin",
    "HoldAdmin",
    "HookAdmin",
    "KeyAdmin",
    "KeySymbolAdmin",
    "KeySystemAdmin",
    "LoanAdmin",
    "LoanExceptionAdmin",
    "RenewalAdmin",
]
