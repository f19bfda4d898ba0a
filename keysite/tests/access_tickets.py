"""Who may open which page about tickets: the part of ``access.py`` that reads as its tables do."""

# In the console: the six roles.
CONSOLE_OF_TICKETS = """
tickets_ticket_export                           no  no  no  no  ok  ok
tickets_ticket_accept                           ok  no  no  no  no  ok
tickets_ticket_reject                           ok  no  no  no  no  ok
tickets_ticket_reconsider                       ok  no  no  no  no  ok
tickets_ticket_assign_ticket                    ok  no  no  ok  no  ok
tickets_ticket_start                            no  no  no  ok  no  ok
tickets_ticket_stall                            no  no  no  ok  no  ok
tickets_ticket_resolve                          no  no  no  ok  no  ok
tickets_ticket_confirm                          ok  no  no  no  no  ok
tickets_ticket_send_back                        ok  no  no  no  no  ok
tickets_ticket_reopen                           ok  no  no  no  no  ok
tickets_ticket_reply                            ok  no  no  ok  no  ok
tickets_ticket_note                             ok  no  no  ok  no  ok
tickets_ticket_add_work                         no  no  no  ok  no  ok
tickets_ticket_tick                             no  no  no  ok  no  ok
tickets_ticket_add_helper                       ok  no  no  ok  no  ok
tickets_ticket_remove_helper                    ok  no  no  ok  no  ok
tickets_ticket_merge                            ok  no  no  no  no  ok
tickets_ticket_unmerge                          ok  no  no  no  no  ok
tickets_ticket_link_tickets                     ok  no  no  ok  no  ok
tickets_ticket_unlink_tickets                   ok  no  no  ok  no  ok
tickets_ticket_make_asset                       ok  no  no  no  no  ok
tickets_ticket_remove_ticket                    ok  no  no  no  no  ok
tickets_ticket_restore_ticket                   ok  no  no  no  no  ok
tickets_ticket_changelist                       ok  ok  ok  ok  ok  ok
tickets_ticket_add                              ok  no  no  no  no  ok
tickets_ticket_history                          ok  ok  ok  ok  ok  ok
tickets_ticket_delete                           no  no  no  no  no  no
tickets_ticket_change                           ok  ok  ok  ok  ok  ok  / ok  no  no  ok  no  ok
tickets_category_move_category                  no  no  no  no  no  ok
tickets_category_retire_category                no  no  no  no  no  ok
tickets_category_reinstate_category             no  no  no  no  no  ok
tickets_category_changelist                     ok  ok  no  ok  ok  ok
tickets_category_add                            no  no  no  no  no  ok
tickets_category_history                        ok  ok  go  ok  ok  ok
tickets_category_delete                         no  no  no  no  no  no
tickets_category_change                         ok  ok  no  ok  ok  ok  / no  no  no  no  no  ok
tickets_team_changelist                         ok  ok  no  ok  ok  ok
tickets_team_add                                no  no  no  no  no  ok
tickets_team_history                            ok  ok  go  ok  ok  ok
tickets_team_delete                             no  no  no  no  no  no
tickets_team_change                             ok  ok  no  ok  ok  ok  / no  no  no  no  no  ok
tickets_schedule_pause_schedule                 no  no  no  no  no  ok
tickets_schedule_resume_schedule                no  no  no  no  no  ok
tickets_schedule_changelist                     ok  ok  no  ok  ok  ok
tickets_schedule_add                            no  no  no  no  no  ok
tickets_schedule_history                        ok  ok  go  ok  ok  ok
tickets_schedule_delete                         no  no  no  no  no  no
tickets_schedule_change                         ok  ok  no  ok  ok  ok  / no  no  no  no  no  ok
tickets_occurrence_changelist                   ok  ok  no  ok  ok  ok
tickets_occurrence_add                          no  no  no  no  no  no
tickets_occurrence_history                      ok  ok  go  ok  ok  ok
tickets_occurrence_delete                       no  no  no  no  no  no
tickets_occurrence_change                       ok  ok  no  ok  ok  ok  / no  no  no  no  no  no
tickets_workentry_export                        no  no  no  no  ok  ok
tickets_workentry_changelist                    ok  ok  no  ok  ok  ok
tickets_workentry_add                           no  no  no  no  no  no
tickets_workentry_history                       ok  ok  go  ok  ok  ok
tickets_workentry_delete                        no  no  no  no  no  no
tickets_workentry_change                        ok  ok  no  ok  ok  ok  / no  no  no  no  no  no
tickets_parkedmail_report_from_parked           ok  no  no  no  no  ok
tickets_parkedmail_add_parked_to                ok  no  no  no  no  ok
tickets_parkedmail_discard_parked               ok  no  no  no  no  ok
tickets_parkedmail_changelist                   ok  ok  no  ok  ok  ok
tickets_parkedmail_add                          no  no  no  no  no  no
tickets_parkedmail_history                      ok  ok  go  go  ok  ok
tickets_parkedmail_delete                       no  no  no  no  no  no
tickets_parkedmail_change                       ok  ok  no  go  ok  ok  / no  no  no  no  no  no
tickets_trackinglink_revoke_tracking            ok  no  no  no  no  ok
tickets_trackinglink_changelist                 ok  ok  no  no  ok  ok
tickets_trackinglink_add                        no  no  no  no  no  no
tickets_trackinglink_history                    ok  ok  go  go  ok  ok
tickets_trackinglink_delete                     no  no  no  no  no  no
tickets_trackinglink_change                     ok  ok  no  no  ok  ok  / no  no  no  no  no  no
tickets_noticepreference_changelist             no  no  no  no  ok  ok
tickets_noticepreference_add                    no  no  no  no  no  no
tickets_noticepreference_history                go  go  go  go  ok  ok
tickets_noticepreference_delete                 no  no  no  no  no  no
tickets_noticepreference_change                 no  no  no  no  ok  ok  / no  no  no  no  no  no
assets_space_tag                                ok  ok  ok  ok  ok  ok
"""

# Everywhere else: anonymous, customer, staff without a role | the six roles.
PAGES_OF_TICKETS = """
ticket_report                         ok  ok  ok | ok  ok  ok  ok  ok  ok
ticket_report_about                   404 404 404 | 404 404 404 404 404 404
ticket_me_too                         405 405 405 | 405 405 405 405 405 405  / 404 404 404 | 404 404 404 404 404 404
ticket_reported                       404 404 404 | 404 404 404 404 404 404  / 405 405 405 | 405 405 405 405 405 405
ticket_follow                         404 404 404 | 404 404 404 404 404 404
ticket_photo                          404 404 404 | 404 404 404 404 404 404  / 405 405 405 | 405 405 405 405 405 405
ticket_thumbnail                      404 404 404 | 404 404 404 404 404 404  / 405 405 405 | 405 405 405 405 405 405
ticket_list                           in  no  no | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
ticket_view_save                      in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  ok  ok  ok  ok  ok
ticket_view_remove                    in  405 405 | 405 405 405 405 405 405  / in  no  no | ok  ok  ok  ok  ok  ok
ticket_mine                           in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
ticket_mine_follow                    in  405 405 | 405 405 405 405 405 405  / in  404 404 | 404 404 404 404 404 404
ticket                                in  no  no | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
ticket_history                        in  no  no | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
ticket_staff_photo                    in  no  no | 404 404 404 404 404 404  / in  405 405 | 405 405 405 405 405 405
ticket_file                           404 404 404 | 404 404 404 404 404 404  / 405 405 405 | 405 405 405 405 405 405
ticket_staff_file                     in  no  no | 404 404 404 404 404 404  / in  405 405 | 405 405 405 405 405 405
parked_file                           in  no  no | 404 404 no  404 404 404  / in  405 405 | 405 405 405 405 405 405
ticket_staff_thumbnail                in  no  no | 404 404 404 404 404 404  / in  405 405 | 405 405 405 405 405 405
ticket_deed                           in  no  no | ok  no  no  ok  no  ok
rekeying_ticket                       in  no  no | no  ok  no  no  no  ok
ticket_report_for                     in  no  no | ok  no  no  no  no  ok
ticket_notices                        in  no  no | ok  no  no  ok  no  ok
"""
