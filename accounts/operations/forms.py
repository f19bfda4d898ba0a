"""The same POST twice makes one thing."""

import hashlib
import json

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import FormKey
from keysite.ledger import Refusal, lock_word


@transaction.atomic
def once(*, key, owner, values, deed):
    """Do ``deed`` once for this one-time ``key`` and give back its answer, an address; a repeat gets the first answer.

    The key is claimed before anything else is locked: looked up any later, a double click gets an error for a
    deed that worked. Refused without a key, and when the same key comes with other ``values``. A deed that is
    refused leaves the key unused, so that the corrected form may use it.
    """
    if not key:
        raise Refusal(_("This form has expired. Please send it once more."))
    digest = _digest(f"{owner}:{key}")
    lock_word(f"form:{digest}")
    fingerprint = _digest(json.dumps(values, sort_keys=True, default=str))
    done = FormKey.objects.filter(digest=digest).first()
    if done is None:
        answer = deed()
        FormKey.objects.create(digest=digest, fingerprint=fingerprint, answer=answer)
        return answer
    if done.fingerprint != fingerprint:
        raise Refusal(_("This form was sent before with other values, and that was done. Open it anew to do more."))
    return done.answer


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
