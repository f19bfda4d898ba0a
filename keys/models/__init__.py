"""Keys, where they hang, and in whose hands they are."""

from keys.models.approvals import Approval, ApprovedDoor, Delegation
from keys.models.attestations import Attestation, Outcome
from keys.models.cabinets import Cabinet, CabinetCount, Hook
from keys.models.campaigns import Campaign, Candidate
from keys.models.charges import Charge, Event, FeeRule
from keys.models.doors import Door, Pinning
from keys.models.exceptions import Hold, LoanException
from keys.models.inventory import Key
from keys.models.keysets import Keyset, Operates
from keys.models.loans import Loan
from keys.models.losses import LossReport
from keys.models.proposals import CuttingJob, Proposal, ProposedKey
from keys.models.rekeyed import RekeyedDoor, RekeyedSymbol
from keys.models.rekeyings import KeySwap, Rekeying
from keys.models.renewals import Reminder, Renewal
from keys.models.requests import KeyRequest, RequestItem, RequestMessage
from keys.models.separations import Separation
from keys.models.symbols import KeySymbol
from keys.models.systems import KeySystem

__all__ = [
    "Approval",
    "ApprovedDoor",
    "Attestation",
    "Cabinet",
    "CabinetCount",
    "Campaign",
    "Candidate",
    "Charge",
    "CuttingJob",
    "Delegation",
    "Door",
    "Event",
    "FeeRule",
    "Hold",
    "Hook",
    "Key",
    "KeyRequest",
    "KeySwap",
    "KeySymbol",
    "KeySystem",
    "Keyset",
    "Loan",
    "LoanException",
    "LossReport",
    "Operates",
    "Outcome",
    "Pinning",
    "Proposal",
    "ProposedKey",
    "RekeyedDoor",
    "RekeyedSymbol",
    "Rekeying",
    "Reminder",
    "Renewal",
    "RequestItem",
    "RequestMessage",
    "Separation",
]
