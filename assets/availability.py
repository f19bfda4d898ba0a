"""How many units of a model are taken at a time: a sweep over half-open spans.

What ends at ten does not touch what begins at ten. A span without an end goes on for ever.
"""

from datetime import datetime
from typing import Any, NamedTuple


class Taken(NamedTuple):
    """A unit is out, or reserved, from ``start`` to ``end`` (left out); ``what`` is the row that says so."""

    start: datetime
    end: datetime | None
    what: Any = None

    def overlaps(self, start, end):
        return (end is None or self.start < end) and (self.end is None or self.end > start)

    def runs_at(self, moment):
        return self.start <= moment and (self.end is None or self.end > moment)


def levels(spans, start, end):
    """From which moment on how many of ``spans`` run, in order, from ``start`` until ``end``."""
    inside = [span for span in spans if span.overlaps(start, end)]
    steps = [(max(span.start, start), 1) for span in inside]
    steps += [(span.end, -1) for span in inside if span.end is not None and (end is None or span.end < end)]
    running, found = 0, {}
    for moment, step in sorted(steps):
        running += step
        found[moment] = running
    return found


def peak(spans, start, end):
    """The most of ``spans`` that run at one instant of [start, end)."""
    return max(levels(spans, start, end).values(), default=0)


def full_from(units, spans, start, end):
    """The moments in [start, end) from which on none of ``units`` is free."""
    return [moment for moment, number in levels(spans, start, end).items() if number >= units]
