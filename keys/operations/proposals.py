"""Which keys a request comes to: the question for ``keys.selection``, and what is written down of the answer."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import KeyOrder
from keys.models import Door, KeyRequest, KeySymbol, Loan, Operates, Pinning, Proposal, ProposedKey
from keys.models.approvals import today
from keys.selection import Order, Question, Symbol, alternatives, select
from keysite.ledger import Refusal, record, record_changes, record_new

AT_ONCE = 20  # doors: what is chosen while somebody waits; more are seen to by the clock
PATIENCE = 1.0  # seconds for the alternatives, which the approver may do without
NAMED = 20  # doors opened beyond need that the approver sees by name
POLICY = ("request", "order", "highest_level", "proven", "ways", "unmet")
ORDERS = {KeyOrder.FEWEST_KEYS: Order.FEWEST_KEYS, KeyOrder.LEAST_ACCESS: Order.LEAST_ACCESS}


class Wish(NamedTuple):
    """What a person asks for and may have: doors, those that no metal key is given to, and symbols by name."""

    doors: frozenset
    electronic: frozenset
    named: frozenset


def doors_of(request):
    """The doors that are asked for; a room stands for all doors that lead into it."""
    items = list(request.items.all())
    spaces = [item.space_id for item in items if item.space_id]
    named = [item.door_id for item in items if item.door_id]
    rows = Door.objects.current().filter(Q(pk__in=named) | Q(space_to__in=spaces))
    electronic = dict(rows.values_list("pk", "electronic_only"))
    symbols = frozenset(item.symbol_id for item in items if item.symbol_id)
    closed = frozenset(door for door, only in electronic.items() if only)
    return Wish(frozenset(electronic) - closed, closed, symbols)


def preview_proposal(request):
    """What would be proposed now: the way, as ``Proposal.ways`` has it, and the doors that stay closed by reason.

    Nothing is written.
    """
    wish = doors_of(request)
    question = _question(request.person, wish)
    way = _as_kept(select(question).choice, question, wish.named - _held(request.person))
    return way, _unmet(question, wish)


def propose(request, *, by=None):
    """Choose the keys for a request that is held, and write the choice down with its alternatives and the policy.

    Refused when no key on file opens anything of it, and when the person holds all that is needed.
    """
    person, wish = request.person, doors_of(request)
    question = _question(person, wish)
    selection, (ways, _all) = select(question), alternatives(question, seconds=PATIENCE)
    named = wish.named - _held(person)
    unmet = _unmet(question, wish)
    if not selection.choice.hand_out and not named:
        raise Refusal(_why_nothing({why: len(doors) for why, doors in unmet.items()}))
    proposal = Proposal(request=request, made_at=timezone.now(), proven=selection.proven)
    proposal.order, proposal.highest_level = person.affiliation.key_order, person.affiliation.highest_level
    best = _as_kept(selection.choice, question, named)
    ways = [_as_kept(way, question, named) for way in ways]
    proposal.ways = ways if best in ways else [best, *ways]
    proposal.unmet = {why: sorted(doors) for why, doors in unmet.items() if doors}
    _replace(proposal, best, by=by, reason="proposed")
    return proposal


def take_way(proposal, number, *, by, reason):
    """Choose another of the alternatives of a request that is held; the proposal before stays on record."""
    if not 0 <= number < len(proposal.ways):
        raise Refusal(_("There is no such alternative. Open the request again."))
    if not reason.strip():
        raise Refusal(_("Say why these keys are better."))
    policy = {name: getattr(proposal, name) for name in POLICY}
    other = Proposal(made_at=timezone.now(), chosen_by=by, reason=reason.strip()[:500], **policy)
    _replace(other, proposal.ways[number], by=by, reason="another way chosen")
    return other


def _replace(proposal, way, *, by, reason):
    before = list(Proposal.objects.current().filter(request=proposal.request_id))
    for old in before:
        old.replaced_at = proposal.made_at
    record_changes(before, ["replaced_at"], by=by, reason="replaced")
    record(proposal, by=by, reason=reason)
    parts = ((part, symbol) for part in ProposedKey.Part for symbol in way[part])
    keys = [ProposedKey(proposal=proposal, symbol_id=symbol, part=part) for part, symbol in parts]
    record_new(keys, by=by, reason=reason)


def _as_kept(way, question, named):
    """A way as it is kept; the symbols that were asked for by name are handed out in each."""
    keep = [symbol for symbol in way.keep if symbol not in named]
    spare = _spare(question, [*way.hand_out, *named], keep)
    besides = _besides(question, [*way.hand_out, *named], keep)
    return {
        "hand_out": [*way.hand_out, *sorted(named)],
        "cut": list(way.cut),
        "keep": [symbol for symbol in keep if symbol not in spare],
        "give_back": [*way.give_back, *spare],
        "beyond": len(besides),
        "doors": besides[:NAMED],
    }


def _besides(question, new, keep):
    """The doors that nobody asked for and that the person cannot open yet, but could with the new keys."""
    opens = {symbol.id: symbol.opens for symbol in question.symbols}
    doors = frozenset().union(*(opens[symbol] for symbol in new)) - question.needed
    doors -= frozenset().union(*(opens[symbol] for symbol in keep))
    return sorted(doors, key=lambda door: (-question.weights.get(door, 1), door))


def _spare(question, new, keep):
    """The keys among ``keep`` all of whose doors the others open; those that open least are looked at first."""
    opens = {symbol.id: symbol.opens for symbol in question.symbols}
    spare = []
    for symbol in sorted(keep, key=lambda symbol: (len(opens[symbol]), symbol)):
        others = set(keep) - set(spare) - {symbol}
        if opens[symbol] <= frozenset().union(*(opens[other] for other in [*new, *others])):
            spare.append(symbol)
    return spare


def _unmet(question, wish):
    """The doors that no key can be given for, by reason."""
    nothing, level, copies = question.unmet()
    return {"nothing": nothing, "level": level, "copies": copies, "electronic": wish.electronic}


def _why_nothing(unmet):
    if not any(unmet.values()):
        return _("The keys in your hands open all of this already.")
    sentence = _(
        "No key can be given for this. Doors without a key on file: %(nothing)s; only with one of too high a level: "
        "%(level)s; no more keys may be cut: %(copies)s; electronic only: %(electronic)s."
    )
    return sentence % unmet


def _held(person):
    """The symbols that the person holds, and those that are promised to them already."""
    under_way = [KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED]
    promised = ProposedKey.objects.outstanding().filter(
        proposal__request__person=person, proposal__request__status__in=under_way
    )
    held = Loan.objects.running().filter(borrower=person).order_by().values_list("key__symbol", flat=True)
    return frozenset(held.union(promised.order_by().values_list("symbol", flat=True)))


def _question(person, wish):
    """All that the choice depends on, in a fixed number of queries."""
    level, before = person.affiliation.highest_level, _entitled(person)
    held, wanted = _held(person), wish.doors | before
    mine = held | wish.named
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
    stock, cut = _copies(symbols)
    return tuple(
        Symbol(
            id=symbol.pk,
            name=symbol.symbol,
            opens=frozenset(opens[symbol.pk]),
            level=symbol.level,
            in_stock=stock[symbol.pk],
            may_cut=cut[symbol.pk],
            held=symbol.pk in held,
            stays=symbol.pk in stay,
        )
        for symbol in symbols
    )


def _entitled(person):
    """The doors that the person was given keys for, for as long as they need them."""
    doors = set()
    for request in KeyRequest.objects.live(on=today()).filter(person=person).prefetch_related("items"):
        doors |= doors_of(request).doors
    return frozenset(doors)


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


def _copies(symbols):
    """How many keys of each symbol can be handed out now, and how many more may be cut."""
    rows = KeySymbol.objects.filter(pk__in=[s.pk for s in symbols]).with_key_counts()
    counts = {row.pk: row for row in rows}
    most = {row.pk: row.most_copies for row in rows}
    stock = {pk: row.keys_there for pk, row in counts.items()}
    cut = {pk: 1_000 if most[pk] is None else max(0, most[pk] - row.keys_in_use) for pk, row in counts.items()}
    return stock, cut
