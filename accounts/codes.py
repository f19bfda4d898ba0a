"""Codes and digests: six digits that follow from a random seed, and hashes for what must not lie about."""

import hashlib
import hmac

from django.conf import settings


def digest(text):
    """What is stored of a token: enough to recognise it, not enough to use it."""
    return hashlib.sha256(text.encode()).hexdigest()


def keyed_digest(text):
    """Like ``digest``, for secrets so short that all of them could be tried."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def token_of(invitation):
    """What the link of an invitation carries, from its random seed and the secret key; it is kept nowhere."""
    return keyed_digest(f"invitation:{invitation.seed}")[:40]


def code_of(proof):
    """The six digits of an e-mail code, from its random seed and the secret key (as HOTP, RFC 4226, does)."""
    return f"{int(keyed_digest(f'{proof.seed}:{proof.address}')[:16], 16) % 1_000_000:06d}"
