"""What turns a cylinder: keysets by the standard key coding system, and where a symbol stands."""

import pytest
from django.utils import timezone

from accounts.models import KeyLevel
from keys.models import Keyset, KeySymbol, Operates
from keys.operations import add_keyset, let_operate, place_symbol, stop_operating
from keys.tests.factories import KeysetFactory, KeySymbolFactory, KeySystemFactory, OperatesFactory
from keysite.tests.history import last_version, refused


@pytest.fixture
def system(db):
    return KeySystemFactory(code="MAIN")


@pytest.fixture
def tree(system):
    """A over AA and AB, AA over AA1 and AA2, AB over AB1."""
    rows = {}
    for symbol, parent, level in [("A", "", 4), ("AA", "A", 3), ("AB", "A", 3), ("AA1", "AA", 1), ("AA2", "AA", 1)]:
        rows[symbol] = KeySymbolFactory(system=system, symbol=symbol, parent=rows.get(parent), level=level)
    rows["AB1"] = KeySymbolFactory(system=system, symbol="AB1", parent=rows["AB"])
    return rows


def turning(keyset):
    rows = Operates.objects.now().filter(keyset=keyset).for_list()
    return {row.symbol.symbol: row.source for row in rows}


def test_a_plain_keyset_is_turned_by_its_own_key_and_those_above(tree, system, key_shop):
    keyset = add_keyset(system=system, designation=" AA1 ", own=tree["AA1"], by=key_shop)

    assert turning(keyset) == {"AA1": "own", "AA": "hierarchy", "A": "hierarchy"}
    assert str(keyset) == "AA1"
    assert last_version(keyset) == last_version(Operates.objects.first()) == (key_shop, "registered")


@pytest.mark.parametrize("kind", ["nmk", "skd"])
def test_one_that_no_master_opens_is_turned_by_its_own_key_only(tree, system, key_shop, kind):
    keyset = add_keyset(system=system, designation="AA1(NMK)", kind=kind, own=tree["AA1"], by=key_shop)

    assert turning(keyset) == {"AA1": "own"}


def test_a_cross_keyed_one_is_turned_by_several_and_all_above_them(tree, system, key_shop):
    crossed = [tree["AA2"], tree["AB1"]]

    keyset = add_keyset(system=system, designation="XAA1", kind="cross", own=tree["AA1"], crossed=crossed, by=key_shop)

    assert turning(keyset) == {
        "AA1": "own",
        "AA2": "cross",
        "AB1": "cross",
        "AA": "hierarchy",
        "AB": "hierarchy",
        "A": "hierarchy",
    }


def test_a_cross_keyed_one_need_not_have_a_key_of_its_own(tree, system, key_shop):
    crossed = [tree["AA1"], tree["AA2"]]

    keyset = add_keyset(system=system, designation="X1X", kind="cross", crossed=crossed, by=key_shop)

    assert turning(keyset) == {"AA1": "cross", "AA2": "cross", "AA": "hierarchy", "A": "hierarchy"}


def test_a_retired_master_turns_no_new_keyset(tree, system, key_shop):
    KeySymbol.objects.filter(symbol="A").update(retired_at=timezone.now(), retired_reason="Rekeyed")

    keyset = add_keyset(system=system, designation="AA1", own=tree["AA1"], by=key_shop)

    assert turning(keyset) == {"AA1": "own", "AA": "hierarchy"}


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"designation": " "}, "Give the designation, such as AA1."),
        ({"designation": "aa2"}, "System MAIN has a keyset aa2 already."),
        ({"own": None}, "Say whose key turns it; only a cross-keyed cylinder has no key of its own."),
        (
            {"crossed": ["AA2"]},
            "Keys of several symbols on one level turn a cross-keyed keyset only. Choose that kind.",
        ),
        ({"kind": "cross"}, "Name at least two symbols whose keys turn the cross-keyed cylinder."),
        ({"kind": "cross", "crossed": ["AA1"]}, "Name at least two symbols whose keys turn the cross-keyed cylinder."),
        ({"own": "strange"}, "Symbol B1 is of another system."),
        ({"kind": "cross", "crossed": ["strange"]}, "Symbol B1 is of another system."),
        ({"own": "AB1"}, "Symbol AB1 is retired: no keys of it are made or handed out."),
    ],
)
def test_what_makes_no_sense_is_refused(tree, system, key_shop, facts, sentence):
    tree["strange"] = KeySymbolFactory(symbol="B1")
    KeysetFactory(own=tree["AA2"])
    KeySymbol.objects.filter(symbol="AB1").update(retired_at=timezone.now(), retired_reason="Rekeyed")
    tree["AB1"].refresh_from_db()
    facts = {"designation": "AA1", "own": "AA1", "crossed": []} | facts
    facts |= {"own": tree.get(facts["own"]), "crossed": [tree[symbol] for symbol in facts["crossed"]]}

    with refused(sentence):
        add_keyset(system=system, by=key_shop, **facts)

    assert Keyset.objects.count() == 1


def test_what_turns_it_is_corrected_and_the_past_is_kept(tree, key_shop):
    keyset = OperatesFactory(keyset__own=tree["AA1"]).keyset

    added = let_operate(keyset=keyset, symbol=tree["AB1"], source="cross", by=key_shop)
    before = timezone.now()
    stop_operating(operates=added, by=key_shop)

    assert turning(keyset) == {"AA1": "own"}
    assert Operates.objects.at(before).filter(symbol=tree["AB1"]).exists()
    assert not Operates.objects.at(added.since - timezone.timedelta(seconds=1)).filter(symbol=tree["AB1"]).exists()
    assert last_version(added) == (key_shop, "turns it no more")


def test_it_is_turned_by_a_symbol_once_and_by_no_retired_one(tree, key_shop):
    operates = OperatesFactory(keyset__own=tree["AA1"])
    gone = KeySymbolFactory(symbol="C1", retired_at=timezone.now(), retired_reason="Rekeyed")

    with refused("Keys AA1 turn AA1 already."):
        let_operate(keyset=operates.keyset, symbol=tree["AA1"], by=key_shop)
    with refused("Symbol C1 is retired: no keys of it are made or handed out."):
        let_operate(keyset=operates.keyset, symbol=gone, by=key_shop)


def test_it_stops_once(tree, key_shop):
    operates = OperatesFactory(keyset__own=tree["AA1"])
    stale = Operates.objects.get()
    stop_operating(operates=operates, by=key_shop)

    with refused("Keys AA1 do not turn AA1 any more."):
        stop_operating(operates=stale, by=key_shop)


def test_the_report_names_what_the_hierarchy_does_not_explain(tree, system, key_shop):
    plain = add_keyset(system=system, designation="AA1", own=tree["AA1"], by=key_shop)
    closed = add_keyset(system=system, designation="AA2(NMK)", kind="nmk", own=tree["AA2"], by=key_shop)
    let_operate(keyset=plain, symbol=tree["AB1"], source="cross", by=key_shop)
    wrong = let_operate(keyset=plain, symbol=tree["AB"], by=key_shop)
    master = let_operate(keyset=closed, symbol=tree["AA"], by=key_shop)

    assert set(Operates.objects.unexplained()) == {wrong, master}


def test_a_symbol_gets_its_place(tree, key_shop):
    place_symbol(symbol=tree["AB1"], level=KeyLevel.SUB_MASTER, parent=tree["AA"], by=key_shop)

    symbol = KeySymbol.objects.get(symbol="AB1")
    assert (symbol.level, symbol.parent) == (KeyLevel.SUB_MASTER, tree["AA"])
    assert last_version(symbol) == (key_shop, "placed in the hierarchy")
    assert {row.symbol for row in KeySymbol.objects.above(symbol)} == {"AA", "A"}


@pytest.mark.parametrize(
    ("symbol", "level", "parent", "sentence"),
    [
        ("AA1", 3, "AA", "AA1 is below AA (Master key): it cannot be a Master key."),
        ("AA", 1, "A", "A symbol below AA is a Change key: AA cannot be a Change key."),
        ("AA1", 1, "AA1", "AA1 is below AA1 (Change key): it cannot be a Change key."),
        ("AA1", 1, "strange", "Symbol B is of another system."),
    ],
)
def test_a_place_that_is_none_is_refused(tree, key_shop, symbol, level, parent, sentence):
    tree["strange"] = KeySymbolFactory(symbol="B", level=4)

    with refused(sentence):
        place_symbol(symbol=tree[symbol], level=level, parent=tree[parent], by=key_shop)
