"""A plain list of what keys open is taken over: doors, keysets, and what turns them."""

import pytest
from django.utils import timezone

from accounts.models import KeyLevel
from assets.models import Building, Space
from keys.models import Door, Keyset, KeySymbol, Operates, Pinning
from keys.operations import DOOR_COLUMNS, add_keyset, import_doors, let_operate, pin_door
from keys.tests.factories import DoorFactory, KeySymbolFactory, KeySystemFactory
from keysite import tables
from keysite.tests.history import last_version, refused
from keysite.tests.lists import counts, left_out, refusals
from keysite.tests.queries import queries

LIST = """\
Key symbol,Building,Room,Level
AA1,7,101,
aa1,7,102,
AA2,7,103,
AA,7,101,Master
AA,7,102,Master
AA,7,103,Master
"""


@pytest.fixture
def building(db):
    return Building.objects.create(code="7", name="Boiler House")


def take(text, **options):
    table = tables.read(text.encode(), name="doors.csv", columns=DOOR_COLUMNS)
    return import_doors(table=table, **{"by": None, "system": "MAIN"} | options)


def chart():
    """Each door with its keyset and all that turns it."""
    rows = Pinning.objects.now().select_related("door__building", "keyset").order_by("door__label")
    turning = {}
    for row in Operates.objects.now().for_list():
        turning.setdefault(row.keyset_id, []).append(row.symbol.symbol)
    return {row.door.label: (row.keyset.designation, *turning.get(row.keyset_id, [])) for row in rows}


def test_makes_doors_and_keysets_of_a_list(building, key_shop):
    outcome = take(LIST, by=key_shop)

    assert chart() == {"101": ("AA1", "AA", "AA1"), "102": ("AA1", "AA", "AA1"), "103": ("AA2", "AA", "AA2")}
    assert counts(outcome) == (6, 0, 0, 0, 0)
    assert outcome.notes == [
        "New besides doors: 1 key system, 2 key symbols, 3 spaces.".replace("2 key symbols", "3 key symbols"),
        "2 keysets made.",
    ]
    assert KeySymbol.objects.get(symbol="AA").level == KeyLevel.MASTER
    assert {str(door.space_to) for door in Door.objects.for_list()} == {"7 101", "7 102", "7 103"}
    assert last_version(Pinning.objects.first()) == (key_shop, "imported from doors.csv")


def test_a_second_run_changes_nothing_and_a_dry_run_writes_nothing(building):
    dry = take(LIST, dry_run=True)
    assert not Door.objects.exists()
    real = take(LIST)
    assert (counts(dry), dry.notes) == (counts(real), real.notes)
    rows = [model.history.count() for model in (Door, Keyset, Operates, Pinning, Space, KeySymbol)]

    again = take(LIST)

    assert counts(again) == (0, 0, 6, 0, 0)
    assert again.notes == []
    assert rows == [model.history.count() for model in (Door, Keyset, Operates, Pinning, Space, KeySymbol)]


def test_keys_of_one_level_cross_key_the_door(building):
    take("symbol,building,room\nAA1,7,101\nAA2,7,101\nAA1,7,102\n")

    assert chart() == {"101": ("XAA1", "AA1", "AA2"), "102": ("AA1", "AA1")}
    assert Keyset.objects.get(designation="XAA1").own is None


def test_a_key_more_for_all_doors_of_a_keyset_turns_the_keyset(building):
    take(LIST)

    outcome = take("symbol,building,room,level\nA,7,101,Grand master\nA,7,102,Grand master\n")

    assert chart()["102"] == ("AA1", "A", "AA", "AA1")
    assert Pinning.objects.count() == 3
    assert counts(outcome) == (2, 0, 0, 0, 0)


def test_a_key_more_for_some_of_them_makes_another_keyset(building):
    take(LIST)

    take("symbol,building,room\nAA9,7,102\n")

    assert chart()["101"] == ("AA1", "AA", "AA1")
    assert chart()["102"] == ("XAA1", "AA", "AA1", "AA9")
    assert Pinning.objects.filter(until__isnull=False).count() == 1


def test_what_opened_a_door_goes_on_to_open_it(building, key_shop):
    """A keyset with a past of corrections is not undone by a list that does not know them."""
    take(LIST)
    own = KeySymbol.objects.get(symbol="AA1")
    keyset = add_keyset(system=own.system, designation="AA1(NMK)", kind="nmk", own=own, by=key_shop)
    pin_door(door=Door.objects.get(label="101"), keyset=keyset, by=key_shop)
    extra = KeySymbolFactory(system=own.system, symbol="Z9")
    let_operate(keyset=keyset, symbol=extra, by=key_shop)

    take("symbol,building,room\nAA1,7,101\n")
    assert chart()["101"] == ("AA1(NMK)", "AA1", "Z9")
    take("symbol,building,room\nAA2,7,101\n")
    assert chart()["101"] == ("AA1(NMK)", "AA1", "AA2", "Z9")


def test_a_room_of_several_doors_needs_to_say_which(building):
    room = Space.objects.create(building=building, number="101")
    for label in ("101 east", "101 west"):
        DoorFactory(building=building, label=label, space_to=room)

    outcome = take("symbol,building,room,door\nAA1,7,101,\nAA2,7,101,101 West\nAA3,7,101,101 north\n")

    assert refusals(outcome) == [
        "line 2, column “room”: Room 101 has several doors: 101 east; 101 west. Add a column “door”."
    ]
    assert chart() == {"101 north": ("AA3", "AA3"), "101 west": ("AA2", "AA2")}


def test_a_door_of_the_rooms_number_that_leads_nowhere_yet_is_the_rooms_door(building):
    door = DoorFactory(building=building, label="101")

    take("symbol,building,room\nAA1,7,101\n")

    assert Door.objects.get() == door
    assert chart() == {"101": ("AA1", "AA1")}


def test_rooms_of_one_number_on_two_floors_get_two_doors(building):
    take("symbol,building,floor,room\nAA1,7,1,101\nAA1,7,2,101\n")

    assert sorted(Door.objects.values_list("label", flat=True)) == ["101", "2/101"]


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        ("AA1,8,101,", "building", "Building 8 is not in the register. Import it first, or correct it."),
        ("AA1,,101,", "building", "In which building is room 101? Give its number."),
        ("AA1,7,,", "room", "Say which room of which building the key opens."),
        ("OLD,7,101,", "symbol", "Symbol OLD is retired: no keys of it are made or handed out."),
        ("AA1,7,gone,", "room", "Door 7 gone is retired. Reinstate it first."),
        ("AB1,7,101,master", "level", "AB1 is below AB (Master key): it cannot be a Master key."),
    ],
)
def test_refuses_a_line_that_makes_no_sense(building, line, column, sentence):
    system = KeySystemFactory(code="MAIN")
    reason = {"retired_at": timezone.now(), "retired_reason": "Rekeyed"}
    KeySymbolFactory(system=system, symbol="OLD", **reason)
    DoorFactory(building=building, label="gone", **reason)
    master = KeySymbolFactory(system=system, symbol="AB", level=3)
    KeySymbolFactory(system=system, symbol="AB1", parent=master)

    outcome = take(f"symbol,building,room,level\n{line}\nBB1,7,105,\n")

    assert refusals(outcome) == [f"line 2, column “{column}”: {sentence}"]
    assert "105" in chart()


def test_lines_without_a_symbol_are_headings_and_repeated_ones_left_out(building):
    outcome = take("symbol,building,room\n,7,North wing\nAA1,7,101\nAA1,7,101\n")

    assert left_out(outcome) == [
        "line 2, column “symbol”: Neither symbol nor serial: a heading or a total.",
        "line 4: The same as line 3.",
    ]


def test_a_file_that_does_not_say_which_system_is_refused(building):
    with refused("doors.csv does not say of which key system its keys are. Name one."):
        take("symbol,building,room\nAA1,7,101\n", system="")


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_asks_as_often_however_long_the_list(building, lines):
    with queries(exactly=26):  # the lock, what is known, and seven kinds of new rows with their history
        take("symbol,building,room\n" + "".join(f"AA{n},7,{n}\n" for n in range(lines)))
