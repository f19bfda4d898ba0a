"""Looking at what an import made of a list."""


def counts(outcome):
    """Created, changed, the same, left out, refused: in lines."""
    return outcome.created, outcome.changed, outcome.same, len(outcome.left_out), outcome.lines_refused


def refusals(outcome):
    return [str(remark) for remark in outcome.refused]


def left_out(outcome):
    return [str(remark) for remark in outcome.left_out]


def remarks(outcome):
    return [str(remark) for remark in outcome.remarked]
