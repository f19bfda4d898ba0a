"""Check out: keys go into somebody's hands."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.operations import with_trust
from keys import notices
from keys.models import Loan
from keys.operations.fulfilment import hand_over
from keys.operations.rules import Basket, allowed_until, keys_in
from keysite.ledger import BasketRefusal, Refusal, lock, lock_all, record_changes, record_new


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
    keys = _lock_in_their_order(keys)
    basket = Basket(keys, borrower, trust=trust, now=now)
    verdicts = basket.judge(keys)
    refused = {key: sentence for key, sentence in verdicts.items() if sentence}
    if refused and (not take_rest or len(refused) == len(keys)):
        raise BasketRefusal(refused)

    loans = [
        Loan(
            key=key, borrower=borrower, term=term, out_at=now, out_by=by, trust=trust, due_at=basket.due_at(key, due_at)
        )
        for key in keys
        if key not in refused
    ]
    record_new(loans, by=by, reason=with_trust("checked out", trust, kiosk))
    _use_holds(basket, loans, by)
    notices.keys_checked_out(loans, by=by)
    return loans


class Preview(NamedTuple):
    """What a check-out would come to now: per key its refusal or None, what is against all of it, and until when.

    ``sooner`` has the keys that are due before the others, ``swaps`` those that are for an old key.
    """

    verdicts: dict
    refusal: str = ""
    due_at: datetime | None = None
    sooner: dict = {}
    swaps: dict = {}


def preview_check_out(*, keys, borrower, trust, term=None, due_on=None):
    """What ``check_out`` would say at this moment, by the same rules; nothing is locked, so the deed has the last word.

    Without a ``borrower`` it judges the keys alone.
    """
    now = timezone.now()
    basket = Basket(keys, borrower, trust=trust, now=now)
    verdicts = basket.judge(keys)
    if borrower is None:
        return Preview(verdicts)
    try:
        _term, latest = allowed_until(borrower, term=term, due_on=due_on, now=now)
    except Refusal as refusal:
        return Preview(verdicts, str(refusal))
    due = {key: basket.due_at(key, latest) for key in keys if verdicts[key] is None}
    last = max(due.values(), default=latest)
    swaps = {key: swap for key in due if (swap := basket.swap_of(key))}
    return Preview(verdicts, "", last, {key: at for key, at in due.items() if at < last}, swaps)


def _lock_in_their_order(keys):
    """The keys, each once and up to date, judged in the order in which they were given."""
    locked = {key.pk: key for key in lock_all(keys_in(keys))}
    keys = dict.fromkeys(keys)
    if not keys:
        raise Refusal(_("Name at least one key."))
    if len(locked) < len(keys):
        raise Refusal(_("One of these keys has just been changed. Please try again."))
    return [locked[key.pk] for key in keys]


def _use_holds(basket, loans, by):
    """Holds on keys that went out have done their work; those that had run out end too."""
    used = [hold for loan in loans if (hold := basket.holds.get(loan.key_id))]
    for hold in used:
        hold.ended_at = loans[0].out_at
    record_changes(used, ["ended_at"], by=by, reason="checked out")
    if basket.promised or basket.swaps:
        hand_over(loans, list(basket.live_holds.values()), basket.swaps, by=by)
