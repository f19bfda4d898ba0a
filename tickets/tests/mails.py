"""Mails as people and machines write them, for tests."""

from email.message import EmailMessage
from email.utils import make_msgid

TO = "tickets@example.edu"


def mail(text="It is the left one.", *, sender="borrower@example.edu", to=TO, html="", files=(), **headers):
    """The bytes of a mail; a header ``X_Y`` is written ``X-Y``."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, headers.pop("Subject", "Re: Ticket")
    message["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="example.edu"))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data, kind in files:
        main, _slash, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def bounce(message_id, *, to=TO, address="borrower@example.edu", action="failed", status="5.1.1"):
    """The report (RFC 3464) of a mail server that could not deliver a mail of ours."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{message_id.strip("<>")[:20]}.b@mx.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 4 May 2026 10:00:00 +0000

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--B
Content-Type: message/rfc822

From: keysite@localhost
To: {address}
Message-ID: {message_id}
Subject: Ticket

Hello
--B--
""".replace("\n", "\r\n").encode()
