"""What a list says of doors and keys becomes keysets."""

from collections import Counter, defaultdict

from django.db.models import Count
from django.utils import timezone

from keys.chart import Chart, planned
from keys.models import Keyset, KeySymbol, Operates, Pinning
from keysite.ledger import record_changes, record_new
from keysite.tables import folded


def open_as_listed(openings, *, by, reason):
    """Let keys open doors as a list says: ``openings`` maps the number of a door to the numbers of symbols.

    What opens a door goes on to do so. Doors that the same keys open get one keyset, which is called as the lowest of
    them; where several are the lowest it is cross-keyed. The caller holds the word of the imports.
    """
    chart = _chart(openings)
    plan = planned(chart, openings)
    now = timezone.now()
    moved = _keysets(plan.moved, by=by, reason=reason, now=now)
    more = [(keyset, symbol) for keyset, symbols in plan.more.items() for symbol in sorted(symbols)]
    _operate(more, by=by, reason=reason, now=now)
    doors = {door: moved[symbols] for symbols, doors in plan.moved.items() for door in doors}
    before = list(Pinning.objects.now().filter(door__in=doors).order_by("pk").select_for_update())
    for pinning in before:
        pinning.until = now
    record_changes(before, ["until"], by=by, reason=reason)
    new = [Pinning(door_id=door, keyset_id=keyset, since=now) for door, keyset in sorted(doors.items())]
    record_new(new, by=by, reason=reason)
    return len(set(moved.values()))


def _chart(openings):
    keyset_of = dict(Pinning.objects.now().filter(door__in=openings).values_list("door", "keyset"))
    alike = Pinning.objects.now().filter(keyset__in=set(keyset_of.values())).order_by()
    doors_of = dict(alike.values("keyset").annotate(doors=Count("pk")).values_list("keyset", "doors"))
    turning = defaultdict(set)
    for keyset, symbol in Operates.objects.now().filter(keyset__in=doors_of).values_list("keyset", "symbol"):
        turning[keyset].add(symbol)
    return Chart(keyset_of, doors_of, {keyset: frozenset(symbols) for keyset, symbols in turning.items()})


def _keysets(moved, *, by, reason, now):
    """The keyset that just these symbols turn, for each of the sets: a known one or a new one."""
    symbols = {row.pk: row for row in KeySymbol.objects.filter(pk__in=set().union(*moved)).select_related("system")}
    known = _known(symbols)
    missing = sorted((signature for signature in moved if signature not in known), key=sorted)
    names = _Names({symbol.system for symbol in symbols.values()})
    made = [names.keyset([symbols[symbol] for symbol in signature]) for signature in missing]
    record_new(made, by=by, reason=reason)
    known |= {signature: keyset.pk for signature, keyset in zip(missing, made, strict=True)}
    new = [(known[signature], symbol) for signature in missing for symbol in sorted(signature)]
    _operate(new, by=by, reason=reason, now=now)
    return {signature: known[signature] for signature in moved}


def _known(symbols):
    """The keysets that one of the symbols turns, by all that turn them."""
    turned = Operates.objects.now().filter(symbol__in=symbols).values("keyset")
    signatures = defaultdict(set)
    for keyset, symbol in Operates.objects.now().filter(keyset__in=turned).values_list("keyset", "symbol"):
        signatures[keyset].add(symbol)
    return {frozenset(signature): keyset for keyset, signature in sorted(signatures.items(), reverse=True)}


def _operate(pairs, *, by, reason, now):
    source = Operates.Source.LISTED
    rows = [Operates(keyset_id=keyset, symbol_id=symbol, source=source, since=now) for keyset, symbol in pairs]
    record_new(rows, by=by, reason=reason)


class _Names:
    """What new keysets are called: as the lowest symbol, with a number when that is taken."""

    def __init__(self, systems):
        taken = Keyset.objects.filter(system__in=systems).values_list("system", "designation")
        self.taken = {(system, folded(designation)) for system, designation in taken}
        self.last = Counter()

    def keyset(self, symbols):
        lowest = min(symbol.level for symbol in symbols)
        own, *others = sorted((s for s in symbols if s.level == lowest), key=lambda symbol: (symbol.symbol, symbol.pk))
        kind = Keyset.Kind.CROSS if others else Keyset.Kind.PLAIN
        name = self._free(own.system, f"X{own.symbol}" if others else own.symbol)
        return Keyset(system=own.system, designation=name, kind=kind, own=None if others else own)

    def _free(self, system, wanted):
        name, place = wanted, (system.pk, folded(wanted))
        while (system.pk, folded(name)) in self.taken:
            self.last[place] += 1
            name = f"{wanted}-{self.last[place] + 1}"
        self.taken.add((system.pk, folded(name)))
        return name
