"""Proving an address with a code, and registering the devices that stand in for a clerk."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import notices
from accounts.codes import code_of, digest, keyed_digest
from accounts.models import EmailCode, Kiosk, Person
from accounts.operations.people import register
from keysite.ledger import Refusal, lock, record

CODE_LASTS = timedelta(minutes=10)
TRIES = 5
CODES_PER_HOUR = 5


@transaction.atomic
def ask_code(*, address, purpose, browser):
    """Send a code to ``address``, known or not: the answer never tells which. Bound to ``browser``, a secret of it.

    Refused after five codes for one address within the hour.
    """
    now = timezone.now()
    asked = EmailCode.objects.filter(address__iexact=address, created_at__gt=now - timedelta(hours=1)).count()
    if asked >= CODES_PER_HOUR:
        raise Refusal(_("Five codes have been sent to this address within the hour. Try again later."))
    proof = EmailCode.objects.create(
        address=address, purpose=purpose, browser_digest=digest(browser), expires_at=now + CODE_LASTS
    )
    notices.post(kind="email_code", address=address, facts={"proof": proof.pk})
    return proof


def use_code(*, proof, purpose, browser, code):
    """The code was typed: true once. Refused when wrong, used, too old, tried five times, or from another browser."""
    with transaction.atomic():  # a wrong try counts although it is refused, so the refusal comes after the commit
        lock(proof)
        refusal = _why_not(proof, purpose, browser)
        if refusal is None:
            proof.tries += 1
            if constant_time_compare("".join(code.split()), code_of(proof)):
                proof.used_at = timezone.now()
            else:
                refusal = _("This is not the code. Type the six digits of the mail, or ask for a new code.")
            proof.save()
    if refusal:
        raise Refusal(refusal)


def _why_not(proof, purpose, browser):
    if proof.purpose != purpose or not constant_time_compare(proof.browser_digest, digest(browser)):
        return _("This code was asked for in another browser. Ask for a new one here.")
    if proof.used_at or proof.expires_at <= timezone.now():
        return _("This code has been used or is older than ten minutes. Ask for a new one.")
    if proof.tries >= TRIES:
        return _("That were five wrong tries. Ask for a new code.")
    return None


@transaction.atomic
def prove_address(*, address):
    """The person whose address has just been proved; a new address becomes a person."""
    person = register(email=address, by=None, reason="proved a new address")
    if person.email_proved_at is None or person.email_bounced_at is not None:
        lock(person)
        person.email_proved_at, person.email_bounced_at = timezone.now(), None
        record(person, by=person, reason="address proved by code")
    return person


@transaction.atomic
def register_kiosk(*, kiosk, by):
    """A new token for the device, shown this once; a device registered before stops working."""
    lock(kiosk)
    token = secrets.token_urlsafe(32)
    kiosk.token_digest, kiosk.revoked_at = digest(token), None
    record(kiosk, by=by, reason="registered")
    return token


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
