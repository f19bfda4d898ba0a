"""What the key desk does, and when it refuses."""

from keys.operations.approvals import delegate_approvals, end_delegation, escalate_approvals, uncovered
from keys.operations.clock import lift_expired_exceptions, release_expired_holds, remind_borrowers, retire_keys
from keys.operations.corrections import transfer, undo
from keys.operations.decisions import (
    approve_request,
    as_seen,
    choose_way,
    expire_requests,
    propose_waiting,
    reject_request,
    revalidate_request,
    revalidate_requests,
    seen_of,
)
from keys.operations.door_imports import DOOR_COLUMNS, import_doors
from keys.operations.doors import pin_door, reinstate_door, retire_door, unpin_door
from keys.operations.exceptions import end_exception, grant_exception
from keys.operations.fulfilment import cancel_job, check_cut_key, cut_key, deliver_key
from keys.operations.hierarchy import place_symbol
from keys.operations.holds import hold_key, release_hold
from keys.operations.imports import KEY_COLUMNS, import_keys
from keys.operations.inventory import add_key, reinstate_key, retire_key, retire_symbol
from keys.operations.keysets import add_keyset, let_operate, stop_operating
from keys.operations.kiosk import check_out_at_kiosk, take_back_at_kiosk
from keys.operations.loans import check_out, preview_check_out
from keys.operations.losses import record_payment, report_found, report_lost
from keys.operations.proposals import preview_proposal
from keys.operations.renewals import renew, renewed_until
from keys.operations.requests import (
    add_to_request,
    remove_from_request,
    send_request,
    withdraw_request,
    write_message,
)
from keys.operations.returns import claim_return, reject_claim, return_key, take_back
from keys.operations.symbols import SYMBOL_COLUMNS, import_symbols

__all__ = [
    "revalidate_requests",
    "as_seen",
    "seen_of",
    "write_message",
    "withdraw_request",
    "send_request",
    "remove_from_request",
    "add_to_request",
    "preview_proposal",
    "deliver_key",
    "cut_key",
    "check_cut_key",
    "cancel_job",
    "revalidate_request",
    "reject_request",
    "propose_waiting",
    "expire_requests",
    "choose_way",
    "approve_request",
    "uncovered",
    "escalate_approvals",
    "end_delegation",
    "delegate_approvals",
    "DOOR_COLUMNS",
    "KEY_COLUMNS",
    "SYMBOL_COLUMNS",
    "add_key",
    "add_keyset",
    "check_out",
    "check_out_at_kiosk",
    "claim_return",
    "end_exception",
    "grant_exception",
    "hold_key",
    "import_doors",
    "import_keys",
    "import_symbols",
    "let_operate",
    "lift_expired_exceptions",
    "pin_door",
    "place_symbol",
    "preview_check_out",
    "record_payment",
    "reinstate_key",
    "reinstate_door",
    "reject_claim",
    "release_expired_holds",
    "release_hold",
    "remind_borrowers",
    "renew",
    "renewed_until",
    "report_found",
    "report_lost",
    "retire_door",
    "retire_key",
    "retire_keys",
    "retire_symbol",
    "return_key",
    "stop_operating",
    "take_back",
    "take_back_at_kiosk",
    "transfer",
    "undo",
    "unpin_door",
]
