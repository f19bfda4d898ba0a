"""The campus that benches measure on: the same each time, and like a real one where it matters."""

from collections import Counter

import pytest

from bench.campus import CHANGE, Campus, Size

SMALL = Size(buildings=4, doors=600, departments=9, keys=1_200, people=100)


@pytest.fixture(scope="module")
def campus():
    return Campus(SMALL)


def test_the_same_seed_makes_the_same_rows(campus):
    again, another = Campus(SMALL), Campus(SMALL, seed=2)

    for rows in ("symbols", "keysets", "operates", "doors", "keys", "loans"):
        assert getattr(again, rows) == getattr(campus, rows)
    assert another.operates != campus.operates


def test_there_are_as_many_as_asked_for(campus):
    sizes = [len(rows) for rows in (campus.buildings, campus.doors, campus.departments, campus.keys)]

    assert sizes == [4, 600, 9, 1_200]
    assert 0.5 < len(campus.loans) / len(campus.keys) < 0.7


def test_what_must_be_unique_is(campus):
    for rows in (
        [symbol.symbol for symbol in campus.symbols],
        [keyset.designation for keyset in campus.keysets],
        [(door.building, door.label) for door in campus.doors],
        [(pair.keyset, pair.symbol) for pair in campus.operates],
        [(key.symbol, key.serial) for key in campus.keys],
        [loan.key for loan in campus.loans],
    ):
        assert len(set(rows)) == len(rows)


def test_every_door_is_opened_by_some_keys_and_the_master_opens_all_but_the_single_keyed(campus):
    openers = Counter(door for doors in campus.opens.values() for door in doors)
    single = {keyset.id for keyset in campus.keysets if keyset.kind == "skd"}

    assert set(openers) == {door.id for door in campus.doors}
    assert 4 < sum(openers.values()) / len(openers) < 5
    assert campus.opens[campus.grand_master] == {door.id for door in campus.doors if door.keyset not in single}


def test_parents_are_of_a_higher_level(campus):
    levels = {symbol.id: symbol.level for symbol in campus.symbols}

    assert all(levels[symbol.parent] > symbol.level for symbol in campus.symbols if symbol.parent)


def test_age_adds_pairs_that_no_chart_explains_and_personal_keys():
    old = Campus(SMALL, cross=200, personal=50)

    personal = [symbol for symbol in old.symbols if symbol.parent is None and symbol.level == CHANGE]
    assert len(personal) == 50
    assert sum(pair.source == "manual" for pair in old.operates) > 50 * 3 + 100
