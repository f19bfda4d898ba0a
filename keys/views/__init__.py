"""The pages of the key desk."""

from keys.views.approvals import approval, approval_list
from keys.views.cabinets import cabinet_count, cabinet_list
from keys.views.campaigns import attestation_others, attestation_own, campaign, campaign_summary
from keys.views.charges import charge_appeal, charge_list, charge_pay
from keys.views.cutting import cutting_list
from keys.views.desk import desk, desk_check_out, desk_reject, desk_return, desk_undo
from keys.views.doors import door, door_list, key_fitting
from keys.views.integrity import door_integrity
from keys.views.kiosk import kiosk_check_out, kiosk_code, kiosk_done, kiosk_return, kiosk_start
from keys.views.loans import loan_check_out, loan_find, loan_lose, loan_renew, loan_return, receipt
from keys.views.losses import loss, loss_list
from keys.views.rekeyings import loss_rekey, rekeying, rekeying_list
from keys.views.requests import key_request, key_request_list, key_request_new
from keys.views.start import key_tag, start

__all__ = [
    "approval",
    "approval_list",
    "attestation_others",
    "attestation_own",
    "cabinet_count",
    "cabinet_list",
    "campaign",
    "campaign_summary",
    "charge_appeal",
    "charge_list",
    "charge_pay",
    "cutting_list",
    "desk",
    "desk_check_out",
    "desk_reject",
    "desk_return",
    "desk_undo",
    "door",
    "door_integrity",
    "door_list",
    "key_fitting",
    "key_request",
    "key_request_list",
    "key_request_new",
    "key_tag",
    "kiosk_check_out",
    "kiosk_code",
    "kiosk_done",
    "kiosk_return",
    "kiosk_start",
    "loan_check_out",
    "loan_find",
    "loan_lose",
    "loan_renew",
    "loan_return",
    "loss",
    "loss_list",
    "loss_rekey",
    "receipt",
    "rekeying",
    "rekeying_list",
    "start",
]
