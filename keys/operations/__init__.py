"""What the key desk does, and when it refuses."""

from keys.operations.clock import lift_expired_exceptions, release_expired_holds, remind_borrowers, retire_keys
from keys.operations.corrections import transfer, undo
from keys.operations.exceptions import end_exception, grant_exception
from keys.operations.inventory import hold_key, reinstate_key, release_hold, retire_key, retire_symbol
from keys.operations.loans import (
    check_out,
    claim_return,
    preview_check_out,
    reject_claim,
    renew,
    renewed_until,
    return_key,
    take_back,
)
from keys.operations.losses import record_payment, report_found, report_lost

__all__ = [
    "check_out",
    "claim_return",
    "end_exception",
    "grant_exception",
    "hold_key",
    "lift_expired_exceptions",
    "preview_check_out",
    "record_payment",
    "reinstate_key",
    "reject_claim",
    "release_expired_holds",
    "release_hold",
    "remind_borrowers",
    "renew",
    "renewed_until",
    "report_found",
    "report_lost",
    "retire_key",
    "retire_keys",
    "retire_symbol",
    "return_key",
    "take_back",
    "transfer",
    "undo",
]
