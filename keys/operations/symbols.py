"""Taking over a list of key symbols, with what may be done with their keys."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Trust
from keys.key_list import level_misfit, level_of
from keys.models import KeySymbol, KeySystem
from keysite.ledger import Refusal, lock_word, record_import
from keysite.tables import Column, Outcome, folded, some

SYMBOL_COLUMNS = (
    Column("symbol", ("symbol", "key symbol", "key type", "key code"), 32, True),
    Column("system", ("system", "key system"), 32),
    Column("description", ("description", "opens", "remarks"), 200),
    Column("level", ("level", "key level"), 32),
    Column("most_copies", ("most keys", "most copies", "limit"), 32),
    Column("self_service", ("self service", "selfservice"), 8),
    Column("least_trust", ("least trust", "trust"), 64),
)
YES, NO = {"1", "yes", "true", "y", "x"}, {"0", "no", "false", "n"}


class Wrong(Exception):
    """A value that cannot be taken: which column, and why."""


@transaction.atomic
def import_symbols(*, table, by, system="", dry_run=False):
    """Register the symbols of ``table`` with the systems they name, and take over what it says of known ones.

    ``system`` is that of lines that name none; left empty, the only one in the register. What the file leaves empty
    stays as it is. Left out are retired symbols. A line is refused without a system, for a value that cannot be
    understood, and when a line before names the same symbol. With ``dry_run`` all is done, and then undone.
    """
    lock_word("import_keys")
    outcome = Outcome(table)
    lines = SymbolList(table, system)
    for line in table.lines:
        try:
            lines.take(line, outcome)
        except Wrong as wrong:
            outcome.refuse(line, *wrong.args)
    outcome.created, outcome.changed = len(lines.new), len(lines.changes)
    record_import(lines.new_systems, {}, by=by, reason=outcome.reason)
    record_import(lines.new, lines.changes, by=by, reason=outcome.reason)
    if dry_run:
        transaction.set_rollback(True)
    return outcome


class SymbolList:
    """What the lines come to: new symbols, and changes to known ones, which are asked for once."""

    def __init__(self, table, system):
        self.systems = {folded(row.code): row for row in KeySystem.objects.all()}
        only = next(iter(self.systems), "") if len(self.systems) == 1 else ""
        self.default = system or only
        known = KeySymbol.objects.with_symbols({folded(line.values["symbol"]) for line in table.lines})
        known = known.with_highest_child().select_related("system", "parent")
        self.known = {(folded(row.system.code), folded(row.symbol)): row for row in known}
        self.named, self.new, self.changes, self.new_systems = {}, [], {}, []

    def take(self, line, outcome):
        facts = _facts(line.values)
        key = folded(line.values["system"] or self.default), folded(line.values["symbol"])
        first = self._first(line, key)
        symbol = self.known.get(key)
        if first is not line:
            raise Wrong("symbol", _("Line %(line)s names this symbol too. Keep one of them.") % {"line": first.number})
        if symbol is None:
            self.new.append(KeySymbol(system=self._system(line), symbol=line.values["symbol"], **facts))
        elif symbol.retired_at:
            outcome.leave_out(line, "symbol", _("Retired here; an import changes nothing about it."))
        elif why := facts.get("level") and level_misfit(symbol, facts["level"]):
            raise Wrong("level", why)
        elif different := {name: value for name, value in facts.items() if getattr(symbol, name) != value}:
            self.changes[symbol] = different
        else:
            outcome.same += 1

    def _first(self, line, key):
        if not line.values["symbol"]:
            raise Wrong("symbol", _("Give the symbol."))
        if not key[0]:
            raise Wrong("system", _("Say to which key system this symbol belongs."))
        return self.named.setdefault(key, line)

    def _system(self, line):
        code = line.values["system"] or self.default
        if folded(code) not in self.systems:
            self.systems[folded(code)] = KeySystem(code=code)
            self.new_systems.append(self.systems[folded(code)])
        return self.systems[folded(code)]


def _facts(values):
    """What a line says of its symbol, without what it leaves empty."""
    facts = {"description": values["description"]} if values["description"] else {}
    for name, understand in (("most_copies", _number), ("self_service", _yes), ("least_trust", _trust)):
        if values[name]:
            facts[name] = understand(name, values[name])
    try:
        return facts | ({"level": level_of(values)} if values["level"] else {})
    except Refusal as refusal:
        raise Wrong("level", str(refusal)) from None


def _number(name, text):
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= 6):
        raise Wrong(name, _("“%(text)s” is no number from 0 to 999999.") % {"text": text})
    return int(text)


def _yes(name, text):
    if folded(text) not in YES | NO:
        raise Wrong(name, _("“%(text)s” is neither yes nor no.") % {"text": text})
    return folded(text) in YES


def _trust(name, text):
    levels = {folded(str(trust.label)): trust for trust in Trust if trust >= Trust.PROVED}
    levels |= {str(trust.value): trust for trust in levels.values()}
    if folded(text) not in levels:
        words = {"text": text, "names": some([str(trust.label) for trust in set(levels.values())])}
        raise Wrong(name, _("“%(text)s” is none of: %(names)s.") % words)
    return levels[folded(text)]
