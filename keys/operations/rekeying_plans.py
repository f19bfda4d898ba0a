"""What a rekeying will come to: new symbols in place of the old ones, and keysets that these turn."""

from collections import defaultdict

from django.utils import timezone
from django.utils.translation import gettext as _

from keys.models import Keyset, KeySymbol, Operates, Pinning, RekeyedDoor, RekeyedSymbol
from keysite.ledger import Refusal, record_changes, record_new
from keysite.tables import folded

COPIED = ("system_id", "description", "level", "parent_id", "most_copies", "self_service", "least_trust")
COPIED += ("claim_closes",)


def pinned(doors):
    """The keyset of each door now, by the number of the door; doors without a cylinder on file are left out."""
    rows = Pinning.objects.now().filter(door__in=doors).select_related("keyset__system")
    return {row.door_id: row.keyset for row in rows}


def turning(keysets):
    """What turns each of these keysets now, by the number of the keyset."""
    rows = defaultdict(list)
    for row in Operates.objects.now().filter(keyset__in=keysets).order_by("pk"):
        rows[row.keyset_id].append(row)
    return rows


def new_symbols(replaced, stamps, *, by, reason):
    """A new symbol for each of these, locked ones: as it is, under the next free stamp, or as ``stamps`` says.

    Those of the highest level are made first: what stood below a replaced one stands below the new one.
    """
    names = Names(KeySymbol, "symbol", replaced, again=RekeyedSymbol.objects.filter(after__in=replaced))
    after = {}
    for level in sorted({symbol.level for symbol in replaced}, reverse=True):
        rows = [symbol for symbol in replaced if symbol.level == level]
        made = [_copy(symbol, names, stamps.get(symbol.pk, ""), after) for symbol in rows]
        record_new(made, by=by, reason=reason)
        after |= {old.pk: new for old, new in zip(rows, made, strict=True)}
    return after


def new_keysets(keysets, operates, after, *, by, reason):
    """A new keyset for each of these: of the same kind, turned by the same symbols, or what replaces them."""
    names = Names(Keyset, "designation", keysets, again=RekeyedDoor.objects.filter(after__in=keysets))
    made = [
        Keyset(
            system_id=old.system_id,
            designation=names.free(old, old.designation),
            kind=old.kind,
            own_id=_replaced(old.own_id, after),
        )
        for old in keysets
    ]
    record_new(made, by=by, reason=reason)
    new = {old.pk: keyset for old, keyset in zip(keysets, made, strict=True)}
    now = timezone.now()
    rows = [
        Operates(keyset=new[row.keyset_id], symbol_id=_replaced(row.symbol_id, after), source=row.source, since=now)
        for old in keysets
        for row in operates[old.pk]
    ]
    record_new(rows, by=by, reason=reason)
    return new


def link_reports(rekeying, reports, *, by):
    """The lost keys that the rekeying is for; their reports are held."""
    for row in reports:
        row.rekeying = rekeying
    record_changes(reports, ["rekeying"], by=by, reason=f"in rekeying {rekeying}")


def refuse_plan(doors, symbols, keysets, operates, *, reason, report):
    """Refuse a plan that cannot be carried out, or would be of no use."""
    if not reason.strip():
        raise Refusal(_("Say why these doors are rekeyed."))
    if not symbols:
        raise Refusal(_("Choose at least one key symbol that is replaced."))
    busy = RekeyedDoor.objects.open().filter(door__in=doors).select_related("rekeying")
    busy = {row.door_id: row.rekeying for row in busy}
    for door in doors:
        _refuse_door(door, keysets, busy)
    _refuse_symbols(doors, symbols, keysets, operates)
    if report:
        _refuse_beside_the_loss(doors, symbols, keysets, operates, report)


def changed_since(rows):
    """For each new keyset of these doors why it would open them to others than the old one does now, or None.

    It was made of what turned the old one when it was planned.
    """
    pairs = {row.after_id: (row.before, row.after) for row in rows}
    replaced = {symbol for row in rows[:1] for symbol in row.rekeying.symbols.values_list("before", flat=True)}
    keysets = {keyset.pk for pair in pairs.values() for keyset in pair}
    known = defaultdict(dict)  # by keyset and symbol the newest row: whether it turns it, and since or until when
    for row in Operates.objects.filter(keyset__in=keysets).select_related("symbol").order_by("since", "pk"):
        known[row.keyset_id][row.symbol] = row
    return {after.pk: _why_changed(before, after, known, replaced) for before, after in pairs.values()}


def _why_changed(before, after, known, replaced):
    old, new = known[before.pk], known[after.pk]
    began = [symbol for symbol, row in old.items() if not (row.until or symbol in new or symbol.pk in replaced)]
    ended = [symbol for symbol, row in new.items() if not row.until and _turned_until(old.get(symbol), row)]
    words = {"before": before, "after": after}
    if began:
        words["symbols"] = ", ".join(sorted(symbol.symbol for symbol in began))
        sentence = _("%(symbols)s turns %(before)s since the plan was made, but not %(after)s. Let it turn that first.")
        return sentence % words
    if ended:
        words["symbols"] = ", ".join(sorted(symbol.symbol for symbol in ended))
        sentence = _("%(symbols)s does not turn %(before)s any more, but %(after)s. Let it turn neither first.")
        return sentence % words
    return None


def _turned_until(old, new):
    """Whether a symbol has ceased to turn the old keyset after it was let turn the new one."""
    return old is not None and old.until is not None and old.until >= new.since


def _refuse_door(door, keysets, busy):
    words = {"door": door, "rekeying": busy.get(door.pk)}
    if door.retired_at:
        raise Refusal(_("Door %(door)s is retired. Take it out of the choice.") % words)
    if door.electronic_only:
        raise Refusal(_("Door %(door)s is electronic only. Take it out of the choice.") % words)
    if door.pk not in keysets:
        raise Refusal(_("Door %(door)s has no cylinder on file. Say first to what it is pinned.") % words)
    if door.pk in busy:
        raise Refusal(_("Door %(door)s is in rekeying %(rekeying)s already. Take it out of the choice.") % words)


def _refuse_symbols(doors, symbols, keysets, operates):
    replaced, used = {symbol.pk for symbol in symbols}, set()
    for door in doors:
        turns = {row.symbol_id for row in operates[keysets[door.pk].pk]} & replaced
        if not turns:
            raise Refusal(_("None of these symbols opens door %(door)s. Take it out of the choice.") % {"door": door})
        used |= turns
    for symbol in symbols:
        if symbol.retired_at:
            sentence = _("Symbol %(symbol)s is retired. Pin the doors to a keyset that it does not turn instead.")
            raise Refusal(sentence % {"symbol": symbol})
        if symbol.pk not in used:
            raise Refusal(_("Symbol %(symbol)s opens none of these doors.") % {"symbol": symbol})


def _refuse_beside_the_loss(doors, symbols, keysets, operates, report):
    lost = report.key.symbol
    words = {"key": report.key, "symbol": lost}
    if lost.pk not in {symbol.pk for symbol in symbols}:
        raise Refusal(_("Key %(key)s is lost: %(symbol)s has to be among the symbols that are replaced.") % words)
    for door in doors:
        if lost.pk not in {row.symbol_id for row in operates[keysets[door.pk].pk]}:
            words["door"] = door
            raise Refusal(_("Key %(key)s does not open door %(door)s. Take it out of the choice.") % words)


def _replaced(symbol, after):
    return after[symbol].pk if symbol in after else symbol


def _copy(symbol, names, stamp, after):
    new = KeySymbol(**{name: getattr(symbol, name) for name in COPIED})
    new.symbol = names.taken_over(symbol, stamp) if stamp else names.free(symbol, symbol.symbol)
    new.parent_id = _replaced(symbol.parent_id, after)
    return new


class Names:
    """What is new gets the name of what it replaces with the next free number: AA1-2, after that AA1-3."""

    def __init__(self, model, field, rows, *, again):
        self.longest = model._meta.get_field(field).max_length
        taken = model.objects.filter(system__in={row.system_id for row in rows}).values_list("system", field)
        self.taken = {(system, folded(name)) for system, name in taken}
        self.again = set(again.values_list("after", flat=True))  # these have a number already

    def free(self, row, name):
        stem = name.rpartition("-")[0] or name if row.pk in self.again else name
        number = 2
        while (row.system_id, folded(self._numbered(stem, number))) in self.taken:
            number += 1
        return self.taken_over(row, self._numbered(stem, number))

    def taken_over(self, row, name):
        """The name as it is given. Refused when the system has it already, and when it is too long."""
        name = " ".join(name.split())
        if len(name) > self.longest:
            words = {"name": name[:40], "most": self.longest}
            raise Refusal(_("“%(name)s” is too long: use %(most)s characters at most.") % words)
        place = (row.system_id, folded(name))
        if place in self.taken:
            raise Refusal(_("The system has a symbol %(name)s already. Give another.") % {"name": name})
        self.taken.add(place)
        return name

    def _numbered(self, stem, number):
        end = f"-{number}"
        return stem[: self.longest - len(end)] + end
