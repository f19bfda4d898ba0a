"""How often somebody may try: per address of the network (``ip``), or per mailbox, device or place (``key``).

A campus may be one address of the network; each mailbox gets five codes, and five answers to reports, an hour.
"""

RATE_LIMITS = {
    "sign_in": "30/m/ip,600/h/ip",
    "reset_password": "20/m/ip,5/h/key",
    "sign_in_code": "60/m/ip",
    "kiosk": "30/m/key",
    "kiosk_pin": "5/5m/key",
    "calendar_feed": "30/m/ip",
    "report": "20/m/ip,200/h/ip",
    "report_address": "5/h/key",
    "report_place": "30/h/key",
    "ticket_follow": "60/m/ip",
}
