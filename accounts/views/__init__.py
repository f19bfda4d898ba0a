"""The doors at which people say who they are."""

from accounts.views.errors import csrf_failure
from accounts.views.invitations import invitation_accept, invitation_list, invitation_withdraw
from accounts.views.kiosk import at_kiosk, kiosk_register
from accounts.views.people import department_propose, not_me, profile
from accounts.views.sign_in import sign_in, sign_in_code

__all__ = [
    "at_kiosk",
    "csrf_failure",
    "department_propose",
    "invitation_accept",
    "invitation_list",
    "invitation_withdraw",
    "kiosk_register",
    "not_me",
    "profile",
    "sign_in",
    "sign_in_code",
]
