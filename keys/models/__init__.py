"""Keys, where they hang, and in whose hands they are."""

from keys.models.approvals import Approval, ApprovedDoor, Delegation
from keys.models.cabinets import Cabinet, Hook
from keys.models.doors import Door, Pinning
from keys.models.exceptions import Hold, LoanException
from keys.models.inventory import Key
from keys.models.keysets import Keyset, Operates
from keys.models.loans import Loan
from keys.models.proposals import CuttingJob, Proposal, ProposedKey
from keys.models.renewals import Reminder, Renewal
from keys.models.requests import KeyRequest, RequestItem, RequestMessage
from keys.models.symbols import KeySymbol
from keys.models.systems import KeySystem

__all__ = [
    "Approval",
    "ApprovedDoor",
    "Cabinet",
    "CuttingJob",
    "Delegation",
    "Door",
    "Hold",
    "Hook",
    "Key",
    "KeyRequest",
    "KeySymbol",
    "KeySystem",
    "Keyset",
    "Loan",
    "LoanException",
    "Operates",
    "Pinning",
    "Proposal",
    "ProposedKey",
    "Reminder",
    "Renewal",
    "RequestItem",
    "RequestMessage",
]
