"""What is written about keys: receipts and reminders of loans, and what happens to a request."""

from keys.notices import campaigns, charges, loans, losses, rekeyings, requests, separations
from keys.notices.campaigns import ask_for_answers
from keys.notices.charges import appeal_rejected, charge_appealed, charge_refunded, charge_waived, charged
from keys.notices.loans import (
    CONTACT_FROM,
    check_out_undone,
    claim_rejected,
    exception_granted,
    key_found,
    key_lost,
    keys_checked_out,
    keys_returned,
    loan_renewed,
    loan_transferred,
    payment_recorded,
    receipt_facts,
    receipt_of,
    recent_receipts,
    return_claimed,
    return_undone,
)
from keys.notices.losses import losses_to_decide
from keys.notices.rekeyings import new_keys_wanted, old_keys_wanted, swap_ready
from keys.notices.requests import (
    approval_wanted,
    approvals_escalated,
    delegated,
    keys_available,
    keys_being_cut,
    keys_not_ready,
    keys_ready,
    other_keys,
    request_approved,
    request_ended,
    request_message,
    request_sent,
)
from keys.notices.separations import leaving

CONTENTS = loans.CONTENTS | charges.CONTENTS | requests.CONTENTS | losses.CONTENTS | separations.CONTENTS
CONTENTS |= campaigns.CONTENTS | rekeyings.CONTENTS

__all__ = [
    "CONTACT_FROM",
    "CONTENTS",
    "appeal_rejected",
    "approval_wanted",
    "approvals_escalated",
    "ask_for_answers",
    "charge_appealed",
    "charge_refunded",
    "charge_waived",
    "charged",
    "check_out_undone",
    "claim_rejected",
    "delegated",
    "exception_granted",
    "key_found",
    "key_lost",
    "keys_available",
    "keys_being_cut",
    "keys_checked_out",
    "keys_not_ready",
    "keys_ready",
    "keys_returned",
    "leaving",
    "loan_renewed",
    "loan_transferred",
    "losses_to_decide",
    "new_keys_wanted",
    "old_keys_wanted",
    "other_keys",
    "payment_recorded",
    "receipt_facts",
    "receipt_of",
    "recent_receipts",
    "request_approved",
    "request_ended",
    "request_message",
    "request_sent",
    "return_claimed",
    "return_undone",
    "swap_ready",
]
