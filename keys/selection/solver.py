"""The best ways to decide one part: aim by aim, each within what those before it have settled."""

from time import monotonic
from typing import NamedTuple

import numpy as np

from keys.selection.program import BEYOND, Program
from keys.selection.question import Order, Score
from keys.selection.reduction import bits

NAMES_AT_ONCE = 16  # powers of two up to 2**15: the solver's tolerance of 1e-6 is far from tipping a decision


class Point(NamedTuple):
    """The candidates chosen, as a mask, and how good that is within the part."""

    chosen: int
    score: Score


class Solver:
    """Finds the best ways of a part until ``deadline``; ``proven`` says whether all answers so far are the best."""

    def __init__(self, part, deadline):
        self.part, self.deadline, self.proven = part, deadline, True
        self.program = Program(part)

    def best(self, order, *, below=None):
        """The best way by the aims in this order, and then by name; with less access than ``below`` if that is said.

        None when there is no such way, or none was found in time.
        """
        self._free()
        if below is not None:
            self._limit(BEYOND, below - 1)
        point, settled = (self._some() if below is None else None), []
        for aim in order.value:
            costs = self.program.aims[aim]
            if point is None or not _follows(costs, settled):
                point = self._better(costs, point)
            if point is None or not self.proven:
                return point
            self._limit(aim, point.score[aim])
            settled.append(costs)
        return self._first_by_name(point)

    def ends(self):
        """The way with the fewest keys and the one with the least access."""
        return [self.best(Order.FEWEST_KEYS), self.best(Order.LEAST_ACCESS)]

    def between(self, first, last):
        """The ways between these ends of which none is better in both keys handed out and access."""
        points = []
        while self.proven and first.score.beyond > last.score.beyond:
            first = self.best(Order.FEWEST_KEYS, below=first.score.beyond) or last
            points.append(first)
        return points

    def _free(self):
        self.limits = {}
        for bit in range(self.program.size):
            self.program.bound(bit)
        for aim in range(len(Score._fields)):
            self.program.limit(aim)

    def _limit(self, aim, most):
        self.limits[aim] = most
        self.program.limit(aim, most)

    def _better(self, costs, known):
        """The cheapest way within the limits; when time runs out the cheaper of what was found and what is known."""
        left = self.deadline - monotonic()
        if left <= 0:  # HiGHS looks at the clock too late in a small program, and there may be many
            self.proven = False
            return known
        chosen, said = self.program.minimise(costs, left)
        if said == "none" and known is None:
            return None
        found = None if chosen is None else Point(chosen, self.program.score(chosen))
        self.proven = self.proven and said == "best" and self._keeps(found)
        if found is None or not self._keeps(found):
            return known
        worse = known and self.program.value(costs, known.chosen) < self.program.value(costs, chosen)
        return known if worse else found

    def _keeps(self, point):
        """Whether it opens every row and stays within the limits, in whole numbers."""
        return self._opens_all(point.chosen) and all(point.score[aim] <= most for aim, most in self.limits.items())

    def _first_by_name(self, point):
        """Among equally good ways the one whose sorted list of names is first: as many as possible of the first names.

        All of them take equally many candidates, so the first name in which two differ decides.
        """
        for start in range(0, self.program.size, NAMES_AT_ONCE):
            names = range(start, min(start + NAMES_AT_ONCE, self.program.size))
            costs = np.zeros(len(self.program.columns))
            costs[names] = [-(1 << (names.stop - 1 - bit)) for bit in names]
            point = self._better(costs, point)
            if not self.proven:
                break
            for bit in names:
                taken = point.chosen >> bit & 1
                self.program.bound(bit, taken, taken)
        return point

    def _some(self):
        """A way that opens all: most doors first, then what turned out to be needless left again."""
        chosen, closed = 0, list(self.part.rows)
        while closed:
            chosen |= 1 << max(bits(self._all), key=lambda bit: sum(row >> bit & 1 for row in closed))
            closed = [row for row in closed if not row & chosen]
        for bit in bits(chosen):
            if self._opens_all(chosen & ~(1 << bit)):
                chosen &= ~(1 << bit)
        return Point(chosen, self.program.score(chosen))

    @property
    def _all(self):
        return (1 << self.program.size) - 1

    def _opens_all(self, chosen):
        return all(row & chosen for row in self.part.rows)


def _follows(costs, settled):
    """Whether this aim has the same value in all ways that are left: it is nothing, or a multiple of a settled one."""
    proportional = ((np.outer(costs, other) == np.outer(other, costs)).all() for other in settled if other.any())
    return not costs.any() or any(proportional)
