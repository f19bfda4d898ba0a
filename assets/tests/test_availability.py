"""Counting what is taken, and planning who gets which unit."""

from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from assets.availability import Taken, full_from, full_spans, levels, peak, unplaced

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(start, end, unit=None):
    """Hours after noon; without an end for ever."""
    return Taken(NOON + start * HOUR, None if end is None else NOON + end * HOUR, unit=unit)


def hours(moments):
    return [(moment - NOON) / HOUR for moment in moments]


def test_what_ends_does_not_touch_what_begins():
    spans = [span(0, 2), span(2, 4)]

    assert peak(spans, NOON, NOON + 4 * HOUR) == 1
    assert peak([*spans, span(1, 3)], NOON, NOON + 4 * HOUR) == 2


def test_levels_are_told_from_the_beginning_to_the_end_that_is_asked_for():
    found = levels([span(-1, 2), span(1, None)], NOON, NOON + 3 * HOUR)

    assert dict(zip(hours(found), found.values(), strict=True)) == {0: 1, 1: 2, 2: 1}
    assert levels([span(0, 1)], NOON + HOUR, None) == {}


def test_full_parts_that_touch_are_one():
    spans = [span(1, 2), span(2, 3), span(5, None)]

    found = full_spans(1, spans, NOON, NOON + 8 * HOUR)

    assert [tuple(hours(part)) for part in found] == [(1, 3), (5, 8)]
    assert hours(full_from(1, spans, NOON, NOON + 8 * HOUR)) == [1, 2, 5]
    assert full_spans(0, [], NOON, NOON + HOUR) == [(NOON, NOON + HOUR)]


def test_one_unit_is_free_all_the_time_or_none():
    taken = [span(1, 2, unit=1), span(2, 3, unit=2)]

    assert unplaced([1, 2], [*taken, span(1, 2)], NOON) == []
    assert unplaced([1, 2], [*taken, span(1, 3)], NOON) == [span(1, 3)]


def test_a_second_way_is_tried_where_the_first_does_not_work():
    """The shorter of two that begin together would take what only the longer one fits into."""
    taken = [span(6, 8, unit=1), span(2, 4), span(2, 6), span(5, 9)]

    assert unplaced([1, 2], taken, NOON) == []


def test_what_is_for_ever_leaves_nothing_behind_it():
    assert unplaced([1], [span(3, None, unit=1), span(4, 5)], NOON) == [span(4, 5)]


def test_many_are_planned_in_no_time():
    fixed = [span(10 * number % 97 + 1, 10 * number % 97 + 4, unit=number) for number in range(100)]

    assert len(unplaced(range(100), fixed + [span(number % 90, number % 90 + 9) for number in range(2000)], NOON)) > 0


SPANS = st.lists(
    st.builds(
        lambda start, length, unit: span(start, start + length, unit),
        st.integers(0, 6),
        st.integers(1, 4),
        st.sampled_from([None, None, 1, 2]),
    ),
    max_size=6,
)


def fits(units, spans):
    """By trying every way."""
    loose = [one for one in spans if one.unit is None]
    for chosen in product(units, repeat=len(loose)):
        placed = [one for one in spans if one.unit is not None]
        placed += [one._replace(unit=unit) for one, unit in zip(loose, chosen, strict=True)]
        if not any(one.unit == other.unit and one.overlaps(other.start, other.end) for one, other in pairs(placed)):
            return True
    return False


def pairs(rows):
    return ((one, other) for number, one in enumerate(rows) for other in rows[number + 1 :])


@settings(max_examples=300)
@given(SPANS)
def test_a_plan_is_found_whenever_there_is_one(spans):
    pinned = [one for one in spans if one.unit is not None]
    if any(one.unit == other.unit and one.overlaps(other.start, other.end) for one, other in pairs(pinned)):
        return  # the database refuses this

    assert (unplaced([1, 2], spans, NOON) == []) == fits([1, 2], spans)
