"""Which keys a request comes to: chosen while nobody is held, then written down if nothing has changed meanwhile."""

from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keys.models import Proposal, ProposedKey
from keys.operations.wishes import Facts, facts_of, promised_elsewhere
from keys.selection import alternatives, select
from keysite.ledger import Refusal, record, record_changes, record_new

AT_ONCE = 20  # doors: what is chosen while somebody waits; more are seen to by the clock
PATIENCE = 1.0  # seconds for the alternatives, which the approver may do without
NAMED = 20  # doors opened beyond need that the approver sees by name
ATTEMPTS = 3
NOTHING = gettext_lazy("Say first which doors the keys are for.")
POLICY = ("request", "order", "highest_level", "proven", "ways", "unmet")


class Choice(NamedTuple):
    """The best way by the facts of a moment, and the others that are to be seen, as ``Proposal.ways`` has them."""

    facts: Facts
    best: dict
    ways: list
    proven: bool

    @property
    def levels(self):
        """The level of each symbol of which a key is handed out."""
        new = self.best["hand_out"]
        return {symbol.id: symbol.level for symbol in self.facts.question.symbols if symbol.id in new}


class Preview(NamedTuple):
    """What would be proposed now, the doors that stay closed by reason, and why it would be refused, if it would.

    ``symbols`` and ``doors`` say what these are called.
    """

    way: dict
    unmet: dict
    refusal: str
    symbols: dict
    doors: dict


class Outdated(Refusal):
    """What was chosen from has changed since."""

    sentence = gettext_lazy("The keys to choose from are changing just now. Send it once more.")

    def __init__(self):
        super().__init__(self.sentence)


def preview_proposal(request):
    """What would be proposed now. Nothing is written, nobody is held, and nothing is refused but in words.

    None for so many doors that the clock chooses.
    """
    facts = facts_of(request)
    if len(facts.wish.doors) > AT_ONCE:
        return None
    way = _as_kept(select(facts.question).choice, facts)
    names = {symbol.id: symbol.name for symbol in facts.question.symbols}
    try:
        _refuse_choice(request, facts, way)
    except Refusal as refusal:
        return Preview(way, _unmet(facts), str(refusal), names, facts.wish.names)
    return Preview(way, _unmet(facts), "", names, facts.wish.names)


def with_choice(request, deed, *, most=None):
    """Choose keys for a request and do ``deed`` with the choice, which locks, and writes it down by ``propose``.

    Choosing takes long, so nobody is held meanwhile; when the facts have changed by the time that they are, all is let
    go and chosen anew. ``deed`` gets None for more than ``most`` doors, which the clock sees to. Refused when the
    facts change again and again (``Outdated``).
    """
    for attempt in range(1, ATTEMPTS + 1):
        choice = _choose(request, most)
        try:
            with transaction.atomic():  # what it locks is free again when it is rolled back
                return deed(choice)
        except Outdated:
            if attempt == ATTEMPTS:
                raise
    return None


def propose(request, choice, *, by=None):
    """Write down the choice for a request that is held and has none, with its alternatives and the policy.

    Refused when no key on file opens anything of it, when the person holds all that is needed, and as
    ``_refuse_choice`` says.
    """
    person, facts = request.person, facts_of(request)
    if choice is None or facts != choice.facts:
        raise Outdated
    _refuse_choice(request, facts, choice.best)
    proposal = Proposal(request=request, made_at=timezone.now(), proven=choice.proven)
    proposal.order, proposal.highest_level = person.affiliation.key_order, person.affiliation.highest_level
    proposal.ways = choice.ways
    proposal.unmet = {why: sorted(doors) for why, doors in _unmet(facts).items() if doors}
    _write(proposal, choice.best, by=by, reason="proposed")
    return proposal


def take_way(proposal, number, *, by, reason):
    """Choose another of the alternatives of a request that is held; the proposal before stays on record.

    Refused without a reason, and for what would not be proposed any more.
    """
    if not 0 <= number < len(proposal.ways):
        raise Refusal(_("There is no such alternative. Open the request again."))
    if not reason.strip():
        raise Refusal(_("Say why these keys are better."))
    facts = facts_of(proposal.request)
    _refuse_choice(proposal.request, facts, proposal.ways[number])
    _refuse_past(facts, proposal.ways[number])
    policy = {name: getattr(proposal, name) for name in POLICY}
    other = Proposal(made_at=timezone.now(), chosen_by=by, reason=reason.strip()[:500], **policy)
    drop_proposal(proposal.request, by=by, reason="replaced")
    _write(other, proposal.ways[number], by=by, reason="another way chosen")
    return other


def drop_proposal(request, *, by, reason):
    """The keys of a request that is held are not the right ones any more: the clock chooses anew."""
    before = list(Proposal.objects.current().filter(request=request))
    for old in before:
        old.replaced_at = timezone.now()
    record_changes(before, ["replaced_at"], by=by, reason=reason)


def _choose(request, most):
    facts = facts_of(request)
    if facts is None or (most is not None and len(facts.wish.doors) > most):
        return None
    selection, (ways, _all) = select(facts.question), alternatives(facts.question, seconds=PATIENCE)
    best, ways = _as_kept(selection.choice, facts), [_as_kept(way, facts) for way in ways]
    return Choice(facts, best, ways if best in ways else [best, *ways], selection.proven)


def _write(proposal, way, *, by, reason):
    record(proposal, by=by, reason=reason)
    parts = ((part, symbol) for part in ProposedKey.Part for symbol in way[part])
    keys = [ProposedKey(proposal=proposal, symbol_id=symbol, part=part) for part, symbol in parts]
    record_new(keys, by=by, reason=reason)


def _as_kept(way, facts):
    """A way as it is kept; the symbols that were asked for by name are handed out in each.

    ``doubled`` are keys to hand out all of whose doors the others in the person's hands open already.
    """
    question, named = facts.question, facts.named
    keep = [symbol for symbol in way.keep if symbol not in named]
    new = [*way.hand_out, *sorted(named)]
    spare, besides = _spare(question, new, keep), _besides(question, new, keep)
    keep = [symbol for symbol in keep if symbol not in spare]
    return {
        "hand_out": new,
        "cut": list(way.cut),
        "keep": keep,
        "give_back": [*way.give_back, *spare],
        "beyond": len(besides),
        "doors": besides[:NAMED],
        "doubled": _doubled(question, new, keep),
    }


def _besides(question, new, keep):
    """The doors that nobody asked for and that the person cannot open yet, but could with the new keys."""
    opens = {symbol.id: symbol.opens for symbol in question.symbols}
    doors = frozenset().union(*(opens[symbol] for symbol in new)) - question.needed
    doors -= frozenset().union(*(opens[symbol] for symbol in keep))
    return sorted(doors, key=lambda door: (-question.weights.get(door, 1), door))


def _spare(question, new, keep):
    """The keys among ``keep`` all of whose doors the others open; those that open least are looked at first.

    What was handed out at the desk is left alone when the new keys are the ones that are of no use.
    """
    opens = {symbol.id: symbol.opens for symbol in question.symbols}
    spare = []
    for symbol in sorted(keep, key=lambda symbol: (len(opens[symbol]), symbol)):
        others = set(keep) - set(spare) - {symbol}
        if opens[symbol] <= frozenset().union(*(opens[other] for other in [*new, *others])):
            spare.append(symbol)
    return spare


def _doubled(question, new, keep):
    opens = {symbol.id: symbol.opens for symbol in question.symbols}
    mine = {*new, *keep}
    doubled = (s for s in new if opens[s] and opens[s] <= frozenset().union(*(opens[o] for o in mine - {s})))
    return list(doubled)


def _unmet(facts):
    """The doors that no key can be given for, by reason."""
    nothing, level, copies = facts.question.unmet()
    return {"nothing": nothing, "level": level, "copies": copies, "electronic": facts.wish.electronic}


def _refuse_choice(request, facts, best):
    """Refuse a way that hands out nothing or too much, a symbol that may not be had, and the double of a lost key."""
    if not facts.wish.things:
        raise Refusal(NOTHING)
    _refuse_symbols(facts)
    if not best["hand_out"]:
        raise Refusal(_why_nothing(request, {why: len(doors) for why, doors in _unmet(facts).items()}))
    again = facts.lost & set(best["hand_out"])
    _refuse_duplicate(request, [symbol.name for symbol in facts.question.symbols if symbol.id in again])
    if len(best["hand_out"]) > settings.REQUEST_KEYS:
        sentence = ngettext(
            "This comes to %(n)d key, and a request may have %(most)d. Take something out, and ask for it by itself.",
            "This comes to %(n)d keys, and a request may have %(most)d. Take something out, and ask for it by itself.",
            len(best["hand_out"]),
        )
        raise Refusal(sentence % {"n": len(best["hand_out"]), "most": settings.REQUEST_KEYS})


def _refuse_symbols(facts):
    """Symbols that were put into the basket by name and have been retired since, or lifted above the person's level."""
    if facts.wish.retired:
        words = {"symbol": min(facts.wish.retired)}
        raise Refusal(_("Symbol %(symbol)s is retired: take it out of the request.") % words)
    high = [s for s in facts.question.symbols if s.id in facts.named and s.level > facts.question.highest_level]
    if high:
        words = {"symbol": high[0].name}
        raise Refusal(_("%(symbol)s is above the level of the person: take it out, and name the doors.") % words)


def _refuse_past(facts, way):
    """Refuse an alternative that has become none since it was kept: retired, too high, or no key is left."""
    now = {symbol.id: symbol for symbol in facts.question.symbols}
    for symbol in map(now.get, way["hand_out"]):
        if symbol is None or not symbol.in_stock + symbol.may_cut:
            raise Refusal(_("One of these keys cannot be had any more. Choose other keys."))
        if symbol.level > facts.question.highest_level:
            words = {"symbol": symbol.name}
            raise Refusal(_("%(symbol)s is above the level of the person by now. Choose other keys.") % words)


def _refuse_duplicate(request, symbols):
    """A key in place of a lost one is given when the loss is settled: found, paid for, or the key retired."""
    if symbols:
        _refuse_another(request)
        person = request.person
        words = {"person": person.name or person.email, "desk": settings.DESK_CONTACT}
        words["symbols"] = ", ".join(sorted(symbols))
        raise Refusal(
            _("%(person)s has lost a key %(symbols)s, and the loss is not settled. Ask %(desk)s about it first.")
            % words
        )


def _refuse_another(request):
    """What a person has or has lost is not for whoever asks for them."""
    if request.asked_by_id != request.person_id:
        words = {"person": request.person.name or request.person.email, "desk": settings.DESK_CONTACT}
        raise Refusal(
            _("No keys can be given to %(person)s for this now. Let them ask for themselves, or ask %(desk)s.") % words
        )


def _why_nothing(request, unmet):
    if not any(unmet.values()):
        _refuse_another(request)
        others = sorted(set(promised_elsewhere(request).values_list("proposal__request", flat=True)))
        if others:
            words = {"requests": ", ".join(f"R{pk}" for pk in others)}
            return _("The keys in your hands, and those of %(requests)s, open all of this already.") % words
        return _("The keys in your hands open all of this already.")
    sentence = _(
        "No key can be given for this. Doors without a key on file: %(nothing)s; only with one of too high a level: "
        "%(level)s; no more keys may be cut: %(copies)s; electronic only: %(electronic)s."
    )
    return sentence % unmet
