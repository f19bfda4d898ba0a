"""Who may open which page about tickets: the part of ``access.py`` that reads as its tables do."""

# In the console: the six roles.
CONSOLE_OF_TICKETS = """
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
"""
