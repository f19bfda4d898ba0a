"""Which keys of the invented university are left to be asked for, who may ask, and who is in charge."""

from collections import Counter
from datetime import timedelta

from accounts.models import KeyLevel, Trust
from assets.models import BuildingManager
from keys.models import Key, KeySymbol, Pinning
from keysite.demo.people import BEGINNING

QUIET = timedelta(days=16)  # a key that is put aside was in nobody's hands for so long


class Rings:
    """What each key opens, and what people have; every symbol and every person is given out once."""

    def __init__(self, desk):
        self.desk, self.world, self.people, places = desk, desk.world, desk.people, desk.places
        self.doors = {}
        for told in places.told[Pinning]:
            symbol = told.row.keyset.own
            while symbol:
                self.doors.setdefault(symbol.symbol, []).append(told.row.door)
                symbol = symbol.parent
        self.symbols = {told.row.symbol: told.row for told in places.told[KeySymbol]}
        self.open = [told.row for told in desk.loans if told.row.returned_at is None]
        self.lost = {told.row.key.symbol.symbol for told in desk.loans if told.row.lost_at}
        self.lost |= {told.row.symbol.symbol for told in places.told[Key] if told.row.retirement == "lost"}
        self.managers = [told.row for told in places.told[BuildingManager] if told.row.until is None]
        self.hanging = self._hanging()
        self.given = set()
        self.askers = self._askers()

    def _hanging(self):
        """The keys in the cabinets by symbol, those first that came back long ago."""
        back, start = {}, self.world.day(BEGINNING)
        for told in self.desk.loans:
            if told.row.returned_at:
                code = told.row.key.public_code
                back[code] = max(back.get(code, told.row.returned_at), told.row.returned_at)
        self.back, keys = back, {}
        for key in sorted(self.desk.for_long + self.desk.for_days, key=lambda key: key.serial):
            if key.retired_at is None:
                keys.setdefault(key.symbol.symbol, []).append(key)
        for there in keys.values():
            there.sort(key=lambda key: str(back.get(key.public_code, start)))
        return keys

    def _askers(self):
        """Who has few keys, no master and no building: the first of each affiliation has the fewest."""
        held = Counter(loan.borrower.email for loan in self.open)
        apart = [*self.people.apart, *self.people.bounced, *(row.person for row in self.managers)]
        apart += [loan.borrower for loan in self.open if loan.key.symbol.level > KeyLevel.CHANGE]
        return {
            name: sorted((p for p in people if p not in apart), key=lambda person: (held[person.email], person.email))
            for name, people in self.people.by_affiliation.items()
        }

    def doors_of(self, symbol):
        return self.doors[symbol.symbol]

    def is_there(self, symbol):
        return bool(self.hanging.get(symbol.symbol))

    def master(self, code):
        symbol = next(s for s in self.symbols.values() if s.level == KeyLevel.CHANGE and self._is_of(s, code))
        return symbol.parent

    def there(self, code, number):
        """So many symbols of a building of which a key has hung in the cabinet for a while."""
        since = self.world.at - QUIET
        return self._symbols(code, number, lambda keys: keys and self.back.get(keys[0].public_code, since) <= since)

    def gone(self, code, number):
        """So many symbols of a building all of whose keys are out."""
        return self._symbols(code, number, lambda keys: not keys)

    def _symbols(self, code, number, wanted):
        taken, found = self.given | self.lost, []
        for name, symbol in self.symbols.items():
            usual = symbol.level == KeyLevel.CHANGE and symbol.retired_at is None and name not in taken
            if usual and len(found) < number and self._is_of(symbol, code) and wanted(self.hanging.get(name, [])):
                found.append(symbol)
        self.given |= {symbol.symbol for symbol in found}
        return found

    def _is_of(self, symbol, code):
        door = self.doors_of(symbol)[0]
        return door.building.code == code and door.space_to is not None

    def take(self, symbol):
        """A key of the symbol, which is in the cabinet no more."""
        return self.hanging[symbol.symbol].pop(0)

    def somebody(self, affiliation):
        return self.askers[affiliation].pop(0)

    def colleague_of(self, person):
        return next(other for other in self.people.everybody() if self._is_colleague(other, person))

    def _is_colleague(self, other, person):
        return other is not person and other.department is person.department and other not in self.people.apart

    def manager_of(self, building):
        return next(row.person for row in self.managers if row.building is building)

    def held_by(self, person, at):
        """The symbols of the keys that somebody has had since before ``at``."""
        loans = [loan for loan in self.open if loan.borrower is person and loan.out_at < at]
        held = {loan.key.symbol.symbol: loan.key.symbol for loan in loans if loan.is_running}
        return sorted(held.values(), key=lambda symbol: list(self.symbols).index(symbol.symbol))

    def spare(self, held, new):
        """Of the keys held those all of whose doors the new ones open."""
        opens = self.codes_of(new)
        return [symbol for symbol in held if self.codes_of([symbol]) <= opens]

    def codes_of(self, symbols):
        """The codes of the doors that these symbols open."""
        return {door.public_code for symbol in symbols for door in self.doors_of(symbol)}

    def handed_over(self):
        """A loan of a member of staff, with nothing special about it, before which the key lay in its cabinet."""
        return next(told for told in self.desk.loans if self._is_usual(told))

    def _is_usual(self, told):
        loan, days = told.row, (self.world.at - told.row.out_at).days
        usual = loan.is_running and loan.trust == Trust.STAFF and len(told.chapters) == 1 and loan.follows is None
        there = self.back.get(loan.key.public_code, loan.out_at - timedelta(days=9)) < loan.out_at - timedelta(days=5)
        name = loan.key.symbol.symbol
        plain = loan.key.symbol.level == KeyLevel.CHANGE and name not in self.lost | self.given
        room = plain and self.doors_of(loan.key.symbol)[0].space_to
        return usual and there and room and 9 < days < 60 and loan.borrower in self.askers["Staff"][9:]
