"""Who may open which address: the answers that ``test_access`` expects, in the order of the roles.

``ok`` a page, ``no`` refused, ``in`` to the sign-in, ``go`` to another page, else the status. After ``/`` what a POST
without values gets, where that is another answer: a page that says what is missing is ``ok``. A console page about a
row that is not in somebody's scope leads (``go``) to the first page, as Django does it.
"""

from keysite.tests.access_assets import CONSOLE_OF_ASSETS
from keysite.tests.access_doors import CONSOLE_OF_DOORS, PAGES_OF_DOORS
from keysite.tests.access_tickets import CONSOLE_OF_TICKETS, PAGES_OF_TICKETS

# Each column with the fixture that signs in.
COLUMNS = {
    "anonymous": "",
    "customer": "customer",
    "staff without a role": "without_role",
    "desk": "clerk",
    "key_shop": "key_shop",
    "building_manager": "building_manager",
    "technician": "technician",
    "auditor": "auditor",
    "administrator": "administrator",
}

# The console, for the six roles; everybody else gets the same answer everywhere in it.
OUTSIDE_OF_THE_CONSOLE = "in no no"
CONSOLE = """
search                                          ok  ok  ok  ok  ok  ok
index                                           ok  ok  ok  ok  ok  ok
login                                           in  in  in  in  in  in
password_change                                 go  go  go  go  go  go
password_change_done                            ok  ok  ok  ok  ok  ok  / 405 405 405 405 405 405
autocomplete                                    no  no  no  no  no  no  / 405 405 405 405 405 405
jsi18n                                          ok  ok  ok  ok  ok  ok  / 405 405 405 405 405 405
view_on_site                                    404 404 404 404 404 404
django_celery_beat_periodictask_changelist      no  no  no  no  no  ok
django_celery_beat_periodictask_add             no  no  no  no  no  ok
django_celery_beat_periodictask_history         go  go  go  go  go  ok
django_celery_beat_periodictask_delete          no  no  no  no  no  no
django_celery_beat_periodictask_change          no  no  no  no  no  ok
django_celery_beat_intervalschedule_changelist  no  no  no  no  no  ok
django_celery_beat_intervalschedule_add         no  no  no  no  no  ok
django_celery_beat_intervalschedule_history     go  go  go  go  go  ok
django_celery_beat_intervalschedule_delete      no  no  no  no  no  no
django_celery_beat_intervalschedule_change      no  no  no  no  no  ok
django_celery_beat_crontabschedule_changelist   no  no  no  no  no  ok
django_celery_beat_crontabschedule_add          no  no  no  no  no  ok
django_celery_beat_crontabschedule_history      go  go  go  go  go  ok
django_celery_beat_crontabschedule_delete       no  no  no  no  no  no
django_celery_beat_crontabschedule_change       no  no  no  no  no  ok
accounts_affiliation_changelist                 ok  ok  no  no  ok  ok
accounts_affiliation_add                        no  no  no  no  no  ok
accounts_affiliation_history                    ok  ok  go  go  ok  ok
accounts_affiliation_delete                     no  no  no  no  no  no
accounts_affiliation_change                     ok  ok  no  no  ok  ok  / no  no  no  no  no  ok
accounts_department_accept_department           ok  no  no  no  no  ok
accounts_department_reject_department           ok  no  no  no  no  ok
accounts_department_changelist                  ok  ok  no  no  ok  ok
accounts_department_add                         ok  no  no  no  no  ok
accounts_department_history                     ok  ok  go  go  ok  ok
accounts_department_delete                      no  no  no  no  no  no
accounts_department_change                      ok  ok  no  no  ok  ok  / ok  no  no  no  no  ok
accounts_invitation_withdraw_invitation         ok  ok  no  no  no  ok
accounts_invitation_changelist                  ok  ok  no  no  ok  ok
accounts_invitation_add                         no  no  no  no  no  no
accounts_invitation_history                     ok  ok  go  go  ok  ok
accounts_invitation_delete                      no  no  no  no  no  no
accounts_invitation_change                      ok  ok  no  no  ok  ok  / no  no  no  no  no  no
accounts_kiosk_register_kiosk                   no  no  no  no  no  ok
accounts_kiosk_revoke_kiosk                     no  no  no  no  no  ok
accounts_kiosk_changelist                       ok  ok  no  no  ok  ok
accounts_kiosk_add                              no  no  no  no  no  ok
accounts_kiosk_history                          ok  ok  go  go  ok  ok
accounts_kiosk_delete                           no  no  no  no  no  no
accounts_kiosk_change                           ok  ok  no  no  ok  ok  / no  no  no  no  no  ok
accounts_notice_resend_notice                   ok  no  no  no  no  ok
accounts_notice_changelist                      ok  ok  no  no  ok  ok
accounts_notice_add                             no  no  no  no  no  no
accounts_notice_history                         ok  ok  go  go  ok  ok
accounts_notice_delete                          no  no  no  no  no  no
accounts_notice_change                          ok  ok  no  no  ok  ok  / no  no  no  no  no  no
accounts_loanterm_changelist                    ok  ok  no  no  ok  ok
accounts_loanterm_add                           no  no  no  no  no  ok
accounts_loanterm_history                       ok  ok  go  go  ok  ok
accounts_loanterm_delete                        no  no  no  no  no  no
accounts_loanterm_change                        ok  ok  no  no  ok  ok  / no  no  no  no  no  ok
accounts_closedday_changelist                   ok  ok  no  no  ok  ok
accounts_closedday_add                          no  no  no  no  no  ok
accounts_closedday_history                      ok  ok  go  go  ok  ok
accounts_closedday_delete                       no  no  no  no  no  ok
accounts_closedday_change                       ok  ok  no  no  ok  ok  / no  no  no  no  no  ok
assets_building_export                          no  no  no  no  ok  ok
assets_building_changelist                      ok  ok  ok  ok  ok  ok
assets_building_add                             no  no  no  no  no  ok
assets_building_history                         ok  ok  ok  ok  ok  ok
assets_building_delete                          no  no  no  no  no  no
assets_building_change                          ok  ok  ok  ok  ok  ok  / no  no  no  no  no  ok
assets_space_changelist                         ok  ok  ok  ok  ok  ok
assets_space_add                                no  ok  no  no  no  ok
assets_space_history                            ok  ok  ok  ok  ok  ok
assets_space_delete                             no  no  no  no  no  no
assets_space_change                             ok  ok  ok  ok  ok  ok  / no  ok  no  no  no  ok
keys_cabinet_changelist                         ok  ok  no  no  ok  ok
keys_cabinet_add                                no  ok  no  no  no  ok
keys_cabinet_history                            ok  ok  go  go  ok  ok
keys_cabinet_delete                             no  no  no  no  no  no
keys_cabinet_change                             ok  ok  no  no  ok  ok  / no  ok  no  no  no  ok
keys_hook_changelist                            ok  ok  no  no  ok  ok
keys_hook_add                                   no  ok  no  no  no  ok
keys_hook_history                               ok  ok  go  go  ok  ok
keys_hook_delete                                no  no  no  no  no  no
keys_hook_change                                ok  ok  no  no  ok  ok  / no  ok  no  no  no  ok
keys_loanexception_end_exception                ok  no  no  no  no  ok
keys_loanexception_changelist                   ok  ok  no  no  ok  ok
keys_loanexception_add                          ok  no  no  no  no  ok
keys_loanexception_history                      ok  ok  go  go  ok  ok
keys_loanexception_delete                       no  no  no  no  no  no
keys_loanexception_change                       ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_hold_release_hold                          ok  ok  no  no  no  ok
keys_hold_changelist                            ok  ok  no  no  ok  ok
keys_hold_add                                   no  no  no  no  no  no
keys_hold_history                               ok  ok  go  go  ok  ok
keys_hold_delete                                no  no  no  no  no  no
keys_hold_change                                ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_key_tag                                    ok  ok  ok  go  ok  ok
keys_key_process_import                         405 405 405 405 405 405  / no  ok  no  no  no  ok
keys_key_import                                 no  ok  no  no  no  ok
keys_key_export                                 no  ok  no  no  ok  ok
keys_key_hold_key                               ok  ok  no  no  no  ok
keys_key_retire_key                             no  ok  no  no  no  ok
keys_key_reinstate_key                          no  ok  no  no  no  ok
keys_key_changelist                             ok  ok  ok  no  ok  ok
keys_key_add                                    no  ok  no  no  no  ok
keys_key_history                                ok  ok  ok  go  ok  ok
keys_key_delete                                 no  no  no  no  no  no
keys_key_change                                 ok  ok  ok  no  ok  ok  / no  ok  no  no  no  ok
keys_loan_export                                no  no  no  no  ok  ok
keys_loan_return_key                            ok  ok  no  no  no  ok
keys_loan_renew                                 ok  no  no  no  no  ok
keys_loan_report_lost                           ok  no  no  no  no  ok
keys_loan_record_payment                        ok  no  no  no  no  ok
keys_loan_charge_by_hand                        ok  no  no  no  no  ok
keys_loan_report_found                          ok  no  no  no  no  ok
keys_loan_reject_claim                          ok  ok  no  no  no  ok
keys_loan_transfer                              ok  no  no  no  no  ok
keys_loan_undo                                  ok  no  no  no  no  ok
keys_loan_changelist                            ok  ok  ok  no  ok  ok
keys_loan_add                                   no  no  no  no  no  no
keys_loan_history                               ok  ok  ok  go  ok  ok
keys_loan_delete                                no  no  no  no  no  no
keys_loan_change                                ok  ok  ok  no  ok  ok  / ok  no  no  no  no  ok
accounts_person_process_import                  405 405 405 405 405 405  / no  no  no  no  no  ok
accounts_person_import                          no  no  no  no  no  ok
accounts_person_export                          no  no  no  no  ok  ok
accounts_person_block                           ok  no  no  no  no  ok
accounts_person_unblock                         ok  no  no  no  no  ok
accounts_person_change_address                  ok  no  no  no  no  ok
accounts_person_issue_pin                       no  no  no  no  no  ok
accounts_person_assign_roles                    no  no  no  no  no  ok
accounts_person_reset_second_factor             no  no  no  no  no  ok
accounts_person_deactivate                      no  no  no  no  no  ok
accounts_person_reactivate                      no  no  no  no  no  ok
accounts_person_anonymise                       no  no  no  no  no  ok
accounts_person_changelist                      ok  ok  no  no  ok  ok
accounts_person_add                             ok  no  no  no  no  ok
accounts_person_history                         ok  ok  go  go  ok  ok
accounts_person_delete                          no  no  no  no  no  no
accounts_person_change                          ok  ok  no  no  ok  ok  / ok  no  no  no  no  ok
keys_renewal_changelist                         ok  ok  no  no  ok  ok
keys_renewal_add                                no  no  no  no  no  no
keys_renewal_history                            ok  ok  go  go  ok  ok
keys_renewal_delete                             no  no  no  no  no  no
keys_renewal_change                             ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_keysystem_changelist                       ok  ok  no  no  ok  ok
keys_keysystem_add                              no  ok  no  no  no  ok
keys_keysystem_history                          ok  ok  go  go  ok  ok
keys_keysystem_delete                           no  no  no  no  no  no
keys_keysystem_change                           ok  ok  no  no  ok  ok  / no  ok  no  no  no  ok
keys_keysymbol_process_import                   405 405 405 405 405 405  / no  ok  no  no  no  ok
keys_keysymbol_import                           no  ok  no  no  no  ok
keys_keysymbol_export                           no  ok  no  no  ok  ok
keys_keysymbol_retire_symbol                    no  ok  no  no  no  ok
keys_keysymbol_changelist                       ok  ok  ok  no  ok  ok
keys_keysymbol_add                              no  ok  no  no  no  ok
keys_keysymbol_history                          ok  ok  ok  go  ok  ok
keys_keysymbol_delete                           no  no  no  no  no  no
keys_keysymbol_change                           ok  ok  ok  no  ok  ok  / no  ok  no  no  no  ok
app_list                                        ok  ok  ok  404 ok  ok
"""

# All other pages: anonymous, customer, staff without a role | the six roles. Loans and receipts are somebody else's.
PAGES = """
admin:logout                          in  go  405 | 405 405 405 405 405 405  / in  go  go | go  go  go  go  go  go
sign_in                               ok  go  go | go  go  go  go  go  go
sign_in_code                          in  in  in | in  in  in  in  in  in
sign_out                              go  ok  ok | ok  ok  ok  ok  ok  ok  / go  go  go | go  go  go  go  go  go
profile                               in  ok  ok | ok  ok  ok  ok  ok  ok
department_propose                    in  ok  ok | ok  ok  ok  ok  ok  ok
invitation_list                       in  no  no | ok  ok  ok  no  no  ok
invitation_withdraw                   in  405 405 | 405 405 405 405 405 405  / in  no  no | 404 404 404 no  no  404
invitation_accept                     404 404 404 | 404 404 404 404 404 404
not_me                                404 404 404 | 404 404 404 404 404 404
kiosk_register                        ok  ok  ok | ok  ok  ok  ok  ok  ok  / 410 410 410 | 410 410 410 410 410 410
account_login                         ok  go  go | go  go  go  go  go  go
account_logout                        go  ok  ok | ok  ok  ok  ok  ok  ok  / go  go  go | go  go  go  go  go  go
account_reauthenticate                in  no  no | no  no  no  no  no  no
account_change_password               in  go  go | go  go  go  go  go  go
account_set_password                  in  ok  ok | ok  ok  ok  ok  ok  ok
account_reset_password                ok  ok  ok | ok  ok  ok  ok  ok  ok
account_reset_password_done           ok  ok  ok | ok  ok  ok  ok  ok  ok  / 405 405 405 | 405 405 405 405 405 405
account_reset_password_from_key       ok  ok  ok | ok  ok  ok  ok  ok  ok
account_reset_password_from_key_done  ok  ok  ok | ok  ok  ok  ok  ok  ok  / 405 405 405 | 405 405 405 405 405 405
mfa_index                             in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
mfa_authenticate                      go  go  go | go  go  go  go  go  go
mfa_reauthenticate                    in  no  no | no  no  no  no  no  no
mfa_activate_totp                     in  ok  ok | ok  ok  ok  ok  ok  ok
mfa_deactivate_totp                   in  404 404 | 404 404 404 404 404 404
mfa_view_recovery_codes               in  404 404 | 404 404 404 404 404 404  / in  405 405 | 405 405 405 405 405 405
mfa_generate_recovery_codes           in  ok  ok | ok  ok  ok  ok  ok  ok
mfa_download_recovery_codes           in  404 404 | 404 404 404 404 404 404
mfa_list_webauthn                     in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
mfa_add_webauthn                      in  ok  ok | ok  ok  ok  ok  ok  ok
mfa_reauthenticate_webauthn           in  no  no | no  no  no  no  no  no
mfa_remove_webauthn                   in  404 404 | 404 404 404 404 404 404
mfa_edit_webauthn                     in  404 404 | 404 404 404 404 404 404
mfa_login_webauthn                    go  go  go | go  go  go  go  go  go
usersessions_list                     in  ok  ok | ok  ok  ok  ok  ok  ok  / in  go  go | go  go  go  go  go  go
google_login                          404 404 404 | 404 404 404 404 404 404
google_callback                       404 404 404 | 404 404 404 404 404 404
openid_connect_login                  404 404 404 | 404 404 404 404 404 404
openid_connect_callback               404 404 404 | 404 404 404 404 404 404
socialaccount_connections             in  ok  ok | ok  ok  ok  ok  ok  ok
socialaccount_login_cancelled         ok  ok  ok | ok  ok  ok  ok  ok  ok  / 405 405 405 | 405 405 405 405 405 405
socialaccount_login_error             401 401 401 | 401 401 401 401 401 401  / 405 405 405 | 405 405 405 405 405 405
account_signup                        in  in  in | in  in  in  in  in  in
socialaccount_signup                  in  in  in | in  in  in  in  in  in
account_inactive                      in  in  in | in  in  in  in  in  in
account_email_verification_sent       in  in  in | in  in  in  in  in  in
account_confirm_login_code            in  in  in | in  in  in  in  in  in
account_email                         in  go  go | go  go  go  go  go  go
start                                 ok  ok  ok | ok  ok  ok  ok  ok  ok
loan_check_out                        in  ok  ok | ok  ok  ok  ok  ok  ok
loan_renew                            in  404 404 | 404 404 404 404 404 404
loan_return                           in  404 404 | 404 404 404 404 404 404
loan_lose                             in  404 404 | 404 404 404 404 404 404
loan_find                             in  404 404 | 404 404 404 404 404 404
receipt                               in  404 404 | 404 404 404 404 404 404
key_tag                               ok  ok  ok | go  go  ok  ok  ok  go
desk                                  in  no  no | ok  ok  no  no  no  ok  / in  405 405 | 405 405 405 405 405 405
desk_return                           in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  ok  no  no  no  ok
desk_check_out                        in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
desk_reject                           in  405 405 | 405 405 405 405 405 405  / in  no  no | 404 404 no  no  no  404
desk_undo                             in  405 405 | 405 405 405 405 405 405  / in  no  no | 404 no  no  no  no  404
model_list                            in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
model_borrow                          in  ok  ok | ok  ok  ok  ok  ok  ok
model_calendar                        in  no  no | ok  ok  no  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
reservation_list                      in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
reservation_cancel                    in  404 404 | 404 404 404 404 404 404
reservation_queue                     in  no  no | ok  no  no  no  no  ok  / in  405 405 | 405 405 405 405 405 405
reservation_confirm                   in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
reservation_reject                    in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
feed_make                             in  405 405 | 405 405 405 405 405 405  / in  ok  ok | ok  ok  ok  ok  ok  ok
feed_revoke                           in  405 405 | 405 405 405 405 405 405  / in  404 404 | 404 404 404 404 404 404
calendar_feed                         404 404 404 | 404 404 404 404 404 404  / 405 405 405 | 405 405 405 405 405 405
asset_desk                            in  no  no | ok  no  no  no  no  ok  / in  405 405 | 405 405 405 405 405 405
asset_desk_assign                     in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
asset_desk_take_back                  in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
asset_list                            in  no  no | ok  ok  ok  ok  ok  ok  / in  no  no | 405 405 405 405 405 405
asset_tag                             ok  ok  ok | ok  ok  ok  ok  ok  ok  / 405 405 405 | 405 405 405 405 405 405
asset_receipt                         in  404 404 | 404 404 404 404 404 404
asset_photos                          in  no  no | ok  no  no  no  no  ok
asset_photo                           in  404 404 | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
asset_thumbnail                       in  404 404 | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
asset_photo_remove                    in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
stock_take_list                       in  no  no | ok  ok  no  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
stock_take_open                       in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
stock_take                            in  no  no | ok  ok  no  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
stock_take_count                      in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
stock_take_close                      in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  no  no  ok
stock_take_export                     in  no  no | ok  ok  no  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
stock_take_move                       in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  no  no  404 no  ok
assignment_extend                     in  404 404 | 404 404 404 404 404 404
assignment_confirm                    in  404 404 | 404 404 404 404 404 404
assignment_damage                     in  404 404 | 404 404 404 404 404 404
assignment_lose                       in  404 404 | 404 404 404 404 404 404
assignment_find                       in  404 404 | 404 404 404 404 404 404
kiosk_start                           no  no  no | no  no  no  no  no  no
kiosk_check_out                       no  no  no | no  no  no  no  no  no
kiosk_code                            no  no  no | no  no  no  no  no  no
kiosk_return                          no  no  no | no  no  no  no  no  no
kiosk_done                            no  no  no | no  no  no  no  no  no
dev_mailbox                           404 404 404 | 404 404 404 404 404 404  / 405 405 405 | 405 405 405 405 405 405
"""

# Addresses whose name another one has, or none: what leads away without a sign-in, and an administrator's answer.
BY_PATTERN = {"admin/login/", "admin/password_change/", "admin:<path:object_id>/", "admin:(?P<url>.*)$"}
BY_ADDRESS = {
    "/admin/login/": ("/sign-in/", 302),
    "/admin/password_change/": ("/sign-in/", 302),
    "/admin/keys/key/1/": ("/sign-in/", 302),
    "/admin/no/such/page/": ("/admin/login/", 404),
}


def expected(column):
    """Each address by name, with the answers to GET and POST for this column."""
    place = list(COLUMNS).index(column)
    console = CONSOLE + CONSOLE_OF_DOORS + CONSOLE_OF_ASSETS + CONSOLE_OF_TICKETS
    rows = [("admin:", OUTSIDE_OF_THE_CONSOLE, console), ("", "", PAGES + PAGES_OF_DOORS + PAGES_OF_TICKETS)]
    lines = [(before + line, outside) for before, outside, table in rows for line in table.splitlines() if line]
    return dict(_answers(line, outside, place) for line, outside in lines)


def _answers(line, outside, place):
    name, words = line.split(maxsplit=1)
    get, _slash, post = words.partition("/")
    return name, tuple(f"{outside} {row}".replace("|", "").split()[place] for row in (get, post or get))
