"""The secret address of a tracking link: it follows from the link's seed and the secret key, and is kept nowhere."""

import hashlib
import hmac

from django.conf import settings

PURPOSE = b"ticket-tracking:"
LENGTH = 40


def token_of(link):
    """The token of a link."""
    message = PURPOSE + link.seed.encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:LENGTH]


def digest_of(token):
    """What is kept of a token: enough to find its link, not to make it."""
    return hashlib.sha256(token.encode()).hexdigest()
