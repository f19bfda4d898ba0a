"""What could be done about a lost key, what each way would cost, and what would stay exposed."""

from decimal import Decimal
from typing import NamedTuple

EVERYBODY, OWN, CRITICAL, ACCEPT = "everybody", "own", "critical", "accept"


class Numbers(NamedTuple):
    """What is counted: ``doors`` that the key opens, ``critical`` ones of them; ``own_keys`` of its symbol that are
    not lost; ``keys`` of its level and below that open one of the doors, ``critical_keys`` a critical one.
    """

    doors: int = 0
    critical: int = 0
    own_keys: int = 0
    keys: int = 0
    critical_keys: int = 0


class Option(NamedTuple):
    """A way: how many cylinders and keys are made anew, what that costs, and how many doors stay exposed."""

    way: str
    cylinders: int
    keys: int
    cost: Decimal
    exposed: int


def options(numbers, *, cylinder_cost, key_cost):
    """The ways there are, the most thorough first.

    Everybody: new cylinders in all doors and new keys for all below. Own: the cylinders still take everybody else's
    keys, so only those of the lost key's symbol are cut anew. Critical: as for everybody, critical doors only; left out
    where there are none, or only critical ones. Accept: nothing changes, until a day. Whatever opens the doors from
    above stays as it is.
    """
    n = numbers
    ways = [(EVERYBODY, n.doors, n.keys, 0), (OWN, n.doors, n.own_keys, 0)]
    if 0 < n.critical < n.doors:
        ways.append((CRITICAL, n.critical, n.critical_keys, n.doors - n.critical))
    ways.append((ACCEPT, 0, 0, n.doors))
    return [
        Option(way, cylinders, keys, cost_of(cylinders, keys, cylinder_cost=cylinder_cost, key_cost=key_cost), exposed)
        for way, cylinders, keys, exposed in ways
        if n.doors or way == ACCEPT
    ]


def cost_of(cylinders, keys, *, cylinder_cost, key_cost):
    """What so many new cylinders and keys cost."""
    return cylinders * Decimal(cylinder_cost) + keys * Decimal(key_cost)
