"""How many lines of a register must be looked at, and which, so that many wrong ones would have shown.

Discovery sampling: of ``population`` lines at least so many are wrong, ``size`` of them are drawn without putting any
back; the hypergeometric distribution says how likely it is that none of the drawn ones is wrong.
"""

import random
from fractions import Fraction


def sample_size(population, *, confidence, tolerated):
    """The fewest lines to draw, so that no wrong line among them makes ``confidence`` percent sure that less than
    ``tolerated`` percent of all are wrong.

    Exact, in whole numbers: the share of the samples that hide every wrong line is kept as two products.
    """
    wrong = -(-population * Fraction(str(tolerated)) // 100)  # the fewest that are too many
    size, hiding, possible = 0, 1, 1
    while size < population and hiding * 100 > possible * (100 - confidence):
        hiding *= max(population - int(wrong) - size, 0)
        possible *= population - size
        size += 1
    return size


def draw(lines, size, *, seed):
    """``size`` of these lines, the same ones whenever it is asked with the same seed, in whatever order they come.

    Each line gets a number by ``random()``, which Python keeps the same from version to version, and the lowest win.
    """
    dice = random.Random(seed)  # noqa: S311 - anybody may draw it again; the seed itself is a secret until then
    numbered = sorted((dice.random(), line) for line in sorted(lines))
    return sorted(line for _number, line in numbered[:size])
