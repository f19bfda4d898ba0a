"""What a lost key puts at risk, in numbers: its doors, its copies, who holds what, and what could be done."""

from collections import Counter
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from keys import thresholds
from keys.impact import Numbers, options
from keys.models.doors import CRITICAL, Door
from keys.models.inventory import Key
from keys.models.loans import Loan
from keys.models.losses import LossReport


class Place(NamedTuple):
    """Where doors are alike: one kind, critical or not, in one building."""

    building: str
    kind: str
    critical: bool


class KindAtRisk(NamedTuple):
    """Doors of one kind, and from how many per cent of lost keys on they are rekeyed; ``reached`` when it is so far."""

    kind: str
    critical: bool
    doors: int
    limit: int
    reached: bool

    @property
    def label(self):
        return Door.Kind(self.kind).label


class Impact(NamedTuple):
    """``stock``, ``out`` and ``lost`` are the keys of the symbol, ``openers`` the people who have a key to one of the
    doors; ``ordinary`` says how many doors that are not critical there are in which building.
    """

    numbers: Numbers
    stock: int
    out: int
    lost: int
    openers: int
    kinds: list
    ordinary: list

    @property
    def issued(self):
        """Handed out and not back, or lost: a key in the cabinet is issued to nobody."""
        return self.out + self.lost

    @property
    def percent(self):
        return thresholds.percent(lost=self.lost, issued=self.issued)

    @property
    def strictest(self):
        """The kind of door that bears the least, if the key opens any."""
        return self.kinds[0] if self.kinds else None

    @property
    def options(self):
        return options(self.numbers, cylinder_cost=settings.CYLINDER_COST, key_cost=settings.KEY_COST)


def impact_of(symbol):
    """What a lost key of ``symbol`` puts at risk now; five queries, however many doors it opens."""
    doors = Door.objects.opened_by([symbol.pk])
    places, copies = _places(doors), _copies(symbol)
    critical = sum(number for place, number in places.items() if place.critical)
    numbers = Numbers(
        doors=sum(places.values()),
        critical=critical,
        own_keys=copies["stock"] + copies["out"],
        keys=_recut(symbol, doors),
        critical_keys=_recut(symbol, doors.critical()) if critical else 0,
    )
    people = Loan.objects.running().opening(doors).order_by().values("borrower").distinct().count()
    return Impact(numbers, **copies, openers=people, kinds=_kinds(symbol, places, copies), ordinary=_ordinary(places))


def _places(doors):
    """How many doors are where."""
    counted = doors.order_by().values_list("building__code", "kind", "criticality").annotate(number=Count("pk"))
    places = Counter()
    for building, kind, criticality, number in counted:
        places[Place(building, kind, criticality >= CRITICAL)] += number
    return places


def _copies(symbol):
    """The keys of the symbol by where they are; destroyed ones are nowhere."""
    keys = Key.objects.filter(symbol=symbol).with_availability()
    exposed = Exists(LossReport.objects.open().filter(key=OuterRef("pk")))
    return keys.aggregate(
        stock=Count("pk", filter=Q(retired_at=None, is_out=False)),
        out=Count("pk", filter=Q(retired_at=None, is_out=True, is_lost=False)),
        lost=Count("pk", filter=exposed),
    )


def _recut(symbol, doors):
    """How many keys of the symbol's level and below open one of the doors; nobody cuts lost ones anew."""
    keys = Key.objects.opening(doors).in_use().filter(symbol__level__lte=symbol.level)
    return keys.with_availability().filter(is_lost=False).count()


def _kinds(symbol, places, copies):
    """The kinds of doors, those that bear the least first."""
    lost, issued = copies["lost"], copies["out"] + copies["lost"]
    doors = Counter()
    for place, number in places.items():
        doors[place.kind, place.critical] += number
    kinds = []
    for (kind, critical), number in doors.items():
        limit = thresholds.limit_of(kind, critical=critical, level=symbol.level)
        reached = thresholds.is_reached(limit, lost=lost, issued=issued)
        kinds.append(KindAtRisk(kind, critical, number, limit, reached))
    return sorted(kinds, key=lambda one: (one.limit, not one.critical, -one.doors, one.kind))


def _ordinary(places):
    """What stays exposed when only critical doors are rekeyed: each building with how many doors."""
    buildings = Counter()
    for place, number in places.items():
        if not place.critical:
            buildings[place.building] += number
    return sorted(buildings.items())
