"""Taking over a key list: which keys there are, where they hang and what they open."""

from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.locations import known_buildings, place_of
from assets.models import Building, Space
from keys.key_list import ORDER, KeyList, stamp_of
from keys.models import Cabinet, Door, Hook, Key, KeySymbol, KeySystem, Operates, Pinning
from keys.operations.openings import open_as_listed
from keysite.ledger import Refusal, lock_all, lock_word, record_import
from keysite.tables import Column, Outcome, clean, folded, why_not

KEY_COLUMNS = (
    Column("symbol", ("symbol", "key symbol", "key type", "key code", "key number", "key"), 32, True),
    Column("serial", ("serial", "serial number", "copy", "copy number", "serial no"), 32, True),
    Column("hook", ("hook", "hook number", "hook no"), 100),
    Column("building", ("building", "bldg", "building number", "building no", "bldg no", "building code"), 200),
    Column("room", ("room", "room number", "room no", "space"), 32),
    Column("floor", ("floor", "storey"), 16),
    Column("system", ("system", "key system"), 32),
    Column("cabinet", ("cabinet", "key cabinet"), 64),
    Column("description", ("description", "opens", "remarks"), 200),
    Column("level", ("level", "key level"), 32),
)


@transaction.atomic
def import_keys(*, table, by, system="", cabinet="", dry_run=False):
    """Register the keys of ``table``, with the symbols, systems, cabinets, hooks, rooms and doors they name.

    ``system`` and ``cabinet`` are those of lines that name none; left empty, the only one in the register. A key may
    stand on several lines, one per room that its symbol opens: the door of the room is opened by the symbol from now
    on, besides what opens it already. Of a known key the hook is taken over, of its symbol description and level. Left
    out are retired keys and lines that repeat another. A line is refused for a serial out of range, an unknown
    building, a room of several doors, a new key of a retired symbol or beyond its most keys, and when it contradicts
    another line. The file is refused when it does not say which system or cabinet is meant. With ``dry_run`` all is
    done, and then undone.
    """
    lock_word("import_keys")
    outcome = Outcome(table)
    rows = known_rows(table.lines)
    defaults = {
        "system": default_row(rows[KeySystem], system, KeySystem(code=clean(system)), 32),
        "cabinet": default_row(rows[Cabinet], cabinet, Cabinet(name=clean(cabinet)), 64),
    }
    _refuse_without(table, **defaults)
    keys = KeyList(rows, known_openings(rows), outcome, **defaults)
    for line in table.lines:
        keys.take(line)
    take_over(keys, but=Key, by=by, dry_run=dry_run)
    return outcome


def take_over(keys, *, but, by, dry_run):
    """Write what a list brings; ``but`` is the model that the outcome counts by itself."""
    outcome = keys.outcome
    outcome.notes = _notes(keys, but)
    for model in ORDER:
        record_import(keys.new(model), keys.changes.get(model, {}), by=by, reason=outcome.reason)
    openings = defaultdict(set)
    for symbol, door in keys.openings:
        openings[door.pk].add(symbol.pk)
    keysets = open_as_listed(openings, by=by, reason=outcome.reason) if openings else 0
    if keysets:
        outcome.notes.append(ngettext("%(n)s keyset made.", "%(n)s keysets made.", keysets) % {"n": keysets})
    if dry_run:
        transaction.set_rollback(True)


def known_rows(lines):
    """What the register has of all that the lines name, asked once however many they are."""

    def named(column):
        return {folded(line.values.get(column, "")) for line in lines} - {""}

    symbols = KeySymbol.objects.with_symbols(named("symbol")).with_highest_child()
    symbols = lock_all(symbols.select_related("system", "parent"))
    stamped = {symbol.pk: stamp_of(symbol) for symbol in symbols}
    keys = Key.objects.filter(symbol__in=symbols).select_related("hook__cabinet")
    hooks = Hook.objects.with_labels({label.rpartition(":")[2] for label in named("hook")} | named("hook"))
    spaces = list(Space.objects.with_numbers(named("room")).select_related("building"))
    doors = Door.objects.with_labels(named("room") | named("door")) | Door.objects.filter(space_to__in=spaces)
    return {
        Building: known_buildings(Building.objects.all()),
        KeySystem: {folded(row.code): row for row in KeySystem.objects.all()},
        KeySymbol: {stamped[row.pk]: row for row in symbols},
        Cabinet: {folded(row.name): row for row in Cabinet.objects.all()},
        Hook: {(folded(row.cabinet.name), folded(row.label)): row for row in hooks.select_related("cabinet")},
        Space: {place_of(row): row for row in spaces},
        Key: {(*stamped[row.symbol_id], row.serial): row for row in keys},
        Door: {
            (folded(row.building.code), folded(row.label)): row
            for row in doors.select_related("building", "space_to__building")
        },
    }


def known_openings(rows):
    """Which of the known symbols open which of the known doors now."""
    stamped = {symbol.pk: stamp for stamp, symbol in rows[KeySymbol].items()}
    at = {door.pk: place for place, door in rows[Door].items()}
    pairs = Operates.objects.now().filter(symbol__in=stamped, keyset__pinnings__in=Pinning.objects.now())
    pairs = pairs.filter(keyset__pinnings__door__in=at).values_list("symbol", "keyset__pinnings__door")
    return [(stamped[symbol], at[door]) for symbol, door in pairs.order_by()]


def default_row(known, given, made, longest):
    """The row called ``given``, known or else the one ``made``; without a name the only one there is, or None."""
    if why := why_not(given, longest):
        raise Refusal(why)
    if given:
        return known.get(folded(clean(given)), made)
    return next(iter(known.values())) if len(known) == 1 else None


def _refuse_without(table, system, cabinet):
    """Refuse a file in which no line says which system or cabinet is meant."""
    if system is None and not any(line.values["system"] for line in table.lines):
        raise Refusal(_("%(file)s does not say of which key system its keys are. Name one.") % {"file": table.name})
    hooks = [line.values for line in table.lines if line.values["hook"]]
    if cabinet is None and hooks and not any(values["cabinet"] or ":" in values["hook"] for values in hooks):
        raise Refusal(_("%(file)s does not say in which cabinet its hooks are. Name one.") % {"file": table.name})


def _notes(keys, but):
    counts = {model: len(keys.new(model)) for model in ORDER if model is not but}
    names = [
        f"{n} {model._meta.verbose_name if n == 1 else model._meta.verbose_name_plural}"
        for model, n in counts.items()
        if n
    ]
    if not names:
        return []
    return [_("New besides %(rows)s: %(names)s.") % {"rows": but._meta.verbose_name_plural, "names": ", ".join(names)}]
