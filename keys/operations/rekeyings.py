"""New combinations for doors whose old ones cannot be trusted any more: planned, done door by door, or called off."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from keys import notices
from keys.models import (
    Door,
    KeySwap,
    KeySymbol,
    KeySystem,
    LossReport,
    RekeyedDoor,
    RekeyedSymbol,
    Rekeying,
)
from keys.operations.doors import pin_doors
from keys.operations.rekeying_plans import (
    changed_since,
    link_reports,
    new_keysets,
    new_symbols,
    pinned,
    refuse_plan,
    turning,
)
from keys.operations.settling import retire_symbols, settle_rekeying, to_decide
from keys.operations.swaps import add_swaps, ask_again, ask_for_new_keys, drop_locked, drop_swap, keep_swap_ready
from keysite.ledger import BasketRefusal, Refusal, lock, lock_all, record, record_changes, record_new

MOST = 999_999_999  # what the column holds


@transaction.atomic
def plan_rekeying(*, doors, replaced, reason, by, report=None, estimate=None, stamps=None):
    """Replace the symbols ``replaced`` at ``doors``: new symbols and keysets are made, and each running loan of an old
    one gets a new key, which is cut. No door opens differently before ``rekey_door`` says that it is done.

    ``report`` is the lost key that it is for; ``stamps`` has the new stamps of symbols that are not to be called by
    the next free number. Refused without doors, symbols or reason; for doors that are retired, electronic only,
    without a cylinder on file, in another rekeying, or opened by none of the symbols; for symbols that are retired or
    open none of the doors; and when the lost key opens not all of the doors, or it is not decided to rekey them.
    """
    doors = _hold_doors(doors)
    keysets, replaced = pinned(doors), _hold_symbols(replaced)
    reports = _hold_reports(report, replaced) if report else []
    operates = turning({keyset.pk for keyset in keysets.values()})
    refuse_plan(doors, replaced, keysets, operates, reason=reason, report=report)

    rekeying = Rekeying(reason=reason.strip()[:500], estimate=estimate, planned_at=timezone.now(), planned_by=by)
    record(rekeying, by=by, reason="planned")
    how = {"by": by, "reason": f"made for rekeying {rekeying}"}
    after = new_symbols(replaced, stamps or {}, **how)
    new = new_keysets(sorted(set(keysets.values()), key=lambda keyset: keyset.pk), operates, after, **how)
    record_new([RekeyedSymbol(rekeying=rekeying, before_id=old, after=row) for old, row in after.items()], **how)
    rows = [(door, keysets[door.pk]) for door in doors]
    record_new([RekeyedDoor(rekeying=rekeying, door=d, before=k, after=new[k.pk]) for d, k in rows], **how)
    add_swaps(rekeying, {old: row.pk for old, row in after.items()}, by=by, now=rekeying.planned_at)
    link_reports(rekeying, reports, by=by)
    return rekeying


@transaction.atomic
def rekey_door(*, rekeyed, by):
    """The door has its new cylinder: from now on the new keys open it, and the old ones do not.

    Refused when that is done, or the door was left as it is; when it was pinned to something else since the plan was
    made; and when a key has begun to turn the old cylinder since, which does not turn the new one, or the other way
    round.
    """
    rekey_doors(rekeyed=[rekeyed], by=by)


@transaction.atomic
def rekey_doors(*, rekeyed, by):
    """Several doors of one rekeying have their new cylinders, as for ``rekey_door``; all or nothing."""
    rekeying, rows = _hold_rekeyed(rekeyed)
    keysets, changed = pinned([row.door for row in rows]), changed_since(rows)
    refused = {row: why for row in rows if (why := _why_not_done(row, keysets) or changed[row.after_id])}
    if refused:
        raise BasketRefusal(refused)
    pin_doors({row.door: row.after for row in rows}, by=by, reason=f"rekeyed ({rekeying})")
    for row in rows:
        row.done_at, row.done_by = timezone.now(), by
    record_changes(rows, ["done_at", "done_by"], by=by, reason="done")
    settle_rekeying(rekeying, by=by)


@transaction.atomic
def leave_door(*, rekeyed, by):
    """The door keeps its old cylinder after all. Refused when it is done or left already, and for the only door."""
    rekeying, rows = _hold_rekeyed([rekeyed])
    row = rows[0]
    if why := _why_closed(row):
        raise Refusal(why)
    if not RekeyedDoor.objects.filter(rekeying=rekeying, dropped_at=None).exclude(pk=row.pk).exists():
        raise Refusal(_("%(door)s is the only door: cancel the rekeying instead.") % {"door": row.door})
    row.dropped_at = timezone.now()
    record(row, by=by, reason="left as it is")
    settle_rekeying(rekeying, by=by)


@transaction.atomic
def cancel_rekeying(*, rekeying, by, reason):
    """Nothing is rekeyed: new symbols are retired, nothing is cut, new keys that are out are asked for, and it is to be
    decided anew about the lost keys.

    Refused without a reason, when it is over, and as soon as one door is done.
    """
    holders = KeySwap.objects.outstanding().filter(rekeying=rekeying).values("loan__borrower")
    lock_all(Person.objects.filter(pk__in=holders))
    lock(rekeying, "planned_by")
    rows = RekeyedDoor.objects.filter(rekeying=rekeying)
    _refuse_over(rekeying)
    if not reason.strip():
        raise Refusal(_("Say why nothing is rekeyed."))
    if rows.done().exists():
        raise Refusal(
            _("A door of %(rekeying)s is done already. Leave the others as they are.") % {"rekeying": rekeying}
        )
    drop_locked(list(KeySwap.objects.outstanding().filter(rekeying=rekeying)), by=by, reason="rekeying cancelled")
    left = lock_all(rows.open())
    rekeying.cancelled_at, rekeying.cancelled_by, rekeying.cancelled_reason = timezone.now(), by, reason.strip()[:200]
    for row in left:
        row.dropped_at = rekeying.cancelled_at
    record_changes(left, ["dropped_at"], by=by, reason="rekeying cancelled")
    record(rekeying, by=by, reason=f"cancelled: {reason.strip()}")
    retire_symbols(rekeying.symbols.values("after"), by=by, reason=_("Rekeying cancelled"))
    ask_for_new_keys(rekeying, by=by)
    to_decide(LossReport.objects.open().filter(rekeying=rekeying), by=by, reason=f"{rekeying} cancelled")


@transaction.atomic
def note_rekeying_cost(*, rekeying, by, cost):
    """Write down what the rekeying has cost, in the institution's currency. Refused for less than nothing, and when it
    was cancelled.
    """
    lock(rekeying)
    if rekeying.cancelled_at:
        raise Refusal(_("Rekeying %(rekeying)s is cancelled.") % {"rekeying": rekeying})
    if cost is None or not 0 <= cost <= MOST:
        raise Refusal(_("Give the cost, from 0 to %(most)s.") % {"most": MOST})
    rekeying.cost = cost
    record(rekeying, by=by, reason="cost noted")


def close_rekeyings(*, at):
    """See to all rekeyings under way: who got an old key since gets a new one, too; what was not picked up is kept
    ready once more; nobody waits for who has left; old keys that open nothing are asked for; and what is done is
    closed.
    """
    for rekeying in Rekeying.objects.open().filter(planned_at__lte=at).order_by("pk"):
        _add_missed(rekeying, at=at)
        swaps = KeySwap.objects.filter(rekeying=rekeying).select_related("loan__borrower", "rekeying").order_by("pk")
        for swap in swaps.pointless(at=at):
            _drop_pointless(swap, at=at)
        for swap in swaps.without_key(at=at):
            keep_swap_ready(swap=swap, at=at)
        _close(rekeying)


@transaction.atomic
def _add_missed(rekeying, *, at):
    """Old keys that were handed out, or on, since the plan was made, or whose holders are back."""
    lock(rekeying)
    after = dict(rekeying.symbols.values_list("before", "after"))
    if rekeying.is_open:
        ask_again(rekeying, now=at)
        add_swaps(rekeying, after, by=None, now=at)


@transaction.atomic
def _drop_pointless(swap, *, at):
    lock(swap.loan.borrower)
    if KeySwap.objects.pointless(at=at).filter(pk=swap.pk).exists():
        drop_swap(swap=swap, by=None)


@transaction.atomic
def _close(rekeying):
    lock(rekeying)
    notices.old_keys_wanted(KeySwap.objects.to_bring_back().filter(rekeying=rekeying).for_list())
    settle_rekeying(rekeying, by=None)


def _hold_doors(doors):
    wanted = {door.pk for door in doors}
    rows = lock_all(Door.objects.filter(pk__in=wanted).select_related("building"))
    if not rows or len(rows) < len(wanted):
        raise Refusal(_("Choose at least one door."))
    return rows


def _hold_symbols(symbols):
    """The symbols, held after their systems: nobody else finds the same free name for a new one."""
    wanted = KeySymbol.objects.filter(pk__in=[symbol.pk for symbol in symbols])
    lock_all(KeySystem.objects.filter(pk__in=wanted.values("system")))
    return lock_all(wanted)


def _hold_reports(report, symbols):
    """The lost key that the plan is for, and others of these symbols that are to be rekeyed and in no plan yet.

    Every deed holds reports last, after symbols, keys and loans, and all it needs at once: nobody waits in a circle.
    """
    others = LossReport.objects.to_rekey().filter(rekeying=None, key__symbol__in=symbols)
    held = lock_all(LossReport.objects.filter(Q(pk=report.pk) | Q(pk__in=others.values("pk"))))
    lock(report, "key__symbol")
    words = {"key": report.key}
    if not report.is_open:
        raise Refusal(_("Key %(key)s is found, or its doors are rekeyed.") % words)
    if report.decision != LossReport.Decision.REKEY:
        raise Refusal(_("It is not decided to rekey the doors of %(key)s. Decide that first.") % words)
    if report.rekeying_id:
        words["rekeying"] = report.rekeying
        raise Refusal(_("The doors of %(key)s are in rekeying %(rekeying)s already.") % words)
    return [row for row in held if row.is_open and row.decision == report.decision and row.rekeying_id is None]


def _hold_rekeyed(rekeyed):
    """The doors, then their rekeying, then the rows, held and up to date. Refused when it is over."""
    wanted = [row.pk for row in rekeyed]
    lock_all(Door.objects.filter(rekeyed__in=wanted))
    if not wanted:
        raise Refusal(_("Choose at least one door."))
    rekeying = rekeyed[0].rekeying
    lock(rekeying)
    _refuse_over(rekeying)
    rows = RekeyedDoor.objects.filter(rekeying=rekeying, pk__in=wanted)
    return rekeying, lock_all(rows.select_related("door__building", "before", "after"))


def _refuse_over(rekeying):
    if not rekeying.is_open:
        raise Refusal(_("Rekeying %(rekeying)s is over: nothing changes in it any more.") % {"rekeying": rekeying})


def _why_closed(row):
    words = {"door": row.door}
    if row.done_at:
        return _("Door %(door)s is done already.") % words
    return _("Door %(door)s is left as it is.") % words if row.dropped_at else None


def _why_not_done(row, keysets):
    now = keysets.get(row.door_id)
    words = {"door": row.door, "before": row.before}
    if why := _why_closed(row):
        return why
    if row.door.retired_at:
        return _("Door %(door)s is retired. Leave it as it is.") % words
    if now is None or now.pk != row.before_id:
        sentence = _("Door %(door)s is not pinned to %(before)s any more, as it was planned. Leave it as it is here.")
        return sentence % words
    return None
