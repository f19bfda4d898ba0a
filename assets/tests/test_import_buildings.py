"""A list of buildings is taken over."""

import pytest

from assets.models import Building
from assets.operations import BUILDING_COLUMNS, import_buildings
from keysite import tables
from keysite.tests.history import last_version
from keysite.tests.lists import counts, left_out, refusals
from keysite.tests.queries import queries
from keysite.tests.races import one_after_other

# As facilities departments export it: a byte order mark, CRLF, quoted thousands, and totals between the buildings.
LIST = (
    b"\xef\xbb\xbfBldg No,Building Name,Total GSF\r\n"
    b'1,BOILER HOUSE,"39,655"\r\n'
    b'007,"MILL, OLD",812\r\n'
    b",MAIN TOTAL,40467\r\n"
    b",,\r\n"
    b' k4 ,GATE  LODGE ,"1,020"\r\n'
    b",GRAND TOTAL,\r\n"
)


def table(data, name="buildings.csv"):
    return tables.read(data, name=name, columns=BUILDING_COLUMNS)


def test_registers_buildings_and_names_what_it_leaves_out(db, administrator):
    outcome = import_buildings(table=table(LIST), by=administrator)

    assert list(Building.objects.values_list("code", "name")) == [
        ("007", "MILL, OLD"),
        ("1", "BOILER HOUSE"),
        ("k4", "GATE LODGE"),
    ]
    assert left_out(outcome) == [
        "line 4, column “Bldg No”: No building number: a heading or a total (MAIN TOTAL).",
        "line 7, column “Bldg No”: No building number: a heading or a total (GRAND TOTAL).",
    ]
    assert counts(outcome) == (3, 0, 0, 2, 0)
    assert last_version(Building.objects.get(code="1")) == (administrator, "imported from buildings.csv")


def test_a_second_run_changes_nothing(db):
    import_buildings(table=table(LIST), by=None)

    outcome = import_buildings(table=table(LIST), by=None)

    assert counts(outcome) == (0, 0, 3, 2, 0)
    assert Building.history.count() == 3


def test_matches_by_code_whatever_the_case_and_takes_over_the_name(db):
    building = Building.objects.create(code="K4", name="Lodge")

    outcome = import_buildings(table=table(LIST), by=None)

    building.refresh_from_db()
    assert (building.code, building.name) == ("K4", "GATE LODGE")
    assert counts(outcome) == (2, 1, 0, 2, 0)
    assert last_version(building) == (None, "imported from buildings.csv")


def test_keeps_the_name_where_the_file_gives_none(db):
    Building.objects.create(code="K4", name="Lodge")

    outcome = import_buildings(table=table(b"number,name\nk4,\nk5,\n"), by=None)

    assert refusals(outcome) == ["line 3, column “name”: Give the name of building k5."]
    assert list(Building.objects.values_list("code", "name")) == [("K4", "Lodge")]


def test_a_repeated_line_is_left_out_and_a_contradiction_refused(db):
    outcome = import_buildings(table=table(b"number,name\n1,Mill\n1,Mill\n 1 ,Tower\n"), by=None)

    assert left_out(outcome) == ["line 3: The same as line 2."]
    assert refusals(outcome) == ["line 4, column “name”: Line 2 calls building 1 “Mill”. Keep one of the two lines."]
    assert Building.objects.get().name == "Mill"


def test_a_dry_run_says_the_same_and_writes_nothing(db):
    dry = import_buildings(table=table(LIST), by=None, dry_run=True)

    assert not Building.objects.exists()
    assert not Building.history.exists()
    assert counts(dry) == counts(import_buildings(table=table(LIST), by=None))


@pytest.mark.slow
def test_is_refused_as_a_whole_when_somebody_registers_the_same_meanwhile(transactional_db):
    def register():
        Building.objects.create(code="K4", name="Lodge")

    _first, refusal = one_after_other(register, lambda: import_buildings(table=table(LIST), by=None))

    assert str(refusal) == "Somebody else registered the same just now. Nothing was imported: import the file again."
    assert Building.objects.get().name == "Lodge"


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_asks_as_often_however_long_the_list(db, lines):
    rows = "".join(f"{n},Building {n}\n" for n in range(lines))
    for n in range(lines):
        Building.objects.create(code=f"x{n}", name="Old")
    more = "".join(f"X{n},New\n" for n in range(lines))

    with queries(exactly=7):  # the lock, what is known, two for new rows, three for changed ones
        import_buildings(table=table(f"number,name\n{rows}{more}".encode()), by=None)
