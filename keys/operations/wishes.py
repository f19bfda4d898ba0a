"""What the choice of keys depends on: what is asked for, what the person holds and needs, and what there is."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Q, Value

from accounts.models import KeyOrder
from keys.models import Door, KeyRequest, KeySymbol, Loan, Operates, Pinning, ProposedKey, RequestItem
from keys.models.approvals import today
from keys.selection import Order, Question, Symbol
from keysite.search import first_found

ORDERS = {KeyOrder.FEWEST_KEYS: Order.FEWEST_KEYS, KeyOrder.LEAST_ACCESS: Order.LEAST_ACCESS}


class Wish(NamedTuple):
    """What is asked for: things as they are in the basket, which come to doors, to doors that no metal key is given to,
    and to symbols by name.

    ``retired`` has the names of symbols that were asked for and are retired since, ``names`` those of all the doors.
    """

    things: frozenset
    doors: frozenset
    electronic: frozenset
    named: frozenset
    retired: frozenset
    names: dict


class Facts(NamedTuple):
    """All that a choice depends on, as it is at one moment: from the same facts the same keys are chosen.

    ``named`` are the symbols asked for by name that the person does not hold; ``lost`` those of which they have lost a
    key, which is not settled yet.
    """

    question: Question
    wish: Wish
    named: frozenset
    lost: frozenset


class Theirs(NamedTuple):
    """Symbols: those that the person holds or another request promises to them, those that they hold because they
    asked for doors, those of which they have lost a key, and those that they ask for by name; and all ``things`` that
    they ask for.
    """

    held: frozenset
    by_request: frozenset
    lost: frozenset
    named: frozenset
    things: frozenset


def facts_of(request):
    """The facts as they are now, in four questions; None for a person without an affiliation.

    Whom it is for is taken as ``request`` has them: who holds a request has read them anew.
    """
    if request.person.affiliation is None:
        return None
    theirs, doors = _theirs(request), _doors(request)
    needed = {door.pk for door in doors if not door.electronic_only}
    symbols = _symbols(needed, theirs)
    wish = _wish(doors, symbols, theirs)
    entitled = frozenset(door.pk for door in doors if door.is_entitled) & needed
    question = _question(request.person, wish, entitled, symbols, theirs)
    return Facts(question, wish, wish.named - theirs.held, theirs.lost)


def _theirs(request):
    """Symbols by what the person has to do with them, in one question."""
    running = Loan.objects.running().filter(borrower=request.person_id)
    parts = [
        ("held", running, "key__symbol"),
        ("held", promised_elsewhere(request), "symbol"),
        ("by_request", ProposedKey.objects.filter(loan__in=running.order_by()), "symbol"),
        ("lost", Loan.objects.unsettled().filter(borrower=request.person_id), "key__symbol"),
        ("named", request.items.filter(symbol__isnull=False), "symbol"),
        ("things", request.items.all(), "pk"),
    ]
    first, *others = (rows.order_by().values_list(symbol, Value(part)) for part, rows, symbol in parts)
    found = defaultdict(set)
    for symbol, part in first.union(*others):
        found[part].add(symbol)
    return Theirs(*(frozenset(found[part]) for part in Theirs._fields))


def promised_elsewhere(request):
    """The keys that other requests, which are under way, promise to the same person."""
    under_way = [KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED]
    others = {"proposal__request__person": request.person_id, "proposal__request__status__in": under_way}
    return ProposedKey.objects.outstanding().filter(**others).exclude(proposal__request=request)


def _doors(request):
    """The doors asked for (``is_asked``), and those that the person was given keys for, as long as they need them."""
    live = KeyRequest.objects.live(on=today()).filter(person=request.person_id)
    asked, entitled = _meant(request.items.all()), _meant(RequestItem.objects.filter(request__in=live.order_by()))
    rows = Door.objects.current().filter(asked | entitled).annotate(is_asked=asked, is_entitled=entitled)
    return list(rows.select_related("building").order_by("pk"))


def _meant(items):
    """Whether a door is among these things; a room stands for all doors that lead into it."""
    items = items.order_by()
    return first_found("pk", items.values("door")) | first_found("space_to", items.values("space"))


def _symbols(needed, theirs):
    """What opens one of these doors, what the person holds, and what they name, each with how many keys there are."""
    opening = KeySymbol.objects.current().opening(needed).values("pk")
    mine = Q(pk__in=theirs.held | theirs.named)
    return list(KeySymbol.objects.filter(first_found("pk", opening) | mine).with_key_counts().order_by("pk"))


def _wish(doors, symbols, theirs):
    asked = [door for door in doors if door.is_asked]
    electronic = frozenset(door.pk for door in asked if door.electronic_only)
    retired = {symbol.pk: symbol.symbol for symbol in symbols if symbol.retired_at and symbol.pk in theirs.named}
    names = {door.pk: str(door) for door in asked}
    open_ones, named = names.keys() - electronic, theirs.named - retired.keys()
    return Wish(theirs.things, frozenset(open_ones), electronic, named, frozenset(retired.values()), names)


def _question(person, wish, entitled, symbols, theirs):
    level, wanted, mine = person.affiliation.highest_level, wish.doors | entitled, theirs.held | wish.named
    symbols = [symbol for symbol in symbols if symbol.retired_at is None]
    whole = {symbol.pk for symbol in symbols if symbol.level <= level or symbol.pk in mine}
    opens, weights = _opens(whole, {symbol.pk for symbol in symbols} - whole, wanted)
    stay = wish.named | theirs.held - theirs.by_request  # handed out at the desk: nobody knows here what for
    rows = _rows(symbols, opens, held=mine, stay=stay)
    order = ORDERS[person.affiliation.key_order]
    return Question(wish.doors, rows, level, order=order, entitled=entitled, weights=weights)


def _rows(symbols, opens, *, held, stay):
    """How many there are is of no interest, but whether: so a choice stands when one of many is handed out."""
    return tuple(
        Symbol(
            id=symbol.pk,
            name=symbol.symbol,
            opens=frozenset(opens[symbol.pk]),
            level=symbol.level,
            in_stock=int(symbol.keys_there > 0),
            may_cut=int(symbol.most_copies is None or symbol.keys_in_use < symbol.most_copies),
            held=symbol.pk in held,
            stays=symbol.pk in stay,
        )
        for symbol in symbols
    )


def _opens(whole, others, wanted):
    """The doors that keys of ``whole`` open now, and which of the ``wanted`` those of ``others``; and what critical
    doors weigh.
    """
    opens, weights = defaultdict(set), {}
    for symbol, door, weight in _pinned(whole).union(_pinned(others).filter(door__in=wanted)):
        opens[symbol].add(door)
        if weight > 1:
            weights[door] = weight
    return opens, weights


def _pinned(symbols):
    rows = Pinning.objects.now().filter(keyset__operates__in=Operates.objects.now().filter(symbol__in=symbols))
    return rows.order_by().values_list("keyset__operates__symbol", "door", "door__criticality")
