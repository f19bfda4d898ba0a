"""The ways of the whole question out of those of its parts."""

from itertools import product
from typing import NamedTuple


class Way(NamedTuple):
    """What has been chosen in the parts so far. The smaller is better: by the aims after keys, then by name."""

    beyond: int = 0
    level: int = 0
    cut: int = 0
    in_hand: int = 0
    places: tuple = ()
    symbols: frozenset = frozenset()

    def plus(self, symbols, score):
        totals = (mine + theirs for mine, theirs in zip(self, score[1:], strict=False))
        together = self.symbols | symbols
        return Way(*totals, tuple(sorted(symbol.place for symbol in together)), together)


def joined(parts, frontiers):
    """The symbols of every way that is best for its number of keys, and of which none with fewer opens as little.

    What the parts cost adds up. So the points of each part's own frontier are enough: whatever takes another point in
    some part is no better than what takes one of these instead.
    """
    best = {0: Way()}
    for part, points in zip(parts, frontiers, strict=True):
        longer = {}
        for (keys, way), point in product(best.items(), points):
            more, total = way.plus(part.symbols_of(point.chosen), point.score), keys + point.score.handed_out
            longer[total] = min(longer.get(total, more), more)
        best = longer
    ways, least = [], None
    for _keys, way in sorted(best.items()):
        if least is None or way.beyond < least:
            ways.append(way.symbols)
            least = way.beyond
    return ways
