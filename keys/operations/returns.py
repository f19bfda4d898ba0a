"""Bringing keys back, at the desk or by saying so."""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from keys import notices
from keys.models import Key, Loan
from keys.operations.charges import forgive_found
from keys.operations.exposures import close_reports
from keys.operations.inventory import redeem, retire_all
from keys.operations.rules import RELATED, keys_in
from keysite.ledger import BasketRefusal, Refusal, lock, lock_all, record, record_changes

RETURN = ["returned_at", "returned_by", "condition", "found_at", "found_by"]


@transaction.atomic
def return_key(*, loan, by, trust=Trust.STAFF, condition=Loan.Condition.GOOD, kiosk=None):
    """Put the key back in the cabinet; a lost one is found by it, a broken one is retired.

    One that was retired as lost stays retired, to be disposed of: it is not at large any more.

    Anyone may bring a key back, and nothing else stands in the way. Refused only when it is already there.
    """
    if loan.lost_at or condition == Loan.Condition.BROKEN:
        lock(loan.key)
    lock(loan, *RELATED)
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % {"key": loan.key})
    _put_back([loan], by=by, trust=trust, condition=condition, kiosk=kiosk)
    notices.keys_returned([loan], by=by)


@transaction.atomic
def take_back(*, keys, by, trust=Trust.STAFF, condition=Loan.Condition.GOOD, kiosk=None):
    """Put keys back, in whosever hands they are; each borrower gets one receipt. Gives back the loans that ended.

    All or nothing: refused per key (``BasketRefusal.lines``) when it is not out.
    """
    if not keys:
        raise Refusal(_("Name at least one key."))
    if condition == Loan.Condition.BROKEN or any(key.retired_at for key in keys):
        lock_all(keys_in(keys))
    loans = lock_all(Loan.objects.open().of(keys).select_related(*RELATED))
    not_out = _("Key %(key)s is not out: nobody has to bring it back.")
    out = {loan.key_id for loan in loans}
    if missing := {key: not_out % {"key": key} for key in keys if key.pk not in out}:
        raise BasketRefusal(missing)

    _put_back(loans, by=by, trust=trust, condition=condition, kiosk=kiosk)
    by_borrower = defaultdict(list)
    for loan in loans:
        by_borrower[loan.borrower_id].append(loan)
    for returned in by_borrower.values():
        notices.keys_returned(returned, by=by)
    return loans


@transaction.atomic
def claim_return(*, loan, by, trust=Trust.PROVED):
    """The borrower says from afar that the key is back: reminders pause until the desk scans it.

    Closes the loan at once where the symbol allows that (honesty boxes) and the borrower or the desk says so, but not
    of a lost key. Refused when the key is back already and when this was said before.
    """
    lock(loan, *RELATED)
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % {"key": loan.key})
    if speaks_for_holder(loan, by, trust) and loan.key.symbol.claim_closes and not loan.is_lost:
        return return_key(loan=loan, by=by, trust=trust)
    if loan.claimed_at:
        raise Refusal(_("You said so before: %(key)s waits for the desk to scan it.") % {"key": loan.key})

    loan.claimed_at, loan.claimed_by = timezone.now(), by
    record(loan, by=by, reason=with_trust("said to be back", trust))
    notices.return_claimed(loan, by=by)


@transaction.atomic
def reject_claim(*, loan, by):
    """The desk has looked and the key is not there: reminders go on. Refused unless somebody said it is back."""
    lock(loan, *RELATED)
    if not loan.is_open or loan.claimed_at is None:
        raise Refusal(_("Nobody says that %(key)s is back.") % {"key": loan.key})

    unclaim(loan, by=by, reason="not there: claim rejected")
    notices.claim_rejected(loan, by=by)


def speaks_for_holder(loan, by, trust):
    """The borrower, and staff with a staff sign-in, as whoever comes to the desk speaks through them."""
    return by.pk == loan.borrower_id or trust == Trust.STAFF


def unclaim(loan, *, by, reason):
    """Write down that a key of a locked loan is not said to be back any more."""
    loan.claimed_at = loan.claimed_by = None
    record(loan, by=by, reason=reason)


def _put_back(loans, *, by, trust, condition, kiosk):
    """What a return does to locked loans and, when they come back broken, to their locked keys."""
    now, found = timezone.now(), []
    for loan in loans:
        back_at = max(now, loan.out_at)
        if loan.is_lost:
            loan.found_at, loan.found_by = back_at, by
            found.append(loan.key)
        loan.returned_at, loan.returned_by, loan.condition = back_at, by, condition
    record_changes(loans, RETURN, by=by, reason=with_trust("returned", trust, kiosk))
    if found:
        close_reports(found, by=by)
        redeem(found, by=by)
    if charged := [loan for loan in loans if loan.lost_at or loan.borrower.leaves_on]:
        forgive_found(charged, by=by)
    if condition == Loan.Condition.BROKEN:
        keys = [loan.key for loan in loans if loan.key.retired_at is None]
        retire_all(keys, Key.Retirement.BROKEN, "came back broken", at=now, by=by)
