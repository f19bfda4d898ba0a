"""Make an instance small without losing an optimum, and take it apart.

Everything is a mask: bit n stands for the n-th candidate by name. A row is a needed door that is still closed, as the
candidates that open it. A class is all doors beyond need that the same candidates open, with their weight: thousands of
doors under one master are one class.
"""

from collections import Counter
from operator import le
from typing import NamedTuple

from keys.selection.question import union


class Part(NamedTuple):
    """Candidates that have to be decided together: by name, with the rows and classes among them."""

    symbols: tuple
    rows: tuple
    classes: tuple

    def symbols_of(self, chosen):
        return frozenset(self.symbols[bit] for bit in bits(chosen))


def reduced(question):
    """The symbols that every optimum takes, and the parts that are left to decide."""
    taken = frozenset(symbol for symbol in question.symbols if symbol.stays)
    opened = union(taken)
    closed = question.needed - opened
    useful = [symbol for symbol in question.symbols if question.allows(symbol) and symbol.opens & closed]
    candidates = sorted(set(useful) - taken, key=lambda symbol: symbol.place)
    instance = _Instance(candidates, question, opened)
    while instance.take_what_must_be() or instance.drop_what_is_worse():
        pass
    return taken | {candidates[bit] for bit in instance.taken}, instance.parts()


class _Instance:
    def __init__(self, candidates, question, opened):
        self.candidates, self.taken = candidates, []
        self.alive = (1 << len(candidates)) - 1
        openers = Counter()
        for bit, symbol in enumerate(candidates):
            for door in symbol.opens - opened:
                openers[door] |= 1 << bit
        self.rows = {mask for door, mask in openers.items() if door in question.needed}
        self.classes = Counter()
        for door, mask in openers.items():
            if door not in question.needed:
                self.classes[mask] += question.weights.get(door, 1)

    def take_what_must_be(self):
        """Take what alone opens a door; a door that is opened with another one anyway is no row. Says if it did."""
        self.rows = {row for row in self.rows if not any(other & row == other != row for other in self.rows)}
        single = next((row for row in self.rows if row.bit_count() == 1), None)
        if single is None:
            return False
        self.taken.append(single.bit_length() - 1)
        self.alive &= ~single
        self.rows = {row for row in self.rows if not row & single}
        self.classes = Counter({mask: weight for mask, weight in self.classes.items() if not mask & single})
        return True

    def drop_what_is_worse(self):
        """Drop every candidate that opens no row, and every one that another replaces in any way. Says if it did."""
        before = self.alive
        for bit in bits(self.alive):
            if self._is_replaced(bit):
                self.alive &= ~(1 << bit)
                self._narrow()
        return self.alive != before

    def _narrow(self):
        self.rows = {row & self.alive for row in self.rows}
        classes, self.classes = self.classes, Counter()
        for mask, weight in classes.items():
            if mask & self.alive:
                self.classes[mask & self.alive] += weight

    def _is_replaced(self, bit):
        """Whether another candidate opens its rows and no more classes, at no more cost.

        At the same cost the one replaced has to come later by name: the optimum that is first by name must survive.
        """
        mine = 1 << bit
        others = self.alive & ~mine
        rows = [row for row in self.rows if row & mine]
        for row in rows:
            others &= row
        if not rows:
            return True
        return any(self._costs_no_more(other, bit) and self._opens_no_more(other, bit) for other in bits(others))

    def _costs_no_more(self, other, bit):
        theirs, mine = costs_of(self.candidates[other]), costs_of(self.candidates[bit])
        return other < bit if theirs == mine else all(map(le, theirs, mine))

    def _opens_no_more(self, other, bit):
        return all(mask >> bit & 1 for mask in self.classes if mask >> other & 1)

    def parts(self):
        """What has no row and no class in common is decided apart, small parts first."""
        groups = []
        for mask in [*self.rows, *self.classes]:
            touched = [group for group in groups if group & mask]
            groups = [group for group in groups if not group & mask]
            for group in touched:
                mask |= group
            groups.append(mask)
        return [self._part(group) for group in sorted(groups, key=lambda group: (group.bit_count(), group))]

    def _part(self, group):
        places = {bit: place for place, bit in enumerate(bits(group))}

        def here(mask):
            return sum(1 << places[bit] for bit in bits(mask))

        rows = sorted(here(row) for row in self.rows if row & group)
        classes = sorted((here(mask), weight) for mask, weight in self.classes.items() if mask & group)
        return Part(tuple(self.candidates[bit] for bit in places), tuple(rows), tuple(classes))


def costs_of(symbol):
    """What handing it out adds to each aim but access: keys, level, keys cut. What is held costs nothing."""
    return (0, 0, 0) if symbol.held else (1, symbol.level, int(symbol.must_be_cut))


def bits(mask):
    """The numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
