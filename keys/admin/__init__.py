"""Staff pages of the key desk and the key shop."""

from keys.admin.approvals import ApprovalAdmin, DelegationAdmin
from keys.admin.cabinets import CabinetAdmin, HookAdmin
from keys.admin.campaigns import AttestationAdmin, CampaignAdmin
from keys.admin.charges import ChargeAdmin
from keys.admin.cutting import CuttingJobAdmin
from keys.admin.departments import KeyedDepartmentAdmin
from keys.admin.doors import DoorAdmin
from keys.admin.exceptions import HoldAdmin, LoanExceptionAdmin
from keys.admin.fees import FeeRuleAdmin
from keys.admin.keys import KeyAdmin
from keys.admin.keysets import KeysetAdmin, OperatesAdmin
from keys.admin.loans import LoanAdmin
from keys.admin.losses import CabinetCountAdmin, LossReportAdmin
from keys.admin.people import BorrowerAdmin
from keys.admin.places import KeyedBuildingAdmin, KeyedSpaceAdmin
from keys.admin.rekeyings import RekeyingAdmin
from keys.admin.renewals import RenewalAdmin
from keys.admin.requests import KeyRequestAdmin
from keys.admin.separations import SeparationAdmin
from keys.admin.symbols import KeySymbolAdmin, KeySystemAdmin

__all__ = [
    "ApprovalAdmin",
    "AttestationAdmin",
    "BorrowerAdmin",
    "CabinetAdmin",
    "CabinetCountAdmin",
    "CampaignAdmin",
    "ChargeAdmin",
    "CuttingJobAdmin",
    "DelegationAdmin",
    "DoorAdmin",
    "FeeRuleAdmin",
    "HoldAdmin",
    "HookAdmin",
    "KeyAdmin",
    "KeyRequestAdmin",
    "KeySymbolAdmin",
    "KeySystemAdmin",
    "KeyedBuildingAdmin",
    "KeyedDepartmentAdmin",
    "KeyedSpaceAdmin",
    "KeysetAdmin",
    "LoanAdmin",
    "LoanExceptionAdmin",
    "LossReportAdmin",
    "OperatesAdmin",
    "RekeyingAdmin",
    "RenewalAdmin",
    "SeparationAdmin",
]
