"""What is promised: reservations that a hand-over would break, and the one that it fulfils."""

from collections import defaultdict
from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.availability import Taken, full_from
from assets.models import Asset, Assignment, Reservation

LATE = timedelta(days=7)  # for so long an overdue unit is promised to nobody else


class Claims:
    """The reservations that touch a basket of assets which leaves at ``start``; asked of the database once."""

    def __init__(self, assets, *, person, start):
        """``assets`` by their keys; ``person`` is who gets them, None for a space."""
        self.assets, self.person, self.start = assets, person, start
        self.used = {}  # key of an asset → the person's own reservation that it fulfils
        self.wanted = defaultdict(list)  # model → what this basket takes of it

    def why_not(self, asset, *, until):
        """Who has reserved it, or so many of its model that none is left, while it would be away; None if nobody."""
        own = self._own_claim(asset, until)
        if own:
            self.used[asset.pk] = own
        broken = self._broken_of_asset(asset, until) or self._broken_of_model(asset, until)
        return broken and reserved_sentence(broken.item, broken)

    def _own_claim(self, asset, until):
        """The person's claim that this fulfils: to the asset itself, else to one of its model."""
        for claim in self._own:
            meant = claim.asset_id == asset.pk or (claim.model_id and claim.model_id == asset.model_id)
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
        model = asset.model_id
        if asset.pk not in self._units.get(model, ()):
            return None
        spans = [span for span in self._taken[model] if span.what not in self.used.values()] + self.wanted[model]
        for moment in full_from(len(self._units[model]), spans, self.start, until):
            running = [span for span in spans if isinstance(span.what, Reservation) and span.runs_at(moment)]
            if running:
                return max(running, key=lambda span: span.start).what
        self.wanted[model].append(Taken(self.start, until))
        return None

    @cached_property
    def _models(self):
        return {asset.model_id for asset in self.assets.values()} - {None}

    @cached_property
    def _units(self):
        return units_of(self._models)

    @cached_property
    def _taken(self):
        return taken_of(self._models, now=timezone.now())


def units_of(models):
    """The keys of the assets of each of ``models`` that people may ask for."""
    units = defaultdict(set)
    for model, asset in Asset.objects.lendable().filter(model__in=models).values_list("model", "pk"):
        units[model].add(asset)
    return units


def taken_of(models, *, now):
    """When a unit of each of ``models`` is out or reserved, from ``now`` on.

    What is overdue counts as out for a week more; what is lost or has no due date, for ever.
    """
    units = Asset.objects.lendable().filter(model__in=models).values("pk")
    taken = defaultdict(list)
    for row in Assignment.objects.open().filter(asset__in=units).select_related("asset"):
        taken[row.asset.model_id].append(Taken(row.out_at, _back(row, now), row))
    claims = Reservation.objects.live().filter(ends_at__gt=now).select_related("person", "asset", "model")
    for claim in claims.filter(model__in=models):
        taken[claim.model_id].append(_span(claim))
    for claim in claims.filter(asset__in=units):
        taken[claim.asset.model_id].append(_span(claim))
    return taken


def reserved_sentence(item, claim):
    """Who has reserved ``item``, and when: for the desk, which may know."""
    start, end = (timezone.localtime(moment, settings.INSTITUTION_ZONE) for moment in (claim.starts_at, claim.ends_at))
    words = {
        "item": str(item),
        "person": claim.person.name or claim.person.email,
        "start": date_format(start, "SHORT_DATETIME_FORMAT"),
        "end": date_format(end, "SHORT_DATETIME_FORMAT"),
    }
    return _("%(item)s is reserved for %(person)s from %(start)s to %(end)s. Agree on an earlier due date.") % words


def _back(row, now):
    if row.lost_at or row.due_at is None:
        return None
    return row.due_at if row.due_at > now else now + LATE


def _span(claim):
    return Taken(claim.starts_at, claim.ends_at, claim)
