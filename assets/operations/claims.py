"""What is promised: reservations that a hand-over would break, and the one that it fulfils."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.availability import Taken, full_from, full_spans, peak, unplaced
from assets.models import Asset, AssetModel, Reservation
from keysite.ledger import lock_all, record_changes

LATE = timedelta(days=7)  # for so long what should be back is promised to nobody else
UNIT = ("pk", "model", "out_of_service_at", "out_of_service_until")
HELD = tuple(f"open_assignment__{name}" for name in ("pk", "out_at", "due_at", "lost_at"))
PROMISE = ("pk", "confirmed_at", "reserved_at")
ENDED = ["ended_at", "ended_by", "outcome", "outcome_reason"]


class Promise(NamedTuple):
    """What of a reservation matters to the others: whether it is confirmed, and when it was made."""

    pk: int
    confirmed_at: datetime | None
    reserved_at: datetime


class _Unit(NamedTuple):
    pk: int
    model: int
    out_at: datetime | None
    back_on: date | None


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
        """The same, as if the reservations of these keys were not."""
        rest = Pool(self.now)
        rest.units = self.units
        rest.taken = [span for span in self.taken if span.what is None or span.what.pk not in claims]
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
        return broken and f"{reserved_sentence(broken)} {_('Agree on an earlier due date.')}"

    def until_as_reserved(self, asset, until):
        """When the reservation ends that this fulfils, if that is before ``until``."""
        own = self.used.get(asset.pk) or self._own_claim(asset, until)
        return min(own.ends_at, until or own.ends_at) if own else until

    def _own_claim(self, asset, until):
        """The person's claim that this fulfils: to the asset itself, else to one of its model.

        A part of a kit is no unit of its model.
        """
        for claim in self._own:
            meant = claim.asset_id == asset.pk or (claim.model_id and claim.model_id == _model_as_unit(asset))
            if meant and claim not in self.used.values() and _span(claim).overlaps(self.start, until):
                return claim
        return None

    @cached_property
    def _all(self):
        claims = Reservation.objects.live().overlapping(self.start, None)
        return list(claims.touching(self.assets.values(), person=self.person).order_by("starts_at", "pk"))

    @cached_property
    def _own(self):
        own = [claim for claim in self._all if self.person and claim.person_id == self.person.pk]
        return sorted(own, key=lambda claim: claim.asset_id is None)

    def _broken_of_asset(self, asset, until):
        claims = (claim for claim in self._of_assets[asset.pk] if claim not in self.used.values())
        return next((claim for claim in claims if _span(claim).overlaps(self.start, until)), None)

    @cached_property
    def _of_assets(self):
        claims, found = [claim for claim in self._all if claim.asset_id in self.assets], defaultdict(list)
        prefetch_related_objects(claims, "person")
        for claim in claims:
            claim.asset = self.assets[claim.asset_id]
            found[claim.asset_id].append(claim)
        return found

    def _broken_of_model(self, asset, until):
        """The claim that would go without a unit if this one left; a part of a kit is no unit of its model."""
        pool = self._pools.get(asset.model_id)
        if pool is None or asset.pk not in pool.units:
            return None
        rest = pool.without({claim.pk for claim in self.used.values()})
        away = Taken(self.start, until, unit=asset.pk)
        for moment in full_from(len(rest.units), rest.taken, self.start, until):
            running = [span for span in rest.taken if span.what and span.runs_at(moment)]
            if running:
                return _claim(max(running, key=lambda span: span.start).what.pk)
        for span in rest.left_out(away):
            return _claim(span.what.pk)
        pool.taken.append(away)
        return None

    @cached_property
    def _pools(self):
        if not self._all:
            return {}  # nothing is promised
        models = {asset.model_id for asset in self.assets.values()} - {None}
        return pools_of(models, now=timezone.now(), leaving=self.leaving)


def pools_of(models, *, now, leaving=()):
    """The pool of each of ``models``, in two questions however many they are.

    A unit is lent at all, not part of a kit, and in service or expected back in service on some day; until that day it
    is taken. What is overdue, or not back in service as expected, counts as taken for a week more; what is lost or
    out without a due date, for ever. ``leaving`` are assignments that do not count.
    """
    pools, ending = defaultdict(lambda: Pool(now)), {row.pk for row in leaving}
    units = {}
    for row in Asset.objects.units().filter(model__in=models).with_assignment().values_list(*UNIT, *HELD):
        unit, (held, *times) = _Unit._make(row[: len(UNIT)]), row[len(UNIT) :]
        units[unit.pk] = unit
        pool = pools[unit.model]
        pool.units.add(unit.pk)
        if unit.out_at:
            pool.taken.append(_in_repair(unit, now))
        if held and held not in ending:
            pool.taken.append(_out(unit.pk, *times, now))
    claims = Reservation.objects.live().filter(Q(model__in=models) | Q(asset__in=list(units)), ends_at__gt=now)
    for model, asset, start, end, *facts in claims.values_list("model", "asset", "starts_at", "ends_at", *PROMISE):
        pools[model or units[asset].model].taken.append(Taken(start, end, Promise(*facts), asset))
    return pools


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
    own = Reservation.objects.live().filter(asset__in=assets)
    broken = set((own.filter(starts_at__lt=back) if back else own).values_list("pk", flat=True))
    gone = {asset.pk: Taken(now, back, unit=asset.pk) for asset in assets}
    for pool in pools_of({asset.model_id for asset in assets} - {None}, now=now).values():
        pool.units = pool.units if back else pool.units - gone.keys()
        rest = [span for span in pool.on_time if span.unit not in gone or (back and span.what and span.start >= back)]
        broken |= _beyond(pool, [*rest, *(gone[unit] for unit in pool.units if unit in gone)])
    return list(_claims().filter(pk__in=broken).order_by("pk"))


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


def reserved_sentence(claim):
    """Who has reserved what, and when: for the desk, which may know."""
    words = {"item": str(claim.item), "person": claim.person.name or claim.person.email}
    words |= {"start": at_the_desk(claim.starts_at), "end": at_the_desk(claim.ends_at)}
    return _("%(item)s is reserved for %(person)s from %(start)s to %(end)s.") % words


def at_the_desk(moment):
    """A moment as the clock at the desk shows it."""
    return date_format(timezone.localtime(moment, settings.INSTITUTION_ZONE), "SHORT_DATETIME_FORMAT")


def _beyond(pool, spans):
    """The keys of the reservations of any unit that the units of the pool cannot serve all."""
    loose = [span for span in spans if span.unit is None]
    kept = [span for span in spans if span.unit is not None]
    if not loose or (peak(spans, pool.now, None) <= len(pool.units) and not unplaced(pool.units, spans, pool.now)):
        return set()
    left = []
    for span in sorted(loose, key=lambda one: (not one.what.confirmed_at, one.what.reserved_at, one.what.pk)):
        fits = peak([*kept, span], max(span.start, pool.now), span.end) <= len(pool.units)
        (kept if fits else left).append(span)
    return {span.what.pk for span in [*left, *unplaced(pool.units, kept, pool.now)]}


def _out(asset, out_at, due_at, lost_at, now):
    if lost_at or due_at is None:
        return Taken(out_at, None, unit=asset)
    late = due_at <= now
    return Taken(out_at, now + LATE if late else due_at, unit=asset, late=late)


def _in_repair(unit, now):
    back = midnight_of(unit.back_on)
    late = back <= now
    return Taken(unit.out_at, now + LATE if late else back, unit=unit.pk, late=late)


def _model_as_unit(asset):
    return asset.model_id if getattr(asset, "membership", None) is None else None


def _claims():
    return Reservation.objects.select_related("person", "asset", "model")


def _claim(pk):
    return _claims().get(pk=pk)


def _span(claim):
    return Taken(claim.starts_at, claim.ends_at, unit=claim.asset_id)
