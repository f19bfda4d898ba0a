"""The addresses of the key desk."""

from django.urls import path

from keys import views

urlpatterns = [
    path("", views.start, name="start"),
    path("keys/check-out/", views.loan_check_out, name="loan_check_out"),
    path("loans/<int:pk>/renew/", views.loan_renew, name="loan_renew"),
    path("loans/<int:pk>/return/", views.loan_return, name="loan_return"),
    path("loans/<int:pk>/lost/", views.loan_lose, name="loan_lose"),
    path("loans/<int:pk>/found/", views.loan_find, name="loan_find"),
    path("receipts/<uuid:public_id>/", views.receipt, name="receipt"),
    path("k/<str:code>/", views.key_tag, name="key_tag"),
    path("doors/", views.door_list, name="door_list"),
    path("doors/integrity/", views.door_integrity, name="door_integrity"),
    path("doors/<str:code>/", views.door, name="door"),
    path("keys/fitting/", views.key_fitting, name="key_fitting"),
    path("requests/", views.key_request_list, name="key_request_list"),
    path("requests/new/", views.key_request_new, name="key_request_new"),
    path("requests/<int:pk>/", views.key_request, name="key_request"),
    path("cutting/", views.cutting_list, name="cutting_list"),
    path("approvals/", views.approval_list, name="approval_list"),
    path("approvals/<int:pk>/", views.approval, name="approval"),
    path("losses/", views.loss_list, name="loss_list"),
    path("losses/<int:pk>/", views.loss, name="loss"),
    path("losses/<int:pk>/rekey/", views.loss_rekey, name="loss_rekey"),
    path("rekeyings/", views.rekeying_list, name="rekeying_list"),
    path("rekeyings/<int:pk>/", views.rekeying, name="rekeying"),
    path("cabinets/", views.cabinet_list, name="cabinet_list"),
    path("cabinets/<int:pk>/count/", views.cabinet_count, name="cabinet_count"),
    path("confirm/", views.attestation_own, name="attestation_own"),
    path("confirm/<int:pk>/others/", views.attestation_others, name="attestation_others"),
    path("campaigns/<int:pk>/", views.campaign, name="campaign"),
    path("campaigns/<int:pk>/summary/", views.campaign_summary, name="campaign_summary"),
    path("desk/", views.desk, name="desk"),
    path("desk/return/", views.desk_return, name="desk_return"),
    path("desk/check-out/", views.desk_check_out, name="desk_check_out"),
    path("desk/reject/", views.desk_reject, name="desk_reject"),
    path("desk/undo/", views.desk_undo, name="desk_undo"),
    # Kiosk: a device in a staffed place, beside any session
    path("kiosk/", views.kiosk_start, name="kiosk_start"),
    path("kiosk/check-out/", views.kiosk_check_out, name="kiosk_check_out"),
    path("kiosk/code/", views.kiosk_code, name="kiosk_code"),
    path("kiosk/return/", views.kiosk_return, name="kiosk_return"),
    path("kiosk/done/<str:done>/", views.kiosk_done, name="kiosk_done"),
]
