"""From the approval to the hand-over: a key in stock is kept ready, another is cut."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import KeyLevel
from keys import notices
from keys.models import CuttingJob, Hold, Key, KeyRequest, ProposedKey
from keys.operations.holds import end_holds
from keysite.ledger import Refusal, lock, lock_all, record, record_changes, record_new

JOB = ["queued_at", "cut_at", "cut_by", "checked_at", "checked_by", "done_at", "key", "cancelled_at"]
SPARE = 3  # keys of a symbol that are looked at: another desk may have just taken one


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
        raise Refusal(_("Key %(symbol)s is cut already.") % {"symbol": job.line.symbol})
    job.cut_at, job.cut_by = timezone.now(), by
    record(job, by=by, reason="cut")


@transaction.atomic
def check_cut_key(*, job, by):
    """The key fits and waits for delivery.

    Refused before it is cut, when it is checked already, and for who has cut it if it is a master.
    """
    request = _begin_job(job)
    words = {"symbol": job.line.symbol}
    if job.cut_at is None or job.checked_at:
        raise Refusal(_("Key %(symbol)s is not waiting to be checked.") % words)
    if job.cut_by_id == by.pk and job.line.symbol.level >= KeyLevel.MASTER:
        raise Refusal(_("%(symbol)s is a master: somebody else than who has cut it checks it.") % words)
    job.checked_at, job.checked_by = timezone.now(), by
    record(job, by=by, reason="checked")
    notices.keys_available(request, by=by)


@transaction.atomic
def deliver_key(*, job, by, reason=""):
    """The new key is at the desk: it gets the next serial of its symbol and is kept ready for who asked for it.

    Refused before it is checked, for a retired symbol, and beyond the symbol's most keys, unless somebody who may
    exceed them (``keys.exceed_copies``) says why. Gives back the key.
    """
    request = _begin_job(job)
    symbol = job.line.symbol
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
    record(key, by=by, reason=f"cut for {request}" + (f": {reason.strip()[:200]}" if full else ""))
    job.key, job.done_at = key, timezone.now()
    record(job, by=by, reason="delivered")
    _keep_ready(job.line, key, request, now=job.done_at, by=by)
    notices.keys_ready(request, by=by)
    return key


@transaction.atomic
def cancel_job(*, job, by):
    """The key is not cut after all. Refused when it is at the desk already, or cancelled."""
    _begin_job(job)
    job.cancelled_at = timezone.now()
    record(job, by=by, reason="cancelled")


def take_back_promises(request, *, by):
    """Free what is kept ready for a request that is over, and cut nothing more for it."""
    now = timezone.now()
    lines = ProposedKey.objects.outstanding().filter(proposal__request=request)
    holds = Hold.objects.filter(promised__in=lines, ended_at__isnull=True)
    lock_all(Key.objects.filter(pk__in=holds.values("key")))
    free = list(holds.all())
    for hold in free:
        hold.ended_at = now
    record_changes(free, ["ended_at"], by=by, reason="request over")
    jobs = lock_all(CuttingJob.objects.open().filter(line__in=lines))
    for job in jobs:
        job.cancelled_at = now
    record_changes(jobs, ["cancelled_at"], by=by, reason="request over")


def hand_over(loans, holds, *, by):
    """Keys that were promised are in the hands of a person who is held; the request may be done with that."""
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
    lock(request, "person__affiliation", "person__department")


def _begin_job(job):
    request = job.line.proposal.request
    begin_request(request)
    lock(job)
    if request.status != KeyRequest.Status.APPROVED or job.line.proposal.replaced_at:
        raise Refusal(
            _("Request %(request)s is not approved at the moment: wait with its keys.") % {"request": request}
        )
    if job.done_at or job.cancelled_at:
        raise Refusal(_("Key %(symbol)s is at the desk already, or not wanted any more.") % {"symbol": job.line.symbol})
    return request


def _without_key(request):
    """The lines of a request for which nothing is kept ready and nothing is being cut."""
    lines = ProposedKey.objects.outstanding().filter(proposal__request=request).for_list()
    lines = lines.filter(Q(job__isnull=True) | Q(job__done_at__isnull=False))
    return [line for line in lines if line.hold is None or line.hold.ended_at]


def _see_to(lines, request, *, by):
    """Keep a key ready for each line, or have it cut; gives back the lines of both kinds."""
    there, now = _keys_there({line.symbol_id for line in lines}), timezone.now()
    kept = [line for line in lines if line.symbol_id in there]
    for line in kept:
        _keep_ready(line, there[line.symbol_id], request, now=now, by=by)
    to_cut = [line for line in lines if line.symbol_id not in there]
    _queue(to_cut, now=now, by=by)
    return kept, to_cut


def _queue(lines, *, now, by):
    """Have keys cut; where one was cut before for the same line, which is no good any more, its job begins again."""
    again = lock_all(CuttingJob.objects.filter(line__in=lines))
    for job in again:
        job.queued_at, job.key = now, None
        job.cut_at = job.cut_by = job.checked_at = job.checked_by = job.done_at = job.cancelled_at = None
    record_changes(again, JOB, by=by, reason="queued again")
    known = {job.line_id for job in again}
    new = [CuttingJob(line=line, queued_at=now) for line in lines if line.pk not in known]
    record_new(new, by=by, reason="queued")


def _keys_there(symbols):
    """For each symbol a key that nobody has and that is kept for nobody, and is held now; none where there is none."""
    there = Key.objects.filter(symbol__in=symbols).being(Key.Availability.THERE).order_by("serial")
    few = {}
    for pk, symbol in there.values_list("pk", "symbol"):
        few.setdefault(symbol, []).append(pk)
    lock_all(Key.objects.filter(pk__in=[pk for keys in few.values() for pk in keys[:SPARE]]))
    held = there.filter(pk__in=[pk for keys in few.values() for pk in keys[:SPARE]]).select_related("symbol")
    return {key.symbol_id: key for key in reversed(held)}


def _keep_ready(line, key, request, *, now, by):
    """Put a key aside, for as long as the key in whose place it is, if that is not over today."""
    end_holds([key], at=now, by=by, reason="ran out")
    replaces = line.hold is not None and line.hold.until > now + timedelta(days=1)
    until = line.hold.until if replaces else pick_up_until(now)
    hold = Hold(key=key, person=request.person, until=until, held_at=now, held_by=by or _last_to_agree(request))
    record(hold, by=by, reason=f"kept ready for {request}")
    line.hold = hold
    record(line, by=by, reason="kept ready")


def _last_to_agree(request):
    """In whose name the clock keeps a key ready."""
    return request.approvals.filter(approved=True).select_related("decided_by").latest("decided_at").decided_by


def pick_up_until(now):
    """The end of the last day on which a key that is ready now is kept."""
    last = timezone.localdate(now, settings.INSTITUTION_ZONE) + timedelta(days=settings.PICK_UP_DAYS)
    return datetime.combine(last, time(23, 59), settings.INSTITUTION_ZONE)
