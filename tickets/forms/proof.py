"""Work that a browser does before an open form is taken: cheap for one report, dear for thousands.

The puzzle is that of ALTCHA: find the number whose hash with the salt is the challenge. It is made and judged here and
solved by ``static/proof.js``; nobody else is asked.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from altcha import ChallengeOptions, create_challenge, verify_solution
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

LARGEST = 50_000  # tries at most: about a second on a phone
LASTS = timedelta(hours=1)
LONGEST = 2000


class ProofInput(forms.HiddenInput):
    """Carries the puzzle for the script, and later its solution."""

    def get_context(self, name, value, attrs):
        options = ChallengeOptions(hmac_key=_key(), max_number=LARGEST, expires=datetime.now(UTC) + LASTS)
        puzzle = {"data-puzzle": json.dumps(vars(create_challenge(options)))}
        return super().get_context(name, None, (attrs or {}) | puzzle)


class ProofField(forms.CharField):
    """A solved puzzle. Refused when it is missing, wrong or too old; ``spend`` refuses it for another form."""

    widget = ProofInput

    def __init__(self):
        missing = _("Your browser has to do a little work first. Switch JavaScript on and send it again.")
        super().__init__(label="", max_length=LONGEST, error_messages={"required": missing})

    def clean(self, value):
        value = super().clean(value)
        try:
            solved, _reason = verify_solution(value, _key())
        except (TypeError, ValueError, AttributeError, KeyError):
            solved = False
        if not solved:
            raise forms.ValidationError(_("That took too long, or went wrong. Send it again."))
        return value


def spend(proof, once):
    """Whether the proof is good for the form with this one-time key: for no other, but for that as often as it is sent.

    Without the cache nobody counts.
    """
    place = f"proof:{hashlib.sha256(proof.encode()).hexdigest()}"
    cache.add(place, once, timeout=2 * LASTS.total_seconds())
    return cache.get(place, once) == once


def _key():
    return f"report-proof:{settings.SECRET_KEY}"
