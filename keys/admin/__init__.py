"""Staff pages of the key desk and the key shop."""

from keys.admin.cabinets import CabinetAdmin, HookAdmin
from keys.admin.doors import DoorAdmin
from keys.admin.exceptions import HoldAdmin, LoanExceptionAdmin
from keys.admin.keys import KeyAdmin
from keys.admin.keysets import KeysetAdmin, OperatesAdmin
from keys.admin.loans import LoanAdmin
from keys.admin.people import BorrowerAdmin
from keys.admin.places import KeyedBuildingAdmin, KeyedSpaceAdmin
from keys.admin.renewals import RenewalAdmin
from keys.admin.separations import SeparationAdmin
from keys.admin.symbols import KeySymbolAdmin, KeySystemAdmin

__all__ = [
    "BorrowerAdmin",
    "CabinetAdmin",
    "DoorAdmin",
    "HoldAdmin",
    "HookAdmin",
    "KeyAdmin",
    "KeySymbolAdmin",
    "KeySystemAdmin",
    "KeyedBuildingAdmin",
    "KeyedSpaceAdmin",
    "KeysetAdmin",
    "LoanAdmin",
    "LoanExceptionAdmin",
    "OperatesAdmin",
    "RenewalAdmin",
    "SeparationAdmin",
]
