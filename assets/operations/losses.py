"""When something does not come back, or not as it was: lost, found, damaged."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.models import Assignment, Condition
from assets.operations.claims import claims_broken_without, end_claims
from assets.operations.handovers import hold_hand_over, refuse_not_running
from assets.operations.returns import note_condition
from keysite.ledger import Refusal, record_changes

LOSS = ["lost_at", "lost_by", "loss"]


@transaction.atomic
def report_asset_lost(*, assignment, by, trust=Trust.STAFF):
    """The asset is lost, or the kit with all that went out with it; it stays in the holder's name without reminders.

    A part of a kit can be lost by itself; the rest goes on. Reservations that lose their unit end, and their people
    are told. Refused when it is back, and when it was reported before.
    """
    held = hold_hand_over(assignment)
    words = {"item": str(assignment.item)}
    if not assignment.is_open:
        raise Refusal(_("%(item)s is already back.") % words)
    if assignment.is_lost:
        raise Refusal(_("%(item)s was reported lost or missing before.") % words)
    rows, now = [row for row in held.rows if not row.is_lost], timezone.now()
    broken = claims_broken_without([row.asset for row in rows if row.asset_id])

    for row in rows:
        row.lost_at, row.lost_by, row.loss = now, by, Assignment.Loss.LOST
    record_changes(rows, LOSS, by=by, reason=with_trust("reported lost", trust))
    end_claims(broken, by=by, reason=_("It was reported lost."))
    notices.asset_lost(assignment, by=by)


@transaction.atomic
def report_asset_found(*, assignment, by, trust=Trust.STAFF):
    """What was lost has turned up in the holder's hands, and the assignment goes on, due as before.

    A kit is found with what was lost with it. Refused unless it is lost, and when its kit is back without it: then the
    desk takes it back.
    """
    held = hold_hand_over(assignment)
    words = {"item": str(assignment.item)}
    if not assignment.is_lost:
        raise Refusal(_("%(item)s is not reported lost.") % words)
    if assignment.part_of_id and not assignment.part_of.is_open:
        words["kit"] = assignment.part_of.kit.name
        raise Refusal(
            _("The kit “%(kit)s” is back without %(item)s. Bring it to the desk, which takes it back.") % words
        )

    lost_at = assignment.lost_at
    rows = [row for row in held.rows if row.lost_at == lost_at]
    for row in rows:
        row.lost_at, row.lost_by, row.loss = None, None, ""
    record_changes(rows, LOSS, by=by, reason=with_trust("found", trust))
    notices.asset_found(assignment, by=by)


@transaction.atomic
def report_asset_damaged(*, assignment, by, note, trust=Trust.STAFF):
    """The asset is damaged: out of service from now on, with ``note`` as the reason; it stays with its holder.

    The desk reads of it. Reservations that lose their unit end, and their people are told. Refused without a note, when
    it is back or lost, and for a kit as a whole: say it of the asset in it.
    """
    held = hold_hand_over(assignment)
    words, note = {"item": str(assignment.item)}, note.strip()[:150]
    if assignment.kit_id:
        raise Refusal(_("Say which asset of the kit “%(item)s” is damaged.") % words)
    if not (assignment.is_open and assignment.part_of_id and not assignment.is_lost):  # a part is damaged by itself
        refuse_not_running(assignment)
    if not note:
        raise Refusal(_("Say what is wrong with %(item)s.") % words)

    how = {"by": by, "at": timezone.now(), "shown": f"reported damaged: {note}"}
    note_condition(held.assets, Condition.DAMAGED, reason=with_trust("reported damaged", trust), **how)
    notices.asset_damaged(assignment, note=note, by=by)
