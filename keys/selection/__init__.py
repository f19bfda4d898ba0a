"""Which keys to hand out so that a person can open certain doors: exact, and the same answer every time.

Nothing is asked or written here: a ``Question`` comes in and a ``Selection`` goes out. What is best is a list of aims,
each of which only decides what those before it leave open (``Order``):

1. as few keys handed out as possible,
2. as little access beyond need as possible: the weight of all doors that the keys kept and handed out open together
   and that are not needed, each counted once however many of the keys open it,
3. as low a level of the keys handed out as possible,
4. as few keys cut as possible: what is in stock comes first,
5. as few keys in the person's hands as possible: what is of no use goes back,
6. the first by name, so that nothing depends on the order in which rows were read.

"Least access" puts the second aim before the first. The instance is made small without losing an optimum
(``reduction``), falls into parts that have nothing to do with each other, and HiGHS solves each part aim by aim
(``solver``). When time runs out, what was found so far is given back and says that it is not proven.
"""

from time import monotonic

from keys.selection.frontier import joined
from keys.selection.question import Choice, Order, Question, Score, Selection, Symbol
from keys.selection.reduction import reduced
from keys.selection.solver import Solver

__all__ = ["Choice", "Order", "Question", "Score", "Selection", "Symbol", "alternatives", "select"]

SECONDS = 5.0


def select(question, *, seconds=SECONDS):
    """The best way to open the needed doors, and the doors that cannot be opened with why.

    ``proven`` is false when ``seconds`` did not suffice: then the way opens all that can be opened, but there may be a
    better one.
    """
    deadline = monotonic() + seconds
    taken, parts = reduced(question)
    solvers = [Solver(part, deadline) for part in parts]
    for part, solver in zip(parts, solvers, strict=True):
        taken = taken | part.symbols_of(solver.best(question.order).chosen)
    return Selection(Choice.of(question, taken), *question.unmet(), all(solver.proven for solver in solvers))


def alternatives(question, *, seconds=SECONDS):
    """All ways of which none is better in both: keys handed out, and access beyond need; fewest keys first.

    For each number of keys it is the way that opens least beyond need, chosen by the aims that follow. Gives the ways
    and whether they are proven to be all and the best. The way that ``select`` chooses is the first by "fewest keys",
    the last by "least access".
    """
    deadline = monotonic() + seconds
    taken, parts = reduced(question)
    solvers = [Solver(part, deadline) for part in parts]
    ends = [solver.ends() for solver in solvers]  # of all parts first: they are there even when time runs out
    points = [[*both, *solver.between(*both)] for solver, both in zip(solvers, ends, strict=True)]
    choices = tuple(Choice.of(question, taken | symbols) for symbols in joined(parts, points))
    return choices, all(solver.proven for solver in solvers)
