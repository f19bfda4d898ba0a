"""How long it takes to choose keys on campus M, and how often the choice is proven: ``python -m bench.selection``.

Needs no database. Requests of every kind, for people who hold something already; also on a campus with thousands of
cross-keyed pairs that nobody can explain, and on one with thousands of keys cut for one person's few doors.
"""

import argparse
import os
import random
import time
from itertools import product
from pathlib import Path
from typing import NamedTuple

from bench.campus import CHANGE, MASTER, SUB_MASTER, Campus
from bench.report import write_selection
from keys.selection import Order, Question, Symbol, alternatives, select

CAMPUSES = {
    "campus M": {},
    "with 10,000 more cross-keyed pairs": {"cross": 10_000},
    "with 6,000 such pairs and 8,000 personal keys": {"cross": 6_000, "personal": 8_000},
}
WHERE = ("one department", "one building", "several buildings", "neighbouring doors", "anywhere")
DOORS = (1, 2, 5, 10, 20)
LEVELS = (CHANGE, SUB_MASTER, MASTER)


class Times(NamedTuple):
    """Of all requests on one campus: seconds for the choice and for its alternatives, and whether each is proven."""

    chosen: list
    compared: list
    proven: list
    complete: list


class Desk:
    """Makes up questions about one campus, the same ones every time."""

    def __init__(self, campus):
        self.campus, self.random = campus, random.Random(7)
        self.opens, self.openers = campus.opens, {}
        for symbol, doors in self.opens.items():
            for door in doors:
                self.openers.setdefault(door, []).append(symbol)
        self.weights = {door.id: door.criticality for door in campus.doors}
        self.by_building, self.by_department = {}, {}
        for door in campus.doors:
            self.by_building.setdefault(door.building, []).append(door.id)
        for department in campus.departments:
            self.by_department[department] = sorted(self.opens[department])
        self.stock = {symbol.id: self.random.choice((0, 1, 1, 3)) for symbol in campus.symbols}
        self.room = {symbol.id: self.random.choice((0, 2, 5, 9)) for symbol in campus.symbols}

    def question(self, where, number, level, order):
        """Somebody wants so many doors, has up to six keys, and needs some of the doors of most of these."""
        wanted = self._doors(where, number)
        nearby = sorted({s for door in self._neighbours(wanted) for s in self.openers[door] if self._is_low(s)})
        held = set(self.random.sample(nearby, min(len(nearby), self.random.randint(0, 6))))
        entitled = {self.random.choice(sorted(self.opens[s])) for s in held if self.random.random() < 0.7}
        stays = self.random.random() < 0.5
        meant = {symbol for door in wanted | entitled for symbol in self.openers[door]} | held
        symbols = [self._symbol(symbol, symbol in held, stays) for symbol in meant]
        return Question(frozenset(wanted), tuple(symbols), level, order, frozenset(entitled), self.weights)

    def _doors(self, where, number):
        if where == "one department":
            doors = self.random.choice([doors for doors in self.by_department.values() if len(doors) >= number])
        elif where == "several buildings":
            doors = [d for b in self.random.sample(sorted(self.by_building), 4) for d in self.by_building[b]]
        else:
            doors = self.by_building[self.random.choice(list(self.by_building))]
        if where == "anywhere":
            doors = range(1, len(self.campus.doors) + 1)
        if where == "neighbouring doors":
            start = self.random.randint(0, len(doors) - number)
            doors = doors[start : start + number]
        return set(self.random.sample(doors, number))

    def _neighbours(self, doors):
        near = [door + self.random.randint(-30, 30) for door in doors for _n in range(10)]
        return [door for door in near if door in self.openers]

    def _is_low(self, symbol):
        return self.campus.symbols[symbol - 1].level <= (SUB_MASTER if self.random.random() < 0.1 else CHANGE)

    def _symbol(self, number, held, stays):
        _id, stamp, level, _parent = self.campus.symbols[number - 1]
        return Symbol(
            number, stamp, self.opens[number], level, self.stock[number], self.room[number], held, held and stays
        )


def measure(campus, rounds):
    """Each kind of request so many times."""
    desk, times = Desk(campus), Times([], [], [], [])
    for where, number, level, order, _round in product(WHERE, DOORS, LEVELS, Order, range(rounds)):
        question = desk.question(where, number, level, order)
        chosen, selection = _timed(select, question)
        compared, (ways, complete) = _timed(alternatives, question)
        for column, value in zip(times, (chosen, compared, selection.proven, complete), strict=True):
            column.append(value)
        best = ways[0 if order is Order.FEWEST_KEYS else -1]
        if selection.proven and complete and best != selection.choice:
            raise SystemExit(f"The choice {selection.choice} is not the alternative {best}, for {question}.")
    return times


def _timed(deed, question):
    begin = time.perf_counter()
    answer = deed(question)
    return time.perf_counter() - begin, answer


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.selection", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8, help="how often each of the 150 kinds of request")
    parser.add_argument("--report", type=Path, default=Path("docs/performance.md"), help="where the section goes")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    campuses = {name: measure(Campus(**age), options.rounds) for name, age in CAMPUSES.items()}
    write_selection(options.report, campuses, doors=max(DOORS), busy=busy)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
