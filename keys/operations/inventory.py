"""Keys that come and go: retired, reinstated, kept ready."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import refuse_borrower
from keys.models import Hold, Key, Loan
from keys.operations.loans import retire_as
from keysite.ledger import Refusal, lock, record


@transaction.atomic
def retire_key(*, key, by, retirement, reason):
    """Take the key out of use for ever; its serial is never used again.

    Refused without a reason, when retired already, and while somebody holds it. A lost one is retired as lost.
    """
    lock(key)
    loan = Loan.objects.open().filter(key=key).first()
    if key.retired_at:
        raise Refusal(_("Key %(key)s is retired already.") % {"key": key})
    if not reason:
        raise Refusal(_("Say why key %(key)s is retired.") % {"key": key})
    if loan and loan.is_running:
        raise Refusal(_("Key %(key)s is out. Take it back or report it lost first.") % {"key": key})
    if loan and retirement == Key.Retirement.DISPOSED:
        raise Refusal(_("Key %(key)s was reported lost: retire it as lost or broken.") % {"key": key})
    retire_as(key, retirement, reason, at=timezone.now(), by=by)
    _end_hold(key, by)


@transaction.atomic
def reinstate_key(*, key, by, reason):
    """Take back a retirement that was a mistake. Refused unless retired, without a reason, and when the symbol is."""
    lock(key)
    if key.retired_at is None:
        raise Refusal(_("Key %(key)s is not retired.") % {"key": key})
    if key.symbol.retired_at:
        raise Refusal(_("The symbol of %(key)s is retired; the clock would retire the key again.") % {"key": key})
    if not reason:
        raise Refusal(_("Say why key %(key)s is reinstated.") % {"key": key})
    key.retired_at = key.retired_by = None
    key.retirement = key.retired_reason = ""
    record(key, by=by, reason=f"reinstated: {reason}")


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


@transaction.atomic
def hold_key(*, key, person, until, by):
    """Keep a key ready for ``person`` until a moment; nobody else gets it.

    Refused when it is retired, out, lost, or on hold for somebody else, when the moment is past, and when the
    person may not borrow.
    """
    lock(person)
    lock(key)
    now = timezone.now()
    refuse_borrower(person, now=now)
    if until <= now:
        raise Refusal(_("The hold would be over already. Give a later moment."))
    if key.retired_at or key.symbol.retired_at:
        raise Refusal(_("Key %(key)s is retired.") % {"key": key})
    if Loan.objects.open().filter(key=key).exists():
        raise Refusal(_("Key %(key)s is not in the cabinet.") % {"key": key})
    live = Hold.objects.live(at=now).filter(key=key).select_related("person").first()
    if live and live.person_id != person.pk:
        words = {"key": key, "until": date_format(timezone.localtime(live.until))}
        raise Refusal(_("Key %(key)s is on hold for somebody else until %(until)s.") % words)
    _end_hold(key, by)
    hold = Hold(key=key, person=person, until=until, held_at=now, held_by=by)
    record(hold, by=by, reason="kept ready")
    return hold


@transaction.atomic
def release_hold(*, hold, by):
    """The key is free again. Refused when the hold has ended."""
    lock(hold)
    if hold.ended_at:
        raise Refusal(_("This hold on %(key)s has ended already.") % {"key": hold.key})
    hold.ended_at = timezone.now()
    record(hold, by=by, reason="released")


def _end_hold(key, by):
    """End the hold on a locked key, run out or not, so that a new one can begin."""
    for hold in Hold.objects.filter(key=key, ended_at__isnull=True):
        hold.ended_at = timezone.now()
        record(hold, by=by, reason="ended")
