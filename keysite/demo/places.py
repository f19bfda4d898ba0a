"""The buildings of the invented university, its two key systems, and the keys that were cut for them."""

from accounts.models import KeyLevel, Trust
from assets.models import Building, BuildingManager, Space
from keys.models import Cabinet, Door, Hook, Key, Keyset, KeySymbol, KeySystem, Operates, Pinning
from keysite.demo.names import BUILDINGS, SHORT_TERM_ROOMS
from keysite.demo.world import Told
from tickets.operations.demo import MARK

SYMBOLS = {"MAIN": 234, "ANNEX": 57}  # change keys; with the masters above them there are 300 symbols
KEYS = 1500
DOORS = {
    "Office": Door.Kind.OFFICE,
    "Laboratory": Door.Kind.LAB,
    "Bedroom": Door.Kind.RESIDENCE,
    **dict.fromkeys(("Meeting room", "Lecture hall", "Group study room"), Door.Kind.CLASSROOM),
    **dict.fromkeys(("Archive", "Chemical store", "Tool store"), Door.Kind.STORAGE),
}
YARDS = ("Bicycle yard", "Roof ladder", "Sports ground gate", "Pump house", "Boat shed", "Greenhouse", "Waste yard")


class Places:
    """The places and keys, in the order in which they refer to each other.

    The systems are coded as locksmiths do: A is the grand master, AA to AE the masters of the five buildings, AA1 the
    first change key under AA. The second system, for what stands in the yards, has two masters under B.
    """

    def __init__(self, world, people):
        self.world, self.people, self.start = world, people, people.start
        self.told = {model: [] for model in (Building, Space, BuildingManager, KeySystem, Cabinet, Hook)}
        self.told |= {model: [] for model in (KeySymbol, Keyset, Operates, Door, Pinning, Key)}
        self.masters, self.for_days, self.rooms = [], set(), {}
        for code, name, *words in BUILDINGS:
            self._building(self._add(Building(code=code, name=name)), *words)
        self._managers()
        self._systems()
        self._cabinets()
        self._cut()
        self._retire()
        self.batches = [self.told[model] for model in (Building, Space, BuildingManager, KeySystem, Cabinet, Hook)]
        self.batches += [self._of_level(level) for level in sorted(KeyLevel, reverse=True)]
        self.batches += [self.told[model] for model in (Keyset, Operates, Door, Pinning, Key)]

    @property
    def keys(self):
        return [told.row for told in self.told[Key]]

    def _of_level(self, level):
        """A parent is registered before its children."""
        return [told for told in self.told[KeySymbol] if told.row.level == level]

    def _add(self, row, reason="set up"):
        self.told[type(row)].append(Told(row, self.start, by=self.people.staff["key_shop"].row, reason=reason))
        return row

    def _building(self, building, master, kinds, floors, per_floor):
        rooms = self.rooms[building.code] = []
        for floor in range(floors):
            for n in range(1, per_floor + 1):
                kind = self.world.dice.choices(kinds, (6, 3, 1))[0]
                code = self.world.code()
                room = Space(building=building, floor=str(floor), number=f"{floor}{n:02}", kind=kind, public_code=code)
                room.department = self.world.dice.choice(self.people.departments)
                room.sensitivity = {"Chemical store": 5, "Archive": 4, "Tool store": 3}.get(kind, 1)
                rooms.append(self._add(room))

    def _managers(self):
        """A manager and a deputy for each building; one has handed over to the next."""
        staff = self.people.by_affiliation["Staff"]
        since = self.world.day(-410)
        for n, told in enumerate(self.told[Building]):
            manager = self.people.staff["building_manager"].row if n < 2 else staff[1 + n]
            self._add(BuildingManager(building=told.row, person=manager, since=since), "appointed")
            self._add(BuildingManager(building=told.row, person=staff[10 + n], since=since), "appointed")
        until = self.world.day(-411)
        earlier = BuildingManager(building=told.row, person=staff[20], since=self.world.day(-900), until=until)
        self._add(earlier, "appointed")

    def _systems(self):
        main = self._add(KeySystem(code="MAIN", name="Main buildings", manufacturer="Halyard Locks"), MARK)
        annex = self._add(KeySystem(code="ANNEX", name="Yards and sheds", manufacturer="Tollgate"), MARK)
        grand = self._master(main, "A", KeyLevel.GRAND_MASTER, None, "All buildings")
        rooms = sum(map(len, self.rooms.values()))
        left = SYMBOLS["MAIN"]
        for n, (code, name, symbol, *_words) in enumerate(BUILDINGS):
            master = self._master(main, symbol, KeyLevel.MASTER, grand, name)
            here = self.rooms[code]
            quota = round(SYMBOLS["MAIN"] * len(here) / rooms) if n < len(BUILDINGS) - 1 else left
            left -= quota
            for number in range(quota):
                self._change_key(master, number + 1, here[number::quota])
        grand = self._master(annex, "B", KeyLevel.GRAND_MASTER, None, "All yards")
        masters = [self._master(annex, symbol, KeyLevel.MASTER, grand, "Yards") for symbol in ("BA", "BB")]
        for number in range(SYMBOLS["ANNEX"]):
            self._yard_key(masters[number % 2], number // 2 + 1)

    def _master(self, system, symbol, level, parent, description):
        values = {"level": level, "parent": parent, "least_trust": Trust.STAFF, "most_copies": 8}
        return self._add(KeySymbol(system=system, symbol=symbol, description=description, **values))

    def _change_key(self, master, number, rooms):
        kind, short = rooms[0].kind, rooms[0].kind in SHORT_TERM_ROOMS
        symbol = KeySymbol(
            system=master.system,
            symbol=f"{master.symbol}{number}",
            description=f"{kind}, {master.description}",
            parent=master,
            self_service=short,
            least_trust=Trust.PROVED if short else Trust.PRESENT,
            claim_closes=kind == "Common room",
        )
        keyset = self._keyset(self._add(symbol))
        for room in rooms:
            kind = DOORS.get(room.kind, Door.Kind.OTHER)
            door = Door(building=room.building, label=room.number, space_to=room, kind=kind)
            self._pin(door, keyset, room.sensitivity)
        if short:
            self.for_days.add(symbol.symbol)

    def _yard_key(self, master, number):
        description = self.world.dice.choice(YARDS)
        symbol = f"{master.symbol}{number}"
        row = KeySymbol(system=master.system, symbol=symbol, description=description, parent=master)
        yard = Door(building=self.told[Building][0].row, label=f"{description} {symbol}", kind=Door.Kind.PADLOCK)
        self._pin(yard, self._keyset(self._add(row)))

    def _keyset(self, symbol):
        """What the cylinders of the symbol's doors are pinned to: its key turns it, and those above."""
        keyset = self._add(Keyset(system=symbol.system, designation=symbol.symbol, own=symbol), MARK)
        source, turning = Operates.Source.OWN, symbol
        while turning:
            self._add(Operates(keyset=keyset, symbol=turning, source=source, since=self.start), MARK)
            source, turning = Operates.Source.HIERARCHY, turning.parent
        return keyset

    def _pin(self, door, keyset, criticality=1):
        door.criticality, door.public_code = criticality, self.world.code()
        self._add(Pinning(door=self._add(door), keyset=keyset, since=self.start), MARK)

    def _cabinets(self):
        office = self.rooms["AH"][0]
        cabinets = {name: self._add(Cabinet(name=name, space=office)) for name in ("Key desk", "Vault", "Yards")}
        self.hooks = {}
        for told in self.told[KeySymbol]:
            symbol = told.row
            place = "Yards" if symbol.system.code == "ANNEX" else "Vault"
            cabinet = cabinets["Key desk" if symbol.symbol in self.for_days else place]
            label = str(sum(hook.cabinet is cabinet for hook in self.hooks.values()) + 1)
            self.hooks[symbol.symbol] = self._add(Hook(cabinet=cabinet, label=label))

    def _cut(self):
        """Few masters; of change keys more where many people come and go."""
        symbols = [told.row for told in self.told[KeySymbol]]
        copies = {symbol.symbol: 6 if symbol.level == KeyLevel.MASTER else 3 for symbol in symbols}
        change = [symbol.symbol for symbol in symbols if symbol.level == KeyLevel.CHANGE]
        weights = [4 if symbol in self.for_days else 3 for symbol in change]
        for symbol in self.world.dice.choices(change, weights, k=KEYS - sum(copies.values())):
            copies[symbol] += 1
        for symbol in symbols:
            for serial in range(1, copies[symbol.symbol] + 1):
                hook, code = self.hooks[symbol.symbol], self.world.code()
                self._add(Key(symbol=symbol, serial=serial, hook=hook, public_code=code), "cut")

    def _retire(self):
        """The last symbols of the yards are out of use, and their keys disposed of."""
        clerk, at = self.people.staff["key_shop"].row, self.world.moment(self.world.open_day(-100))
        why = "Lock replaced by a code lock"
        for told in self.told[KeySymbol][-3:]:
            told.then(at, clerk, f"retired: {why}", retired_at=at, retired_by=clerk, retired_reason=why)
            for key in self.told[Key]:
                if key.row.symbol is told.row:
                    values = {"retirement": Key.Retirement.DISPOSED, "retired_reason": "symbol retired"}
                    key.then(at, None, "retired by the clock", retired_at=at, **values)
