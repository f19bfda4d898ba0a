"""A master-keyed campus of any size, made up from a seed: the same rows every time.

A grand master over building masters over the sub-masters of departments over change keys, and what breaks that tree in
every real one: entrances of suites and of buildings that many keys turn (cross-keyed), three selective masters for
service rooms, rooms outside every master (single keyed), departments in several buildings, rooms keyed alike. With
``cross`` and ``personal`` come the marks of age: pairs nobody can explain, and keys for a few doors here and there.

Plain tuples, with ids that count from 1; who writes them into tables gives them the columns that those have.
"""

import random
from collections import Counter, defaultdict
from functools import cached_property
from itertools import accumulate, count, product
from typing import NamedTuple

CHANGE, SUB_MASTER, MASTER, GRAND_MASTER = 1, 2, 3, 4
LETTERS = "ABCDEFGHJKLMNPRSTUVWYZ"  # no key is stamped I, O, Q or X: they are read as 1, 0 or a cross
SERVICE = ("mechanical", "computer", "storage")
CRITICALITY = {
    "exterior": 4, "computer": 5, "mechanical": 3, "lab": 3, "storage": 2, "classroom": 1, "suite": 1, "office": 1
}  # fmt: skip
SHARED = 0.15  # of the departments are in more than one building


class Size(NamedTuple):
    buildings: int
    doors: int
    departments: int
    keys: int
    people: int


M = Size(buildings=40, doors=20_000, departments=364, keys=45_000, people=9_000)
L = Size(buildings=80, doors=40_000, departments=728, keys=110_000, people=18_000)
OUT = 0.6  # of the keys


class Building(NamedTuple):
    id: int
    code: str
    master: int


class Symbol(NamedTuple):
    id: int
    symbol: str
    level: int
    parent: int | None


class Keyset(NamedTuple):
    id: int
    designation: str
    kind: str
    own: int | None


class Operates(NamedTuple):
    keyset: int
    symbol: int
    source: str


class Door(NamedTuple):
    id: int
    building: int
    label: str
    floor: int
    kind: str
    criticality: int
    keyset: int


class Key(NamedTuple):
    id: int
    symbol: int
    serial: int


class Loan(NamedTuple):
    key: int
    person: int


class Campus:
    """Lists of buildings, symbols, keysets, operates and doors; keys and loans come from ``keys`` and ``loans``."""

    def __init__(self, size=M, *, seed=1, cross=0, personal=0):
        self.size, self.random = size, random.Random(seed)
        self.buildings, self.symbols, self.keysets, self.operates, self.doors = [], [], [], [], []
        self.departments = {}  # the sub-master of each, and the buildings it is in, its home first
        self.numbers = defaultdict(lambda: count(1))  # of the keys below each symbol
        self._pairs = set()
        self.grand_master = self.symbol("A", GRAND_MASTER, None)
        self.selective = {kind: self.symbol(f"S{kind[0].upper()}", MASTER, self.grand_master) for kind in SERVICE}
        self._build()
        self._age(cross, personal)

    @cached_property
    def opens(self):
        """The doors that each symbol opens."""
        doors, opens = {}, {symbol.id: set() for symbol in self.symbols}
        for door in self.doors:
            doors.setdefault(door.keyset, []).append(door.id)
        for keyset, symbol, _source in self.operates:
            opens[symbol].update(doors[keyset])
        return {symbol: frozenset(found) for symbol, found in opens.items()}

    @cached_property
    def keys(self):
        """Cut keys: one of every symbol, and more of those that many people need."""
        often = [12 if symbol.level > CHANGE else 1 for symbol in self.symbols]
        more = self.random.choices(self.symbols, often, k=max(0, self.size.keys - len(self.symbols)))
        serials, keys = Counter(), []
        for number, symbol in enumerate([*self.symbols, *more], 1):
            serials[symbol.id] += 1
            keys.append(Key(number, symbol.id, serials[symbol.id]))
        return keys

    @cached_property
    def loans(self):
        """Open loans: who has which key. Nobody has two of one symbol."""
        wanted = (key for key in self.keys if self.random.random() < OUT)
        loans = {(key.symbol, self.random.randint(1, self.size.people)): key.id for key in wanted}
        return [Loan(key, person) for (_symbol, person), key in loans.items()]

    def symbol(self, stamp, level, parent):
        self.symbols.append(Symbol(len(self.symbols) + 1, stamp, level, parent))
        return len(self.symbols)

    def keyset(self, designation, kind, own, above):
        """A keyset that its own symbol turns, if it has one, and those above: pairs of symbol and source."""
        self.keysets.append(Keyset(len(self.keysets) + 1, designation, kind, own))
        for symbol, source in [(own, "own"), *above] if own else above:
            self._turns(len(self.keysets), symbol, source)
        return len(self.keysets)

    def _turns(self, keyset, symbol, source):
        if (keyset, symbol) not in self._pairs:
            self._pairs.add((keyset, symbol))
            self.operates.append(Operates(keyset, symbol, source))

    def _build(self):
        letters = map("".join, product(LETTERS, repeat=2))
        shares = [self.random.uniform(0.3, 1.7) for _n in range(self.size.buildings)]
        masters = {n: self.symbol(next(letters), MASTER, self.grand_master) for n in range(1, len(shares) + 1)}
        self.buildings = [Building(n, f"B{n:03}", master) for n, master in masters.items()]
        for number in range(self.size.departments):
            self._department(number, shares)
        for building, share in zip(self.buildings, accumulate(shares), strict=True):
            Wing(self, building).build(round(self.size.doors * share / sum(shares)))

    def _department(self, number, shares):
        """Each building is home to one at least, large ones to more."""
        home = self.buildings[number] if number < len(shares) else self.random.choices(self.buildings, shares)[0]
        before = sum(buildings[0] == home.id for buildings in self.departments.values())
        more = self.random.sample(self.buildings, self.random.randint(1, 2)) if self.random.random() < SHARED else []
        stamp = self.symbols[home.master - 1].symbol + LETTERS[before % 22] * (1 + before // 22)
        self.departments[self.symbol(stamp, SUB_MASTER, home.master)] = [home.id, *(other.id for other in more)]

    def _age(self, cross, personal):
        """Pairs that no chart explains, and keys cut for one person's few doors."""
        change_keys = [symbol.id for symbol in self.symbols if symbol.level == CHANGE]
        for _n in range(cross):
            self._turns(self.random.choice(self.keysets).id, self.random.choice(change_keys), "manual")
        for number in range(personal):
            own = self.symbol(f"P{number + 1}", CHANGE, None)
            for keyset in self.random.sample(self.keysets, self.random.randint(3, 12)):
                self._turns(keyset.id, own, "manual")


class Wing:
    """Fills one building, floor by floor: first what belongs to the house, then department after department."""

    def __init__(self, campus, building):
        self.campus, self.building, self.random = campus, building, campus.random
        self.floor, self.rooms = 1, count(1)
        self.above = [(building.master, "hierarchy"), (campus.grand_master, "hierarchy")]
        self.departments = [symbol for symbol, homes in campus.departments.items() if building.id in homes]

    def build(self, upto):
        """Until the campus has so many doors."""
        doors = upto - len(self.campus.doors)
        self._entrances(max(3, doors // 50))
        self._service(doors // 12)
        self._alike(doors // 20, "classroom", self.building.master, self.above, size=(4, 12))
        for _n in range(doors // 100):
            self._doors(1, "lab", self._keyset(self._change_key(self.building.master), "skd", []))
        left = upto - len(self.campus.doors)
        shares = [self.random.uniform(0.3, 1.7) for _department in self.departments]
        for department, share in zip(self.departments, accumulate(shares), strict=True):
            self.floor += self.random.random() < 0.5
            rest = upto - len(self.campus.doors)
            self._department(department, rest - round(left * (1 - share / sum(shares))))

    def _entrances(self, doors):
        """Everybody comes in: the keys of all departments turn them, and one key that opens nothing else."""
        everybody = [(department, "cross") for department in self.departments]
        own = self._change_key(self.building.master)
        self._doors(doors, "exterior", self._keyset(own, "cross", [*everybody, *self.above]))

    def _service(self, doors):
        """Service rooms of a kind are keyed alike, and a selective master of the campus turns them too."""
        for kind, master in self.campus.selective.items():
            above = [(master, "selective"), *self.above]
            self._alike(doors // len(SERVICE), kind, self.building.master, above, size=(2, 6))

    def _department(self, symbol, doors):
        """Suites with an entrance that all their keys turn, rooms keyed alike, and rooms with a key of their own."""
        home = self.campus.departments[symbol][0] == self.building.id
        (master, _source), grand = self.above
        above = [(symbol, "hierarchy"), (master, "hierarchy" if home else "selective"), grand]
        while doors > 0:
            kind = self.random.random()
            if kind < 0.35 and doors > 3:
                rooms = min(doors - 1, self.random.randint(3, 8))
                self._suite(rooms, symbol, above)
                doors -= rooms + 1
            else:
                rooms = min(doors, self.random.randint(2, 6)) if kind > 0.65 else 1
                self._alike(rooms, "lab" if rooms > 1 else "office", symbol, above, size=(rooms, rooms))
                doors -= rooms

    def _suite(self, rooms, parent, above):
        keys = []
        for _room in range(rooms):
            keys.append(self._change_key(parent))
            self._doors(1, "office", self._keyset(keys[-1], "plain", above))
        self._doors(1, "suite", self._keyset(None, "cross", [*((key, "cross") for key in keys), *above]))

    def _alike(self, doors, kind, parent, above, *, size):
        while doors > 0:
            rooms = min(doors, self.random.randint(*size))
            self._doors(rooms, kind, self._keyset(self._change_key(parent), "plain", above))
            doors -= rooms

    def _change_key(self, parent):
        """The next key below this one: AAB7 below AAB."""
        above = self.campus.symbols[parent - 1].symbol
        return self.campus.symbol(f"{above}{next(self.campus.numbers[parent])}", CHANGE, parent)

    def _keyset(self, own, kind, above):
        """Called as its own key; with an X before it where it is cross-keyed, as the trade does."""
        stamp = self.campus.symbols[own - 1].symbol if own else f"{self.building.code}-{len(self.campus.keysets)}"
        cross = "X" if kind == "cross" else ""
        return self.campus.keyset(f"{cross}{stamp}", kind, own, above)

    def _doors(self, number, kind, keyset):
        for _n in range(number):
            room = next(self.rooms)
            label, floor = f"{self.floor}{room:03}", self.floor
            row = (self.building.id, label, floor, kind, CRITICALITY[kind], keyset)
            self.campus.doors.append(Door(len(self.campus.doors) + 1, *row))
