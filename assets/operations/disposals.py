"""How things leave for good, and come back when that was a mistake."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets import notices
from assets.models import Asset, Assignment, KitMember, worth_much
from assets.operations.rules import lock_models
from assets.operations.service import give_up_claims, refuse_disposed, today
from keysite.ledger import Refusal, lock, record


@transaction.atomic
def dispose(*, asset, by, type, reason, on=None, written_off=False, break_reservations=False):
    """Let ``asset`` leave for good, as of the day ``on`` (today, when none is given).

    What is of high value, or ever was, does not leave by one person: it is asked for, and ``approve_disposal`` by
    another does it. Refused without a reason, for a day to come or before it was last back, when it is disposed of or
    that is asked for already, assigned, lost (unless ``written_off``), in a kit, with components that are not
    disposed of, and when a reservation would lose its unit (unless ``break_reservations``).
    """
    on = on or today()
    _hold(asset)
    refuse_disposed(asset)
    if asset.awaits_approval:
        words = {"asset": str(asset), "person": asset.disposal_asked_by.name or asset.disposal_asked_by.email}
        raise Refusal(_("%(person)s has asked to dispose of %(asset)s. Approve or reject that.") % words)
    _refuse_reason(asset, reason)
    _refuse_day(asset, on)
    _refuse_in_use(asset, lost_is_fine=written_off)
    asset.disposal_type, asset.disposal_reason = type, reason.strip()[:200]
    if _needs_another(asset):
        asset.disposal_day, asset.disposal_asked_at, asset.disposal_asked_by = on, timezone.now(), by
        record(asset, by=by, reason=f"disposal asked for: {reason.strip()}")
        return notices.disposal_asked(asset, by=by)
    _give_up_claims(asset, by, break_reservations)
    asset.disposed_on, asset.disposed_by = on, by
    record(asset, by=by, reason=f"disposed of: {reason.strip()}")


@transaction.atomic
def approve_disposal(*, asset, by, break_reservations=False):
    """Agree to the disposal that somebody else has asked for, and let ``asset`` leave; whoever asked is told.

    Refused unless somebody has asked, for what one has asked for oneself, and when ``asset`` is in use by now: as in
    ``dispose``. If it was lent since, it leaves on the day on which it came back.
    """
    _hold(asset)
    _refuse_unasked(asset)
    words = {"asset": str(asset)}
    if asset.disposal_asked_by == by:
        raise Refusal(_("You have asked to dispose of %(asset)s yourself: somebody else approves it.") % words)
    _refuse_in_use(asset, lost_is_fine=True, lost_before=asset.disposal_asked_at)
    _give_up_claims(asset, by, break_reservations)
    asker = asset.disposal_asked_by
    asset.disposed_on = max(filter(None, [asset.disposal_day, _last_day_out(asset)]))
    asset.disposed_by, asset.disposal_approved_by = asker, by
    _clear_asking(asset)
    record(asset, by=by, reason="disposal approved")
    notices.disposal_decided(asset, asker, approved=True, by=by)


@transaction.atomic
def reject_disposal(*, asset, by, reason):
    """Keep ``asset`` although somebody has asked to dispose of it; they are told why. Who asked may take it back so.

    Refused unless somebody has asked, and without a reason.
    """
    lock(asset, "disposal_asked_by")
    _refuse_unasked(asset)
    if not reason.strip():
        raise Refusal(_("Say why %(asset)s stays.") % {"asset": str(asset)})
    asker = asset.disposal_asked_by
    _clear_asking(asset)
    asset.disposal_type, asset.disposal_reason = None, ""
    record(asset, by=by, reason=f"disposal rejected: {reason.strip()}")
    if asker != by:
        notices.disposal_decided(asset, asker, approved=False, why=reason.strip()[:200], by=by)


@transaction.atomic
def restore(*, asset, by, reason):
    """Take back a disposal that was entered by mistake; the history keeps both.

    Refused unless it is disposed of, without a reason, and for a component of something that is disposed of.
    """
    _hold(asset, "parent")
    words = {"asset": str(asset), "parent": str(asset.parent)}
    if not asset.is_disposed:
        raise Refusal(_("%(asset)s is not disposed of.") % words)
    if not reason.strip():
        raise Refusal(_("Say why %(asset)s is restored.") % words)
    if asset.parent_id and asset.parent.is_disposed:
        raise Refusal(_("%(asset)s is a component of %(parent)s, which is disposed of. Restore that first.") % words)
    asset.disposed_on = asset.disposal_type = asset.disposed_by = asset.disposal_approved_by = None
    asset.disposal_reason = ""
    record(asset, by=by, reason=f"restored: {reason.strip()}")


def _hold(asset, *related):
    """Hold what is promised of its model, and the asset itself."""
    lock_models([asset])
    lock(asset, "disposal_asked_by", *related)


def _give_up_claims(asset, by, agreed):
    give_up_claims(asset, by=by, reason=_("It is disposed of."), agreed=agreed)


def _refuse_reason(asset, reason):
    if not reason.strip():
        raise Refusal(_("Say why %(asset)s is disposed of.") % {"asset": str(asset)})


def _refuse_day(asset, on):
    last = _last_day_out(asset)
    if on > today():
        raise Refusal(_("%(day)s is still to come. Give today or a day before.") % {"day": date_format(on)})
    if last and on < last:
        words = {"asset": str(asset), "day": date_format(last)}
        raise Refusal(_("%(asset)s came back on %(day)s. Give that day or a later one.") % words)


def _last_day_out(asset):
    """The day on which it last came back, if it was ever out."""
    back = Assignment.objects.of([asset]).returned().order_by("-returned_at").values_list("returned_at", flat=True)[:1]
    return timezone.localdate(back[0], settings.INSTITUTION_ZONE) if back else None


def _refuse_in_use(asset, *, lost_is_fine, lost_before=None):
    """Refuse for what stands in the way now; ``lost_before`` is when somebody said that the loss is written off."""
    held = Assignment.objects.open().of([asset]).select_related("person", "space__building").first()
    membership = KitMember.objects.filter(asset=asset).select_related("kit").first()
    parts = list(Asset.objects.owned().components_of(asset).order_by("tag")[:6])
    words = {"asset": str(asset), "holder": held and str(held.holder), "kit": membership and membership.kit.name}
    if held and not held.is_lost:
        raise Refusal(_("%(asset)s is with %(holder)s. Take it back first.") % words)
    if held and not (lost_is_fine and (lost_before is None or held.lost_at <= lost_before)):
        raise Refusal(_("%(asset)s is reported lost. Say that it is written off, or take it back first.") % words)
    if membership:
        raise Refusal(_("%(asset)s belongs to the kit “%(kit)s”. Take it out of the kit first.") % words)
    if parts:
        words["parts"] = ", ".join(part.tag for part in parts[:5]) + (", …" if len(parts) > 5 else "")
        raise Refusal(_("%(asset)s has components: %(parts)s. Take them off or dispose of them first.") % words)


def _needs_another(asset):
    """High value now or ever: or else whoever wants it gone alone lowers the price first."""
    return asset.is_high_value or Asset.history.filter(worth_much(), id=asset.pk).exists()


def _refuse_unasked(asset):
    refuse_disposed(asset)
    if not asset.awaits_approval:
        raise Refusal(_("Nobody has asked to dispose of %(asset)s.") % {"asset": str(asset)})


def _clear_asking(asset):
    asset.disposal_day = asset.disposal_asked_at = asset.disposal_asked_by = None
