"""Checking keys out and back in at a device in a staffed place."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Kiosk, Person, Trust
from accounts.operations import prove_address, register, spend_code
from keys.operations.loans import check_out, preview_check_out
from keys.operations.returns import take_back
from keysite.ledger import BasketRefusal, Refusal


@transaction.atomic
def check_out_at_kiosk(*, kiosk, keys, address, details, proof=None, clerk=None):
    """Hand out keys to whoever the address belongs to; gives back the loans.

    The kiosk's setting says what must have been shown: the code sent to the address (``proof``), a clerk's nod
    (``clerk``), or nothing. A person of the register stays as they are; a new address is registered with
    ``details``, for which a name and an affiliation that may be chosen are needed. Refused for all that a check-out
    is refused for; where the address is not proved, what has to do with the person is refused in one sentence that
    says nothing about them.
    """
    try:
        with transaction.atomic():
            borrower = _borrower(kiosk, address, details, proof, clerk)
            by = clerk or borrower
            return check_out(keys=keys, borrower=borrower, by=by, trust=Trust.PRESENT, kiosk=kiosk)
    except Refusal as refusal:
        if kiosk.asks == Kiosk.Asks.CODE:
            raise
        raise _without_the_person(refusal, keys) from None


def take_back_at_kiosk(*, kiosk, keys):
    """Put keys back, whoever brings them; gives back the loans that ended. Refused per key when it is not out."""
    return take_back(keys=keys, by=None, trust=Trust.PRESENT, kiosk=kiosk)


def _borrower(kiosk, address, details, proof, clerk):
    """The person of this address; a new one is registered, once the kiosk has been shown what it asks for."""
    if kiosk.asks == Kiosk.Asks.CODE:
        spend_code(proof=proof)
        address = proof.address
    if kiosk.asks == Kiosk.Asks.CLERK and clerk is None:
        raise Refusal(_("Ask a clerk to type the PIN."))
    if not Person.objects.with_address(address).exists():
        _refuse_newcomer(details)
    if kiosk.asks == Kiosk.Asks.CODE:
        return prove_address(address=address, how=f"code at kiosk {kiosk}", **details)
    return register(email=address, by=clerk, reason=f"registered at kiosk {kiosk}", **details)


def _refuse_newcomer(details):
    affiliation = details.get("affiliation")
    if not (details.get("first_name") and details.get("last_name") and affiliation):
        raise Refusal(_("You are new here: add your name and what you are here."))
    if not affiliation.may_be_chosen:
        raise Refusal(_("Only staff can give the affiliation “%(name)s”.") % {"name": affiliation})


def _without_the_person(refusal, keys):
    """What a stranger may read: why a key is not there, and else nothing that tells one person from another."""
    if isinstance(refusal, BasketRefusal):
        alone = preview_check_out(keys=keys, borrower=None, trust=Trust.PRESENT).verdicts
        lines = {key: alone.get(key) for key in refusal.lines}
        if all(lines.values()):
            return BasketRefusal(lines)
    sentence = _("This cannot be checked out here. If you are new, fill in the second part; otherwise ask %(desk)s.")
    return Refusal(sentence % {"desk": settings.DESK_CONTACT})
