"""The devices that stand in for a clerk, and the clerks who nod at them."""

import secrets
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.codes import digest, keyed_digest
from accounts.models import Kiosk, Person
from keysite.ledger import Refusal, lock, lock_all, record

LINK_LASTS = timedelta(hours=24)
LINK = signing.TimestampSigner(salt="kiosk")


@transaction.atomic
def register_kiosk(*, kiosk, by):
    """The token of a link that makes one device this kiosk, shown this once and good for a day.

    A device that was the kiosk before stops working.
    """
    lock(kiosk)
    token = secrets.token_urlsafe(32)
    kiosk.token_digest, kiosk.revoked_at = digest(token), None
    record(kiosk, by=by, reason="registered")
    return LINK.sign(token)


@transaction.atomic
def claim_kiosk(*, token):
    """The device that opened the link becomes the kiosk; gives back what it must carry from now on.

    Refused for a link that is wrong, older than a day, or used: the device gets a token of its own.
    """
    useless = _("This link is wrong, too old or used. Ask an administrator for a new one.")
    try:
        one_time = LINK.unsign(token, max_age=LINK_LASTS)
    except signing.BadSignature:
        raise Refusal(useless) from None
    kiosks = lock_all(Kiosk.objects.in_use().filter(token_digest=digest(one_time)))
    if not kiosks:
        raise Refusal(useless)
    [kiosk] = kiosks
    carried = secrets.token_urlsafe(32)
    kiosk.token_digest = digest(carried)
    record(kiosk, by=None, reason="device registered")
    return carried


@transaction.atomic
def revoke_kiosk(*, kiosk, by):
    """The device stops working at once. Refused when revoked already."""
    lock(kiosk)
    if kiosk.revoked_at or not kiosk.token_digest:
        raise Refusal(_("No device is registered for %(kiosk)s.") % {"kiosk": kiosk})
    kiosk.revoked_at, kiosk.token_digest = timezone.now(), ""
    record(kiosk, by=by, reason="revoked")


def kiosk_of(token):
    """The kiosk whose device carries ``token``, or None."""
    return Kiosk.objects.in_use().filter(token_digest=digest(token)).first() if token else None


def clerk_by_pin(*, pin):
    """The clerk who nods with this PIN. Refused when nobody who hands out keys has it."""
    clerk = Person.objects.active().filter(pin_digest=keyed_digest("".join(pin.split()))).first() if pin else None
    if clerk is None or not clerk.has_perm("keys.check_out"):
        raise Refusal(_("No clerk has this PIN. Ask a clerk to type it."))
    return clerk
