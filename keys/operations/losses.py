"""When a key does not come back: lost or broken, paid for, found."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from keys import notices
from keys.models import Loan, LossReport
from keys.operations.exposures import close_reports, open_report
from keys.operations.rules import RELATED
from keysite.ledger import Refusal, lock, record

MOST = 9_999_999  # what the column holds


@transaction.atomic
def report_lost(*, loan, by, trust=Trust.STAFF, loss=Loan.Loss.LOST, words="", police="", source=None):
    """The key is lost, or broke in the lock. Reminders stop; nobody gets the key until it is found.

    A lost one becomes an exposure of the doors it opens (``LossReport``): ``words`` say what happened, ``police`` is
    the number of a report to the police, ``source`` how it came out (None: its holder or the desk says so). Refused
    when it is back, and when it was reported before.
    """
    lock(loan, *RELATED)
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % {"key": loan.key})
    if not loan.is_running:
        raise Refusal(_("Key %(key)s was reported lost or broken before.") % {"key": loan.key})

    loan.lost_at, loan.lost_by, loan.loss = timezone.now(), by, loss
    loan.found_at = loan.found_by = loan.claimed_at = loan.claimed_by = None
    record(loan, by=by, reason=with_trust(f"reported {loss}", trust))
    if loss == Loan.Loss.LOST:
        holder = LossReport.Source.HOLDER if by.pk == loan.borrower_id else LossReport.Source.DESK
        open_report(loan.key, by=by, source=source or holder, loan=loan, words=words, police=police)
    notices.key_lost(loan, by=by)


@transaction.atomic
def record_payment(*, loan, by, amount, note, paid_on=None):
    """The key is paid for: it counts no longer against what the borrower may hold, and the clock retires it.

    ``amount`` is in the institution's currency. Refused unless the key is lost and unpaid, without a note (the
    receipt's number), for a negative amount, and for a day that is not here yet.
    """
    lock(loan, *RELATED)
    if not loan.is_lost:
        raise Refusal(_("Key %(key)s is not reported lost: there is nothing to pay.") % {"key": loan.key})
    if loan.paid_on:
        raise Refusal(_("Key %(key)s has been paid for.") % {"key": loan.key})
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    if amount is None or not 0 <= amount <= MOST:
        raise Refusal(_("Give the amount that was paid, from 0 to %(most)s.") % {"most": MOST})
    if not note:
        raise Refusal(_("Add a note, such as the number of the receipt."))
    if paid_on and paid_on > today:
        raise Refusal(_("The day of payment is still to come. Give today or an earlier day."))

    loan.paid_on, loan.paid_by, loan.paid_amount, loan.paid_note = paid_on or today, by, amount, note[:200]
    record(loan, by=by, reason="paid")
    notices.payment_recorded(loan, by=by)


@transaction.atomic
def report_found(*, loan, by, trust=Trust.STAFF):
    """The lost key has turned up in the borrower's hands, and the loan goes on; at the desk, take it back instead.

    Refused unless it is lost, and when it has been paid for: then only the desk takes it back.
    """
    lock(loan, *RELATED)
    if not loan.is_lost:
        raise Refusal(_("Key %(key)s is not reported lost.") % {"key": loan.key})
    if loan.paid_on:
        words = {"key": loan.key, "desk": settings.DESK_CONTACT}
        raise Refusal(_("Key %(key)s has been paid for. Bring it to %(desk)s, which takes it back.") % words)

    loan.found_at, loan.found_by = timezone.now(), by
    record(loan, by=by, reason=with_trust("found", trust))
    close_reports([loan.key], by=by)
    notices.key_found(loan, by=by)
