"""What the key desk does, and when it refuses."""

from keys.operations.approvals import delegate_approvals, end_delegation, escalate_approvals
from keys.operations.attestations import answer_attestation, answer_attestations
from keys.operations.campaigns import close_campaign, move_campaigns, open_campaign
from keys.operations.charges import (
    appeal_charge,
    charge_by_hand,
    charge_for_losses,
    charge_kept,
    mark_invoiced,
    reject_appeal,
    waive_charge,
)
from keys.operations.clock import lift_expired_exceptions, release_expired_holds, remind_borrowers, retire_keys
from keys.operations.corrections import transfer, undo
from keys.operations.counts import count_cabinet
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
from keys.operations.fees import add_fee_rule, change_fee_rule, end_fee_rule
from keys.operations.fulfilment import cancel_job, check_cut_key, cut_key, deliver_key
from keys.operations.hierarchy import place_symbol
from keys.operations.holds import hold_key, release_hold
from keys.operations.imports import KEY_COLUMNS, import_keys
from keys.operations.inventory import add_key, reinstate_key, retire_key, retire_symbol
from keys.operations.keysets import add_keyset, let_operate, stop_operating
from keys.operations.kiosk import check_out_at_kiosk, take_back_at_kiosk
from keys.operations.loans import check_out, preview_check_out
from keys.operations.loss_reports import ask_about_losses, close_losses, decide_loss
from keys.operations.losses import report_found, report_lost
from keys.operations.payments import pay_charge, record_payment, refund_charge
from keys.operations.proposals import preview_proposal
from keys.operations.rekeyings import (
    cancel_rekeying,
    close_rekeyings,
    leave_door,
    note_rekeying_cost,
    plan_rekeying,
    rekey_door,
    rekey_doors,
)
from keys.operations.renewals import renew, renewed_until
from keys.operations.requests import (
    add_to_request,
    remove_from_request,
    send_request,
    withdraw_request,
    write_message,
)
from keys.operations.returns import claim_return, reject_claim, return_key, take_back
from keys.operations.separations import (
    begin_separations,
    charge_what_is_kept,
    clear_person,
    remind_leavers,
    waive_clearance,
)
from keys.operations.swaps import drop_swap
from keys.operations.symbols import SYMBOL_COLUMNS, import_symbols

__all__ = [
    "DOOR_COLUMNS",
    "KEY_COLUMNS",
    "SYMBOL_COLUMNS",
    "add_fee_rule",
    "add_key",
    "add_keyset",
    "add_to_request",
    "answer_attestation",
    "answer_attestations",
    "appeal_charge",
    "approve_request",
    "as_seen",
    "ask_about_losses",
    "begin_separations",
    "cancel_job",
    "cancel_rekeying",
    "change_fee_rule",
    "charge_by_hand",
    "charge_for_losses",
    "charge_kept",
    "check_cut_key",
    "charge_what_is_kept",
    "check_out",
    "check_out_at_kiosk",
    "choose_way",
    "claim_return",
    "clear_person",
    "close_campaign",
    "close_losses",
    "close_rekeyings",
    "count_cabinet",
    "cut_key",
    "decide_loss",
    "delegate_approvals",
    "deliver_key",
    "drop_swap",
    "end_delegation",
    "end_exception",
    "end_fee_rule",
    "escalate_approvals",
    "expire_requests",
    "grant_exception",
    "hold_key",
    "import_doors",
    "import_keys",
    "import_symbols",
    "leave_door",
    "let_operate",
    "lift_expired_exceptions",
    "mark_invoiced",
    "move_campaigns",
    "note_rekeying_cost",
    "open_campaign",
    "pay_charge",
    "pin_door",
    "place_symbol",
    "plan_rekeying",
    "preview_check_out",
    "preview_proposal",
    "propose_waiting",
    "record_payment",
    "refund_charge",
    "reinstate_door",
    "reinstate_key",
    "reject_appeal",
    "reject_claim",
    "reject_request",
    "rekey_door",
    "rekey_doors",
    "release_expired_holds",
    "release_hold",
    "remind_borrowers",
    "remind_leavers",
    "remove_from_request",
    "renew",
    "renewed_until",
    "report_found",
    "report_lost",
    "retire_door",
    "retire_key",
    "retire_keys",
    "retire_symbol",
    "return_key",
    "revalidate_request",
    "revalidate_requests",
    "seen_of",
    "send_request",
    "stop_operating",
    "take_back",
    "take_back_at_kiosk",
    "transfer",
    "undo",
    "unpin_door",
    "waive_charge",
    "waive_clearance",
    "withdraw_request",
    "write_message",
]
