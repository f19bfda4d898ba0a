"""How many units of a model are taken at a time: a sweep over half-open spans, and a plan of who gets which unit.

What ends at ten does not touch what begins at ten. A span without an end goes on for ever.
"""

from bisect import bisect_left
from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

FOR_EVER = float("inf")
MOST_TRIED, TRIES = 200, 500  # spans, and ways to place one of them: some milliseconds


class Taken(NamedTuple):
    """A unit is out, or reserved, from ``start`` to ``end`` (left out).

    ``what`` is the promise behind it, if it is one; ``unit`` which unit it is, None for any of the model. ``late``: it
    should have been back by now, so that its end is a guess.
    """

    start: datetime
    end: datetime | None
    what: Any = None
    unit: int | None = None
    late: bool = False

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


def full_spans(units, spans, start, end):
    """The parts (from, until) of [start, end) in which none of ``units`` is free, in order; touching ones are one."""
    found, since = [], None if units else start
    for moment, number in levels(spans, start, end).items():
        if number >= units and since is None:
            since = moment
        elif number < units and since is not None:
            found.append((since, moment))
            since = None
    return found if since is None else [*found, (since, end)]


def unplaced(units, spans, start):
    """The spans of no unit in particular for which no unit is free all their time from ``start`` on.

    Counting alone does not see them: with one unit reserved for Monday and the other for Tuesday, one is free on each
    day and none on both. In the order of their beginnings each goes where it leaves the least free behind it, which
    always finds a plan when no unit is reserved by itself. Where it finds none, others are tried, so many times.
    """
    fixed, loose = defaultdict(list), []
    for span in spans:
        if span.unit is None:
            loose.append((max(_number(span.start), _number(start)), _number(span.end), span))
        else:
            fixed[span.unit].append((_number(span.start), _number(span.end)))
    loose.sort(key=lambda one: one[:2])
    gaps = sorted(gap for unit in units for gap in _gaps(sorted(fixed[unit]), _number(start)))
    left = _left_at_first_try(loose, gaps)
    return [] if left and len(loose) <= MOST_TRIED and _Plan(loose, gaps).is_found() else left


def _left_at_first_try(loose, gaps):
    ends, begins, left = [end for end, _begin in gaps], [begin for _end, begin in gaps], []
    for begin, end, span in loose:
        fitting = (place for place in range(bisect_left(ends, end), len(ends)) if begins[place] <= begin)
        place = next(fitting, None)
        if place is None:
            left.append(span)
        else:
            begins[place] = end
    return left


class _Plan:
    """Which of the ``gaps`` each of the ``loose`` spans takes: ways are tried until one works, or it is enough."""

    def __init__(self, loose, gaps):
        self.loose, self.tries = loose, TRIES
        self.ends, self.begins = [end for end, _begin in gaps], [begin for _end, begin in gaps]

    def is_found(self, number=0):
        if number == len(self.loose):
            return True
        begin, end, _span = self.loose[number]
        alike = set()  # gaps that are the same by now
        for place in range(bisect_left(self.ends, end), len(self.ends)):
            free_from, gap = self.begins[place], (self.ends[place], self.begins[place])
            if free_from <= begin and gap not in alike and self.tries > 0:
                alike.add(gap)
                self.tries, self.begins[place] = self.tries - 1, end
                if self.is_found(number + 1):
                    return True
                self.begins[place] = free_from
        return False


def _gaps(busy, start):
    """When a unit is free, as (end, beginning), between its ``busy`` times."""
    free_from = start
    for begin, end in busy:
        if begin > free_from:
            yield begin, free_from
        free_from = max(free_from, end)
    if free_from < FOR_EVER:
        yield FOR_EVER, free_from


def _number(moment):
    return FOR_EVER if moment is None else moment.timestamp()
