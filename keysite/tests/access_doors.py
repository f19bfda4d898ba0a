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
"""

# Everywhere else: anonymous, customer, staff without a role | the six roles.
PAGES_OF_DOORS = """
door_list                             in  no  no | ok  ok  ok  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
key_fitting                           in  no  no | ok  ok  ok  no  ok  ok  / in  405 405 | 405 405 405 405 405 405
door                                  ok  ok  ok | ok  ok  ok  ok  ok  ok  / 405 405 405 | 405 405 405 405 405 405
cutting_list                          in  no  no | no  ok  no  no  no  ok
key_request_list                      in  ok  ok | ok  ok  ok  ok  ok  ok  / in  405 405 | 405 405 405 405 405 405
key_request_new                       in  ok  ok | ok  ok  ok  ok  ok  ok
key_request                           in  404 404 | ok  ok  ok  404 ok  ok
approval_list                         in  ok  ok | ok  ok  ok  ok  ok  ok
approval                              in  404 404 | 404 404 ok  404 404 404
loss                                  in  404 404 | ok  ok  ok  404 ok  ok  / in  405 405 | 405 405 405 405 405 405
"""
