"""What is asked, and what the answer says."""

from enum import Enum
from typing import NamedTuple


class Symbol(NamedTuple):
    """A key symbol as far as the choice is concerned.

    ``opens`` are the doors its keys open today, by id; of one that may not be handed out it is enough to name those
    that are wanted. Levels are numbers, and more opens more; give one above the highest to what this person may not
    have for other reasons. ``in_stock`` are keys that can be handed out now,
    ``may_cut`` is how many more may be made. ``held``: the person has one and it is not lost; ``stays``: and keeps it,
    whatever the answer.
    """

    id: int
    name: str
    opens: frozenset
    level: int = 1
    in_stock: int = 0
    may_cut: int = 0
    held: bool = False
    stays: bool = False

    @property
    def place(self):
        """Where it stands among all, by name."""
        return self.name, self.id

    @property
    def must_be_cut(self):
        return not self.held and not self.in_stock


class Score(NamedTuple):
    """How good a way is, aim by aim; less is better."""

    handed_out: int
    beyond: int
    level: int
    cut: int
    in_hand: int


class Order(Enum):
    """Which aim comes first; the values are positions in a ``Score``."""

    FEWEST_KEYS = (0, 1, 2, 3, 4)
    LEAST_ACCESS = (1, 0, 2, 3, 4)


class Question(NamedTuple):
    """Which keys shall a person hold to open ``wanted``, and what they need already (``entitled``)?

    ``highest_level`` is the highest that may be handed out to them; what they hold is allowed whatever its level.
    ``weights`` say how much a door counts that is opened beyond need (whole numbers; 1 where nothing is said): critical
    doors count more, and are named first.
    """

    wanted: frozenset
    symbols: tuple
    highest_level: int
    order: Order = Order.FEWEST_KEYS
    entitled: frozenset = frozenset()
    weights: dict = {}

    @property
    def needed(self):
        return self.wanted | self.entitled

    def allows(self, symbol):
        """The person has it, or it may be handed out to them and there is one or can be."""
        low = symbol.level <= self.highest_level
        return symbol.held or (low and (symbol.in_stock > 0 or symbol.may_cut > 0))

    def score(self, symbols):
        """How good it is to hold exactly these symbols."""
        new = [symbol for symbol in symbols if not symbol.held]
        beyond = sum(self.weights.get(door, 1) for door in self.beyond(symbols))
        cut = sum(symbol.must_be_cut for symbol in new)
        return Score(len(new), beyond, sum(symbol.level for symbol in new), cut, len(symbols))

    def beyond(self, symbols):
        """The doors that these symbols open and nobody asked for."""
        return union(symbols) - self.needed

    def unmet(self):
        """The needed doors that no allowed symbol opens, in three sets by why.

        Nothing opens it, only something of too high a level does, or what would do has no key in stock and none may be
        cut.
        """
        unmet = self.needed - union(symbol for symbol in self.symbols if self.allows(symbol))
        low = unmet & union(symbol for symbol in self.symbols if symbol.level <= self.highest_level)
        high = unmet & union(symbol for symbol in self.symbols if symbol.level > self.highest_level)
        return unmet - low - high, high - low, low


class Choice(NamedTuple):
    """One way, as ids: what to hand out (``cut`` are those of them that must be made), to keep and to give back.

    ``beyond`` are the doors it opens beyond need, those that weigh most first.
    """

    hand_out: tuple
    cut: tuple
    keep: tuple
    give_back: tuple
    beyond: tuple
    score: Score

    @classmethod
    def of(cls, question, taken):
        def ids(symbols):
            return tuple(symbol.id for symbol in sorted(symbols, key=lambda symbol: symbol.place))

        new = [symbol for symbol in taken if not symbol.held]
        held = {symbol for symbol in question.symbols if symbol.held}
        beyond = sorted(question.beyond(taken), key=lambda door: (-question.weights.get(door, 1), door))
        return cls(
            hand_out=ids(new),
            cut=ids(symbol for symbol in new if symbol.must_be_cut),
            keep=ids(held & taken),
            give_back=ids(held - taken),
            beyond=tuple(beyond),
            score=question.score(taken),
        )


class Selection(NamedTuple):
    """The answer: the way chosen, the doors that stay closed by why, and whether nothing better exists."""

    choice: Choice
    nothing_opens: frozenset
    above_level: frozenset
    no_copy: frozenset
    proven: bool


def union(symbols):
    """All doors that one of the symbols opens."""
    return frozenset().union(*(symbol.opens for symbol in symbols))
