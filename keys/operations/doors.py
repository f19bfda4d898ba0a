"""Doors, and what their cylinders are pinned to."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keys.models import Pinning
from keysite.ledger import Refusal, lock, record, record_changes, record_new


@transaction.atomic
def pin_door(*, door, keyset, by, reason="pinned"):
    """From now on the cylinder of the door is pinned to ``keyset``; what it was until now stays on record.

    Refused for a retired door, and when it is pinned to that already.
    """
    lock(door, "building")
    words = {"door": door, "keyset": keyset}
    if door.retired_at:
        raise Refusal(_("Door %(door)s is retired. Reinstate it first.") % words)
    before = Pinning.objects.now().filter(door=door).first()
    if before and before.keyset_id == keyset.pk:
        raise Refusal(_("Door %(door)s is pinned to %(keyset)s already.") % words)
    now = _moment_after(before)
    _end(before, now, by, reason)
    pinning = Pinning(door=door, keyset=keyset, since=now)
    record(pinning, by=by, reason=reason)
    return pinning


def pin_doors(keysets, *, by, reason):
    """As ``pin_door``, for many locked doors at once; ``keysets`` has that of each. Who calls this has checked them."""
    before = {row.door_id: row for row in Pinning.objects.now().filter(door__in=keysets)}
    now = max([_moment_after(row) for row in before.values()], default=timezone.now())
    for row in before.values():
        row.until = now
    record_changes(list(before.values()), ["until"], by=by, reason=reason)
    record_new([Pinning(door=door, keyset=keyset, since=now) for door, keyset in keysets.items()], by=by, reason=reason)


@transaction.atomic
def unpin_door(*, door, by):
    """The door has no cylinder any more that is on file. Refused when that is so already."""
    lock(door, "building")
    before = Pinning.objects.now().filter(door=door).first()
    if before is None:
        raise Refusal(_("Door %(door)s has no cylinder on file.") % {"door": door})
    _end(before, _moment_after(before), by, "cylinder taken out")


@transaction.atomic
def retire_door(*, door, by, reason):
    """The door is no more: no key opens it, and nobody asks for it. Refused when retired already, without a reason."""
    lock(door, "building")
    if door.retired_at:
        raise Refusal(_("Door %(door)s is retired already.") % {"door": door})
    if not reason.strip():
        raise Refusal(_("Say why door %(door)s is retired.") % {"door": door})
    pinning = Pinning.objects.now().filter(door=door).first()
    door.retired_at, door.retired_by, door.retired_reason = _moment_after(pinning), by, reason.strip()[:200]
    record(door, by=by, reason=f"retired: {reason}")
    _end(pinning, door.retired_at, by, "door retired")


@transaction.atomic
def reinstate_door(*, door, by):
    """The door is there after all; its cylinder has to be named anew. Refused unless it is retired."""
    lock(door, "building")
    if door.retired_at is None:
        raise Refusal(_("Door %(door)s is not retired.") % {"door": door})
    door.retired_at, door.retired_by, door.retired_reason = None, None, ""
    record(door, by=by, reason="reinstated")


def _moment_after(pinning):
    """Now, and later than the cylinder came in, whatever somebody has done to the clock."""
    now = timezone.now()
    return max(now, pinning.since + timedelta(microseconds=1)) if pinning else now


def _end(pinning, moment, by, reason):
    if pinning is not None:
        pinning.until = moment
        record(pinning, by=by, reason=reason)
