"""Which room a text in a list means: “AH 101”, “Aldermere Hall > 1 > 101”, or only a name.

Nothing is asked or written here.
"""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _

from assets.models import Building, Space
from keysite.ledger import Refusal
from keysite.tables import folded, some

LONGEST = Space._meta.get_field("number").max_length
PIECES = re.compile(r"([\s,/:–-]+)")
STOREY = re.compile(r"^(floor|storey|level)\s+", re.IGNORECASE)


class Where(NamedTuple):
    """What a text says of a room; without ``building`` it says only the number or name."""

    building: Building | None
    floor: str
    number: str


def place_of(space):
    """Where a space is found: building, number and floor."""
    return folded(space.building.code), folded(space.number), folded(space.floor)


def known_buildings(rows):
    """All buildings by code, and by name where only one has it."""
    rows = list(rows)
    names = Counter(folded(row.name) for row in rows)
    by_name = {folded(row.name): row for row in rows if names[folded(row.name)] == 1}
    return by_name | {folded(row.code): row for row in rows}


class Locations:
    """The buildings and rooms that are known, and those that a list adds; ``default`` is the building of new ones."""

    def __init__(self, buildings, default):
        self.buildings, self.default, self.rows = known_buildings(buildings), default, {}

    def learn(self, spaces):
        """These are the spaces in the register that may be meant."""
        self.rows, self.numbered = {}, defaultdict(list)
        for space in spaces:
            self.keep(space)

    def keep(self, space):
        """From now on this space is known; gives back the first of the same place, for a new one is made once."""
        if place_of(space) not in self.rows:
            self.rows[place_of(space)] = space
            self.numbered[folded(space.number)].append(space)
        return self.rows[place_of(space)]

    def where(self, location, *, building="", floor="", room=""):
        """What these values say; None when they say nothing. Refused for an unknown building or too long a number."""
        said = self._inside(building, room or location) if building else self._split(room or location)
        said = said._replace(floor=floor) if said and floor else said
        if said and len(said.number) > LONGEST:
            words = {"room": said.number, "longest": LONGEST}
            raise Refusal(_("“%(room)s” is too long for a room: %(longest)s letters fit. Shorten it.") % words)
        return said

    def space(self, said):
        """The space that is meant, known or new. Refused when there is none or more than one."""
        rooms, building = self.numbered[folded(said.number)], said.building or self.default
        here = [room for room in rooms if building is None or room.building_id == building.pk]
        if said.floor:
            here = [room for room in here if folded(room.floor) == folded(said.floor)]
        if len(here) > 1:
            words = {
                "room": said.number,
                "places": some([f"{room.building.code} {room.floor}".strip() for room in here]),
            }
            raise Refusal(
                _("There are several rooms “%(room)s”: %(places)s. Name building and floor in columns of their own.")
                % words
            )
        if not here and building is None:
            words = {"room": said.number}
            raise Refusal(_("There is no room “%(room)s”. Name the building in which it is to be made.") % words)
        return here[0] if here else Space(building=building, floor=said.floor[:16], number=said.number)

    def _inside(self, building, room):
        known = self.buildings.get(folded(building))
        if known is None:
            words = {"building": building}
            raise Refusal(_("Building %(building)s is not in the register. Import it first, or correct it.") % words)
        return Where(known, "", room or known.name)

    def _split(self, text):
        """The building is one of the steps of a path, or what the text begins with."""
        if not text:
            return None
        steps = [step.strip() for step in text.split(">") if step.strip()]
        for n, step in enumerate(steps):
            building, rest = self.buildings.get(folded(step)), steps[n + 1 :]
            if building:
                floor = STOREY.sub("", rest[-2]) if len(rest) > 1 else ""
                return Where(building, floor, rest[-1] if rest else step)
        return self._beginning(steps[-1] if steps else text)

    def _beginning(self, text):
        pieces = PIECES.split(text)
        for end in range(len(pieces) - 2, 0, -2):
            first, rest = "".join(pieces[:end]), "".join(pieces[end + 1 :])
            building = self.buildings.get(folded(first))
            # A code such as “2” begins many names; a number of a room has a digit.
            if building and rest and (folded(first) == folded(building.name) or any(map(str.isdigit, rest))):
                return Where(building, "", rest)
        return Where(None, "", text)
