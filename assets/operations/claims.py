"""What is promised: reservations that a hand-over would break, and the one that it fulfils."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.availability import Taken, full_from, full_spans, peak, unplaced
from assets.models import Asset, AssetModel, Assignment, Reservation
from keysite.ledger import lock_all, record_changes

LATE = timedelta(days=7)  # for so long what should be back is promised to nobody else
ENDED = ["ended_at", "ended_by", "outcome", "outcome_reason"]


class Pool:
    """The units of one model, and when each of them is out or reserved, from ``now`` on."""

    def __init__(self, now):
        self.now, self.units, self.taken = now, set(), []

    @property
    def on_time(self):
        """What is taken, if all that is late came back now: a promise made before is not broken by the clock."""
        return [span for span in self.taken if not span.late]

    def free(self, start, end):
        """How many units nobody has or has reserved at any instant of [start, end)."""
        return max(0, len(self.units) - peak(self.taken, start, end))

    def full(self, start, end):
        """The parts (from, until) of [start, end) in which no unit is free."""
        return full_spans(len(self.units), self.taken, start, end)

    def left_out(self, *more):
        """The spans for which no single unit is left, all their time, once ``more`` is taken too."""
        spans = [*self.on_time, *more]
        if not any(span.unit is not None and span.start > self.now for span in spans):
            return []  # then counting, which comes first, has seen all
        before = unplaced(self.units, self.on_time, self.now)
        after, known = unplaced(self.units, spans, self.now), {span.what for span in before}
        return [span for span in after if span.what not in known] if len(after) > len(before) else []

    def without(self, claims):
        """The same, as if these reservations were not."""
        rest = Pool(self.now)
        rest.units, rest.taken = self.units, [span for span in self.taken if span.what not in claims]
        return rest


class Claims:
    """The reservations that touch a basket of assets which leaves at ``start``; asked of the database once.

    ``leaving`` are the open assignments that end with this hand-over: those that are extended or transferred.
    """

    def __init__(self, assets, *, person, start, leaving=()):
        """``assets`` by their keys; ``person`` is who gets them, None for a space."""
        self.assets, self.person, self.start = assets, person, start
        self.leaving = set(leaving)
        self.used = {}  # key of an asset → the person's own reservation that it fulfils

    def why_not(self, asset, *, until):
        """Who has reserved it, or so many of its model that none is left, while it would be away; None if nobody."""
        own = self._own_claim(asset, until)
        if own:
            self.used[asset.pk] = own
        broken = self._broken_of_asset(asset, until) or self._broken_of_model(asset, until)
        if broken:
            self.used.pop(asset.pk, None)
        return broken and reserved_sentence(broken.item, broken)

    def _own_claim(self, asset, until):
        """The person's claim that this fulfils: to the asset itself, else to one of its model.

        A part of a kit is no unit of its model.
        """
        unit = getattr(asset, "membership", None) is None
        for claim in self._own:
            meant = claim.asset_id == asset.pk or (unit and claim.model_id and claim.model_id == asset.model_id)
            if meant and claim not in self.used.values() and _span(claim).overlaps(self.start, until):
                return claim
        return None

    @cached_property
    def _own(self):
        if self.person is None:
            return []
        claims = Reservation.objects.live().made_for(self.person).overlapping(self.start, None)
        return sorted(claims, key=lambda claim: (claim.asset_id is None, claim.starts_at, claim.pk))

    def _broken_of_asset(self, asset, until):
        claims = (claim for claim in self._of_assets[asset.pk] if claim not in self.used.values())
        return next((claim for claim in claims if _span(claim).overlaps(self.start, until)), None)

    @cached_property
    def _of_assets(self):
        claims = Reservation.objects.live().filter(asset__in=self.assets).overlapping(self.start, None)
        found = defaultdict(list)
        for claim in claims.select_related("person", "asset", "model").order_by("starts_at"):
            found[claim.asset_id].append(claim)
        return found

    def _broken_of_model(self, asset, until):
        """The claim that would go without a unit if this one left; a part of a kit is no unit of its model."""
        pool = self._pools.get(asset.model_id)
        if pool is None or asset.pk not in pool.units:
            return None
        rest, away = pool.without(set(self.used.values())), Taken(self.start, until, unit=asset.pk)
        for moment in full_from(len(rest.units), rest.taken, self.start, until):
            running = [span for span in rest.taken if isinstance(span.what, Reservation) and span.runs_at(moment)]
            if running:
                return max(running, key=lambda span: span.start).what
        for span in rest.left_out(away):
            return span.what
        pool.taken.append(away)
        return None

    @cached_property
    def _pools(self):
        models = {asset.model_id for asset in self.assets.values()} - {None}
        return pools_of(models, now=timezone.now(), leaving=self.leaving)


def pools_of(models, *, now, leaving=()):
    """The pool of each of ``models``, in three questions however many they are.

    A unit is lent at all, not part of a kit, and in service or expected back in service on some day; until that day it
    is taken. What is overdue, or not back in service as expected, counts as taken for a week more; what is lost or
    out without a due date, for ever. ``leaving`` are assignments that do not count.
    """
    pools = defaultdict(lambda: Pool(now))
    units = {unit.pk: unit for unit in Asset.objects.units().filter(model__in=models).only(*UNIT)}
    for unit in units.values():
        pools[unit.model_id].units.add(unit.pk)
        if unit.is_out_of_service:
            pools[unit.model_id].taken.append(_in_repair(unit, now))
    for row in Assignment.objects.open().filter(asset__in=list(units)):
        if row not in leaving:
            pools[units[row.asset_id].model_id].taken.append(_out(row, now))
    claims = Reservation.objects.live().filter(Q(model__in=models) | Q(asset__in=list(units)), ends_at__gt=now)
    for claim in claims.select_related("person", "asset", "model").order_by("pk"):
        pools[claim.model_id or units[claim.asset_id].model_id].taken.append(_span(claim))
    return pools


UNIT = ("model_id", "out_of_service_at", "out_of_service_until")


def free_units(model, start, end):
    """How many units of ``model`` can still be promised for all of [start, end)."""
    return pools_of([model.pk], now=timezone.now())[model.pk].free(start, end)


def claims_broken_without(assets, *, until=None):
    """The live reservations that lose their unit when ``assets`` are not lent any more, or not before day ``until``.

    Those of the assets themselves; and of their models as many as the other units cannot serve, those first that
    only wait and those made last. Ask it while the models are locked, before or after the change; then end them
    with ``end_claims``.
    """
    assets, now = list(assets), timezone.now()
    back = midnight_of(until) if until else None
    own = Reservation.objects.live().filter(asset__in=assets).select_related("person", "asset", "model")
    broken = [claim for claim in own if back is None or claim.starts_at < back]
    gone = {asset.pk: Taken(now, back, unit=asset.pk) for asset in assets}
    for pool in pools_of({asset.model_id for asset in assets} - {None}, now=now).values():
        pool.units = pool.units - gone.keys() if back is None else pool.units
        rest = [span for span in pool.on_time if span.unit not in gone or _stays(span, back)]
        rest += [gone[unit] for unit in pool.units if unit in gone]
        broken += _beyond(pool, [span for span in rest if span.what not in broken])
    return broken


def end_claims(claims, *, by, reason, outcome=Reservation.Outcome.UNAVAILABLE, trust=Trust.STAFF):
    """End live reservations that cannot be kept; each person reads why. Gives back those that were still live."""
    wanted = Reservation.objects.live().filter(pk__in=[claim.pk for claim in claims])
    rows = lock_all(wanted.select_related("person", "asset__model", "model"))
    for row in rows:
        row.ended_at, row.ended_by = timezone.now(), by
        row.outcome, row.outcome_reason = outcome, reason[:200]
    why = f"{outcome}: {reason}" if reason else str(outcome)
    record_changes(rows, ENDED, by=by, reason=with_trust(why, trust) if by else why)
    notices.reservations_changed(rows, by=by)
    return rows


def lock_promises(claims):
    """The rows of the queryset ``claims``, held with the models and assets that they are about, and up to date.

    Whoever hands out holds those too, so that nothing is handed out for a reservation that ends meanwhile.
    """
    about = claims.values("model").union(claims.values("asset__model"))
    lock_all(AssetModel.objects.filter(pk__in=[model for [model] in about.values_list("model")]))
    lock_all(Asset.objects.filter(pk__in=claims.values("asset")))
    return lock_all(claims.select_related("person__affiliation", "asset__model__type", "model__type"))


def midnight_of(day):
    """The beginning of ``day`` in the institution's time zone."""
    return datetime.combine(day, time.min, settings.INSTITUTION_ZONE).astimezone(UTC)


def reserved_sentence(item, claim):
    """Who has reserved ``item``, and when: for the desk, which may know."""
    words = {"item": str(item), "person": claim.person.name or claim.person.email}
    words |= {"start": at_the_desk(claim.starts_at), "end": at_the_desk(claim.ends_at)}
    return _("%(item)s is reserved for %(person)s from %(start)s to %(end)s. Agree on an earlier due date.") % words


def at_the_desk(moment):
    """A moment as the clock at the desk shows it."""
    return date_format(timezone.localtime(moment, settings.INSTITUTION_ZONE), "SHORT_DATETIME_FORMAT")


def _beyond(pool, spans):
    """The reservations of any unit that the units of the pool cannot serve all."""
    loose = [span for span in spans if span.unit is None]
    kept = [span for span in spans if span.unit is not None]
    if not loose or (peak(spans, pool.now, None) <= len(pool.units) and not unplaced(pool.units, spans, pool.now)):
        return []
    left = []
    for span in sorted(loose, key=lambda one: (not one.what.confirmed_at, one.what.reserved_at, one.what.pk)):
        fits = peak([*kept, span], max(span.start, pool.now), span.end) <= len(pool.units)
        (kept if fits else left).append(span)
    left += unplaced(pool.units, kept, pool.now)
    return [span.what for span in left]


def _stays(span, back):
    """Whether a reservation of an asset that is away until ``back`` can still be kept."""
    return back is not None and isinstance(span.what, Reservation) and span.start >= back


def _out(row, now):
    if row.lost_at or row.due_at is None:
        return Taken(row.out_at, None, row, row.asset_id)
    late = row.due_at <= now
    return Taken(row.out_at, now + LATE if late else row.due_at, row, row.asset_id, late)


def _in_repair(unit, now):
    back = midnight_of(unit.out_of_service_until)
    late = back <= now
    return Taken(unit.out_of_service_at, now + LATE if late else back, unit, unit.pk, late)


def _span(claim):
    return Taken(claim.starts_at, claim.ends_at, claim, claim.asset_id)
