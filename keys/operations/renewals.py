"""Making a loan due later."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import due_moment, refuse_borrower, refuse_own_extension, with_trust
from keys import notices
from keys.models import Hold, Loan, ProposedKey, Renewal
from keys.operations.rules import RELATED
from keysite.ledger import Refusal, lock, record


@transaction.atomic
def renew(*, loan, by, trust, due_on=None, term=None, why=""):
    """Make the loan due later: as late as its term (or another, for staff) allows, or on ``due_on``.

    Refused when the key is back, lost or said to be back, on hold for somebody else or retired, when the
    borrower may not borrow, and when it would not be later. Borrowers renew by themselves only before the due
    date, within the term's window, as often as the term allows, and no longer than the request was agreed to that
    the key came of; staff are free of that.
    """
    lock(loan, *RELATED)
    due_at = renewed_until(loan=loan, trust=trust, due_on=due_on, term=term)

    renewal = Renewal(loan=loan, at=timezone.now(), by=by, trust=trust, new_due_at=due_at, why=why[:200])
    renewal.old_due_at, loan.due_at = loan.due_at, due_at
    reason = with_trust(f"renewed: {why}" if why else "renewed", trust)
    record(renewal, by=by, reason=reason)
    record(loan, by=by, reason=reason)
    notices.loan_renewed(loan, by=by)


def renewed_until(*, loan, trust, due_on=None, term=None):
    """When the loan would be due if it were renewed now. Refused for all that ``renew`` is refused for."""
    now = timezone.now()
    is_waited_for, agreed_until = _asked_for(loan, now)
    _refuse_renewal(loan, now, is_waited_for)
    if trust < Trust.STAFF:
        refuse_own_extension(loan.key, term=loan.term, due_at=loan.due_at, earlier=loan.renewals, now=now)
    due_at = due_moment(term=term or loan.term, now=now, due_on=due_on, after=loan.due_at)
    if trust < Trust.STAFF and agreed_until:
        due_at = min(due_at, _last_moment(loan, agreed_until))
    if due_at <= loan.due_at:
        words = {"key": loan.key, "due": date_format(timezone.localtime(loan.due_at))}
        raise Refusal(_("%(key)s is due on %(due)s already: renewing now would not make it later.") % words)
    return due_at


def _asked_for(loan, now):
    """Whether somebody else waits for the key, and until which day it was agreed to (None: it came of no request)."""
    waits = Hold.objects.live(at=now).filter(key=OuterRef("key")).exclude(person=OuterRef("borrower"))
    agreed = ProposedKey.objects.filter(loan=OuterRef("pk")).values("proposal__request__needed_until")
    row = Loan.objects.filter(pk=loan.pk).annotate(waits=Exists(waits), agreed=Subquery(agreed))
    return row.values_list("waits", "agreed").get()


def _last_moment(loan, last):
    """Closing time of the last day for which the key was agreed to. Refused when the loan lasts as long already."""
    moment = datetime.combine(last, settings.CLOSING_TIME, settings.INSTITUTION_ZONE)
    if moment <= loan.due_at:
        words = {"key": loan.key, "last": date_format(last), "desk": settings.DESK_CONTACT}
        raise Refusal(_("%(key)s was agreed to until %(last)s. Ask %(desk)s for a later date.") % words)
    return moment


def _refuse_renewal(loan, now, is_waited_for):
    words = {"key": loan.key, "desk": settings.DESK_CONTACT}
    if not loan.is_open:
        raise Refusal(_("Key %(key)s is already back.") % words)
    if not loan.is_running:
        raise Refusal(_("Key %(key)s was reported lost or broken; it cannot be renewed.") % words)
    if loan.claimed_at:
        raise Refusal(_("Key %(key)s is said to be back; it cannot be renewed.") % words)
    if loan.key.retired_at or loan.key.symbol.retired_at:
        raise Refusal(_("Key %(key)s is being retired. Please bring it back to %(desk)s.") % words)
    if is_waited_for:
        raise Refusal(_("Somebody else waits for %(key)s. Please bring it back to %(desk)s.") % words)
    refuse_borrower(loan.borrower, now=now)
