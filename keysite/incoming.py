"""Where mail comes in, read from the environment: the mailbox that people answer to, and where it is fetched from."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from keysite.environment import text

MAILBOX = re.compile(r"[a-z0-9._-]{1,20}@[a-z0-9.-]{1,200}", re.IGNORECASE)


class Imap(NamedTuple):
    """A mailbox on an IMAP server."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    encrypted: bool


def _mailbox(name):
    address = text(name, "").lower()
    if address and not MAILBOX.fullmatch(address):
        raise ImproperlyConfigured(f"{name} is {address!r}: set an address such as tickets@example.edu, without a +.")
    return address


def _imap(name):
    url = urlsplit(text(name, ""))
    if not url.scheme:
        return None
    if url.scheme not in {"imap", "imaps"} or not url.hostname:
        raise ImproperlyConfigured(f"{name} must look like imaps://user:password@host/INBOX.")
    encrypted = url.scheme == "imaps"
    port = url.port or (993 if encrypted else 143)
    folder = unquote(url.path.strip("/")) or "INBOX"
    return Imap(url.hostname, port, unquote(url.username or ""), unquote(url.password or ""), folder, encrypted)


TICKET_MAIL = _mailbox("KEYSITE_TICKET_MAIL")
IMAP = _imap("KEYSITE_IMAP_URL")
