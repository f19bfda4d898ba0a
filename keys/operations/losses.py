"""When a key does not come back: lost or broken, and found after all."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from keys import notices
from keys.models import Loan, LossReport
from keys.operations.charges import forgive_found
from keys.operations.exposures import close_reports, open_report
from keys.operations.rules import RELATED
from keysite.ledger import Refusal, lock, record


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
def report_found(*, loan, by, trust=Trust.STAFF):
    """The lost key has turned up in the borrower's hands, and the loan goes on; at the desk, take it back instead.

    Refused unless it is lost, and when it has been paid for or retired: then only the desk takes it back.
    """
    lock(loan.key)
    lock(loan, *RELATED)
    if not loan.is_lost:
        raise Refusal(_("Key %(key)s is not reported lost.") % {"key": loan.key})
    if loan.paid_on:
        words = {"key": loan.key, "desk": settings.DESK_CONTACT}
        raise Refusal(_("Key %(key)s has been paid for. Bring it to %(desk)s, which takes it back.") % words)
    if loan.key.retired_at:
        words = {"key": loan.key, "desk": settings.DESK_CONTACT}
        raise Refusal(_("Key %(key)s has been retired. Bring it to %(desk)s, which takes it back.") % words)

    loan.found_at, loan.found_by = timezone.now(), by
    record(loan, by=by, reason=with_trust("found", trust))
    close_reports([loan.key], by=by)
    forgive_found([loan], by=by)
    notices.key_found(loan, by=by)
