"""What the choice of keys depends on: what is asked for, what the person holds and needs, and what there is."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Q

from accounts.models import KeyOrder, Person
from keys.models import Door, KeyRequest, KeySymbol, Loan, Operates, Pinning, ProposedKey, RequestItem
from keys.models.approvals import today
from keys.selection import Order, Question, Symbol

ORDERS = {KeyOrder.FEWEST_KEYS: Order.FEWEST_KEYS, KeyOrder.LEAST_ACCESS: Order.LEAST_ACCESS}


class Wish(NamedTuple):
    """What is asked for: doors, those that no metal key is given to, symbols by name, and retired ones of these."""

    doors: frozenset
    electronic: frozenset
    named: frozenset
    retired: frozenset


class Facts(NamedTuple):
    """All that a choice depends on, as it is at one moment: from the same facts the same keys are chosen.

    ``named`` are the symbols asked for by name that the person does not hold; ``lost`` those of which they have lost a
    key, which is not settled yet.
    """

    question: Question
    wish: Wish
    named: frozenset
    lost: frozenset


def doors_of(request):
    """What a request asks for; a room stands for all doors that lead into it."""
    return _wish(request.items.all())


def facts_of(request):
    """The facts as they are now, in a fixed number of queries; None for a person without an affiliation."""
    person = Person.objects.select_related("affiliation").get(pk=request.person_id)
    if person.affiliation is None:
        return None
    wish, held = doors_of(request), _held(person, request)
    lost = Loan.objects.unsettled().filter(borrower=person).order_by().values_list("key__symbol", flat=True)
    return Facts(_question(person, wish, held), wish, wish.named - held, frozenset(lost))


def _wish(items):
    items = list(items)
    spaces = [item.space_id for item in items if item.space_id]
    doors = [item.door_id for item in items if item.door_id]
    rows = Door.objects.current().filter(Q(pk__in=doors) | Q(space_to__in=spaces))
    electronic = dict(rows.values_list("pk", "electronic_only"))
    closed = frozenset(door for door, only in electronic.items() if only)
    named = {item.symbol_id for item in items if item.symbol_id}
    retired = KeySymbol.objects.retired().filter(pk__in=named).values_list("pk", flat=True) if named else ()
    return Wish(frozenset(electronic) - closed, closed, frozenset(named) - set(retired), frozenset(retired))


def _held(person, request):
    """The symbols that the person holds, and those that another request promises to them already."""
    under_way = [KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED]
    promised = ProposedKey.objects.outstanding().filter(
        proposal__request__person=person, proposal__request__status__in=under_way
    )
    promised = promised.exclude(proposal__request=request).order_by().values_list("symbol", flat=True)
    held = Loan.objects.running().filter(borrower=person).order_by().values_list("key__symbol", flat=True)
    return frozenset(held.union(promised))


def _question(person, wish, held):
    level, before = person.affiliation.highest_level, _entitled(person)
    wanted, mine = wish.doors | before, held | wish.named
    symbols = KeySymbol.objects.current().filter(
        Q(pk__in=KeySymbol.objects.opening(wanted).values("pk")) | Q(pk__in=mine)
    )
    symbols = list(symbols.order_by("pk"))
    opens = _opens([symbol for symbol in symbols if symbol.level <= level or symbol.pk in mine], None)
    opens |= _opens([symbol for symbol in symbols if symbol.pk not in opens], wanted)
    stay = wish.named | held - _by_request(person)  # handed out at the desk: nobody knows here what for
    rows = _rows(symbols, opens, held=mine, stay=stay)
    doors = set().union(*opens.values())
    weights = dict(Door.objects.filter(pk__in=doors, criticality__gt=1).values_list("pk", "criticality"))
    order = ORDERS[person.affiliation.key_order]
    return Question(wish.doors, rows, level, order=order, entitled=before, weights=weights)


def _rows(symbols, opens, *, held, stay):
    """How many there are is of no interest, but whether: so a choice stands when one of many is handed out."""
    counts = KeySymbol.objects.filter(pk__in=[symbol.pk for symbol in symbols]).with_key_counts().in_bulk()
    return tuple(
        Symbol(
            id=symbol.pk,
            name=symbol.symbol,
            opens=frozenset(opens[symbol.pk]),
            level=symbol.level,
            in_stock=int(counts[symbol.pk].keys_there > 0),
            may_cut=int(symbol.most_copies is None or counts[symbol.pk].keys_in_use < symbol.most_copies),
            held=symbol.pk in held,
            stays=symbol.pk in stay,
        )
        for symbol in symbols
    )


def _entitled(person):
    """The doors that the person was given keys for, for as long as they need them."""
    live = KeyRequest.objects.live(on=today()).filter(person=person)
    return _wish(RequestItem.objects.filter(request__in=live)).doors


def _by_request(person):
    """The symbols that the person holds because they asked for doors."""
    lines = ProposedKey.objects.filter(loan__in=Loan.objects.running().filter(borrower=person))
    return frozenset(lines.values_list("symbol", flat=True))


def _opens(symbols, among):
    """The doors that keys of each symbol open now; ``among`` these only, when it is given."""
    rows = Pinning.objects.now().filter(keyset__operates__in=Operates.objects.now().filter(symbol__in=symbols))
    rows = rows if among is None else rows.filter(door__in=among)
    doors = defaultdict(set)
    for symbol, door in rows.order_by().values_list("keyset__operates__symbol", "door").distinct():
        doors[symbol].add(door)
    return {symbol.pk: doors.get(symbol.pk, set()) for symbol in symbols}
