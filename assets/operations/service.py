"""Out of service and back, and the service that a thing has had."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.operations.claims import at_the_desk, claims_broken_without, end_claims
from assets.operations.rules import lock_models
from keysite.ledger import Refusal, lock, record

MOST_NAMED = 5  # reservations in one sentence


@transaction.atomic
def take_out_of_service(*, asset, by, reason, until=None, break_reservations=False):
    """Lend ``asset`` to nobody before it is back in service, which is expected on ``until``; who has it keeps it.

    Refused without a reason, when it is disposed of or out of service already, for a day that is past, and when a
    reservation would lose its unit, unless ``break_reservations``: then those end, and each person reads why.
    """
    lock_models([asset])
    lock(asset, "model")
    refuse_disposed(asset)
    if asset.is_out_of_service:
        words = {"asset": str(asset), "why": asset.out_of_service_reason}
        raise Refusal(_("%(asset)s is out of service already: %(why)s.") % words)
    if not reason.strip():
        raise Refusal(_("Say why %(asset)s goes out of service.") % {"asset": str(asset)})
    if until and until < today():
        raise Refusal(
            _("%(day)s is past. Give the day on which it is expected back, or none.") % {"day": date_format(until)}
        )
    give_up_claims(asset, by=by, until=until, reason=_("It is out of service."), agreed=break_reservations)
    asset.out_of_service_at, asset.out_of_service_by = timezone.now(), by
    asset.out_of_service_reason, asset.out_of_service_until = reason.strip()[:200], until
    record(asset, by=by, reason=f"out of service: {reason.strip()}")


@transaction.atomic
def put_in_service(*, asset, by, condition=None):
    """``asset`` may be lent again; ``condition`` says how it is now, None that this has not changed.

    Refused when it is disposed of, and unless it is out of service.
    """
    lock_models([asset])
    lock(asset)
    refuse_disposed(asset)
    if not asset.is_out_of_service:
        raise Refusal(_("%(asset)s is in service.") % {"asset": str(asset)})
    asset.out_of_service_at = asset.out_of_service_by = asset.out_of_service_until = None
    asset.out_of_service_reason = ""
    asset.condition = condition or asset.condition
    record(asset, by=by, reason="back in service")


@transaction.atomic
def record_service(*, asset, by, note, next_on=None):
    """Write down that ``asset`` has been serviced, and when the next time is due, if ever.

    Refused when it is disposed of, without a note of what was done, and for a next time that is not to come.
    """
    lock(asset)
    refuse_disposed(asset)
    if not note.strip():
        raise Refusal(_("Say what was done to %(asset)s.") % {"asset": str(asset)})
    if next_on and next_on <= today():
        raise Refusal(_("%(day)s is not to come. Give a later day, or none.") % {"day": date_format(next_on)})
    asset.service_due_on = next_on
    record(asset, by=by, reason=f"serviced: {note.strip()}"[:500])


def give_up_claims(asset, *, by, reason, agreed, until=None, own=True):
    """End the reservations that lose their unit when ``asset`` goes, for good or ``until`` a day; its model is locked.

    Refused with who and when, unless that is ``agreed``; ``reason`` is what the people read. Without ``own`` those of
    the asset itself stay: it only stops to stand in for others.
    """
    claims = [claim for claim in claims_broken_without([asset], until=until) if own or claim.asset_id != asset.pk]
    if claims and not agreed:
        more = len(claims) - MOST_NAMED
        named = [_promise(claim) for claim in claims[:MOST_NAMED]] + ([f"+ {more}"] if more > 0 else [])
        words = {"asset": str(asset), "people": "; ".join(named)}
        raise Refusal(_("%(asset)s is reserved: %(people)s. Say that these reservations end, or wait.") % words)
    end_claims(claims, by=by, reason=reason)


def _promise(claim):
    words = {"person": claim.person.name or claim.person.email}
    words |= {"start": at_the_desk(claim.starts_at), "end": at_the_desk(claim.ends_at)}
    return _("%(person)s from %(start)s to %(end)s") % words


def today():
    return timezone.localdate(timezone=settings.INSTITUTION_ZONE)


def refuse_disposed(asset):
    if asset.is_disposed:
        words = {"asset": str(asset), "day": date_format(asset.disposed_on)}
        raise Refusal(_("%(asset)s was disposed of on %(day)s. Restore it first.") % words)
