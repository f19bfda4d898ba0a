"""One part of the question as an integer program in HiGHS.

A variable for each candidate (taken or not), one for each class of doors beyond need that several candidates open
(opened or not; it follows from the candidates, so it need not be an integer). Each needed door is a row, and each aim
is one, so that its value can be limited while another aim is looked at.
"""

import highspy
import numpy as np

from keys.selection.question import Score
from keys.selection.reduction import bits, costs_of

BEYOND = Score._fields.index("beyond")
INFINITE = highspy.kHighsInf
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.9,  # all values are whole numbers: what is less than one away from the bound is on it
    "mip_heuristic_run_feasibility_jump": False,  # took a third of the time and found nothing in programs this small
}


class Program:
    """The variables, what they add to each aim (``aims``, in the order of a ``Score``), and HiGHS with the rows."""

    def __init__(self, part):
        self.part, self.size = part, len(part.symbols)
        self.shared = [(mask, weight) for mask, weight in part.classes if mask.bit_count() > 1]
        self.columns = np.arange(self.size + len(self.shared), dtype=np.int32)
        self.aims = self._aims()
        self.highs = highspy.Highs()
        for option, value in OPTIONS.items():
            self.highs.setOptionValue(option, value)
        self.highs.passModel(self._model())

    def limit(self, aim, most=INFINITE):
        """From now on this aim may have at most this value."""
        self.highs.changeRowBounds(self.first_aim + aim, -INFINITE, most)

    def bound(self, bit, lower=0, upper=1):
        """From now on the candidate is taken (1, 1), left (0, 0) or free."""
        self.highs.changeColBounds(bit, lower, upper)

    def minimise(self, costs, seconds):
        """The candidates of a cheapest way, as a mask, or None; and what HiGHS says: "best", "none" or "unsure".

        What it found is rounded and counted anew in whole numbers; if that does not add up, it is unsure.
        """
        highs, states = self.highs, highspy.HighsModelStatus
        highs.changeColsCost(len(costs), self.columns, costs)
        highs.setOptionValue("time_limit", highs.getRunTime() + max(0.0, seconds))
        highs.run()
        status, info = highs.getModelStatus(), highs.getInfo()
        if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
            return None, "none"
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, "unsure"
        values = highs.getSolution().col_value[: self.size]
        chosen = sum(1 << bit for bit, value in enumerate(values) if value > 0.5)
        adds_up = abs(self.value(costs, chosen) - info.objective_function_value) < 0.5
        return chosen, "best" if adds_up and status == states.kOptimal else "unsure"

    def value(self, costs, chosen):
        """What a way costs, counted in whole numbers: a shared class is opened by any of its candidates."""
        own = sum(int(costs[bit]) for bit in bits(chosen))
        opened = (column for column, (mask, _weight) in self._classes() if mask & chosen)
        return own + sum(int(costs[column]) for column in opened)

    def score(self, chosen):
        return Score(*(self.value(costs, chosen) for costs in self.aims))

    def _aims(self):
        aims = np.zeros((len(Score._fields), len(self.columns)))
        for bit, symbol in enumerate(self.part.symbols):
            keys, level, cut = costs_of(symbol)
            aims[:, bit] = Score(keys, 0, level, cut, 1)
        for mask, weight in self.part.classes:
            if mask.bit_count() == 1:
                aims[BEYOND, mask.bit_length() - 1] += weight
        aims[BEYOND, self.size :] = [weight for _mask, weight in self.shared]
        return aims

    def _model(self):
        """Each row is opened; a shared class is open with each of its candidates; the aims have no limit yet."""
        covers = [([*bits(row)], [1] * row.bit_count()) for row in self.part.rows]
        links = [([column, bit], [1, -1]) for column, (mask, _weight) in self._classes() for bit in bits(mask)]
        aims = [(aim.nonzero()[0], aim[aim.nonzero()]) for aim in self.aims]
        self.first_aim = len(covers) + len(links)

        rows, model = covers + links + aims, highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.columns), len(rows)
        model.col_cost_, model.col_lower_ = np.zeros(len(self.columns)), np.zeros(len(self.columns))
        model.col_upper_, model.row_upper_ = np.ones(len(self.columns)), np.full(len(rows), INFINITE)
        model.row_lower_ = np.array([1.0] * len(covers) + [0.0] * len(links) + [-INFINITE] * len(aims))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(indices) for indices, _values in rows)], dtype=np.int32)
        model.a_matrix_.index_ = np.concatenate([indices for indices, _values in rows]).astype(np.int32)
        model.a_matrix_.value_ = np.concatenate([values for _indices, values in rows]).astype(float)
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger] * self.size + [kinds.kContinuous] * len(self.shared)
        return model

    def _classes(self):
        return enumerate(self.shared, self.size)
