"""Keys that come and go: cut, retired, reinstated."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keys.models import Key, Loan, LossReport
from keys.operations.exposures import close_reports, open_report
from keys.operations.holds import end_holds
from keysite.ledger import Refusal, lock, lock_all, record, record_changes

RETIREMENT = ["retired_at", "retired_by", "retirement", "retired_reason"]


@transaction.atomic
def add_key(*, key, by, reason="registered"):
    """Register a newly cut key.

    Refused for a serial that was used before, for a retired symbol, and when the symbol has its most keys.
    """
    lock(key.symbol)
    if Key.objects.filter(symbol=key.symbol, serial=key.serial).exists():
        raise Refusal(_("There was a key %(key)s before: serials are never used again.") % {"key": key})
    if key.symbol.retired_at:
        raise Refusal(_("Symbol %(symbol)s is retired: no more keys of it.") % {"symbol": key.symbol})
    _refuse_beyond_most(key.symbol)
    record(key, by=by, reason=reason)


@transaction.atomic
def retire_key(*, key, by, retirement, reason):
    """Take the key out of use for ever; its serial is never used again.

    Refused without a reason, when retired already, and while somebody holds it. A lost one is retired as lost.
    """
    lock(key, "symbol")
    loan = Loan.objects.open().of([key]).first()
    if key.retired_at:
        raise Refusal(_("Key %(key)s is retired already.") % {"key": key})
    if not reason:
        raise Refusal(_("Say why key %(key)s is retired.") % {"key": key})
    if loan and loan.is_running:
        raise Refusal(_("Key %(key)s is out. Take it back or report it lost first.") % {"key": key})
    if loan and retirement == Key.Retirement.DISPOSED:
        raise Refusal(_("Key %(key)s was reported lost: retire it as lost or broken.") % {"key": key})
    retire_all([key], retirement, reason, at=timezone.now(), by=by)
    if retirement == Key.Retirement.LOST:
        open_report(key, by=by, source=LossReport.Source.DESK, loan=loan, words=reason)


@transaction.atomic
def reinstate_key(*, key, by, reason):
    """Take back a retirement that was a mistake.

    Refused unless retired, without a reason, when the symbol is retired, and when the symbol has its most keys.
    """
    lock(key.symbol)
    lock(key, "symbol")
    if key.retired_at is None:
        raise Refusal(_("Key %(key)s is not retired.") % {"key": key})
    if key.symbol.retired_at:
        raise Refusal(_("The symbol of %(key)s is retired; the clock would retire the key again.") % {"key": key})
    if not reason:
        raise Refusal(_("Say why key %(key)s is reinstated.") % {"key": key})
    _refuse_beyond_most(key.symbol)
    if key.retirement == Key.Retirement.LOST and not Loan.objects.lost().of([key]).filter(loss="lost").exists():
        close_reports([key], by=by)
    unretire(key, by=by, reason=f"reinstated: {reason}")


@transaction.atomic
def retire_symbol(*, symbol, by, reason):
    """No key of this symbol is handed out or renewed any more; the clock retires them as they come back.

    Refused when retired already and without a reason.
    """
    lock(symbol)
    if symbol.retired_at:
        raise Refusal(_("Symbol %(symbol)s is retired already.") % {"symbol": symbol})
    if not reason:
        raise Refusal(_("Say why symbol %(symbol)s is retired.") % {"symbol": symbol})
    symbol.retired_at, symbol.retired_by, symbol.retired_reason = timezone.now(), by, reason[:200]
    record(symbol, by=by, reason=f"retired: {reason}")


def retire_all(keys, kind, why, *, at, by):
    """Write down that locked keys are retired; the deeds that call this have checked that they may be."""
    for key in keys:
        key.retired_at, key.retired_by, key.retirement, key.retired_reason = at, by, kind, why[:200]
    record_changes(keys, RETIREMENT, by=by, reason=f"retired: {why}")
    end_holds(keys, at=at, by=by, reason="key retired")


def redeem(keys, *, by):
    """Write down that keys which were retired as lost are back: they stay retired, and open nothing for a finder."""
    back = lock_all(Key.objects.filter(pk__in=[key.pk for key in keys if key.retired_at], retirement="lost"))
    for key in back:
        key.retirement = Key.Retirement.DISPOSED
    record_changes(back, ["retirement"], by=by, reason="retired as lost, and back")


def unredeem(key, *, by):
    """Write down that a locked key which was retired as lost is not back after all."""
    key.retirement = Key.Retirement.LOST
    record(key, by=by, reason="return undone")


def unretire(key, *, by, reason):
    """Write down that a locked key is in use again."""
    key.retired_at = key.retired_by = None
    key.retirement = key.retired_reason = ""
    record(key, by=by, reason=reason)


def _refuse_beyond_most(symbol):
    """Refuse one more key in use of a locked symbol that has as many as it may."""
    most = symbol.most_copies
    if most is not None and Key.objects.in_use().filter(symbol=symbol).count() >= most:
        words = {"symbol": symbol, "most": most}
        raise Refusal(_("There may be no more than %(most)s keys %(symbol)s. Raise that in the symbol first.") % words)
