"""Proving an address: with a code sent to it, by mail that sets a password, or through a provider that knows it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import notices
from accounts.codes import code_of, digest
from accounts.models import EmailCode, Notice, Person
from accounts.operations.people import register
from keysite.ledger import Refusal, lock, lock_word, record

CODE_LASTS = timedelta(minutes=10)
TRIES = 5
MAILS_PER_HOUR = 5


@transaction.atomic
def ask_code(*, address, purpose, browser):
    """Send a code to ``address``, known or not: the answer never tells which. Bound to ``browser``, a secret of it.

    Refused after five codes for one address within the hour.
    """
    lock_word(f"code:{address.lower()}")
    now = timezone.now()
    recent = EmailCode.objects.filter(created_at__gt=now - timedelta(hours=1)).alias(lower=Lower("address"))
    if recent.filter(lower=address.lower()).count() >= MAILS_PER_HOUR:
        raise Refusal(_("Five codes have been sent to this address within the hour. Try again later."))
    proof = EmailCode.objects.create(
        address=address, purpose=purpose, browser_digest=digest(browser), expires_at=now + CODE_LASTS
    )
    notices.post(kind="email_code", address=address, facts={"proof": proof.pk})
    return proof


def check_code(*, proof, purpose, browser, code):
    """Look at the typed digits; a wrong try counts. Refused when wrong, too old, tried five times, or from elsewhere.

    Call it outside of a transaction: a refusal there would take the counted try back. It does not spend the code, so
    that the same form sent twice finds it right twice; ``spend_code`` lets only the first one act.
    """
    with transaction.atomic():
        lock(proof)
        refusal = _why_not(proof, purpose, browser)
        if refusal is None and not constant_time_compare("".join(code.split()), code_of(proof)):
            proof.tries += 1
            proof.save()
            refusal = _("This is not the code. Type the six digits of the mail, or ask for a new code.")
    if refusal:
        raise Refusal(refusal)


@transaction.atomic
def spend_code(*, proof):
    """Use up a code that was right, in the deed that it lets happen. Refused the second time."""
    lock(proof)
    if proof.used_at:
        raise Refusal(_("This code has been used. Ask for a new one."))
    proof.used_at = timezone.now()
    proof.save()


def sign_in_by_code(*, proof, browser, code):
    """The person whom the code lets in; a new address becomes a person. Refused for a wrong code, and when inactive."""
    check_code(proof=proof, purpose="sign-in", browser=browser, code=code)
    with transaction.atomic():
        spend_code(proof=proof)
        return let_in(prove_address(address=proof.address))


@transaction.atomic
def sign_in_by_provider(*, account, address, **names):
    """The person with this address, which the provider of ``account`` has verified; a new one gets ``names``.

    From now on the account leads to this person, whatever its address. Refused when the person is inactive.
    """
    person = let_in(prove_address(address=address, how=account.provider, **names))
    account.user = person
    account.save()
    return person


@transaction.atomic
def prove_address(*, address, how="code", **fields):
    """The person whose address has just been proved; a new address becomes a person, with ``fields``."""
    person = register(email=address, by=None, reason=f"new address proved by {how}", **fields)
    if person.email_proved_at is None or person.email_bounced_at is not None:
        lock(person)
        person.email_proved_at, person.email_bounced_at = timezone.now(), None
        record(person, by=person, reason=f"address proved by {how}")
    return person


@transaction.atomic
def ask_password(*, address):
    """Mail a link that sets a new password to the person of this address; nobody learns whether there is one.

    Does nothing for an unknown or inactive person, and after five such mails within the hour.
    """
    person = Person.objects.active().with_address(address).first()
    if person is None:
        return
    since = timezone.now() - timedelta(hours=1)
    if Notice.objects.filter(kind="password_reset", person=person, created_at__gt=since).count() < MAILS_PER_HOUR:
        notices.post(kind="password_reset", person=person)


@transaction.atomic
def tell_sign_in_changed(*, person, change):
    """Write to ``person`` that a password, second factor or linked account has changed, in case it was not them."""
    notices.post(kind="sign_in_changed", person=person, facts={"change": change}, by=person)


def _why_not(proof, purpose, browser):
    if proof.purpose != purpose or not constant_time_compare(proof.browser_digest, digest(browser)):
        return _("This code was asked for in another browser. Ask for a new one here.")
    if proof.expires_at <= timezone.now():
        return _("This code is older than ten minutes. Ask for a new one.")
    if proof.tries >= TRIES:
        return _("That were five wrong tries. Ask for a new code.")
    return None


def let_in(person):
    """``person``, whose address is proved. Refused when inactive."""
    if not person.is_active:
        raise Refusal(_("You cannot sign in with this address. Ask %(desk)s.") % {"desk": settings.DESK_CONTACT})
    return person
