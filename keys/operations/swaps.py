"""Who has an old key gets a new one for it: kept ready, handed over, and the old one asked for."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keys import notices
from keys.models import CuttingJob, Hold, Key, KeySwap, ProposedKey, Rekeying
from keys.operations.promises import keep_ready, keys_there, queue_jobs
from keys.operations.settling import reopen_rekeying, settle_rekeying
from keysite.ledger import Refusal, lock, lock_all, record, record_changes, record_new


@transaction.atomic
def drop_swap(*, swap, by):
    """The holder does not get the new key; what is kept ready is free, and nothing is cut. Refused when it is handed
    over, or was dropped before.
    """
    begin_swap(swap)
    if swap.handed_id or swap.dropped_at:
        words = {"key": swap.loan.key, "person": swap.loan.borrower}
        raise Refusal(_("%(person)s has the new key for %(key)s already, or gets none.") % words)
    drop_locked([swap], by=by, reason="not wanted any more")
    settle_rekeying(swap.rekeying, by=by)


def drop_locked(swaps, *, by, reason):
    """Nobody waits for these new keys any more; who calls this holds the people and the rekeying."""
    now = timezone.now()
    holds = Hold.objects.filter(swap__in=swaps, ended_at__isnull=True)
    lock_all(Key.objects.filter(pk__in=holds.values("key")))
    free = list(holds.all())
    for hold in free:
        hold.ended_at = now
    record_changes(free, ["ended_at"], by=by, reason=reason)
    jobs = lock_all(CuttingJob.objects.open().filter(swap__in=swaps))
    for job in jobs:
        job.cancelled_at = now
    record_changes(jobs, ["cancelled_at"], by=by, reason=reason)
    for swap in swaps:
        swap.dropped_at = now
    record_changes(swaps, ["dropped_at"], by=by, reason=reason)


def begin_swap(swap):
    """Hold whoever has the old key, then the rekeying, then the swap, and bring all up to date."""
    lock(swap.loan.borrower, "affiliation")
    lock(swap.rekeying, "planned_by")
    rekeying, person = swap.rekeying, swap.loan.borrower
    lock(swap, "loan__key__symbol", "loan__borrower", "symbol", "hold")
    swap.rekeying, swap.loan.borrower = rekeying, person


def add_swaps(rekeying, after, *, by, now):
    """A new key for each old one that is in somebody's hands and has none yet; ``after`` maps old symbols to new ones.

    Who has left gets none. The keys are to be cut first. Gives back the new rows.
    """
    swaps = [
        KeySwap(rekeying=rekeying, loan=loan, symbol_id=after[loan.key.symbol_id])
        for loan in rekeying.loans_to_swap(after)
    ]
    record_new(swaps, by=by, reason="to be swapped")
    queue_jobs(swaps, now=now, by=by)
    return swaps


def ask_again(rekeying, *, now):
    """Who was to get no new key has the old one after all, and gets one: who had left is back, or a return was undone.

    The rekeying is held.
    """
    swaps = lock_all(KeySwap.objects.wanted_again().filter(rekeying=rekeying).select_related("job"))
    for swap in swaps:
        swap.dropped_at = None
    record_changes(swaps, ["dropped_at"], by=None, reason="to be swapped after all")
    queue_jobs([swap for swap in swaps if swap.job.cancelled_at], now=now, by=None)


def ask_for_new_keys(rekeying, *, by):
    """The rekeying was cancelled: new keys open nothing and are asked for, and what was agreed to goes for the old."""
    swaps = list(KeySwap.objects.in_vain().filter(rekeying=rekeying).for_list())
    _follow_requests({swap.handed_id: swap.loan for swap in swaps if swap.old_is_out}, by=by)
    notices.new_keys_wanted(swaps, by=by)


@transaction.atomic
def keep_swap_ready(*, swap, at):
    """Keep the new key ready once more, or have another cut, for who did not come; they are reminded by mail."""
    begin_swap(swap)
    if not KeySwap.objects.without_key(at=at).filter(pk=swap.pk, rekeying__in=Rekeying.objects.open()).exists():
        return
    key = keys_there([swap.symbol_id]).get(swap.symbol_id)
    if key is None:
        queue_jobs([swap], now=at, by=None)
    else:
        keep_swap(swap, key, now=at, by=None)


def keep_swap(swap, key, *, now, by):
    """Put a locked key aside for who has an old one, and write to them."""
    whose = {"person": swap.loan.borrower, "held_by": by or swap.rekeying.planned_by}
    keep_ready(swap, key, wanted_for=swap.rekeying, now=now, by=by, **whose)
    notices.swap_ready(swap, by=by)


def hand_over_swaps(loans, swaps, *, by):
    """New keys are in the hands of a person who is held; ``swaps`` has them by the hold that was used.

    The clock sees whether a rekeying is over by that: a desk holds keys by now, and those come after rekeyings.
    """
    kept = {swap.hold.key_id: swap for swap in swaps.values()}
    handed = [loan for loan in loans if loan.key_id in kept]
    for loan in handed:
        kept[loan.key_id].handed = loan
    done = [kept[loan.key_id] for loan in handed]
    record_changes(done, ["handed"], by=by, reason="handed over")
    _follow_requests({swap.loan_id: swap.handed for swap in done}, by=by)


def undo_swap(loan, *, by):
    """A hand-over was a mistake of the desk: the new key is promised again, unless the rekeying was cancelled since.
    The person and the key are held.

    Gives back whether it was the new key of a rekeying.
    """
    swap = KeySwap.objects.filter(handed=loan).select_related("rekeying", "loan").first()
    if swap is None:
        return False
    reopen_rekeying(swap.rekeying, by=by)
    swap.handed = None
    record(swap, by=by, reason="check-out undone")
    _follow_requests({loan.pk: swap.loan}, by=by)
    if swap.rekeying.cancelled_at:
        drop_locked([swap], by=by, reason="rekeying cancelled")
    return True


def _follow_requests(loans, *, by):
    """What a request was agreed to for is in another loan now; ``loans`` maps the number of the one to the other."""
    lines = list(ProposedKey.objects.filter(loan__in=loans))
    for line in lines:
        line.loan = loans[line.loan_id]
    record_changes(lines, ["loan"], by=by, reason="key swapped")
