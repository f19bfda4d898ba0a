"""A key that is promised to somebody, by a request or in place of an old one: kept ready, or cut first."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from keys.models import CuttingJob, Hold, Key, KeySwap
from keys.operations.holds import end_holds
from keysite.ledger import lock_all, record, record_changes, record_new

JOB = ["queued_at", "cut_at", "cut_by", "checked_at", "checked_by", "done_at", "key", "cancelled_at"]
SPARE = 3  # keys of a symbol that are looked at: another desk may have just taken one


def keys_there(symbols):
    """For each symbol a key that nobody has and that is kept for nobody, and is held now; none where there is none."""
    few = first_there(symbols)
    lock_all(Key.objects.filter(pk__in=few))
    held = _there(symbols).filter(pk__in=few).select_related("symbol")
    return {key.symbol_id: key for key in reversed(held)}


def first_there(symbols):
    """The numbers of the keys that are looked at first to put one aside of each of these symbols."""
    few = {}
    for pk, symbol in _there(symbols).values_list("pk", "symbol"):
        few.setdefault(symbol, []).append(pk)
    return [pk for keys in few.values() for pk in keys[:SPARE]]


def _there(symbols):
    return Key.objects.filter(symbol__in=symbols).being(Key.Availability.THERE).order_by("serial")


def keep_ready(promise, key, *, person, wanted_for, now, by, held_by=None, needed_from=None):
    """Put a locked key aside, for as long as the key in whose place it is, if that is not over today.

    What is needed from a later day on is kept for as long from that day on. A hold names somebody (``held_by``) also
    when the clock has made it.
    """
    end_holds([key], at=now, by=by, reason="ran out")
    replaces = promise.hold is not None and promise.hold.until > now + timedelta(days=1)
    until = promise.hold.until if replaces else pick_up_until(now, needed_from)
    hold = Hold(key=key, person=person, until=until, held_at=now, held_by=held_by or by)
    record(hold, by=by, reason=f"kept ready for {wanted_for}")
    promise.hold = hold
    record(promise, by=by, reason="kept ready")


def queue_jobs(promises, *, now, by):
    """Have keys cut; where one was cut before for the same promise, which is no good any more, its job begins again."""
    if not promises:
        return
    name = "swap" if isinstance(promises[0], KeySwap) else "line"
    again = lock_all(CuttingJob.objects.filter(**{f"{name}__in": promises}))
    for job in again:
        job.queued_at, job.key = now, None
        job.cut_at = job.cut_by = job.checked_at = job.checked_by = job.done_at = job.cancelled_at = None
    record_changes(again, JOB, by=by, reason="queued again")
    known = {getattr(job, f"{name}_id") for job in again}
    new = [CuttingJob(queued_at=now, **{name: promise}) for promise in promises if promise.pk not in known]
    record_new(new, by=by, reason="queued")


def pick_up_until(now, needed_from=None):
    """The end of the last day on which a key is kept that is ready now, and needed from some day on."""
    today = timezone.localdate(now, settings.INSTITUTION_ZONE)
    last = max(today, needed_from or today) + timedelta(days=settings.PICK_UP_DAYS)
    return datetime.combine(last, time(23, 59), settings.INSTITUTION_ZONE)
