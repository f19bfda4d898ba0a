"""Keys kept ready for somebody. A hold changes only under the lock of its key."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import refuse_borrower
from keys.models import Hold, KeySwap, Loan, ProposedKey
from keysite.ledger import Refusal, lock, record, record_changes


@transaction.atomic
def hold_key(*, key, person, until, by):
    """Keep a key ready for ``person`` until a moment; nobody else gets it.

    Refused when it is retired, out, lost, or on hold for somebody else, when it is kept ready for a request or a
    rekeying, when the moment is past, and when the person may not borrow.
    """
    lock(person, "affiliation")
    lock(key, "symbol")
    now = timezone.now()
    refuse_borrower(person, now=now)
    if until <= now:
        raise Refusal(_("The hold would be over already. Give a later moment."))
    if key.retired_at or key.symbol.retired_at:
        raise Refusal(_("Key %(key)s is retired.") % {"key": key})
    if Loan.objects.open().of([key]).exists():
        raise Refusal(_("Key %(key)s is not in the cabinet.") % {"key": key})
    live = Hold.objects.live(at=now).filter(key=key).first()
    if live and live.person_id != person.pk:
        words = {"key": key, "until": date_format(timezone.localtime(live.until))}
        raise Refusal(_("Key %(key)s is on hold for somebody else until %(until)s.") % words)

    if live and ProposedKey.objects.filter(hold=live).exists():
        raise Refusal(_("Key %(key)s is kept ready for a request already. It stays so until then.") % {"key": key})
    if live and KeySwap.objects.filter(hold=live).exists():
        raise Refusal(_("Key %(key)s is kept ready for a rekeying already. It stays so until then.") % {"key": key})
    end_holds([key], at=now, by=by, reason="replaced")
    hold = Hold(key=key, person=person, until=until, held_at=now, held_by=by)
    record(hold, by=by, reason="kept ready")
    return hold


@transaction.atomic
def release_hold(*, hold, by):
    """The key is free again. Refused when the hold has ended."""
    lock(hold.key)
    lock(hold, "key__symbol")
    if hold.ended_at:
        raise Refusal(_("This hold on %(key)s has ended already.") % {"key": hold.key})
    hold.ended_at = timezone.now()
    record(hold, by=by, reason="released")


def end_holds(keys, *, at, by, reason):
    """End what holds there are on locked keys, run out or not."""
    holds = list(Hold.objects.filter(key__in=keys, ended_at__isnull=True))
    for hold in holds:
        hold.ended_at = at
    record_changes(holds, ["ended_at"], by=by, reason=reason)
