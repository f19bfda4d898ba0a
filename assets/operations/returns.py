"""Taking assets back, from whomever has them and wherever they are put up."""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.models import Asset, AssetModel, Assignment, Condition, Kit
from assets.operations.claims import claims_broken_without, end_claims
from assets.operations.kit_returns import Homecoming, Unload, why_not_whole
from assets.operations.rules import RELATED, effective, lock_assets, lock_models
from keysite.ledger import BasketRefusal, Refusal, lock, lock_all, record_changes

RETURN = ["returned_at", "returned_recorded_at", "returned_by", "condition"]
DAMAGED = ["condition", "out_of_service_at", "out_of_service_by", "out_of_service_reason"]


@transaction.atomic
def take_back(
    *, by, assets=(), kits=(), trust=Trust.STAFF, condition=Condition.GOOD, conditions=None, returned_at=None
):
    """Take assets and kits back, whoever has them; each person gets one receipt. Gives back their assignments.

    ``condition`` is that of all of them, ``conditions`` maps an asset to another one; what comes back damaged goes out
    of service. What was lost or missing from its kit is found by it. ``returned_at`` is a moment in the past at which
    it happened; both dates are kept. Each of ``kits`` is an ``Unload``: a kit's assignment, less what is missing, which
    stays in the name of whoever had it.

    All or nothing: refused per asset and kit (``BasketRefusal.lines``) when it is not assigned or was not yet at that
    moment, and for a moment still to come. Members of a kit that is out come back with their kit; refused for a kit
    that is back, of which nothing is there, or which something did not go out with.
    """
    now = timezone.now()
    moment = effective(returned_at, now)
    damaged = Condition.DAMAGED in {condition, *(conditions or {}).values()}
    assets, homecoming = _hold(assets, kits, damaged=damaged)
    rows = lock_all(Assignment.objects.open().of(assets).select_related(*RELATED, "part_of__kit"))
    open_rows = {row.asset_id: row for row in rows}
    refused = {asset: why for asset in assets if (why := _why_not(asset, open_rows.get(asset.pk), returned_at))}
    refused |= homecoming.judge(returned_at)
    if refused:
        raise BasketRefusal(refused)
    rows, seen = [open_rows[asset.pk] for asset in assets], conditions or {}
    missing = homecoming.note_missing(at=moment, by=by, trust=trust)
    seen = seen | homecoming.worst(seen, condition)
    rows += homecoming.back()
    put_back(rows, at=moment, by=by, condition=condition, conditions=seen, trust=trust, missing=missing)
    return [row for row in rows if row.pk not in homecoming.members]


def take_back_kit(*, assignment, by, missing_assets=(), missing_parts=None, **how):
    """Take a kit back with what went out with it, whatever belongs to it now; the rest of ``how`` is ``take_back``'s.

    ``missing_assets`` did not come back: they stay in the name of whoever had them, as missing, until they are taken
    back by themselves. ``missing_parts`` says how many of which part are not there. Refused as ``take_back`` says.
    """
    unload = Unload(assignment, tuple(missing_assets), missing_parts or {})
    return take_back(kits=[unload], by=by, **how)[0]


def preview_take_back(*, assets, kits=(), returned_at=None):
    """What ``take_back`` would say at this moment: each asset and kit with its open assignment and its refusal.

    Either may be None. Nothing is locked, so the deed has the last word.
    """
    rows = Assignment.objects.open().of_any(assets, kits).for_list()
    found = {row.item: row for row in (rows.with_contents() if kits else rows)}
    verdicts = {asset: _why_not(asset, found.get(asset), returned_at) for asset in assets}
    verdicts |= {kit: why_not_whole(kit, found.get(kit), returned_at) for kit in kits}
    return {item: (found.get(item), sentence) for item, sentence in verdicts.items()}


@transaction.atomic
def take_back_all(*, person, by, trust=Trust.STAFF, condition=Condition.GOOD):
    """Take back everything that ``person`` holds, kits with all that went out with them; one receipt.

    What is lost or missing stays in their name: take that back by itself when it turns up. Refused when they hold
    nothing else. Gives back the assignments that ended.
    """
    lock(person)
    held = Assignment.objects.held_by(person).filter(lost_at__isnull=True)
    if condition == Condition.DAMAGED:  # what is promised of their models may end
        lock_all(AssetModel.objects.filter(pk__in=held.values("asset__model")))
    lock_all(Kit.objects.filter(pk__in=held.values("kit")))
    lock_all(Asset.objects.filter(pk__in=held.values("asset")))
    rows = lock_all(held.select_related(*RELATED, "part_of"))
    if not rows:
        raise Refusal(_("%(person)s has nothing to bring back.") % {"person": person.name or person.email})
    put_back(rows, at=timezone.now(), by=by, condition=condition, trust=trust)
    return rows


def put_back(rows, *, at, by, trust, condition=Condition.GOOD, conditions=None, missing=None, reason="taken back"):
    """What a return does to locked assignments and to their locked assets.

    Each is in the condition that ``conditions`` gives for its asset or kit, else in ``condition``. ``missing`` has the
    names of what did not come back with its kit, by the person's key.
    """
    now, conditions = timezone.now(), conditions or {}
    for row in rows:
        row.returned_at, row.returned_recorded_at = max(at, row.out_at), max(now, row.out_at)
        row.returned_by, row.condition = by, conditions.get(row.item, condition)
    record_changes(rows, RETURN, by=by, reason=with_trust(reason, trust))
    for seen in Condition:
        assets = [row.asset for row in rows if row.asset_id and row.condition == seen]
        note_condition(assets, seen, by=by, at=now, reason=f"came back {seen}")
    with_rows, by_person = {row.pk for row in rows}, defaultdict(list)
    for row in rows:
        if row.person_id and row.part_of_id not in with_rows:  # a member that comes with its kit goes without saying
            by_person[row.person_id].append(row)
    for person, returned in by_person.items():
        notices.taken_back(returned, by=by, missing=(missing or {}).get(person, ()))


def _hold(assets, unloads, *, damaged):
    """Lock the assets, and those that went out with the kits. Gives back the former, and the kits' homecoming."""
    assets, keys = list(dict.fromkeys(assets)), [unload.assignment.pk for unload in unloads]
    out = Assignment.objects.open().filter(part_of__in=keys).values("asset")
    members = list(Asset.objects.filter(pk__in=out)) if keys else []
    if damaged:  # what is promised of their models may end
        lock_models([*assets, *members])
    held = lock_assets([*assets, *members]) if assets or members or not unloads else []
    return held[: len(assets)], Homecoming(unloads)


def note_condition(assets, condition, *, by, at, reason, shown=""):
    """The assets themselves say how they are now; damaged, they are not lent until somebody has seen to them.

    Then reservations that lose their unit end. ``shown`` is what the asset says why it is out of service, if that is
    not the ``reason``.
    """
    is_damaged = condition == Condition.DAMAGED
    broken = claims_broken_without(assets) if is_damaged and assets else []
    changed = [asset for asset in assets if asset.condition != condition or is_damaged]
    for asset in changed:
        asset.condition = condition
        if is_damaged and not asset.is_out_of_service:
            asset.out_of_service_at, asset.out_of_service_by = at, by
            asset.out_of_service_reason = (shown or reason)[:200]
    record_changes(changed, DAMAGED, by=by, reason=reason)
    end_claims(broken, by=by, reason=_("It is damaged."))


def _why_not(asset, row, returned_at):
    words = {"asset": str(asset)}
    if row is None:
        return _("%(asset)s is not assigned: nobody has to bring it back.") % words
    if row.part_of_id and row.part_of.is_open:
        words["kit"] = row.part_of.kit.name
        return _("%(asset)s went out with the kit “%(kit)s”. Take the kit back, and say what is missing.") % words
    if returned_at and row.out_at > returned_at:
        words["out"] = date_format(timezone.localtime(row.out_at), "DATETIME_FORMAT")
        return _("%(asset)s went out only on %(out)s. Give a later moment.") % words
    return None
