"""From the approval to the hand-over: a key in stock is kept ready, another is cut."""

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import KeyLevel
from keys import notices
from keys.models import CuttingJob, Hold, Key, KeyRequest, ProposedKey
from keys.operations.promises import first_there, keep_ready, keys_there, queue_jobs
from keys.operations.swaps import begin_swap, drop_locked, hand_over_swaps, keep_swap, undo_swap
from keysite.ledger import Refusal, lock, lock_all, record, record_changes


def fulfil(request, *, by):
    """Keep a key ready for each line of a request that is held, or have it cut; lines that are seen to stay so."""
    kept, to_cut = _see_to(_without_key(request), request, by=by)
    if to_cut:
        notices.keys_being_cut(request, by=by)
    if kept:
        notices.keys_ready(request, by=by)


@transaction.atomic
def replace_promised_keys(*, request):
    """Put another key aside, or have one cut, for each that was retired before it was picked up, whatever the reason.

    Whoever asked hears of it only if that changes something: a key is not ready any more, or ready for longer.
    """
    begin_request(request)
    lines = list(ProposedKey.objects.to_replace().filter(proposal__request=request).for_list())
    if request.status != KeyRequest.Status.APPROVED or not lines:
        return
    before = [line.hold.until for line in lines]
    kept, to_cut = _see_to(lines, request, by=None)
    if to_cut:
        notices.keys_not_ready(request, by=None)
    if [line.hold.until for line in kept if line.hold.until not in before]:
        notices.keys_ready(request, by=None)


@transaction.atomic
def cut_key(*, job, by):
    """The key is cut; somebody looks now whether it fits. Refused when it is cut already or cancelled."""
    _begin_job(job)
    if job.cut_at:
        raise Refusal(_("Key %(symbol)s is cut already.") % {"symbol": job.symbol})
    job.cut_at, job.cut_by = timezone.now(), by
    record(job, by=by, reason="cut")


@transaction.atomic
def check_cut_key(*, job, by):
    """The key fits and waits for delivery.

    Refused before it is cut, when it is checked already, and for who has cut it if it is a master.
    """
    _begin_job(job)
    words = {"symbol": job.symbol}
    if job.cut_at is None or job.checked_at:
        raise Refusal(_("Key %(symbol)s is not waiting to be checked.") % words)
    if job.cut_by_id == by.pk and job.symbol.level >= KeyLevel.MASTER:
        raise Refusal(_("%(symbol)s is a master: somebody else than who has cut it checks it.") % words)
    job.checked_at, job.checked_by = timezone.now(), by
    record(job, by=by, reason="checked")
    if job.line:
        notices.keys_available(job.wanted_for, by=by)


@transaction.atomic
def deliver_key(*, job, by, reason=""):
    """The new key is at the desk: it gets the next serial of its symbol and is kept ready for who is to get it.

    Refused before it is checked, for a retired symbol, and beyond the symbol's most keys, unless somebody who may
    exceed them (``keys.exceed_copies``) says why. Gives back the key.
    """
    _begin_job(job)
    symbol = job.symbol
    lock(symbol)
    words = {"symbol": symbol, "most": symbol.most_copies}
    if job.checked_at is None:
        raise Refusal(_("Key %(symbol)s is not cut and checked yet.") % words)
    if symbol.retired_at:
        raise Refusal(_("Symbol %(symbol)s is retired: no keys of it are made or handed out.") % words)
    full = symbol.most_copies is not None and Key.objects.in_use().filter(symbol=symbol).count() >= symbol.most_copies
    if full and not (reason.strip() and by.has_perm("keys.exceed_copies")):
        raise Refusal(
            _("There may be no more than %(most)s keys %(symbol)s. An administrator may say why more.") % words
        )
    last = Key.objects.filter(symbol=symbol).aggregate(last=Max("serial"))["last"] or 0
    key = Key(symbol=symbol, serial=last + 1)
    record(key, by=by, reason=f"cut for {job.wanted_for}" + (f": {reason.strip()[:200]}" if full else ""))
    job.key, job.done_at = key, timezone.now()
    record(job, by=by, reason="delivered")
    if job.swap:
        keep_swap(job.swap, key, now=job.done_at, by=by)
    else:
        _keep_ready(job.line, key, job.wanted_for, now=job.done_at, by=by)
        notices.keys_ready(job.wanted_for, by=by)
    return key


@transaction.atomic
def cancel_job(*, job, by):
    """The key is not cut after all; who has an old one gets no new one for it then. Refused when it is at the desk
    already, or cancelled.
    """
    _begin_job(job)
    if job.swap:
        drop_locked([job.swap], by=by, reason="not cut")
        return
    job.cancelled_at = timezone.now()
    record(job, by=by, reason="cancelled")


def take_back_promises(request, *, by, instead=()):
    """Free what is kept ready for a request that is over, and cut nothing more for it.

    ``instead`` are symbols that are promised next: their keys are held with the others, in one order.
    """
    now = timezone.now()
    lines = ProposedKey.objects.outstanding().filter(proposal__request=request)
    holds = Hold.objects.filter(promised__in=lines, ended_at__isnull=True)
    lock_all(Key.objects.filter(Q(pk__in=holds.values("key")) | Q(pk__in=first_there(instead))))
    free = list(holds.all())
    for hold in free:
        hold.ended_at = now
    record_changes(free, ["ended_at"], by=by, reason="request over")
    jobs = lock_all(CuttingJob.objects.open().filter(line__in=lines))
    for job in jobs:
        job.cancelled_at = now
    record_changes(jobs, ["cancelled_at"], by=by, reason="request over")


def hand_over(loans, holds, swaps, *, by):
    """Keys that were promised are in the hands of a person who is held; the request may be done with that.

    ``holds`` were live; ``swaps`` has those that are for an old key, by their hold.
    """
    if swaps:
        hand_over_swaps(loans, swaps, by=by)
    lines = {line.hold_id: line for line in ProposedKey.objects.filter(hold__in=holds).select_related("proposal")}
    if not lines:
        return
    kept = {hold.key_id: lines[hold.pk] for hold in holds if hold.pk in lines}
    handed = [loan for loan in loans if loan.key_id in kept]
    for loan in handed:
        kept[loan.key_id].loan = loan
    record_changes([kept[loan.key_id] for loan in handed], ["loan"], by=by, reason="handed over")
    requests = {kept[loan.key_id].proposal.request_id for loan in handed}
    for request in lock_all(KeyRequest.objects.filter(pk__in=requests)):
        if not ProposedKey.objects.outstanding().filter(proposal__request=request).exists():
            request.status, request.ended_at = KeyRequest.Status.DONE, timezone.now()
            record(request, by=by, reason="all keys handed over")


def undo_hand_over(loan, *, by):
    """A hand-over was a mistake of the desk: what was promised is promised again. The person is held."""
    if undo_swap(loan, by=by):
        return
    line = ProposedKey.objects.filter(loan=loan).select_related("proposal__request").first()
    if line is None:
        return
    line.loan = None
    record(line, by=by, reason="check-out undone")
    request = line.proposal.request
    lock(request)
    if request.status == KeyRequest.Status.DONE:
        request.status, request.ended_at = KeyRequest.Status.APPROVED, None
        record(request, by=by, reason="check-out undone")


def begin_request(request):
    """Hold a request, and whom it is for before it: so nothing of that person's changes meanwhile."""
    lock(request.person, "affiliation")
    lock(request, "person__affiliation", "person__department", "asked_by")


def _begin_job(job):
    """Hold whoever gets the key, what it is wanted for, and the job."""
    wanted = job.wanted_for
    if job.swap:
        begin_swap(job.swap)
        lock(job)
        _refuse_swap(job.swap)
    else:
        begin_request(wanted)
        lock(job)
        if wanted.status != KeyRequest.Status.APPROVED or job.line.proposal.replaced_at:
            raise Refusal(
                _("Request %(request)s is not approved at the moment: wait with its keys.") % {"request": wanted}
            )
    if job.done_at or job.cancelled_at:
        raise Refusal(_("Key %(symbol)s is at the desk already, or not wanted any more.") % {"symbol": job.symbol})


def _refuse_swap(swap):
    if swap.dropped_at or swap.handed_id or not swap.rekeying.is_open:
        words = {"rekeying": swap.rekeying, "symbol": swap.symbol}
        raise Refusal(_("Key %(symbol)s is not wanted for rekeying %(rekeying)s any more.") % words)


def _without_key(request):
    """The lines of a request for which nothing is kept ready and nothing is being cut."""
    lines = ProposedKey.objects.outstanding().filter(proposal__request=request).for_list()
    lines = lines.filter(Q(job__isnull=True) | Q(job__done_at__isnull=False))
    return [line for line in lines if line.hold is None or line.hold.ended_at]


def _see_to(lines, request, *, by):
    """Keep a key ready for each line, or have it cut; gives back the lines of both kinds."""
    there, now = keys_there({line.symbol_id for line in lines}), timezone.now()
    kept = [line for line in lines if line.symbol_id in there]
    for line in kept:
        _keep_ready(line, there[line.symbol_id], request, now=now, by=by)
    to_cut = [line for line in lines if line.symbol_id not in there]
    queue_jobs(to_cut, now=now, by=by)
    return kept, to_cut


def _keep_ready(line, key, request, *, now, by):
    held_by = by or _last_to_agree(request)
    whose = {"person": request.person, "wanted_for": request, "needed_from": request.needed_from}
    keep_ready(line, key, **whose, now=now, by=by, held_by=held_by)


def _last_to_agree(request):
    """In whose name the clock keeps a key ready."""
    return request.approvals.filter(approved=True).select_related("decided_by").latest("decided_at").decided_by
