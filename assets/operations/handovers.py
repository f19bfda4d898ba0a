"""A hand-over as a whole: an assignment, with the rows of what went out with it if it is a kit's."""

from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from assets.models import Asset, AssetModel, Assignment
from assets.operations.rules import RELATED
from keysite.ledger import Refusal, lock, lock_all


class HandOver(NamedTuple):
    """An assignment, and the open rows of the assets that went out with it."""

    whole: Assignment
    members: list

    @property
    def rows(self):
        return [self.whole, *self.members]

    @property
    def assets(self):
        return [row.asset for row in self.rows if row.asset_id]


def hold_hand_over(assignment, person=None):
    """The hand-over of ``assignment``, locked and up to date; ``person`` is somebody else whom the deed concerns.

    In the order of all deeds: the person, models, the kit, assets, assignments.
    """
    if person:
        lock(person, "affiliation__loan_term")
    rows = _rows(assignment)
    lock_all(AssetModel.objects.filter(pk__in=rows.values("asset__model")))
    if assignment.kit_id:
        lock(assignment.kit)
    lock_all(Asset.objects.filter(pk__in=rows.values("asset")))
    lock(assignment, *RELATED, "person__affiliation__loan_term", "part_of__kit")
    return HandOver(assignment, lock_all(_members(assignment)))


def hand_over_of(assignment):
    """The same to look at, with nothing locked."""
    return HandOver(assignment, list(_members(assignment).order_by("pk")))


def refuse_not_running(assignment):
    """Refuse what is back, lost, or went out as a part of a kit: the kit's own assignment stands for it."""
    words = {"item": str(assignment.item)}
    if not assignment.is_open:
        raise Refusal(_("%(item)s is already back.") % words)
    if assignment.is_lost and assignment.loss == Assignment.Loss.MISSING:
        raise Refusal(_("%(item)s is missing from its kit. Take it back when it turns up.") % words)
    if assignment.is_lost:
        raise Refusal(_("%(item)s is reported lost. Report it found, or take it back.") % words)
    if assignment.part_of_id:
        words["kit"] = assignment.part_of.kit.name
        raise Refusal(_("%(item)s went out with the kit “%(kit)s”. Choose the whole kit.") % words)


def _rows(assignment):
    return Assignment.objects.filter(Q(pk=assignment.pk) | Q(part_of=assignment.pk, returned_at=None))


def _members(assignment):
    if assignment.kit_id is None:
        return Assignment.objects.none()
    return Assignment.objects.open().filter(part_of=assignment.pk).select_related("asset__model__type__loan_term")
