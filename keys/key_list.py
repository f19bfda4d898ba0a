"""What a key list says, judged line by line against what is known: nothing is asked or written here."""

from collections import Counter

from django.utils.translation import gettext as _

from accounts.models import KeyLevel
from assets.locations import place_of
from assets.models import Building, Space
from keys.models import Cabinet, Door, Hook, Key, KeySymbol, KeySystem
from keysite.ledger import Refusal
from keysite.tables import Wrong, folded, some

HIGHEST_SERIAL = 999_999
LONGEST_CABINET, LONGEST_LABEL = 64, 32
ABBREVIATIONS = {"ck": 1, "smk": 2, "mk": 3, "gmk": 4, "ggmk": 5}
ORDER = (KeySystem, KeySymbol, Cabinet, Hook, Space, Key, Door)  # each refers to those before it


class KeyList:
    """The lines that are taken, and what they bring.

    ``rows`` holds by model what is known and what the lines add, each found by what is printed, in lower case: a
    system by its code, a symbol by system and symbol, a key by those and its serial, a hook by cabinet and label, a
    space by building, number and floor, a door by building and label. ``opened`` are the pairs of symbol and door
    that are known, ``openings`` those that the lines add. ``changes`` are the new values of known symbols and keys.
    """

    def __init__(self, rows, opened, outcome, *, system, cabinet=None):
        self.rows, self.outcome, self.system, self.cabinet = rows, outcome, system, cabinet
        self.opened, self.openings = set(opened), []
        self.doors_into = {}
        for at, door in rows[Door].items():
            if door.space_to_id:
                self.doors_into.setdefault(place_of(door.space_to), []).append(at)
        self.changes = {KeySymbol: {}, Key: {}}
        self.lines = {}  # the number of the first line with these values
        self.said = {}  # what was said of a symbol or key, and on which line
        self.copies = Counter(place[:2] for place, key in rows[Key].items() if key.retired_at is None)
        self.floors = {}
        for building, number, floor in rows[Space]:
            self.floors.setdefault((building, number), set()).add(floor)

    def new(self, model):
        return [row for row in self.rows[model].values() if row.pk is None]

    def take(self, line):
        """Judge each value of the line, then the rules; if nothing stands against it, remember what it brings."""
        first = self.lines.setdefault(tuple(line.values.values()), line.number)
        if first != line.number:
            return self.outcome.leave_out(line, "", _("The same as line %(line)s.") % {"line": first})
        if self._is_heading(line.values):
            return self.outcome.leave_out(line, "symbol", _("Neither symbol nor serial: a heading or a total."))
        said = self._read(line)
        if said is None:
            return None
        try:
            return self._put(line, said)
        except Wrong as wrong:
            return self.outcome.refuse(line, wrong.column, wrong)

    def _is_heading(self, values):
        return not values["symbol"] and not values["serial"]

    def _judges(self):
        judges = {"symbol": symbol_of, "serial": _serial, "level": level_of, "system": self._system}
        return judges | {"hook": self._hook, "building": self._building}

    def _read(self, line):
        """What the line says, each value by itself; None when one is refused."""
        judges, said = self._judges(), {"description": line.values["description"]}
        for column, judge in judges.items():
            try:
                said[column] = judge(line.values)
            except Refusal as refusal:
                self.outcome.refuse(line, column, refusal)
        return said if len(said) == len(judges) + 1 else None

    def _put(self, line, said):
        stamped = (folded(said["system"].code), folded(said["symbol"]))
        place = (*stamped, said["serial"])
        symbol = self.rows[KeySymbol].get(stamped) or KeySymbol(system=said["system"], symbol=said["symbol"])
        key = self.rows[Key].get(place) or Key(symbol=symbol, serial=said["serial"])
        if key.retired_at:
            sentence = _("This key is retired and stays so; a serial is never used again.")
            return self.outcome.leave_out(line, "serial", sentence)
        made = place not in self.rows[Key]
        if made:
            self._refuse_another(symbol, stamped)
        self._refuse_contradiction(line, said, stamped, place)
        self._refuse_level(symbol, said["level"])
        space = self._space(said["building"], line.values)

        self.rows[KeySystem].setdefault(stamped[0], said["system"])
        self.rows[KeySymbol].setdefault(stamped, symbol)
        self.rows[Key].setdefault(place, key)
        self.copies[stamped] += made
        facts = self._set(symbol, "description", said["description"]) | self._set(symbol, "level", said["level"])
        return self._count(made, facts | self._hang(key, said["hook"]) | self._open(symbol, stamped, space))

    def _refuse_another(self, symbol, stamped):
        words = {"symbol": symbol.symbol, "most": symbol.most_copies}
        if symbol.retired_at:
            raise Wrong("symbol", _("Symbol %(symbol)s is retired; no keys are added to it.") % words)
        if symbol.most_copies is not None and self.copies[stamped] >= symbol.most_copies:
            sentence = _("There may be %(most)s keys %(symbol)s and there are as many. Retire one or raise the limit.")
            raise Wrong("serial", sentence % words)

    def _refuse_contradiction(self, line, said, stamped, place):
        """Two lines say different things of one symbol or key; nobody here knows which is right."""
        about = {"description": stamped, "level": stamped, "hook": place}
        statements = {(column, about[column]): _in_words(said[column]) for column in about if said[column]}
        for (column, _about), value in statements.items():
            earlier, number = self.said.get((column, _about), (value, None))
            if earlier != value:
                words = {"line": number, "earlier": earlier}
                raise Wrong(column, _("Line %(line)s says “%(earlier)s”. Correct one of the two.") % words)
        for statement, value in statements.items():
            self.said.setdefault(statement, (value, line.number))

    def _refuse_level(self, symbol, level):
        if symbol.pk and level and level != symbol.level and (why := level_misfit(symbol, level)):
            raise Wrong("level", why)

    def _space(self, building, values):
        """The room that the line names, known or new; None when it names none."""
        if building is None and values["room"]:
            raise Wrong("building", _("In which building is room %(room)s? Give its number.") % values)
        if building is None or not values["room"]:
            return None
        at = (folded(building.code), folded(values["room"]))
        floors = self.floors.get(at, set())
        floor = folded(values["floor"])
        if not floor and len(floors) > 1:
            words = values | {"floors": some(sorted(floors))}
            raise Wrong("room", _("There is a room %(room)s on the floors %(floors)s. Add a column “floor”.") % words)
        floor = floor or next(iter(floors), "")
        made = Space(building=building, number=values["room"], floor=values["floor"])
        return self.rows[Space].get((*at, floor), made)

    def _hang(self, key, hook):
        if hook is None:
            return False
        cabinet, label = folded(hook.cabinet.name), folded(hook.label)
        self.rows[Cabinet].setdefault(cabinet, hook.cabinet)
        return self._set(key, "hook", self.rows[Hook].setdefault((cabinet, label), hook))

    def _open(self, symbol, stamped, space, label=""):
        """Whether there is a door more that the symbol opens: the one called ``label``, or that of the room."""
        if space is None:
            return False
        at = place_of(space)
        self.floors.setdefault(at[:2], set()).add(at[2])
        space = self.rows[Space].setdefault(at, space)
        doors = [(at[0], folded(label))] if label else self.doors_into.get(at) or [self._new_door(space, at)]
        if any((stamped, door) in self.opened for door in doors):
            return False
        if len(doors) > 1:
            words = {"room": space.number, "doors": some([self.rows[Door][door].label for door in doors])}
            raise Wrong("room", _("Room %(room)s has several doors: %(doors)s. Add a column “door”.") % words)
        self._door(space, doors[0], label or space.number)
        self.opened.add((stamped, doors[0]))
        self.openings.append((symbol, self.rows[Door][doors[0]]))
        return True

    def _new_door(self, space, at):
        """What the only door of a room is called: as the room, with the floor where another door is called so."""
        door = self.rows[Door].get((at[0], at[1]))
        free = door is None or (door.pk and door.space_to_id is None)
        return (at[0], at[1]) if free else (at[0], folded(f"{space.floor}/{space.number}"))

    def _door(self, space, at, label):
        known = self.rows[Door].get(at)
        if known and known.retired_at:
            raise Wrong("room", _("Door %(door)s is retired. Reinstate it first.") % {"door": known})
        if known is None:
            label = label if folded(label) == at[1] else f"{space.floor}/{space.number}"
            door = Door(building=space.building, space_to=space, label=label, criticality=space.sensitivity)
            self.rows[Door][at] = door
            self.doors_into.setdefault(place_of(space), []).append(at)

    def _set(self, row, name, value):
        """Whether ``row`` gets another value than it has; what the file leaves empty is no value."""
        if value in ("", None) or getattr(row, name) == value:
            return False
        setattr(row, name, value)
        if row.pk:
            self.changes[type(row)].setdefault(row, {})[name] = value
        return True

    def _count(self, made, changed):
        if made:
            self.outcome.created += 1
        elif changed:
            self.outcome.changed += 1
        else:
            self.outcome.same += 1

    def _system(self, values):
        if not values["system"] and self.system is None:
            raise Refusal(_("Of which key system is this key? Give its code."))
        if not values["system"]:
            return self.system
        return self.rows[KeySystem].get(folded(values["system"])) or KeySystem(code=values["system"])

    def _hook(self, values):
        """The hook, named as ``cabinet:label``, as cabinet and label, or as a label in the cabinet that was given."""
        if not values["hook"]:
            return None
        cabinet, _colon, label = values["hook"].rpartition(":")
        if values["cabinet"] and folded(cabinet) != folded(values["cabinet"]):
            cabinet, label = values["cabinet"], values["hook"]
        if not cabinet and self.cabinet is None:
            raise Refusal(_("In which cabinet is this hook? Write it as cabinet:label, such as K1:17."))
        if not label or len(label) > LONGEST_LABEL or len(cabinet) > LONGEST_CABINET:
            raise Refusal(_("Write a hook as cabinet:label, such as K1:17, with at most 32 letters after the colon."))
        row = self.rows[Cabinet].get(folded(cabinet)) if cabinet else self.cabinet
        row = row or Cabinet(name=cabinet)
        return self.rows[Hook].get((folded(row.name), folded(label))) or Hook(cabinet=row, label=label)

    def _building(self, values):
        if not values["building"]:
            return None
        building = self.rows[Building].get(folded(values["building"]))
        if building is None:
            raise Refusal(_("Building %(building)s is not in the register. Import it first, or correct it.") % values)
        return building


def level_misfit(symbol, level):
    """Why ``symbol``, read ``with_highest_child``, cannot be of ``level``; None when it can."""
    words = {"symbol": symbol.symbol, "level": KeyLevel(level).label, "parent": symbol.parent}
    if symbol.parent and symbol.parent.level <= level:
        words["above"] = symbol.parent.get_level_display()
        return _("%(symbol)s is below %(parent)s (%(above)s): it cannot be a %(level)s.") % words
    if (symbol.highest_child or 0) >= level:
        words["below"] = KeyLevel(symbol.highest_child).label
        return _("A symbol below %(symbol)s is a %(below)s: %(symbol)s cannot be a %(level)s.") % words
    return None


def stamp_of(symbol):
    """How a symbol is found: its system and what is stamped."""
    return folded(symbol.system.code), folded(symbol.symbol)


def _in_words(value):
    return str(value.label if isinstance(value, KeyLevel) else value)


def symbol_of(values):
    """What is stamped on the key. Refused without it."""
    if not values["symbol"]:
        raise Refusal(_("Give the symbol that is stamped on the key."))
    return values["symbol"]


def _serial(values):
    serial = values["serial"]
    if not serial:
        raise Refusal(_("Give the serial that is stamped on the key."))
    if not (serial.isascii() and serial.isdigit() and 1 <= int(serial) <= HIGHEST_SERIAL):
        raise Refusal(_("“%(serial)s” is no serial. Serials are whole numbers from 1 to 999999.") % values)
    return int(serial)


def level_of(values):
    """The level, given as 1 to 5, in words, or as the locksmiths' abbreviation."""
    if not values["level"]:
        return None
    names = {str(level.value): level for level in KeyLevel} | {folded(str(level.label)): level for level in KeyLevel}
    names |= {name.removesuffix(" key"): level for name, level in names.items()}
    names |= {name: KeyLevel(level) for name, level in ABBREVIATIONS.items()}
    if folded(values["level"]) not in names:
        words = values | {"names": some([str(level.label) for level in KeyLevel])}
        raise Refusal(_("“%(level)s” is no level. Write 1 to 5 for: %(names)s.") % words)
    return names[folded(values["level"])]
