"""From “this key opens this door” to keysets: as few new ones as can be, and nobody loses a door."""

from hypothesis import given
from hypothesis import strategies as st

from keys.chart import Chart, planned

NOTHING = Chart({}, {}, {})


def test_doors_that_the_same_keys_open_come_together():
    plan = planned(NOTHING, {1: {10}, 2: {10, 20}, 3: {10}})

    assert plan.moved == {frozenset({10}): [1, 3], frozenset({10, 20}): [2]}
    assert plan.more == {}


def test_when_all_doors_of_a_keyset_get_a_key_more_it_turns_the_keyset():
    chart = Chart({1: 7, 2: 7}, {7: 2}, {7: frozenset({10})})

    assert planned(chart, {1: {20}, 2: {20}}) == ({7: frozenset({20})}, {})


def test_when_only_some_get_it_they_move_away():
    chart = Chart({1: 7, 2: 7}, {7: 2}, {7: frozenset({10})})

    assert planned(chart, {1: {20}}) == ({}, {frozenset({10, 20}): [1]})


def test_what_is_so_already_changes_nothing():
    chart = Chart({1: 7}, {7: 3}, {7: frozenset({10, 20})})

    assert planned(chart, {1: {20}}) == ({}, {})


doors, symbols = st.integers(1, 8), st.integers(1, 5)
openings = st.dictionaries(doors, st.sets(symbols, min_size=1))


@given(openings, openings)
def test_every_door_is_opened_by_all_that_opened_it_and_all_that_the_list_names(before, after):
    keysets = {frozenset(s): n for n, s in enumerate({frozenset(s) for s in before.values()})}
    keyset_of = {door: keysets[frozenset(s)] for door, s in before.items()}
    here = [keyset_of[door] for door in keyset_of if door in after]
    doors_of = {keyset: list(keyset_of.values()).count(keyset) for keyset in here}
    turning = {number: symbols for symbols, number in keysets.items()}

    plan = planned(Chart(keyset_of, doors_of, turning), after)

    opens = {door: set(s) for door, s in before.items()}
    for symbols_, moved in plan.moved.items():
        opens |= {door: set(symbols_) for door in moved}
    for keyset, more in plan.more.items():
        for door, pinned in keyset_of.items():
            if pinned == keyset:
                opens[door] = opens[door] | more
    wanted = {door: before.get(door, set()) | after.get(door, set()) for door in before.keys() | after.keys()}
    assert opens == wanted
