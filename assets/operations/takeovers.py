"""Who has what, as the list of another system says: written down as it is, without mail and without a hand-over."""

from datetime import datetime, time

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import due_moment, with_trust
from assets.models import Asset, Assignment, Kit
from assets.operations.claims import claims_broken_without, reserved_sentence
from assets.operations.rules import lock_models
from keysite.ledger import Refusal, lock_all, record_new

NOON = time(12)


def take_over(taken, outcome, *, by, at):
    """Write the assignments that these lines tell of; gives them back.

    What is assigned here already is left, and another holder in the list is only remarked. Somebody who may not
    borrow keeps what they have; only who is deactivated gets nothing. An asset that was in the register before is
    left out when `assign` would refuse it for what it is: member of a kit, out of service or not lent (to a person),
    reserved. Where the affiliation needs a due date and the list gives none, it is that of the term from today.
    """
    holdings = [line for line in taken if line.holder]
    known = _Known([line.asset for line in holdings if not line.made])
    due, rows = _Due(at), []
    for line in holdings:
        try:
            known.refuse(line)
            rows.append(_assignment(line, known, due, by=by, at=at, note=outcome.reason))
        except _Same:
            continue
        except Refusal as refusal:
            outcome.remark(line.line, "holder_email" if line.holder.person else "holder_place", refusal)
    record_new(rows, by=by, reason=with_trust(outcome.reason, Trust.STAFF))
    return rows


class _Same(Exception):
    """It is so already."""


class _Known:
    """What stands in the way of an assignment of assets that were in the register before; they are held."""

    def __init__(self, assets):
        found = Asset.objects.filter(pk__in=[asset.pk for asset in assets])
        if assets:
            lock_models(assets)
            lock_all(found)
        rows = Assignment.objects.filter(asset__in=found) if assets else Assignment.objects.none()
        self.open = {row.asset_id: row for row in rows.open().select_related("person", "space__building")}
        self.back = dict(rows.returned().order_by("returned_at").values_list("asset", "returned_at"))
        self.kits = {}
        self.claims, self.assets = [], {}
        if assets:
            self.kits = dict(Kit.objects.filter(members__asset__in=found).values_list("members__asset", "name"))
            free = [asset for asset in found if asset.pk not in self.open]
            self.assets = {asset.pk: asset for asset in free}
            self.claims = claims_broken_without(free)

    def refuse(self, line):
        """Why this asset is not assigned now as the list says; nothing when it is new."""
        asset, holder = line.asset, line.holder
        if holder.person and not holder.person.is_active:
            words = {"person": holder.person}
            raise Refusal(_("%(person)s is deactivated here. Reactivate this person, then assign it.") % words)
        if line.made:
            return
        self._refuse_open(self.open.get(asset.pk), holder)
        words = {"asset": asset, "kit": self.kits.get(asset.pk), "why": asset.out_of_service_reason}
        if words["kit"]:
            raise Refusal(_("%(asset)s belongs to the kit “%(kit)s”. Hand out the whole kit.") % words)
        if holder.person and asset.is_out_of_service:
            raise Refusal(_("%(asset)s is out of service: %(why)s.") % words)
        if holder.person and not asset.lendable:
            raise Refusal(_("%(asset)s is not lent to people. It may only be put up in a space.") % words)
        for claim in self.claims:
            if asset.pk == claim.asset_id or (claim.model_id and asset.model_id == claim.model_id):
                raise Refusal(reserved_sentence(claim))

    def _refuse_open(self, row, holder):
        if row is None:
            return
        if (row.person and row.person == holder.person) or (row.space and row.space == holder.space):
            raise _Same
        words = {"here": row.holder, "there": holder.person or holder.space}
        raise Refusal(_("Here %(here)s has it, in the list %(there)s. Transfer it if the list is right.") % words)


class _Due:
    """Until when a person may keep what they have; each term is asked once."""

    def __init__(self, at):
        self.at, self.moments = at, {}

    def of(self, asset, holder, out_at):
        """The term and the due date, each None where there is none."""
        affiliation = holder.person.affiliation if holder.person else None
        kind = asset.model and asset.model.type
        term = affiliation and ((kind and kind.loan_term) or affiliation.loan_term)
        given = _moment(holder.due_on, settings.CLOSING_TIME) if holder.due_on else None
        if given and given > out_at:
            return term, given
        if affiliation and affiliation.due_date_required:
            if term.pk not in self.moments:
                self.moments[term.pk] = due_moment(term=term, now=self.at)
            return term, self.moments[term.pk]
        return None, None


def _assignment(line, known, due, *, by, at, note):
    asset, holder = line.asset, line.holder
    out_at = min(at, _moment(holder.out_on, NOON)) if holder.out_on else at
    out_at = max(out_at, known.back.get(asset.pk, out_at))
    term, due_at = due.of(asset, holder, out_at)
    return Assignment(
        asset=asset,
        person=holder.person,
        space=holder.space,
        term=term,
        due_at=due_at,
        out_at=out_at,
        out_recorded_at=max(at, out_at),
        out_by=by,
        trust=Trust.STAFF,
        note=note[:500],
    )


def _moment(day, at):
    return datetime.combine(day, at, settings.INSTITUTION_ZONE)
