"""What turns a cylinder: keysets, and the symbols whose keys operate them."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keys.models import Keyset, KeySymbol, Operates
from keysite.ledger import Refusal, lock, record, record_new

HIERARCHICAL = (Keyset.Kind.PLAIN, Keyset.Kind.CROSS)


@transaction.atomic
def add_keyset(*, system, designation, by, kind=Keyset.Kind.PLAIN, own=None, crossed=()):
    """Register what cylinders are pinned to, with the symbols that turn it: its own, those above that, and for a
    cross-keyed one ``crossed`` with those above them. Not master-keyed and single keyed ones are turned by their own
    only (the designations of the standard key coding system).

    Refused without a designation, for one that the system has already, without an own symbol unless it is cross-keyed,
    for one that is cross-keyed by less than two, and for symbols that are retired or of another system.
    """
    lock(system)
    crossed = [symbol for symbol in crossed if symbol != own]
    _refuse_keyset(system, designation, kind, own, crossed)
    keyset = Keyset(system=system, designation=designation.strip(), kind=kind, own=own)
    record(keyset, by=by, reason="registered")
    turning = {own: Operates.Source.OWN} if own else {}
    turning |= dict.fromkeys(crossed, Operates.Source.CROSS)
    if kind in HIERARCHICAL:
        above = KeySymbol.objects.current().above(*turning)
        turning = dict.fromkeys(above, Operates.Source.HIERARCHY) | turning
    now = timezone.now()
    rows = [Operates(keyset=keyset, symbol=symbol, source=source, since=now) for symbol, source in turning.items()]
    record_new(rows, by=by, reason="registered")
    return keyset


@transaction.atomic
def let_operate(*, keyset, symbol, by, source=Operates.Source.MANUAL):
    """From now on keys of ``symbol`` turn the keyset. Refused when they do already, and for a retired symbol."""
    lock(keyset)
    _refuse_retired(symbol)
    words = {"symbol": symbol, "keyset": keyset}
    if Operates.objects.now().filter(keyset=keyset, symbol=symbol).exists():
        raise Refusal(_("Keys %(symbol)s turn %(keyset)s already.") % words)
    operates = Operates(keyset=keyset, symbol=symbol, source=source, since=timezone.now())
    record(operates, by=by, reason="turns it")
    return operates


@transaction.atomic
def stop_operating(*, operates, by):
    """From now on the keys of this symbol do not turn the keyset. Refused when that is so already."""
    lock(operates.keyset)
    lock(operates, "keyset", "symbol")
    if operates.until:
        words = {"symbol": operates.symbol, "keyset": operates.keyset}
        raise Refusal(_("Keys %(symbol)s do not turn %(keyset)s any more.") % words)
    operates.until = timezone.now()
    record(operates, by=by, reason="turns it no more")


def _refuse_keyset(system, designation, kind, own, crossed):
    words = {"designation": designation.strip(), "system": system}
    if not designation.strip():
        raise Refusal(_("Give the designation, such as AA1."))
    if Keyset.objects.with_designation(designation).filter(system=system).exists():
        raise Refusal(_("System %(system)s has a keyset %(designation)s already.") % words)
    _refuse_kind(kind, own, crossed)
    for symbol in filter(None, [own, *crossed]):
        if symbol.system_id != system.pk:
            raise Refusal(_("Symbol %(symbol)s is of another system.") % {"symbol": symbol})
        _refuse_retired(symbol)


def _refuse_kind(kind, own, crossed):
    if kind == Keyset.Kind.CROSS and len(crossed) + bool(own) < 2:
        raise Refusal(_("Name at least two symbols whose keys turn the cross-keyed cylinder."))
    if kind != Keyset.Kind.CROSS and own is None:
        raise Refusal(_("Say whose key turns it; only a cross-keyed cylinder has no key of its own."))
    if kind != Keyset.Kind.CROSS and crossed:
        raise Refusal(_("Keys of several symbols on one level turn a cross-keyed keyset only. Choose that kind."))


def _refuse_retired(symbol):
    if symbol.retired_at:
        raise Refusal(_("Symbol %(symbol)s is retired: no keys of it are made or handed out.") % {"symbol": symbol})
