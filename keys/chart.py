"""From a list “this key opens this door” to keysets: which doors are keyed alike. Nothing is asked or written here."""

from collections import defaultdict
from typing import NamedTuple


class Chart(NamedTuple):
    """What is so now, in numbers of rows: the keyset of each door, how many doors each keyset has, what turns it."""

    keyset_of: dict[int, int]  # door → keyset
    doors_of: dict[int, int]  # keyset → number of doors
    turning: dict[int, frozenset[int]]  # keyset → symbols


class Plan(NamedTuple):
    """What has to become of it: symbols that turn a keyset besides, and doors that get another keyset."""

    more: dict[int, frozenset[int]]  # keyset → symbols
    moved: dict[frozenset[int], list[int]]  # symbols → doors whose cylinder all of them turn, and no others


def planned(chart, openings):
    """How the ``openings`` (door → symbols that open it, too) come true with as few new keysets as can be.

    When all doors of a keyset get the same symbols besides, they turn the keyset; else the doors that get them move to
    one that just these symbols turn. What opens a door now goes on to open it.
    """
    wanted = {door: symbols | _now(chart, door) for door, symbols in openings.items()}
    wanted = {door: frozenset(symbols) for door, symbols in wanted.items() if symbols != _now(chart, door)}
    together = defaultdict(list)
    for door, symbols in sorted(wanted.items()):
        together[chart.keyset_of.get(door), symbols].append(door)
    more, moved = {}, defaultdict(list)
    for (keyset, symbols), doors in together.items():
        if keyset is not None and len(doors) == chart.doors_of[keyset]:
            more[keyset] = symbols - chart.turning.get(keyset, frozenset())
        else:
            moved[symbols] += doors
    return Plan(more, dict(moved))


def _now(chart, door):
    return chart.turning.get(chart.keyset_of.get(door), frozenset())
