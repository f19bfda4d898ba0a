"""The table of the rules of key control says of each rule what tries it, or why it is not covered."""

import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parent.parent / "docs" / "policy-rules.md"
RULES = [f"P{number:02}" for number in range(1, 48)]


def rows():
    """Number, what keysite does, and the tests, of each row."""
    cells = (line.strip("|").split("|") for line in TABLE.read_text().splitlines() if line.startswith("| P"))
    return [(name.split()[0], does.strip(), tests.strip(" `")) for name, does, tests in cells]


def numbers_of_tests():
    """The numbers that tests are named after."""
    names = (
        name for file in HERE.glob("test_policy_*.py") for name in re.findall(r"def test_p(\d\d)_", file.read_text())
    )
    return {f"P{number}" for number in names}


def test_every_rule_has_its_row():
    assert [number for number, _does, _tests in rows()] == RULES


def test_a_rule_is_tried_or_the_table_says_why_not():
    named = {number for number, _does, tests in rows() if tests == number.lower()}
    without = {number for number, does, tests in rows() if not tests and does.startswith("not covered: ")}

    assert named == numbers_of_tests()
    assert named | without == set(RULES)
