"""Who may open which page of the console about assets: the part of ``access.py`` that reads as its console does."""

CONSOLE_OF_ASSETS = """
accounts_person_take_back_all                   ok  no  no  no  no  ok
assets_asset_tag                                ok  ok  ok  ok  ok  ok
assets_kit_tag                                  ok  ok  go  ok  ok  ok
assets_asset_process_import                     405 405 405 405 405 405 / no  no  no  no  no  ok
assets_asset_import                             no  no  no  no  no  ok
assets_asset_export                             no  no  no  no  ok  ok
assets_asset_assign                             ok  no  no  no  no  ok
assets_asset_take_back                          ok  no  no  no  no  ok
assets_asset_move                               ok  no  no  ok  no  ok
assets_asset_set_model                          ok  no  no  no  no  ok
assets_asset_start_lending                      ok  no  no  no  no  ok
assets_asset_stop_lending                       ok  no  no  no  no  ok
assets_asset_set_parent                         ok  no  no  no  no  ok
assets_asset_add_to_kit                         ok  no  no  no  no  ok
assets_asset_take_out_of_service                ok  no  no  ok  no  ok
assets_asset_put_in_service                     ok  no  no  ok  no  ok
assets_asset_record_service                     ok  no  no  ok  no  ok
assets_asset_dispose                            ok  no  no  no  no  ok
assets_asset_approve_disposal                   no  no  no  no  no  ok
assets_asset_reject_disposal                    ok  no  no  no  no  ok
assets_asset_restore                            no  no  no  no  no  ok
assets_asset_remove_asset                       no  no  no  no  no  ok
assets_asset_changelist                         ok  ok  ok  ok  ok  ok
assets_asset_add                                ok  no  no  no  no  ok
assets_asset_history                            ok  ok  ok  ok  ok  ok
assets_asset_delete                             no  no  no  no  no  no
assets_asset_change                             ok  ok  ok  ok  ok  ok  / ok  no  no  no  no  ok
assets_assignment_export                        no  no  no  no  ok  ok
assets_assignment_take_back                     ok  no  no  no  no  ok
assets_assignment_take_back_kit                 ok  no  no  no  no  ok
assets_assignment_extend                        ok  no  no  no  no  ok
assets_assignment_transfer_assignment           ok  no  no  no  no  ok
assets_assignment_confirm_assignment            ok  no  no  no  no  ok
assets_assignment_report_asset_damaged          ok  no  no  no  no  ok
assets_assignment_report_asset_lost             ok  no  no  no  no  ok
assets_assignment_report_asset_found            ok  no  no  no  no  ok
assets_assignment_part_found                    ok  no  no  no  no  ok
assets_assignment_changelist                    ok  ok  ok  ok  ok  ok
assets_assignment_add                           no  no  no  no  no  no
assets_assignment_history                       ok  ok  ok  ok  ok  ok
assets_assignment_delete                        no  no  no  no  no  no
assets_assignment_change                        ok  ok  ok  ok  ok  ok  / ok  no  no  no  no  ok
assets_extension_changelist                     ok  ok  no  no  ok  ok
assets_extension_add                            no  no  no  no  no  no
assets_extension_history                        ok  ok  go  go  ok  ok
assets_extension_delete                         no  no  no  no  no  no
assets_extension_change                         ok  ok  no  no  ok  ok  / no  no  no  no  no  no
assets_manufacturer_changelist                  ok  ok  no  ok  ok  ok
assets_manufacturer_add                         ok  no  no  no  no  ok
assets_manufacturer_history                     ok  ok  go  ok  ok  ok
assets_manufacturer_delete                      no  no  no  no  no  no
assets_manufacturer_change                      ok  ok  no  ok  ok  ok  / ok  no  no  no  no  ok
assets_supplier_changelist                      ok  ok  no  ok  ok  ok
assets_supplier_add                             ok  no  no  no  no  ok
assets_supplier_history                         ok  ok  go  ok  ok  ok
assets_supplier_delete                          no  no  no  no  no  no
assets_supplier_change                          ok  ok  no  ok  ok  ok  / ok  no  no  no  no  ok
assets_assettype_changelist                     ok  ok  no  ok  ok  ok
assets_assettype_add                            ok  no  no  no  no  ok
assets_assettype_history                        ok  ok  go  ok  ok  ok
assets_assettype_delete                         no  no  no  no  no  no
assets_assettype_change                         ok  ok  no  ok  ok  ok  / ok  no  no  no  no  ok
assets_assetmodel_changelist                    ok  ok  no  ok  ok  ok
assets_assetmodel_add                           ok  no  no  no  no  ok
assets_assetmodel_history                       ok  ok  go  ok  ok  ok
assets_assetmodel_delete                        no  no  no  no  no  no
assets_assetmodel_change                        ok  ok  no  ok  ok  ok  / ok  no  no  no  no  ok
assets_disposaltype_changelist                  ok  ok  no  ok  ok  ok
assets_disposaltype_add                         ok  no  no  no  no  ok
assets_disposaltype_history                     ok  ok  go  ok  ok  ok
assets_disposaltype_delete                      no  no  no  no  no  no
assets_disposaltype_change                      ok  ok  no  ok  ok  ok  / ok  no  no  no  no  ok
assets_stocktake_close_stock_take               ok  no  no  no  no  ok
assets_stocktake_changelist                     ok  ok  no  no  ok  ok
assets_stocktake_add                            ok  no  no  no  no  ok
assets_stocktake_history                        ok  ok  go  go  ok  ok
assets_stocktake_delete                         no  no  no  no  no  no
assets_stocktake_change                         ok  ok  no  no  ok  ok  / no  no  no  no  no  no
assets_count_move_to_found                      ok  no  no  no  no  ok
assets_count_changelist                         ok  ok  no  no  ok  ok
assets_count_add                                no  no  no  no  no  no
assets_count_history                            ok  ok  go  go  ok  ok
assets_count_delete                             no  no  no  no  no  no
assets_count_change                             ok  ok  no  no  ok  ok  / no  no  no  no  no  no
assets_importbatch_undo_import                  no  no  no  no  no  ok
assets_importbatch_changelist                   no  no  no  no  ok  ok
assets_importbatch_add                          no  no  no  no  no  no
assets_importbatch_history                      go  go  go  go  ok  ok
assets_importbatch_delete                       no  no  no  no  no  no
assets_importbatch_change                       no  no  no  no  ok  ok  / no  no  no  no  no  no
assets_kit_assign_kit                           ok  no  no  no  no  ok
assets_kit_add_to_kit                           ok  no  no  no  no  ok
assets_kit_remove_from_kit                      ok  no  no  no  no  ok
assets_kit_dissolve_kit                         no  no  no  no  no  ok
assets_kit_changelist                           ok  ok  no  ok  ok  ok
assets_kit_add                                  ok  no  no  no  no  ok
assets_kit_history                              ok  ok  go  ok  ok  ok
assets_kit_delete                               no  no  no  no  no  no
assets_kit_change                               ok  ok  no  ok  ok  ok  / ok  no  no  no  no  ok
assets_reservation_confirm_reservation          ok  no  no  no  no  ok
assets_reservation_reject_reservation           ok  no  no  no  no  ok
assets_reservation_cancel_reservation           ok  no  no  no  no  ok
assets_reservation_changelist                   ok  ok  no  no  ok  ok
assets_reservation_add                          ok  no  no  no  no  ok
assets_reservation_history                      ok  ok  go  go  ok  ok
assets_reservation_delete                       no  no  no  no  no  no
assets_reservation_change                       ok  ok  no  no  ok  ok  / no  no  no  no  no  no
"""
