"""What is done with people, proofs and messages, and when it is refused."""

from accounts.operations.anonymising import anonymise
from accounts.operations.departments import (
    accept_department,
    add_department,
    propose_department,
    reject_department,
)
from accounts.operations.forms import once
from accounts.operations.imports import PERSON_COLUMNS, import_people
from accounts.operations.invitations import accept_invitation, invite, withdraw_invitation
from accounts.operations.kiosks import claim_kiosk, clerk_by_pin, kiosk_of, register_kiosk, revoke_kiosk
from accounts.operations.lending import (
    calendar_of,
    day_moment,
    due_moment,
    refuse_borrower,
    refuse_own_extension,
    with_trust,
)
from accounts.operations.outbox import note_bounce, resend_notice, send_notices
from accounts.operations.people import (
    block,
    change_address,
    complete_profile,
    deactivate,
    disavow,
    issue_pin,
    reactivate,
    register,
    reset_second_factor,
    set_password,
    unblock,
)
from accounts.operations.proofs import (
    ask_code,
    ask_password,
    check_code,
    prove_address,
    sign_in_by_code,
    sign_in_by_provider,
    spend_code,
    tell_sign_in_changed,
)
from accounts.operations.retention import clean_up
from accounts.operations.roles import assign_roles, sync_roles

__all__ = [
    "PERSON_COLUMNS",
    "accept_department",
    "accept_invitation",
    "add_department",
    "anonymise",
    "ask_code",
    "ask_password",
    "assign_roles",
    "block",
    "calendar_of",
    "change_address",
    "check_code",
    "claim_kiosk",
    "clean_up",
    "clerk_by_pin",
    "complete_profile",
    "deactivate",
    "disavow",
    "day_moment",
    "due_moment",
    "import_people",
    "invite",
    "issue_pin",
    "kiosk_of",
    "note_bounce",
    "once",
    "propose_department",
    "prove_address",
    "reactivate",
    "refuse_borrower",
    "refuse_own_extension",
    "register",
    "register_kiosk",
    "reject_department",
    "resend_notice",
    "reset_second_factor",
    "revoke_kiosk",
    "send_notices",
    "set_password",
    "sign_in_by_code",
    "sign_in_by_provider",
    "spend_code",
    "sync_roles",
    "tell_sign_in_changed",
    "unblock",
    "with_trust",
    "withdraw_invitation",
]
