"""What belongs to a kit: assets join and leave it, and one day it is dissolved. Old hand-overs stay as they were."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.models import Asset, KitMember
from assets.operations.claims import at_the_desk, claims_broken_without
from assets.operations.rules import lock_assets, lock_models
from keysite.ledger import BasketRefusal, Refusal, lock, lock_all, record, record_new, remove


@transaction.atomic
def add_to_kit(*, kit, assets, by):
    """Let assets travel with ``kit`` from its next hand-over on; nobody is handed one of them alone any more.

    Refused for a dissolved kit, and per asset (``BasketRefusal.lines``): disposed of, in a kit already, assigned to
    somebody now, or promised: reserved itself, or needed for a reservation of its model. Gives back the members.
    """
    lock_models(assets)
    lock(kit)
    _refuse_dissolved(kit)
    assets = lock_assets(assets)
    found = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).with_assignment()
    known = {asset.pk: asset for asset in found.select_related("open_assignment", "membership__kit")}
    refused = {asset: sentence for asset in assets if (sentence := _why_not_added(known[asset.pk], kit))}
    refused = refused or _promised(assets)
    if refused:
        raise BasketRefusal(refused)
    return record_new([KitMember(kit=kit, asset=asset) for asset in assets], by=by, reason=f"added to {kit}"[:100])


@transaction.atomic
def remove_from_kit(*, kit, assets, by):
    """Let assets leave ``kit``; each is handed out by itself again. What is out with the kit comes back with it.

    Refused per asset (``BasketRefusal.lines``) that is not in this kit.
    """
    lock_models(assets)
    lock(kit)
    assets = lock_assets(assets)
    members = {row.asset_id: row for row in lock_all(KitMember.objects.filter(kit=kit, asset__in=assets))}
    words = {"kit": kit.name}
    sentence = _("%(asset)s does not belong to the kit “%(kit)s”.")
    refused = {asset: sentence % (words | {"asset": asset}) for asset in assets if asset.pk not in members}
    if refused:
        raise BasketRefusal(refused)
    for asset in assets:
        remove(members[asset.pk], by=by, reason=f"removed from {kit}"[:100])


@transaction.atomic
def dissolve_kit(*, kit, by):
    """End the kit: its assets are handed out one by one again, and its name may be used anew. Its past stays.

    Refused while it is out, and when it was dissolved before.
    """
    held = [member.asset for member in kit.members.select_related("asset")]
    lock_models(held)
    lock(kit)
    _refuse_dissolved(kit)
    if kit.assignments.open().exists():
        raise Refusal(_("The kit “%(kit)s” is assigned. Take it back first.") % {"kit": kit.name})
    lock_all(Asset.objects.filter(membership__kit=kit))
    for member in lock_all(KitMember.objects.filter(kit=kit)):
        remove(member, by=by, reason="kit dissolved")
    kit.dissolved_at, kit.dissolved_by = timezone.now(), by
    record(kit, by=by, reason="dissolved")


@transaction.atomic
def part_found(*, part, by, quantity=None):
    """Parts that were missing when their kit came back have turned up: all of them, or ``quantity``.

    What will not turn up stays missing from that hand-over; the kit goes on with fewer when its list says so.
    Refused for more than are missing.
    """
    lock(part)
    quantity = part.missing if quantity is None else quantity
    if not 1 <= quantity <= part.missing:
        words = {"part": part.name, "n": part.missing}
        raise Refusal(_("Of “%(part)s”, %(n)s are missing. Give a number from 1 to that.") % words)
    part.missing -= quantity
    record(part, by=by, reason=f"{quantity} found")


def _refuse_dissolved(kit):
    if kit.dissolved_at:
        words = {"kit": kit.name, "day": date_format(timezone.localtime(kit.dissolved_at))}
        raise Refusal(_("The kit “%(kit)s” was dissolved on %(day)s. Make a new one.") % words)


def _why_not_added(asset, kit):
    words = {"asset": str(asset), "kit": kit.name}
    membership, held = getattr(asset, "membership", None), getattr(asset, "open_assignment", None)
    if asset.is_disposed:
        words["day"] = date_format(asset.disposed_on)
        return _("%(asset)s was disposed of on %(day)s.") % words
    if membership and membership.kit_id == kit.pk:
        return _("%(asset)s belongs to the kit “%(kit)s” already.") % words
    if membership:
        words["kit"] = membership.kit.name
        return _("%(asset)s belongs to the kit “%(kit)s”. Remove it there first.") % words
    if held:
        return _("%(asset)s is assigned. Take it back first, then add it to the kit.") % words
    return None


def _promised(assets):
    """The assets without which a reservation would have none, with who and when."""
    by_model = {asset.model_id: asset for asset in assets}
    own, refused = {asset.pk: asset for asset in assets}, {}
    for claim in claims_broken_without(assets):
        asset = own.get(claim.asset_id) or by_model[claim.model_id or claim.asset.model_id]
        words = {"item": claim.item, "person": claim.person.name or claim.person.email}
        words |= {"start": at_the_desk(claim.starts_at), "end": at_the_desk(claim.ends_at), "asset": asset}
        sentence = _("%(item)s is reserved for %(person)s from %(start)s to %(end)s, and needs %(asset)s.")
        refused[asset] = sentence % words + " " + _("Cancel that first, or add it later.")
    return refused
