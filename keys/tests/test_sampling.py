"""How many lines to draw, and which."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.sampling import draw, sample_size

REFERENCE = {  # of the literature, for 95 %: population → lines for 1, 2 and 5 % wrong
    1_000: (258, 138, 57),
    5_000: (290, 147, 59),
    23_000: (297, 148, 59),
    60_000: (298, 149, 59),
}
populations = st.integers(0, 3000)
confidences = st.integers(50, 99)
shares = st.decimals("0.1", "50", places=1)


@pytest.mark.parametrize("population", REFERENCE)
def test_the_size_is_that_of_the_tables(population):
    sizes = tuple(sample_size(population, confidence=95, tolerated=share) for share in (1, 2, 5))

    assert sizes == REFERENCE[population]


def test_of_few_lines_nearly_all_are_drawn():
    assert [sample_size(n, confidence=95, tolerated=2) for n in (0, 1, 5, 20, 60)] == [0, 1, 5, 19, 47]


@given(populations, confidences, shares)
def test_the_sample_is_just_large_enough(population, confidence, tolerated):
    size = sample_size(population, confidence=confidence, tolerated=tolerated)
    wrong = -(-population * int(tolerated * 10) // 1000)

    def is_sure(drawn):
        return comb(population - wrong, drawn) * 100 <= (100 - confidence) * comb(population, drawn)

    assert 0 <= size <= population
    assert population == 0 or is_sure(size)
    assert size == 0 or not is_sure(size - 1)


@given(populations, confidences, shares)
def test_more_certainty_and_finer_errors_never_take_fewer_lines(population, confidence, tolerated):
    size = sample_size(population, confidence=confidence, tolerated=tolerated)

    assert sample_size(population, confidence=min(confidence + 1, 99), tolerated=tolerated) >= size
    assert sample_size(population, confidence=confidence, tolerated=tolerated * 2) <= size


@given(st.sets(st.integers(1, 10**9), max_size=300), st.integers(0, 300), st.integers(0, 2**62))
def test_the_draw_follows_from_the_seed_alone(lines, size, seed):
    drawn = draw(lines, size, seed=seed)

    shuffled = random.sample(sorted(lines), len(lines))
    assert draw(shuffled, size, seed=seed) == drawn == sorted(set(drawn))
    assert set(drawn) <= lines
    assert len(drawn) == min(size, len(lines))


def test_the_draw_is_the_same_in_years():
    assert draw(range(1, 101), 5, seed=1887) == [10, 11, 49, 51, 75]


def test_every_line_is_drawn_about_equally_often():
    drawn = [line for seed in range(2000) for line in draw(range(10), 3, seed=seed)]

    assert all(520 < drawn.count(line) < 680 for line in range(10))
