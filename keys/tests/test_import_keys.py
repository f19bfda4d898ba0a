"""A key list is taken over."""

import pytest
from django.utils import timezone

from accounts.models import KeyLevel
from assets.models import Building, Space
from keys.models import Cabinet, Door, Hook, Key, Keyset, KeySymbol, KeySystem, Operates, Pinning
from keys.operations import KEY_COLUMNS, import_keys
from keys.tests.factories import CabinetFactory, HookFactory, KeyFactory, KeySymbolFactory, KeySystemFactory
from keysite import tables
from keysite.tests.history import last_version, refused
from keysite.tests.lists import counts, left_out, refusals
from keysite.tests.queries import queries

LISTED = (Key, KeySymbol, Hook, Cabinet, Space, KeySystem, Door, Keyset, Operates, Pinning)
LIST = """\
Symbol;Serial;Hook;Building;Room
AA1;1;K1:4;7;101
AA1;2;K1:4;7;101
aa1;2;k1:4;7;102
AA;1;Vault: 1;Boiler house;101
Total;;;;
;;;;
;;;9;
"""


@pytest.fixture
def building(db):
    return Building.objects.create(code="7", name="Boiler House")


def table(text, name="keys.csv"):
    return tables.read(text.encode(), name=name, columns=KEY_COLUMNS)


def take(text, **options):
    return import_keys(table=table(text), **{"by": None, "system": "MAIN"} | options)


def rooms_of(symbol):
    doors = Door.objects.opened_by(KeySymbol.objects.with_symbol(symbol))
    return sorted(str(door.space_to) for door in doors.select_related("space_to__building"))


def test_registers_keys_with_all_that_the_list_names(building, key_shop):
    outcome = take(LIST, by=key_shop)

    assert sorted(map(str, Key.objects.select_related("symbol"))) == ["AA 1", "AA1 1", "AA1 2"]
    assert {str(key.hook) for key in Key.objects.filter(symbol__symbol="AA1")} == {"K1:4"}
    assert (rooms_of("AA1"), rooms_of("AA")) == (["7 101", "7 102"], ["7 101"])
    assert KeySystem.objects.get().code == "MAIN"
    assert counts(outcome) == (3, 1, 0, 1, 1)
    assert outcome.notes == [
        "New besides keys: 1 key system, 2 key symbols, 2 cabinets, 2 hooks, 2 spaces, 2 doors.",
        "2 keysets made.",
    ]
    assert last_version(Key.objects.first()) == (key_shop, "imported from keys.csv")
    assert left_out(outcome) == ["line 8, column “Symbol”: Neither symbol nor serial: a heading or a total."]
    assert refusals(outcome) == ["line 6, column “Serial”: Give the serial that is stamped on the key."]


def test_new_symbols_are_for_the_desk_only(building):
    take(LIST)

    assert not KeySymbol.objects.filter(self_service=True).exists()
    assert set(KeySymbol.objects.values_list("level", flat=True)) == {KeyLevel.CHANGE}


def test_a_second_run_changes_nothing(building):
    take(LIST)
    versions = [model.history.count() for model in LISTED]

    outcome = take(LIST, system="")

    assert counts(outcome) == (0, 0, 4, 1, 1)
    assert outcome.notes == []
    assert versions == [model.history.count() for model in LISTED]


def test_a_dry_run_says_the_same_and_writes_nothing(building):
    dry = take(LIST, dry_run=True)

    assert not any(model.objects.exists() for model in LISTED)
    real = take(LIST)
    assert (counts(dry), dry.notes, refusals(dry)) == (counts(real), real.notes, refusals(real))


def test_hangs_a_known_key_elsewhere_and_keeps_it_where_the_list_says_nothing(db):
    hook = HookFactory(cabinet__name="K1", label="4")
    moved = KeyFactory(symbol__symbol="AA1", symbol__system__code="MAIN", serial=1, hook=hook)
    kept = KeyFactory(symbol=moved.symbol, serial=2, hook=hook)

    outcome = take("symbol,serial,hook\nAA1,1,K1:5\nAA1,2,\n")

    moved.refresh_from_db()
    kept.refresh_from_db()
    assert (str(moved.hook), str(kept.hook)) == ("K1:5", "K1:4")
    assert counts(outcome) == (0, 1, 1, 0, 0)
    assert last_version(moved) == (None, "imported from keys.csv")


def test_takes_over_description_and_level_of_a_symbol(db):
    symbol = KeySymbolFactory(symbol="AA", system__code="MAIN", description="old", self_service=True)

    outcome = take("symbol,serial,description,level\nAA,1,All of the mill,mk\nAB,1,,Grand master\n")

    symbol.refresh_from_db()
    assert (symbol.description, symbol.level, symbol.self_service) == ("All of the mill", KeyLevel.MASTER, True)
    assert KeySymbol.objects.get(symbol="AB").level == KeyLevel.GRAND_MASTER
    assert counts(outcome) == (2, 0, 0, 0, 0)
    assert last_version(symbol) == (None, "imported from keys.csv")


def test_the_same_symbol_of_another_system_is_another_symbol(db):
    KeyFactory(symbol__symbol="AA1", symbol__system__code="MAIN", serial=1)

    take("symbol,serial,system\nAA1,1,ANNEX\nAA1,1,main\n", system="")

    assert sorted(KeySymbol.objects.values_list("system__code", "symbol")) == [("ANNEX", "AA1"), ("MAIN", "AA1")]
    assert Key.objects.count() == 2


def test_a_retired_key_is_named_and_stays_as_it_is(db):
    at = timezone.now()
    key = KeyFactory(symbol__symbol="AA1", symbol__system__code="MAIN", serial=3)
    Key.objects.update(retired_at=at, retirement=Key.Retirement.LOST, retired_reason="lost and paid for")

    outcome = take("symbol,serial,hook\nAA1,3,K1:4\n")

    key.refresh_from_db()
    assert (key.retired_at, key.hook) == (at, None)
    assert left_out(outcome) == [
        "line 2, column “serial”: This key is retired and stays so; a serial is never used again."
    ]
    assert not Hook.objects.exists()


def test_adds_no_key_to_a_retired_symbol(db):
    KeySymbolFactory(symbol="AA1", system__code="MAIN", retired_at=timezone.now(), retired_reason="rekeyed")

    outcome = take("symbol,serial\nAA1,1\n")

    assert refusals(outcome) == ["line 2, column “symbol”: Symbol AA1 is retired; no keys are added to it."]
    assert not Key.objects.exists()


def test_adds_no_more_keys_than_the_symbol_may_have(db):
    symbol = KeySymbolFactory(symbol="AA1", system__code="MAIN", most_copies=2)
    KeyFactory(symbol=symbol, serial=1)
    KeyFactory(symbol=symbol, serial=2, retired_at=timezone.now(), retirement="lost", retired_reason="lost")

    outcome = take("symbol,serial\nAA1,1\nAA1,3\nAA1,4\n")

    assert counts(outcome) == (1, 0, 1, 0, 1)
    assert refusals(outcome) == [
        "line 4, column “serial”: There may be 2 keys AA1 and there are as many. Retire one or raise the limit."
    ]


@pytest.mark.parametrize("serial", ["0", "-1", "1.0", "1,000", "1000000", "1000000000000", "²", "٣", "seven"])
def test_refuses_a_serial_that_no_key_can_have(db, serial):
    outcome = take(f'symbol,serial\nAA1,"{serial}"\nAA1,007\n')

    assert refusals(outcome) == [
        f"line 2, column “serial”: “{serial}” is no serial. Serials are whole numbers from 1 to 999999."
    ]
    assert Key.objects.get().serial == 7


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        (",1", "symbol", "Give the symbol that is stamped on the key."),
        ("AA1,1,,8,101", "bldg", "Building 8 is not in the register. Import it first, or correct it."),
        ("AA1,1,,,101", "bldg", "In which building is room 101? Give its number."),
        ("AA1,1,9", "hook", "In which cabinet is this hook? Write it as cabinet:label, such as K1:17."),
        (
            "AA1,1,K1:" + "9" * 33,
            "hook",
            "Write a hook as cabinet:label, such as K1:17, with at most 32 letters after the colon.",
        ),
        (
            "AA1,1,K1:",
            "hook",
            "Write a hook as cabinet:label, such as K1:17, with at most 32 letters after the colon.",
        ),
        (
            "AA1,1,,,,lofty",
            "level",
            "“lofty” is no level. Write 1 to 5 for: Change key; Sub-master key; Master key; "
            "Grand master key; Great grand master key.",
        ),
        ("A" * 33 + ",1", "symbol", "The value has 33 characters; 32 fit. Shorten it."),
    ],
)
def test_refuses_a_line_with_a_wrong_value_and_takes_the_others(building, line, column, sentence):
    outcome = take(f"symbol,serial,hook,bldg,room,level\n{line}\nBB1,1,K1:4\n")

    assert refusals(outcome) == [f"line 2, column “{column}”: {sentence}"]
    assert counts(outcome) == (1, 0, 0, 0, 1)
    assert str(Key.objects.get()) == "BB1 1"
    assert KeySymbol.objects.count() == 1


def test_says_all_that_is_wrong_with_a_line(building):
    outcome = take("symbol,serial,building\n,0,8\n")

    assert [remark.column for remark in outcome.refused] == ["symbol", "serial", "building"]
    assert counts(outcome) == (0, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("first", "second", "column", "sentence"),
    [
        ("AA1,1,K1:4", "AA1,1,K1:5", "hook", "Line 2 says “K1:4”. Correct one of the two."),
        ("AA1,1,,Change", "AA1,2,,Master", "level", "Line 2 says “Change key”. Correct one of the two."),
        ("AA1,1,,,Mill", "AA1,2,,,Hall", "description", "Line 2 says “Mill”. Correct one of the two."),
    ],
)
def test_refuses_a_line_that_contradicts_another(db, first, second, column, sentence):
    outcome = take(f"symbol,serial,hook,level,description\n{first}\n{second}\n")

    assert refusals(outcome) == [f"line 3, column “{column}”: {sentence}"]
    assert Key.objects.get().serial == 1


def test_a_repeated_line_is_left_out(db):
    outcome = take("symbol,serial\nAA1,1\nAA1,1\n")

    assert left_out(outcome) == ["line 3: The same as line 2."]
    assert counts(outcome) == (1, 0, 0, 1, 0)


def test_finds_a_room_on_whatever_floor_it_is_and_asks_when_there_are_two(building):
    Space.objects.create(building=building, floor="1", number="101")
    for floor in "12":
        Space.objects.create(building=building, floor=floor, number="7A")

    outcome = take("symbol,serial,building,room,floor\nAA1,1,7,101,\nAA1,2,7,7a,\nAA1,3,7,7a,2\n")

    assert refusals(outcome) == ["line 3, column “room”: There is a room 7a on the floors 1; 2. Add a column “floor”."]
    assert Space.objects.count() == 3
    assert {door.space_to.floor for door in Door.objects.select_related("space_to")} == {"1", "2"}


def test_names_a_hook_by_cabinet_and_label_in_any_way(db):
    take("symbol,serial,hook,cabinet\nAA1,1,K1:4,\nAA1,2,4,k1\nAA1,3,K1:4,K1\nAA1,4,5,\n", cabinet="K2")

    assert [str(key.hook) for key in Key.objects.order_by("serial")] == ["K1:4", "K1:4", "K1:4", "K2:5"]
    assert Cabinet.objects.count() == 2


def test_uses_the_only_system_and_cabinet_there_are(db):
    KeySystemFactory(code="MAIN")
    CabinetFactory(name="K1")

    take("symbol,serial,hook\nAA1,1,4\n", system="")

    assert str(Key.objects.get().hook) == "K1:4"


def test_is_refused_when_no_line_says_which_system(db):
    with refused("keys.csv does not say of which key system its keys are. Name one."):
        take("symbol,serial\nAA1,1\n", system="")


def test_is_refused_when_no_line_says_which_cabinet(db):
    with refused("keys.csv does not say in which cabinet its hooks are. Name one."):
        take("symbol,serial,hook\nAA1,1,4\n")


@pytest.mark.parametrize("option", ["system", "cabinet"])
def test_is_refused_with_a_name_that_cannot_be_kept(db, option):
    with refused("The value holds a NUL byte. Type it anew."):
        take(LIST, **{option: "K\0"})


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_asks_as_often_however_long_the_list(building, lines):
    text = "symbol,serial,hook,building,room,description\n"
    text += "".join(f"AA{n},1,K{n}:4,7,{n},Room {n}\n" for n in range(lines))

    with queries(exactly=33):  # the lock, what is known, and ten kinds of new rows with their history
        take(text)

    more = text.replace(":4", ":5").replace("Room", "Office")
    with queries(exactly=18):  # the lock, what is known, new hooks, changed symbols and keys
        assert counts(take(more)) == (0, lines, 0, 0, 0)
