"""Putting right what was just done, and handing a loan on."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from keys import notices
from keys.models import Hold, Key, Loan, ProposedKey
from keys.models.loans import UNDO_TIME
from keys.operations.charges import charge_again, forgive_found
from keys.operations.exposures import return_undone
from keys.operations.fulfilment import undo_hand_over
from keys.operations.inventory import unredeem, unretire
from keys.operations.payments import refuse_refunded
from keys.operations.rules import RELATED, Basket, allowed_until
from keysite.ledger import BasketRefusal, Refusal, lock, record, record_changes


@transaction.atomic
def undo(*, loan, by):
    """Take back the last check-out or return of this loan, within ten minutes; the history keeps both.

    What followed from it goes back too: a key retired since it came back is in use again, a hold that was used
    holds again. Refused later than that, when the key has gone to somebody else since or its borrower has taken as
    many others as allowed, and when there is more to it than a check-out or a return (renewed, reported lost,
    handed on).
    """
    lock(loan.borrower)
    lock(loan.key)
    lock(loan, *RELATED)
    now = timezone.now()
    if loan.returned_at and not loan.undone_at and now - loan.returned_at <= UNDO_TIME:
        _undo_return(loan, by, now)
    elif loan.is_open and now - loan.out_at <= UNDO_TIME:
        _undo_check_out(loan, by, now)
    else:
        raise Refusal(_("Only the last ten minutes can be undone. Take the key back or check it out instead."))


def _undo_return(loan, by, now):
    key = loan.key
    if Loan.objects.filter(follows=loan).exists():
        raise Refusal(_("Key %(key)s was handed on. Hand it back on instead.") % {"key": key})
    basket = Basket([key], loan.borrower, trust=Trust.STAFF, now=now)
    if basket.loans:
        raise Refusal(_("Key %(key)s has been checked out since; that comes first.") % {"key": key})
    if loan.paid_on is None and (sentence := basket.why_not_one_more(key)):
        raise Refusal(sentence)
    refuse_refunded(loan)
    back_at, lost = loan.returned_at, loan.found_at == loan.returned_at
    reported = lost or key.retirement == Key.Retirement.LOST
    _take_back_retirement(key, lost, since=back_at, by=by)
    if lost:
        loan.found_at = loan.found_by = None
    if loan.lost_at or loan.borrower.leaves_on:
        charge_again(loan, by=by, since=loan.returned_at)
    loan.returned_at = loan.returned_by = None
    loan.condition = ""
    record(loan, by=by, reason="return undone")
    if reported:
        return_undone(loan, by=by, since=back_at)
    notices.return_undone(loan, by=by)


def _take_back_retirement(key, lost, *, since, by):
    """A key retired since it came back is in use again; one that was retired as lost before is that again."""
    if key.retired_at and key.retired_at >= since:
        unretire(key, by=by, reason="return undone")
    elif lost and key.retirement == Key.Retirement.DISPOSED:
        unredeem(key, by=by)


def _undo_check_out(loan, by, now):
    if loan.lost_at or loan.follows_id or loan.renewals.exists():
        raise Refusal(_("More has happened to %(key)s than a check-out. Take it back instead.") % {"key": loan.key})
    used = list(Hold.objects.filter(key=loan.key, person=loan.borrower, ended_at=loan.out_at, until__gt=now))
    for hold in used:
        hold.ended_at = None
    record_changes(used, ["ended_at"], by=by, reason="check-out undone")
    undo_hand_over(loan, by=by)
    loan.returned_at = loan.undone_at = max(now, loan.out_at)
    loan.returned_by, loan.condition = by, Loan.Condition.GOOD
    record(loan, by=by, reason="check-out undone")
    notices.check_out_undone(loan, by=by)


@transaction.atomic
def transfer(*, loan, borrower, by, term=None, due_on=None):
    """Hand the key on to another person in one step: the old loan ends, a new one begins, both are told.

    Refused when the key is back or lost, when it is the same person, when others agreed to it for its holder alone
    (it came of a request), and for all that a check-out to the new person would be refused for.
    """
    for person in sorted([loan.borrower, borrower], key=lambda person: person.pk):
        lock(person, "affiliation__loan_term")
    lock(loan.key)
    lock(loan, *RELATED)
    now, key = timezone.now(), loan.key
    if not loan.is_running:
        raise Refusal(_("Key %(key)s is back or lost: it cannot be handed on.") % {"key": key})
    if loan.borrower_id == borrower.pk:
        raise Refusal(_("%(person)s has the key already.") % {"person": borrower})
    _refuse_agreed_to_for_another(loan)
    term, due_at = allowed_until(borrower, term=term, due_on=due_on, now=now)
    verdicts = Basket([key], borrower, trust=Trust.STAFF, now=now, leaving=loan).judge([key])
    if verdicts[key]:
        raise BasketRefusal(verdicts)

    loan.returned_at, loan.returned_by, loan.condition = max(now, loan.out_at), by, Loan.Condition.GOOD
    record(loan, by=by, reason="handed on")
    forgive_found([loan], by=by)
    following = Loan(key=key, borrower=borrower, term=term, due_at=due_at, trust=Trust.STAFF, follows=loan)
    following.out_at, following.out_by = now, by
    record(following, by=by, reason=f"handed on from loan {loan.pk}")
    notices.loan_transferred(loan, following, by=by)
    return following


def _refuse_agreed_to_for_another(loan):
    line = ProposedKey.objects.filter(loan=loan).select_related("proposal__request").first()
    if line:
        words = {"key": loan.key, "request": line.proposal.request}
        raise Refusal(
            _("Key %(key)s was agreed to for its holder only (request %(request)s). Take it back; others ask anew.")
            % words
        )
