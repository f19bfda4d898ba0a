"""Check out, renew, return: what the key desk does all day."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import due_moment, refuse_borrower
from keys import notices
from keys.models import Hold, Key, Loan, Renewal
from keys.operations.rules import Basket, allowed_until, keys_in
from keysite.ledger import BasketRefusal, Refusal, lock, lock_all, record, record_changes, record_new

RELATED = ("key__symbol", "borrower__affiliation", "term")


@transaction.atomic
def check_out(*, keys, borrower, by, trust, term=None, due_on=None, kiosk=None, take_rest=False):
    """Put keys into ``borrower``'s hands, due by ``term`` (else the affiliation's) or on ``due_on`` if that is sooner.

    Every line of the basket is judged; all or nothing, unless the desk says ``take_rest``. Refused for a person
    who may not borrow, a due date that the term does not allow, and per key (``BasketRefusal.lines``): retired,
    lost, out, on hold for another, not for self-service, too little ``trust``, above the affiliation's level, or
    one more of the symbol than allowed. Gives back the loans.
    """
    now = timezone.now()
    lock(borrower, "affiliation__loan_term")
    term, due_at = allowed_until(borrower, term=term, due_on=due_on, now=now)
    locked = {key.pk: key for key in lock_all(keys_in(keys))}
    keys = [locked[key.pk] for key in dict.fromkeys(keys) if key.pk in locked]  # judged in the order given
    if not keys:
        raise Refusal(_("Name at least one key."))
    basket = Basket(keys, borrower, trust=trust, now=now)
    verdicts = basket.judge(keys)
    refused = {key: sentence for key, sentence in verdicts.items() if sentence}
    if refused and (not take_rest or len(refused) == len(keys)):
        raise BasketRefusal(refused)

    loans = [
        Loan(key=key, borrower=borrower, term=term, out_at=now, out_by=by, trust=trust, due_at=due_at)
        for key in keys
        if key not in refused
    ]
    record_new(loans, by=by, reason=_reason("checked out", trust, kiosk))
    _use_holds(basket.holds, loans, by)
    notices.keys_checked_out(loans, by=by)
    return loans


class Preview(NamedTuple):
    """What a check-out would come to now: per key its refusal or None, what is against all of it, and until when."""

    verdicts: dict
    refusal: str
    due_at: datetime | None


def preview_check_out(*, keys, borrower, trust, term=None, due_on=None):
    """What ``check_out`` would say at this moment, by the same rules; nothing is locked, so the deed has the last word.

    Without a ``borrower`` it judges the keys alone.
    """
    now = timezone.now()
    verdicts = Basket(keys, borrower, trust=trust, now=now).judge(keys)
    if borrower is None:
        return Preview(verdicts, "", None)
    try:
        return Preview(verdicts, "", allowed_until(borrower, term=term, due_on=due_on, now=now)[1])
    except Refusal as refusal:
        return Preview(verdicts, str(refusal), None)


@transaction.atomic
def return_key(*, loan, by, trust=Trust.STAFF, condition=Loan.Condition.GOOD, kiosk=None):
    """Put the key back in the cabinet; a lost one is found by it, a broken one is retired.

    Anyone may bring a key back, and nothing else stands in the way. Refused only when it is already there.
    """
    _put_back(loan, by=by, trust=trust, condition=condition, kiosk=kiosk)
    notices.keys_returned([loan], by=by)


@transaction.atomic
def take_back(*, keys, by, trust=Trust.STAFF, condition=Loan.Condition.GOOD, kiosk=None):
    """Put keys back, in whosever hands they are; each borrower gets one receipt. Gives back the loans that ended.

    All or nothing: refused per key (``BasketRefusal.lines``) when it is not out.
    """
    loans = {
        loan.key_id: loan for loan in Loan.objects.open().of(keys).select_related("key").order_by("pk")
    }
    not_out = _("Key %(key)s is not out: nobody has to bring it back.")
    if missing := {key: not_out % {"key": key} for key in keys if key.pk not in loans}:
        raise BasketRefusal(missing)
    if not loans:
        raise Refusal(_("Name at least one key."))
    for loan in loans.values():
        _put_back(loan, by=by, trust=trust, condition=condition, kiosk=kiosk)
    by_borrower = defaultdict(list)
    for loan in loans.values():
        by_borrower[loan.borrower_id].append(loan)
    for returned in by_borrower.values():
        notices.keys_returned(returned, by=by)
    return list(loans.values())


@transaction.atomic
def claim_return(*, loan, by, trust=Trust.PROVED):
    """The borrower says from afar that the key is back: reminders pause until the desk scans it.

    Closes the loan at once where the symbol allows that (honesty boxes). Refused when the key is back already
    and when this was said before.
    """
    lock(loan, *RELATED)
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % {"key": loan.key})
    if loan.key.symbol.claim_closes:
        return return_key(loan=loan, by=by, trust=trust)
    if loan.claimed_at:
        raise Refusal(_("You said so before: %(key)s waits for the desk to scan it.") % {"key": loan.key})

    loan.claimed_at, loan.claimed_by = timezone.now(), by
    record(loan, by=by, reason=_reason("said to be back", trust))
    notices.return_claimed(loan, by=by)


@transaction.atomic
def reject_claim(*, loan, by):
    """The desk has looked and the key is not there: reminders go on. Refused unless somebody said it is back."""
    lock(loan, *RELATED)
    if not loan.is_open or loan.claimed_at is None:
        raise Refusal(_("Nobody says that %(key)s is back.") % {"key": loan.key})

    loan.claimed_at = loan.claimed_by = None
    record(loan, by=by, reason="not there: claim rejected")
    notices.claim_rejected(loan, by=by)


@transaction.atomic
def renew(*, loan, by, trust, due_on=None, term=None, why=""):
    """Make the loan due later: as late as its term (or another, for staff) allows from now, or on ``due_on``.

    Refused when the key is back, lost or said to be back, on hold for somebody else or retired, when the
    borrower may not borrow, and when it would not be later. Borrowers renew by themselves only before the due
    date, within the term's window, and as often as the term allows; staff are free of that.
    """
    lock(loan.borrower)
    lock(loan, *RELATED)
    due_at = renewed_until(loan=loan, trust=trust, due_on=due_on, term=term)

    renewal = Renewal(
        loan=loan, at=timezone.now(), by=by, trust=trust, old_due_at=loan.due_at, new_due_at=due_at, why=why
    )
    record(renewal, by=by, reason="renewed")
    loan.due_at = due_at
    record(loan, by=by, reason=_reason(f"renewed: {why}" if why else "renewed", trust))
    notices.loan_renewed(loan, by=by)


def renewed_until(*, loan, trust, due_on=None, term=None):
    """When the loan would be due if it were renewed now. Refused for all that ``renew`` is refused for."""
    now = timezone.now()
    _refuse_renewal(loan, now)
    if trust < Trust.STAFF:
        _refuse_own_renewal(loan, now)
    due_at = due_moment(term=term or loan.term, now=now, due_on=due_on)
    if due_at <= loan.due_at:
        words = {"key": loan.key, "due": date_format(timezone.localtime(loan.due_at))}
        raise Refusal(_("%(key)s is due on %(due)s already: renewing now would not make it later.") % words)
    return due_at


def _put_back(loan, *, by, trust, condition, kiosk):
    """What a return does to the loan and, when it comes back broken, to the key."""
    broken = condition == Loan.Condition.BROKEN
    if broken:
        lock(loan.key)
    lock(loan, *RELATED)
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % {"key": loan.key})

    back_at = max(timezone.now(), loan.out_at)
    if loan.is_lost:
        loan.found_at, loan.found_by = back_at, by
    loan.returned_at, loan.returned_by, loan.condition = back_at, by, condition
    record(loan, by=by, reason=_reason("returned", trust, kiosk))
    if broken and loan.key.retired_at is None:
        retire_as(loan.key, Key.Retirement.BROKEN, "came back broken", at=loan.returned_at, by=by)


def _refuse_renewal(loan, now):
    words = {"key": loan.key, "desk": settings.DESK_CONTACT}
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % words)
    if not loan.is_running:
        raise Refusal(_("Key %(key)s was reported lost or broken; it cannot be renewed.") % words)
    if loan.claimed_at:
        raise Refusal(_("Key %(key)s is said to be back; it cannot be renewed.") % words)
    if loan.key.retired_at or loan.key.symbol.retired_at:
        raise Refusal(_("Key %(key)s is being retired. Please bring it back to %(desk)s.") % words)
    if Hold.objects.live(at=now).filter(key=loan.key).exclude(person=loan.borrower).exists():
        raise Refusal(_("Somebody else waits for %(key)s. Please bring it back to %(desk)s.") % words)
    refuse_borrower(loan.borrower, now=now)


def _refuse_own_renewal(loan, now):
    term, desk = loan.term, settings.DESK_CONTACT
    if loan.due_at < now:
        raise Refusal(
            _("Key %(key)s is overdue. Bring it back, or ask %(desk)s to renew it.") % {"key": loan.key, "desk": desk}
        )
    used = loan.renewals.filter(trust__lt=Trust.STAFF).count()
    if used >= term.renewals_allowed:
        words = {"term": term, "most": term.renewals_allowed, "desk": desk}
        raise Refusal(
            _("“%(term)s” may be renewed %(most)s times by yourself, and has been. Ask %(desk)s for more.") % words
        )
    opens = timezone.localdate(loan.due_at, settings.INSTITUTION_ZONE) - timedelta(days=term.renewal_window_days)
    if timezone.localdate(now, settings.INSTITUTION_ZONE) < opens:
        raise Refusal(_("It is too early: this loan may be renewed from %(day)s on.") % {"day": date_format(opens)})


def retire_as(key, kind, why, *, at, by):
    """Write down that a locked key is retired; the deeds that call this have checked that it may be."""
    key.retired_at, key.retired_by, key.retirement, key.retired_reason = at, by, kind, why[:200]
    record(key, by=by, reason=f"retired: {why}")


def _use_holds(holds, loans, by):
    """Holds on keys that went out have done their work."""
    gone = {loan.key_id for loan in loans}
    used = [hold for hold in holds if hold.key_id in gone]
    for hold in used:
        hold.ended_at = loans[0].out_at
    record_changes(used, ["ended_at"], by=by, reason="checked out")


def _reason(words, trust, kiosk=None):
    """Why a version of a row was written, with how sure we were who asked for it."""
    where = f", kiosk {kiosk}" if kiosk else ""
    return f"{words} ({Trust(trust).name.lower()}{where})"
