"""What comes back of a kit: the rest stays in the name of whoever had it, as missing."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import with_trust
from assets.models import Assignment, AssignmentPart, Condition
from assets.operations.rules import RELATED
from keysite.ledger import lock_all, record_changes

LOSS = ["lost_at", "lost_by", "loss"]
WORST = [Condition.DAMAGED, Condition.WORN, Condition.GOOD]


class Unload(NamedTuple):
    """A kit that comes back, by its assignment, less ``missing_assets`` and so many of each of ``missing_parts``."""

    assignment: Assignment
    missing_assets: tuple = ()
    missing_parts: dict = {}


class Homecoming:
    """The kits of a return, from what went out with each of them, whatever belongs to them now.

    Their assets are locked already; this locks their rows.
    """

    def __init__(self, unloads):
        self.unloads, self.wholes, self.members, self.parts, self.missing = list(unloads), {}, {}, {}, set()
        if not self.unloads:
            return
        keys = [unload.assignment.pk for unload in self.unloads]
        rows = Assignment.objects.filter(pk__in=keys) | Assignment.objects.open().filter(part_of__in=keys)
        for row in lock_all(rows.select_related(*RELATED)):
            (self.members if row.part_of_id else self.wholes)[row.pk] = row
        self.parts = {part: part for part in lock_all(AssignmentPart.objects.filter(assignment__in=keys))}
        self.missing = {asset for unload in self.unloads for asset in unload.missing_assets}

    def judge(self, returned_at):
        """Each kit that cannot be taken back so, with the sentence why."""
        sentences = ((unload, self._why_not(unload, returned_at)) for unload in self.unloads)
        return {unload.assignment.kit or unload.assignment: sentence for unload, sentence in sentences if sentence}

    def back(self):
        """The rows that end: the kits', and their members' that are there."""
        rows = [row for row in self.members.values() if row.asset not in self.missing]
        return [*(self.wholes[unload.assignment.pk] for unload in self.unloads), *rows]

    def worst(self, conditions, condition):
        """A kit as a whole is in the condition of the worst of what came back; by the kit."""
        seen = {row: [] for row in self.wholes.values()}
        for row in self.members.values():
            if row.asset not in self.missing:
                seen[self.wholes[row.part_of_id]].append(conditions.get(row.asset, condition))
        return {row.kit: min(found, key=WORST.index, default=condition) for row, found in seen.items()}

    def note_missing(self, *, at, by, trust):
        """What did not come back is missing since ``at``; parts are counted. Gives back their names, by person."""
        names = {}
        for unload in self.unloads:
            whole = self.wholes[unload.assignment.pk]
            lost = [row for row in self._members_of(whole) if row.asset in unload.missing_assets]
            for row in lost:
                self._lose(row, at, by)
            for part, number in unload.missing_parts.items():
                self.parts[part].missing = number
            found = [str(row.asset) for row in lost]
            found += [_named(part, number) for part, number in unload.missing_parts.items() if number]
            names.setdefault(whole.person_id, []).extend(found)
        lost = [row for row in self.members.values() if row.asset in self.missing]
        record_changes(lost, LOSS, by=by, reason=with_trust("missing from its kit", trust))
        short = [part for part in self.parts.values() if part.missing]
        record_changes(short, ["missing"], by=by, reason="missing from its kit")
        return names

    def _lose(self, row, at, by):
        """What was reported lost before stays so."""
        if row.lost_at is None:
            row.lost_at, row.lost_by, row.loss = max(at, row.out_at), by, Assignment.Loss.MISSING

    def _members_of(self, whole):
        return [row for row in self.members.values() if row.part_of_id == whole.pk]

    def _why_not(self, unload, returned_at):
        row = self.wholes.get(unload.assignment.pk)
        if row is None or row.kit_id is None:
            return _("This is no hand-over of a kit. Take back the assets one by one.")
        if sentence := why_not_whole(row.kit, row, returned_at):
            return sentence
        words, members = {"kit": row.kit.name}, {member.asset for member in self._members_of(row)}
        if strange := [asset for asset in unload.missing_assets if asset not in members]:
            return _("%(asset)s did not go out with the kit “%(kit)s”.") % (words | {"asset": strange[0]})
        return self._why_not_parts(unload, row) or self._why_nothing(unload, row, members)

    def _why_not_parts(self, unload, row):
        for part, number in unload.missing_parts.items():
            known = self.parts.get(part)
            if known is None or known.assignment_id != row.pk or not 0 <= number <= known.quantity:
                words = {"part": part.name, "n": part.quantity}
                return _("Of “%(part)s”, %(n)s went out. Say how many of them are back.") % words
        return None

    def _why_nothing(self, unload, row, members):
        """A kit of which nothing at all is there is lost, not back."""
        parts = [part for part in self.parts if part.assignment_id == row.pk]
        there = any(unload.missing_parts.get(part, 0) < part.quantity for part in parts)
        if there or members - set(unload.missing_assets):
            return None
        return _("Nothing of the kit “%(kit)s” is back. Report it lost instead.") % {"kit": row.kit.name}


def why_not_whole(kit, row, returned_at):
    """Why a kit cannot be taken back at all; ``row`` is its assignment, if there is one."""
    words = {"kit": kit.name}
    if row is None:
        return _("The kit “%(kit)s” is not assigned: nobody has to bring it back.") % words
    if not row.is_open:
        return _("The kit “%(kit)s” is back already.") % words
    if returned_at and row.out_at > returned_at:
        words["out"] = date_format(timezone.localtime(row.out_at), "DATETIME_FORMAT")
        return _("The kit “%(kit)s” went out only on %(out)s. Give a later moment.") % words
    return None


def _named(part, number):
    return f"{number} × {part.name}" if number > 1 else part.name
