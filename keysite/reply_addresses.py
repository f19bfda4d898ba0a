"""Addresses that people answer to: the mailbox of tickets, with a word and a keyed hash that nobody else can make.

Such as ``tickets+c12.5e0c…@example.edu``. All of it reads the same in capitals: some mail servers change them.
"""

import hashlib
import hmac
import re

from django.conf import settings

PURPOSE = b"reply-address:"
LENGTH = 24  # 96 bits: nobody tries as many mails
TAGGED = re.compile(r"(?P<word>[a-z][0-9]+(-[0-9]+)?)\.(?P<hash>[0-9a-f]{24})")


def tagged(word):
    """The address for ``word``; empty while there is no mailbox for answers."""
    if not settings.TICKET_MAIL:
        return ""
    local, _at, domain = settings.TICKET_MAIL.partition("@")
    return f"{local}+{word}.{_hash(word)}@{domain}"


def word_of(address):
    """The word in an address that we made, or None."""
    tag = _tag_of(address)
    found = TAGGED.fullmatch(tag) if tag else None
    if found and hmac.compare_digest(found["hash"], _hash(found["word"])):
        return found["word"]
    return None


def is_ours(address):
    """Whether mail to ``address`` comes in here, whatever its tag is."""
    return _tag_of(address) is not None


def _tag_of(address):
    """What stands behind the plus; None for an address of somebody else."""
    local, _at, domain = settings.TICKET_MAIL.partition("@")
    given, _at, host = address.lower().rpartition("@")
    name, _plus, tag = given.partition("+")
    return tag if settings.TICKET_MAIL and (name, host) == (local, domain) else None


def _hash(word):
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, PURPOSE + word.encode(), hashlib.sha256).hexdigest()[:LENGTH]
