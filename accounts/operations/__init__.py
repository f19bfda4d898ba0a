"""What is done with people, proofs and messages, and when it is refused."""

from accounts.operations.departments import accept_department, propose_department, reject_department
from accounts.operations.forms import once
from accounts.operations.lending import due_moment, refuse_borrower
from accounts.operations.outbox import resend_notice, send_notices
from accounts.operations.people import (
    anonymise,
    block,
    complete_profile,
    deactivate,
    disavow,
    issue_pin,
    reactivate,
    register,
    unblock,
)
from accounts.operations.proofs import (
    ask_code,
    clerk_by_pin,
    kiosk_of,
    prove_address,
    register_kiosk,
    revoke_kiosk,
    use_code,
)
from accounts.operations.retention import clean_up
from accounts.operations.roles import assign_roles, sync_roles

__all__ = [
    "accept_department",
    "anonymise",
    "ask_code",
    "assign_roles",
    "block",
    "clean_up",
    "clerk_by_pin",
    "complete_profile",
    "deactivate",
    "disavow",
    "due_moment",
    "issue_pin",
    "kiosk_of",
    "once",
    "propose_department",
    "prove_address",
    "reactivate",
    "refuse_borrower",
    "register",
    "register_kiosk",
    "reject_department",
    "resend_notice",
    "revoke_kiosk",
    "send_notices",
    "sync_roles",
    "unblock",
    "use_code",
]
