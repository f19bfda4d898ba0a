"""Reserve: an asset, or any one of a model, is kept for somebody from one moment to another."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import refuse_borrower, with_trust
from assets import notices
from assets.models import AssetModel, Reservation
from assets.operations.claims import end_claims, lock_promises
from assets.operations.promises import refuse_asset, refuse_model, refuse_reserver, refuse_span
from assets.operations.rules import lock_unit
from keysite.ledger import Refusal, lock, lock_all, record


@transaction.atomic
def reserve(*, person, starts_at, ends_at, by, trust, asset=None, model=None, purpose=""):
    """Keep ``asset``, or any one of ``model``, for ``person`` from ``starts_at`` to ``ends_at`` (left out).

    What staff reserve is confirmed; what people ask for themselves waits for the desk and holds its time already.
    Gives back the reservation. Refused for who may not borrow or has five reservations of their own making; for a
    time that is empty, past, more than a year off, longer than the loan term, or begins or ends on a closed day; for
    an asset that is not lent, or out or reserved in that time; for a model without a unit free all that time.
    """
    now = timezone.now()
    lock(person, "affiliation__loan_term")
    refuse_reserver(person, trust=trust, now=now)
    asset, model = _held(asset, model)
    of = asset.model if asset else model
    term = (of and of.type.loan_term) or person.affiliation.loan_term
    refuse_span(person, term, starts_at, ends_at, now=now)
    if asset:
        refuse_asset(asset, starts_at, ends_at, trust=trust, now=now)
    if of:
        refuse_model(of, starts_at, ends_at, unit=asset and asset.pk, now=now)
    made = {"person": person, "starts_at": starts_at, "ends_at": ends_at, "purpose": purpose[:200], "trust": trust}
    reservation = Reservation(asset=asset, model=None if asset else model, reserved_at=now, reserved_by=by, **made)
    if trust == Trust.STAFF:
        reservation.confirmed_at, reservation.confirmed_by = now, by
    record(reservation, by=by, reason=with_trust("reserved", trust))
    notices.reservations_changed([reservation], by=by)
    return reservation


@transaction.atomic
def confirm_reservation(*, reservation, by):
    """Tell the person that they will have it. Refused unless it waits, and when they may not borrow any more."""
    reservation = _locked(reservation)
    _refuse_decided(reservation)
    refuse_borrower(reservation.person, now=timezone.now())
    reservation.confirmed_at, reservation.confirmed_by = timezone.now(), by
    record(reservation, by=by, reason="confirmed")
    notices.reservations_changed([reservation], by=by)


@transaction.atomic
def reject_reservation(*, reservation, by, reason):
    """Decline what somebody asked for; they read why. Refused unless it waits, and without a reason."""
    reservation = _locked(reservation)
    _refuse_decided(reservation)
    if not reason.strip():
        raise Refusal(_("Say why: the person who asked reads this."))
    end_claims([reservation], by=by, reason=reason.strip(), outcome=Reservation.Outcome.REJECTED)


@transaction.atomic
def cancel_reservation(*, reservation, by, trust=Trust.STAFF, reason=""):
    """Give the time back, by the person or the desk. Refused when it is over already."""
    reservation = _locked(reservation)
    _refuse_ended(reservation)
    end_claims([reservation], by=by, reason=reason.strip(), outcome=Reservation.Outcome.CANCELLED, trust=trust)


@transaction.atomic
def expire_reservations(*, at):
    """End what was not picked up so many hours after its beginning, and what nobody decided before it began.

    Each person is told; what they had reserved is free for others. Gives back how many ended.
    """
    rows = lock_promises(Reservation.objects.run_out(at=at))
    return len(end_claims(rows, by=None, reason="", outcome=Reservation.Outcome.NO_SHOW))


def _held(asset, model):
    """The asset or the model, locked and up to date; the model of an asset is locked first."""
    if asset:
        return lock_unit(asset), None
    rows = lock_all(AssetModel.objects.filter(pk=model.pk).select_related("type__loan_term"))
    if not rows:
        raise Refusal(_("This model has just been removed. Choose another."))
    return None, rows[0]


def _locked(reservation):
    """The reservation as it is now, held with what it is about."""
    return lock_promises(Reservation.objects.filter(pk=reservation.pk))[0]


def _refuse_ended(reservation):
    if not reservation.is_live:
        words = {"item": reservation.item, "status": str(reservation.status).lower()}
        raise Refusal(_("The reservation of %(item)s is over: %(status)s.") % words)


def _refuse_decided(reservation):
    _refuse_ended(reservation)
    if reservation.confirmed_at:
        words = {"item": reservation.item, "desk": settings.DESK_CONTACT}
        raise Refusal(_("The reservation of %(item)s is confirmed already. To end it, cancel it.") % words)
