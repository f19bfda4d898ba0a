"""Who may open which page about doors, keysets and requests: the part of ``access.py`` that reads as its tables do."""

# In the console: the six roles.
CONSOLE_OF_DOORS = """
keys_door_tag                                   ok  ok  ok  go  ok  ok
keys_door_process_import                        405 405 405 405 405 405  / no  ok  no  no  no  ok
keys_door_import                                no  ok  no  no  no  ok
keys_door_export                                no  ok  no  no  ok  ok
keys_door_pin_door                              no  ok  no  no  no  ok
keys_door_unpin_door                            no  ok  no  no  no  ok
keys_door_retire_door                           no  ok  no  no  no  ok
keys_door_reinstate_door                        no  ok  no  no  no  ok
keys_door_changelist                            ok  ok  ok  no  ok  ok
keys_door_add                                   no  ok  no  no  no  ok
keys_door_history                               ok  ok  ok  go  ok  ok
keys_door_delete                                no  no  no  no  no  no
keys_door_change                                ok  ok  ok  no  ok  ok  / no  ok  no  no  no  ok
keys_keyset_let_operate                         no  ok  no  no  no  ok
keys_keyset_changelist                          ok  ok  ok  no  ok  ok
keys_keyset_add                                 no  ok  no  no  no  ok
keys_keyset_history                             ok  ok  ok  go  ok  ok
keys_keyset_delete                              no  no  no  no  no  no
keys_keyset_change                              ok  ok  ok  no  ok  ok  / no  ok  no  no  no  ok
keys_operates_stop_operating                    no  ok  no  no  no  ok
keys_operates_changelist                        ok  ok  ok  no  ok  ok
keys_operates_add                               no  no  no  no  no  no
keys_operates_history                           ok  ok  ok  go  ok  ok
keys_operates_delete                            no  no  no  no  no  no
keys_operates_change                            ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_keysymbol_place_symbol                     no  ok  no  no  no  ok
keys_separation_clear_person                    ok  no  no  no  no  ok
keys_separation_charge_what_is_kept             ok  no  no  no  no  ok
keys_separation_waive_clearance                 no  no  no  no  no  ok
keys_separation_changelist                      ok  ok  no  no  ok  ok
keys_separation_add                             no  no  no  no  no  no
keys_separation_history                         ok  ok  go  go  ok  ok
keys_separation_delete                          no  no  no  no  no  no
keys_separation_change                          ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_campaign_close_campaign                    no  ok  no  no  no  ok
keys_campaign_changelist                        ok  ok  no  no  ok  ok
keys_campaign_add                               no  ok  no  no  no  ok
keys_campaign_history                           ok  ok  go  go  ok  ok
keys_campaign_delete                            no  no  no  no  no  no
keys_campaign_change                            ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_attestation_export                         no  ok  no  no  ok  ok
keys_attestation_answer_attestation             ok  no  no  no  no  ok
keys_attestation_changelist                     ok  ok  ok  no  ok  ok
keys_attestation_add                            no  no  no  no  no  no
keys_attestation_history                        ok  ok  ok  go  ok  ok
keys_attestation_delete                         no  no  no  no  no  no
keys_attestation_change                         ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_keyrequest_export                          no  no  no  no  ok  ok
keys_keyrequest_changelist                      ok  ok  ok  no  ok  ok
keys_keyrequest_add                             no  no  no  no  no  no
keys_keyrequest_history                         ok  ok  ok  go  ok  ok
keys_keyrequest_delete                          no  no  no  no  no  no
keys_keyrequest_change                          ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_approval_changelist                        ok  ok  ok  no  ok  ok
keys_approval_add                               no  no  no  no  no  no
keys_approval_history                           ok  ok  ok  go  ok  ok
keys_approval_delete                            no  no  no  no  no  no
keys_approval_change                            ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_cuttingjob_cut_key                         no  ok  no  no  no  ok
keys_cuttingjob_check_cut_key                   no  ok  no  no  no  ok
keys_cuttingjob_deliver_key                     no  ok  no  no  no  ok
keys_cuttingjob_cancel_job                      no  ok  no  no  no  ok
keys_cuttingjob_changelist                      ok  ok  no  no  ok  ok
keys_cuttingjob_add                             no  no  no  no  no  no
keys_cuttingjob_history                         ok  ok  go  go  ok  ok
keys_cuttingjob_delete                          no  no  no  no  no  no
keys_cuttingjob_change                          ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_rekeying_note_rekeying_cost                no  ok  no  no  no  ok
keys_rekeying_cancel_rekeying                   no  ok  no  no  no  ok
keys_rekeying_changelist                        ok  ok  ok  no  ok  ok
keys_rekeying_add                               no  no  no  no  no  no
keys_rekeying_history                           ok  ok  ok  go  ok  ok
keys_rekeying_delete                            no  no  no  no  no  no
keys_rekeying_change                            ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_delegation_end_delegation                  no  no  ok  no  no  ok
keys_delegation_changelist                      ok  ok  ok  no  ok  ok
keys_delegation_add                             no  no  ok  no  no  ok
keys_delegation_history                         ok  ok  ok  go  ok  ok
keys_delegation_delete                          no  no  no  no  no  no
keys_delegation_change                          ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_lossreport_changelist                      ok  ok  ok  no  ok  ok
keys_lossreport_add                             no  no  no  no  no  no
keys_lossreport_history                         ok  ok  ok  go  ok  ok
keys_lossreport_delete                          no  no  no  no  no  no
keys_lossreport_change                          ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_cabinetcount_changelist                    ok  ok  no  no  ok  ok
keys_cabinetcount_add                           no  no  no  no  no  no
keys_cabinetcount_history                       ok  ok  go  go  ok  ok
keys_cabinetcount_delete                        no  no  no  no  no  no
keys_cabinetcount_change                        ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_feerule_change_fee_rule                    no  no  no  no  no  ok
keys_feerule_end_fee_rule                       no  no  no  no  no  ok
keys_feerule_changelist                         ok  ok  no  no  ok  ok
keys_feerule_add                                no  no  no  no  no  ok
keys_feerule_history                            ok  ok  go  go  ok  ok
keys_feerule_delete                             no  no  no  no  no  no
keys_feerule_change                             ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_charge_export_xlsx                         ok  no  no  no  ok  ok
keys_charge_export                              ok  no  no  no  ok  ok
keys_charge_pay_charge                          ok  no  no  no  no  ok
keys_charge_mark_invoiced                       ok  no  no  no  no  ok
keys_charge_waive_charge                        no  no  no  no  no  ok
keys_charge_reject_appeal                       no  no  no  no  no  ok
keys_charge_refund_charge                       ok  no  no  no  no  ok
keys_charge_refund_exceptionally                no  no  no  no  no  ok
keys_charge_changelist                          ok  ok  no  no  ok  ok
keys_charge_add                                 no  no  no  no  no  no
keys_charge_history                             ok  ok  go  go  ok  ok
keys_charge_delete                              no  no  no  no  no  no
keys_charge_change                              ok  ok  no  no  ok  ok  / no  no  no  no  no  no
keys_lossreport_changelist                      ok  ok  ok  no  ok  ok
keys_lossreport_add                             no  no  no  no  no  no
keys_lossreport_history                         ok  ok  ok  go  ok  ok
keys_lossreport_delete                          no  no  no  no  no  no
keys_lossreport_change                          ok  ok  ok  no  ok  ok  / no  no  no  no  no  no
keys_cabinetcount_changelist                    ok  ok  no  no  ok  ok
keys_cabinetcount_add                           no  no  no  no  no  no
keys_cabinetcount_history                       ok  ok  go  go  ok  ok
keys_cabinetcount_delete                        no  no  no  no  no  no
keys_cabinetcount_change                        ok  ok  no  no  ok  ok  / no  no  no  no  no  no
"""

# Everywhere else: anonymous, customer, staff without a role | the six roles.
PAGES_OF_DOORS = """
door_list                             in  no  no | ok  ok  ok  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
key_fitting                           in  no  no | ok  ok  ok  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
door_integrity                        in  no  no | ok  ok  ok  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
door                                  ok  ok  ok | ok  ok  ok  ok  ok  ok  / 405 405 405 | 405 405 405 405 405 405
cutting_list                          in  no  no | no  ok  no  no  no  ok
key_request_list                      in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
key_request_new                       in  ok  ok | ok  ok  ok  ok  ok  ok
key_request                           in  404 404 | ok  ok  ok  404 ok  ok
attestation_own                       in  ok  ok | ok  ok  ok  ok  ok  ok
attestation_others                    in  ok  ok | ok  ok  ok  ok  ok  ok
campaign                              in  no  no | ok  ok  no  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
campaign_summary                      in  no  no | ok  ok  no  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
approval_list                         in  ok  ok | ok  ok  ok  ok  ok  ok
approval                              in  404 404 | 404 404 ok  404 404 404
rekeying_list                         in  no  no | ok  ok  ok  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
rekeying                              in  no  no | ok  ok  ok  no  ok  ok  / in  no  no | no  ok  no  no  no  ok
loss_rekey                            in  no  no | no  404 no  no  no  404
loss                                  in  404 404 | ok  ok  ok  404 ok  ok
loss_list                             in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
cabinet_list                          in  no  no | ok  ok  no  no  no  ok  / in  405 405 | 405 405 405 405 405 405
cabinet_count                         in  no  no | ok  ok  no  no  no  ok
charge_list                           in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
charge_appeal                         in  404 404 | 404 404 404 404 404 404
charge_pay                            in  no  no | ok  no  no  no  no  ok
"""
