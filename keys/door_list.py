"""What a list “this key opens this room” says, judged line by line: nothing is asked or written here."""

from django.utils.translation import gettext as _

from keys.key_list import KeyList, level_of, symbol_of
from keys.models import KeySymbol, KeySystem
from keysite.tables import Wrong, folded


class DoorList(KeyList):
    """The lines that are taken, and what they bring; as a key list, without keys and where they hang."""

    def _is_heading(self, values):
        return not values["symbol"]

    def _judges(self):
        return {"symbol": symbol_of, "level": level_of, "system": self._system, "building": self._building}

    def _put(self, line, said):
        stamped = folded(said["system"].code), folded(said["symbol"])
        symbol = self.rows[KeySymbol].get(stamped) or KeySymbol(system=said["system"], symbol=said["symbol"])
        if symbol.retired_at:
            words = {"symbol": symbol.symbol}
            raise Wrong("symbol", _("Symbol %(symbol)s is retired: no keys of it are made or handed out.") % words)
        self._refuse_contradiction(line, said | {"hook": None}, stamped, None)
        self._refuse_level(symbol, said["level"])
        space = self._space(said["building"], line.values)
        if space is None:
            raise Wrong("room", _("Say which room of which building the key opens."))
        opens = self._open(symbol, stamped, space, line.values["door"])
        self.rows[KeySystem].setdefault(stamped[0], said["system"])
        self.rows[KeySymbol].setdefault(stamped, symbol)
        facts = self._set(symbol, "description", said["description"]) | self._set(symbol, "level", said["level"])
        self._count(opens, facts)
