"""Taking assets back, from whomever has them and wherever they are put up."""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.models import Assignment, Condition
from assets.operations.rules import RELATED, effective, lock_assets
from keysite.ledger import BasketRefusal, Refusal, lock_all, record_changes

RETURN = ["returned_at", "returned_recorded_at", "returned_by", "condition"]
DAMAGED = ["condition", "out_of_service_at", "out_of_service_by", "out_of_service_reason"]


@transaction.atomic
def take_back(*, assets, by, trust=Trust.STAFF, condition=Condition.GOOD, returned_at=None):
    """Take assets back, whoever has them; each person gets one receipt. Gives back the assignments that ended.

    What comes back damaged goes out of service. ``returned_at`` is a moment in the past at which it happened; both
    dates are kept. All or nothing: refused per asset (``BasketRefusal.lines``) when it is not assigned or was not
    yet at that moment, and for a moment still to come. Members of a kit that is out come back with their kit.
    """
    now = timezone.now()
    returned_at = effective(returned_at, now)
    assets = lock_assets(assets)
    rows = lock_all(Assignment.objects.open().of(assets).select_related(*RELATED, "part_of"))
    open_rows = {row.asset_id: row for row in rows}
    refused = {asset: why for asset in assets if (why := _why_not(asset, open_rows.get(asset.pk), returned_at))}
    if refused:
        raise BasketRefusal(refused)
    put_back([open_rows[asset.pk] for asset in assets], at=returned_at, by=by, condition=condition, trust=trust)
    return [open_rows[asset.pk] for asset in assets]


@transaction.atomic
def take_back_all(*, person, by, trust=Trust.STAFF, condition=Condition.GOOD):
    """Take back everything that ``person`` holds, kits with all that went out with them; one receipt.

    Refused when they hold nothing. Gives back the assignments that ended.
    """
    held = Assignment.objects.held_by(person)
    assets = [row.asset for row in held.select_related("asset") if row.asset_id]
    if not assets:
        raise Refusal(_("%(person)s holds no asset.") % {"person": person.name or person.email})
    lock_assets(assets)
    rows = lock_all(held.select_related(*RELATED, "part_of"))
    put_back(rows, at=timezone.now(), by=by, condition=condition, trust=trust)
    return rows


def put_back(rows, *, at, by, condition, trust, reason="taken back"):
    """What a return does to locked assignments and to their locked assets."""
    now = timezone.now()
    for row in rows:
        row.returned_at, row.returned_recorded_at = max(at, row.out_at), max(now, row.out_at)
        row.returned_by, row.condition = by, condition
    record_changes(rows, RETURN, by=by, reason=with_trust(reason, trust))
    _note_condition([row.asset for row in rows if row.asset_id], condition, by=by, at=now)
    by_person = defaultdict(list)
    for row in rows:
        if row.person_id and row.part_of_id is None:
            by_person[row.person_id].append(row)
    for returned in by_person.values():
        notices.taken_back(returned, by=by)


def _note_condition(assets, condition, *, by, at):
    """The asset itself says how it is now; damaged, it is not lent until somebody has seen to it."""
    changed = [asset for asset in assets if asset.condition != condition or condition == Condition.DAMAGED]
    for asset in changed:
        asset.condition = condition
        if condition == Condition.DAMAGED and not asset.is_out_of_service:
            asset.out_of_service_at, asset.out_of_service_by = at, by
            asset.out_of_service_reason = "came back damaged"
    record_changes(changed, DAMAGED, by=by, reason=f"came back {condition}")


def _why_not(asset, row, returned_at):
    words = {"asset": str(asset)}
    if row is None:
        return _("%(asset)s is not assigned: nobody has to bring it back.") % words
    if row.part_of_id and row.part_of.is_open:
        words["kit"] = row.part_of.kit.name
        return _("%(asset)s went out with the kit “%(kit)s”. Take the kit back, and say what is missing.") % words
    if row.out_at > returned_at:
        words["out"] = date_format(timezone.localtime(row.out_at), "DATETIME_FORMAT")
        return _("%(asset)s went out only on %(out)s. Give a later moment.") % words
    return None
