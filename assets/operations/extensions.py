"""Making an assignment due later, and saying that one still has it."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import day_moment, due_moment, refuse_borrower, refuse_own_extension, with_trust
from assets import notices
from assets.models import Extension
from assets.operations.claims import Claims
from assets.operations.handovers import hand_over_of, hold_hand_over, refuse_not_running
from assets.operations.rules import usual_term
from keysite.ledger import Refusal, record, record_changes


@transaction.atomic
def extend(*, assignment, by, trust, due_on=None, term=None, why=""):
    """Make the assignment due later: as late as its term (or another, for staff) allows, or on ``due_on``.

    A kit is due later with all that went out with it. Refused when it is back, lost or a part of a kit, when it has no
    due date or would not be due later, when the borrower may not borrow, when an asset is out of service or disposed
    of, and when a reservation of it or of its model would be broken. Borrowers extend by themselves only before the
    due date, within the term's window, and as often as the term allows; staff are free of that.
    """
    held = hold_hand_over(assignment)
    due_at = _later(held, trust=trust, due_on=due_on, term=term)

    extension = Extension(assignment=assignment, at=timezone.now(), by=by, trust=trust, why=why[:200])
    extension.old_due_at, extension.new_due_at = assignment.due_at, due_at
    reason = with_trust(f"extended: {why[:200]}" if why else "extended", trust)
    record(extension, by=by, reason=reason)
    for row in held.rows:
        row.due_at = due_at
    record_changes(held.rows, ["due_at"], by=by, reason=reason)
    notices.extended(assignment, by=by)


def extended_until(*, assignment, trust, due_on=None, term=None):
    """When the assignment would be due if it were extended now. Refused for all that ``extend`` is refused for."""
    return _later(hand_over_of(assignment), trust=trust, due_on=due_on, term=term)


def _later(held, *, trust, due_on, term):
    now, row = timezone.now(), held.whole
    _refuse_extension(held, now)
    due_at = _until(row, trust, due_on, term, now)
    words = {"item": str(row.item), "due": date_format(timezone.localtime(row.due_at))}
    if due_at <= row.due_at:
        raise Refusal(_("%(item)s is due on %(due)s already: extending it now would not make it later.") % words)
    _refuse_broken_claim(held, start=max(now, row.due_at), end=due_at, trust=trust)
    return due_at


def _refuse_broken_claim(held, *, start, end, trust):
    """Who waits for it only the desk may know."""
    claims = Claims({asset.pk: asset for asset in held.assets}, person=None, start=start, leaving=held.rows)
    for asset in held.assets:
        if sentence := claims.why_not(asset, until=end):
            words = {"item": str(asset), "due": date_format(timezone.localtime(held.whole.due_at))}
            hidden = _("%(item)s is reserved for the time after %(due)s. Choose an earlier day, or bring it back then.")
            raise Refusal(sentence if trust == Trust.STAFF else hidden % words)


def _refuse_extension(held, now):
    row = held.whole
    refuse_not_running(row)
    if row.due_at is None:
        raise Refusal(_("%(item)s has no due date: it may stay.") % {"item": str(row.item)})
    for asset in held.assets:
        if asset.is_disposed:
            raise Refusal(_("%(asset)s is disposed of. Bring it back.") % {"asset": str(asset)})
        if row.person_id and asset.is_out_of_service:
            words = {"asset": str(asset), "why": asset.out_of_service_reason}
            raise Refusal(_("%(asset)s is out of service: %(why)s. Bring it back.") % words)
    if row.person_id:
        refuse_borrower(row.person, now=now)


def _until(row, trust, due_on, term, now):
    words = {"item": str(row.item), "space": str(row.space)}
    if row.person_id:
        own = row.term or usual_term(row.item, row.person)
        if trust < Trust.STAFF:
            refuse_own_extension(row.item, term=own, due_at=row.due_at, earlier=row.extensions, now=now)
        return due_moment(term=term or own, now=now, due_on=due_on, after=row.due_at)
    if trust < Trust.STAFF or due_on is None:
        raise Refusal(_("%(item)s is put up in %(space)s. The desk says until which day it stays.") % words)
    return day_moment(due_on=due_on, now=now)
