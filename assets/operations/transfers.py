"""From hand to hand: one assignment ends and another begins, in one step."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.models import Assignment, AssignmentPart, Condition
from assets.operations.assignments import fulfil
from assets.operations.handovers import hold_hand_over, refuse_not_running
from assets.operations.returns import RETURN
from assets.operations.rules import Basket, Until, refuse_unless_one
from keysite.ledger import BasketRefusal, Refusal, record_changes, record_new


@transaction.atomic
def transfer_assignment(*, assignment, by, person=None, space=None, trust=Trust.STAFF, note="", **due):
    """Hand what is assigned on to another ``person``, or put it up in another ``space``; exactly one of the two.

    The old assignment ends, and one that ``follows`` it begins at the same moment, due anew as ``assign`` says; a kit
    goes with all that went out with it. ``due`` is as in ``assign``. The new person's own reservation ends with it.
    Both people get a receipt. Gives back the new assignment.

    Refused when it is back or lost, for a part of a kit, for a kit of which something is lost, to whoever has it
    already, and for all that ``assign`` would refuse the new holder.
    """
    held = hold_hand_over(assignment, person)
    _refuse_transfer(held, person, space)
    at = max(timezone.now(), *(row.out_at for row in held.rows), assignment.out_at)
    until, kit = Until(person=person, out_at=at, **due), assignment.kit
    basket = Basket(held.assets, person=person, space=space, out_at=at, until=until, kit=kit, leaving=held.rows)
    refused = {asset: sentence for asset, sentence in basket.judge(held.assets).items() if sentence}
    if refused:
        raise BasketRefusal(refused)

    _end(held.rows, at=at, by=by, trust=trust)
    made = {"person": person, "space": space, "out_at": at, "out_recorded_at": at, "out_by": by, "trust": trust}
    made |= basket.agreed(held.assets)
    following, members = _begin(held, made, note=note[:500], by=by)
    fulfil(basket, [following, *members], by=by)
    notices.transferred(assignment, following, by=by)
    return following


def _refuse_transfer(held, person, space):
    row = held.whole
    refuse_not_running(row)
    words = {"item": str(row.item), "holder": str(row.holder), "asset": ""}
    refuse_unless_one(person, space)
    if (person and row.person_id == person.pk) or (space and row.space_id == space.pk):
        raise Refusal(_("%(holder)s has %(item)s already. Name somebody else.") % words)
    for member in held.members:
        if member.is_lost:
            words["asset"] = str(member.asset)
            raise Refusal(
                _("%(asset)s of the kit “%(item)s” is lost. Take the kit back first, and say what is missing.") % words
            )


def _end(rows, *, at, by, trust):
    """Nobody has looked at the things on their way: each stays in the condition in which it is known."""
    for row in rows:
        row.returned_at = row.returned_recorded_at = at
        row.returned_by, row.condition = by, row.asset.condition if row.asset_id else Condition.GOOD
    record_changes(rows, RETURN, by=by, reason=with_trust("handed on", trust))


def _begin(held, made, *, note, by):
    """The assignments that follow, and with a kit its parts; what was missing already stays missing."""
    old, reason = held.whole, f"handed on from assignment {held.whole.pk}"
    following = Assignment(asset=old.asset, kit=old.kit, follows=old, note=note, **made)
    record_new([following], by=by, reason=reason)
    members = [Assignment(asset=row.asset, part_of=following, follows=row, **made) for row in held.members]
    record_new(members, by=by, reason=reason)
    parts = old.parts.all() if old.kit_id else []
    there = [(part.name, part.quantity - part.missing) for part in parts if part.quantity > part.missing]
    goes_on = [AssignmentPart(assignment=following, name=name, quantity=quantity) for name, quantity in there]
    record_new(goes_on, by=by, reason=reason)
    return following, members
