"""From which share of lost keys on a door is rekeyed, by what is behind it (policy rule P40)."""

ONE_KEY = 0  # per cent: the first lost key is enough

# Per cent of the issued keys of a symbol. What is not a room in the rule goes with the room it is most like.
PERCENT = {
    "exterior": 10,
    "suite": 10,
    "office": 5,
    "lab": 15,
    "classroom": 20,
    "mechanical": 20,
    "computer": ONE_KEY,
    "storage": 20,  # storage of a special kind is critical
    "residence": ONE_KEY,
    "cabinet": 20,
    "padlock": 20,
    "vehicle": ONE_KEY,
    "other": 20,
}
MASTERS_FROM = 2  # sub-master: of these one key is enough, whatever they open


def limit_of(kind, *, critical=False, level=0):
    """From how many per cent on a door of this kind is rekeyed, for a key of this level."""
    return ONE_KEY if critical or level >= MASTERS_FROM else PERCENT[kind]


def is_reached(limit, *, lost, issued):
    """Whether ``lost`` of ``issued`` keys are as many as the limit, without rounding."""
    return lost > 0 and 100 * lost >= limit * issued


def percent(*, lost, issued):
    """The share in whole per cent, rounded down: never more than it is."""
    return 100 * lost // issued if issued else 0
