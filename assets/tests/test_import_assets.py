"""A list of assets is taken over."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Department, Notice, Person
from accounts.tests.factories import PersonFactory
from assets.models import Asset, AssetModel, Assignment, ImportBatch, ImportedRow, Space
from assets.operations import ASSET_COLUMNS, import_assets
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    BuildingFactory,
    DisposalTypeFactory,
    ManufacturerFactory,
)
from keysite import tables
from keysite.tests.history import last_version, refused
from keysite.tests.lists import counts, left_out, refusals, remarks
from keysite.tests.queries import queries

HEAD = (
    "Company,Name,Asset Tag,Category,Supplier,Manufacturer,Location,Order Number,Model,Model Notes,Model Number,"
    "Asset Notes,Purchase Date,Purchase Cost,Checkout Type,Checked Out To: Username,Checked Out To: First Name,"
    "Checked Out To: Last Name,Checked Out To: Email,Checked Out To: Location,Asset EOL Date\n"
)
# As an asset manager exports it: a byte order mark, American dates, names with commas and quotation marks.
LIST = (
    "\ufeff"
    + HEAD
    + 'Oak and Ash,Lathe,LTH-1,Tools,"Birch, Elm and Co",Tollgate,Store North,77,"Mill 13""",bench model,'
    "M1,some notes,1/23/23,2266.13,,,,,,,10/27/28\n"
    "Hazel LLC,Drill,DRL-2,Tools,Hazel LLC,Tollgate,Store North,78,Driller,,,,11/14/22,1292.94,User,nils2,Nils,"
    "Dahl,nils@example.edu,,10/27/28\n"
    ",Saw,SAW-3,Saws,,Halyard,Yard,,Cutter,,,,3/1/23,2300.71,Location,,,,,Yard,\n"
)


def table(text, name="assets.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return tables.read(data, name=name, columns=ASSET_COLUMNS)


def take(text, **options):
    return import_assets(table=table(text), **{"by": None} | options)


@pytest.fixture
def building(db):
    return BuildingFactory(code="N", name="North Works")


def test_registers_assets_with_all_they_name(building, administrator):
    outcome = take(LIST, by=administrator, building="n")

    lathe, drill, saw = Asset.objects.order_by("pk")
    assert (lathe.tag, lathe.name, lathe.model.name, lathe.model.number) == ("LTH-1", "Lathe", 'Mill 13"', "M1")
    assert (lathe.model.manufacturer.name, lathe.model.type.name) == ("Tollgate", "Tools")
    assert (lathe.model.description, lathe.description, lathe.order_number) == ("bench model", "some notes", "77")
    assert (lathe.department.name, lathe.department.kind) == ("Oak and Ash", Department.Kind.OUTSIDE)
    assert (lathe.supplier.name, str(lathe.home)) == ("Birch, Elm and Co", "N Store North")
    assert (lathe.purchased_on, lathe.expected_until) == (date(2023, 1, 23), date(2028, 10, 27))
    assert (lathe.price, lathe.lendable) == (Decimal("2266.13"), True)
    assert drill.home == lathe.home
    assert counts(outcome) == (3, 0, 0, 0, 0)
    assert last_version(saw) == (administrator, "imported from assets.csv")
    assert outcome.table.unread == ["Checked Out To: Username"]
    assert outcome.notes == [
        "New besides assets: 2 departments, 2 manufacturers, 2 suppliers, 2 asset types, 3 asset models, 2 spaces, "
        "1 person.",
        "2 assignments.",
    ]


def test_who_has_an_asset_becomes_its_assignment(building, administrator):
    take(LIST, by=administrator, building="N")

    with_person, in_place = Assignment.objects.order_by("pk")
    assert (with_person.asset.tag, with_person.person.name) == ("DRL-2", "Nils Dahl")
    assert (with_person.person.email, with_person.person.affiliation) == ("nils@example.edu", None)
    assert (with_person.due_at, with_person.out_by) == (None, administrator)
    assert (in_place.asset.tag, str(in_place.space)) == ("SAW-3", "N Yard")
    assert last_version(with_person) == (administrator, "imported from assets.csv (staff)")
    assert not Notice.objects.exists()


def test_a_second_run_changes_nothing(building):
    take(LIST, building="N")
    versions = Asset.history.count()

    outcome = take(LIST, building="N")

    assert refusals(outcome) == []
    assert counts(outcome) == (0, 0, 3, 0, 0)
    assert (outcome.notes, outcome.remarked) == ([], [])
    assert (Asset.history.count(), Assignment.history.count(), Person.history.count()) == (versions, 2, 1)
    assert ImportBatch.objects.count() == 1


def test_a_dry_run_says_the_same_and_writes_nothing(building):
    dry = take(LIST, building="N", dry_run=True)

    assert not Asset.objects.exists()
    assert not Space.objects.exists()
    assert not ImportBatch.objects.exists()
    real = take(LIST, building="N")
    assert (counts(dry), dry.notes) == (counts(real), real.notes)


def test_writes_down_what_it_wrote(building):
    take(LIST, building="N")

    assert {row.table: row.made for row in ImportedRow.objects.all()} == dict.fromkeys(
        [
            "accounts.Department",
            "accounts.Person",
            "assets.Asset",
            "assets.AssetModel",
            "assets.AssetType",
            "assets.Assignment",
            "assets.Manufacturer",
            "assets.Space",
            "assets.Supplier",
        ],
        True,
    )
    saw = Asset.objects.get(tag="SAW-3")
    assert ImportedRow.objects.get(table="assets.Asset", row=saw.pk).version == saw.history.get().history_id


@pytest.mark.parametrize(
    ("heads", "values"),
    [
        ("Inventory number;Name;Manufacturers;Serial number;Types;Models", "A7;pc-1;Halyard;S9;Laptop;X1"),
        ("Tag\tName\tMake\tSN\tCategory\tModel", "A7\tpc-1\tHalyard\tS9\tLaptop\tX1"),
        ("asset_tag,hostname,brand,serial,kind,product", "A7,pc-1,Halyard,S9,Laptop,X1"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reads_lists_of_other_systems(db, heads, values, encoding, end):
    take(f"{heads}{end}{values}{end}".encode(encoding))

    asset = Asset.objects.get()
    assert (asset.tag, asset.name, asset.serial, str(asset.model)) == ("A7", "pc-1", "S9", "X1")
    assert (asset.model.manufacturer.name, asset.model.type.name) == ("Halyard", "Laptop")


def test_an_asset_without_a_tag_gets_the_next_number(db):
    take("name,serial\nLamp,S1\nLamp,S2\n")

    first, second = Asset.objects.order_by("pk")
    assert (first.tag[0], int(second.tag[1:]) - int(first.tag[1:])) == ("A", 1)
    assert counts(take("name,serial\nLamp,S1\nLamp,S2\n")) == (0, 0, 2, 0, 0)


def test_says_which_assets_cannot_be_found_again(db):
    assert take("name\nLamp\nDesk\n").notes == [
        "2 new assets have neither tag nor serial number: importing the list again would add them again."
    ]


def test_finds_assets_by_tag_then_by_model_and_serial(db):
    tagged = AssetFactory(tag="a7", model__name="X1")
    model = AssetModelFactory(name="X2")
    serial = AssetFactory(tag="B8", model=model, serial="s9")

    outcome = take("tag,name,model,serial,colour\nA7,Laptop,X1,,red\nC9,Laptop,x2,S9,blue\n")

    tagged.refresh_from_db()
    serial.refresh_from_db()
    assert (tagged.tag, tagged.colour, serial.tag, serial.colour) == ("a7", "red", "B8", "blue")
    assert counts(outcome) == (0, 2, 0, 0, 0)
    assert remarks(outcome) == [
        "line 3, column “tag”: In the register this asset has the tag B8, and keeps it.",
    ]


def test_takes_over_what_differs_and_leaves_what_the_list_leaves_empty(db):
    asset = AssetFactory(tag="A7", name="Old", colour="red", price=Decimal(5))

    outcome = take("tag,name,price,colour\nA7,New,,red\n")

    asset.refresh_from_db()
    assert (asset.name, asset.colour, asset.price) == ("New", "red", Decimal(5))
    assert counts(outcome) == (0, 1, 0, 0, 0)
    row = ImportedRow.objects.get()
    assert (row.row, row.made, row.version) == (asset.pk, False, asset.history.latest("history_id").pk)


def test_model_and_serial_are_filled_in_and_never_replaced(db):
    bare = AssetFactory(tag="A7", model=None)
    other = AssetFactory(tag="B8", model__name="X1", serial="S1")

    outcome = take("tag,name,model,serial\nA7,Laptop,X2,S5\nB8,Laptop,X3,S2\n")

    bare.refresh_from_db()
    other.refresh_from_db()
    assert (bare.model.name, bare.serial, other.model.name, other.serial) == ("X2", "S5", "X1", "S1")
    assert remarks(outcome) == [
        "line 3, column “model”: Here it is “X1” and stays so; the list says “X3”.",
        "line 3, column “serial”: Here it is “S1” and stays so; the list says “S2”.",
    ]


def test_a_list_may_leave_out_maker_and_number_of_a_model(db):
    model = AssetModelFactory(name="X1", number="7", manufacturer=ManufacturerFactory(name="H"))
    known = AssetFactory(tag="A7", name="a", model=model, serial="S1")

    text = "tag,name,model,serial\nA7,a,x1,\nB8,b,X1,\n"
    outcome = take(text)

    assert (counts(outcome), outcome.remarked) == ((1, 0, 1, 0, 0), [])
    assert counts(take("name,model,serial\na,X1,s1\n")) == (0, 0, 1, 0, 0)
    assert {asset.model for asset in Asset.objects.all()} == {known.model}
    more = "C9,c,X1,9\n"
    take("tag,name,model,model number\n" + more)
    assert counts(take(text + "D1,d,X1,\n")) == (1, 0, 2, 0, 0)
    assert Asset.objects.get(tag="D1").model.number == ""


def test_a_model_stays_of_its_type(db):
    outcome = take("tag,name,category,make,model\n1,a,Laptop,H,X1\n2,b,Tablet,H,X1\n3,c,Tablet,I,X1\n")

    assert sorted(AssetModel.objects.values_list("manufacturer__name", "type__name")) == [
        ("H", "Laptop"),
        ("I", "Tablet"),
    ]
    assert remarks(outcome) == ["line 3, column “category”: Model “X1” is of the type “Laptop”, and stays so."]


def test_a_category_without_a_model_means_any_of_that_category(db):
    take("tag,name,category,model\n1,a,Laptop,\n2,b,,X1\n3,,,X1\n4,c,,\n")

    assets = Asset.objects.order_by("tag").select_related("model__type")
    found = [(asset.name, *(asset.model and (asset.model.name, asset.model.type.name) or ())) for asset in assets]
    assert found == [("a", "Laptop", "Laptop"), ("b", "X1", "Other"), ("X1", "X1", "Other"), ("c",)]


def test_names_are_the_same_whatever_their_case_spaces_and_width(db):
    take("tag,name,make,model\n1,a,Halyard,X1\n2,b, HALYARD ,x1\n3,c,Ｈａｌｙａｒｄ,Ｘ１\n")
    outcome = take("tag,name,make,model\n１,a,halyard,X1\n")

    assert AssetModel.objects.count() == 1
    assert counts(outcome) == (0, 0, 1, 0, 0)


def test_a_repeated_line_is_left_out_and_a_contradiction_refused(db):
    outcome = take(
        "tag,name,model,serial,mac\n1,a,X,S,\n1,a,X,S,\n1,b,X,,\n2,c,x,s,\n3,d,,,001a2b3c4d5e\n4,e,,,00-1A-2B-3C-4D-5E\n"
    )

    assert left_out(outcome) == ["line 3: The same as line 2."]
    assert refusals(outcome) == [
        "line 4, column “tag”: Line 2 has “1” too. Keep one of the two lines.",
        "line 5, column “serial”: Line 2 has “s” too. Keep one of the two lines.",
        "line 7, column “mac”: Line 6 has “00:1a:2b:3c:4d:5e” too. Keep one of the two lines.",
    ]
    assert Asset.objects.count() == 2


def test_two_lines_that_mean_one_asset_in_different_ways_are_refused(db):
    asset = AssetFactory(tag="A7", name="a", model__name="X1", serial="S1")

    outcome = take("tag,name,make,model,serial\nA7,a,,X1,\n,b,,X1,S1\n1,c,,X1,S2\n2,d,,X1,s2\n")

    assert refusals(outcome) == [
        f"line 3, column “serial”: Line 2 has “{asset}” too. Keep one of the two lines.",
        "line 5, column “serial”: Line 4 has “s2” too. Keep one of the two lines.",
    ]
    assert Asset.objects.count() == 2


@pytest.mark.parametrize(
    ("heads", "values", "column", "sentence"),
    [
        ("purchase date", "soon", "purchase date", "“soon” is no day. Write it as 2027-03-31 or 31.03.2027."),
        ("price", "cheap", "price", "“cheap” is no price. Write it as 1234.50."),
        ("mac", "not a mac at all!", "mac", "“not a mac at all!” is no MAC address. Write it as 00:1a:2b:3c:4d:5e."),
        ("email", "nobody", "email", "“nobody” is no e-mail address. Write it as name@example.edu."),
        ("room", "7", "room", "There is no room “7”. Name the building in which it is to be made."),
        ("building", "Q", "building", "Building Q is not in the register. Import it first, or correct it."),
        ("colour", "r" * 33, "colour", "The value has 33 characters; 32 fit. Shorten it."),
        ("name", "a\0b", "name", "The value holds a NUL byte. Type it anew."),
    ],
)
def test_a_bad_value_is_refused_and_the_good_lines_are_taken(db, heads, values, column, sentence):
    name = "model" if heads == "name" else "name"
    outcome = take(f"tag,{name},{heads}\n1,a,{values}\n2,b,\n")

    assert refusals(outcome) == [f"line 2, column “{column}”: {sentence}"]
    assert [asset.tag for asset in Asset.objects.all()] == ["2"]


def test_a_line_that_names_nothing_is_refused(db):
    outcome = take("tag,name,model\n1,,\n")

    assert refusals(outcome) == ["line 2, column “name”: Give the name of the asset, or its model."]


def test_a_code_on_another_asset_is_refused(db):
    owner = AssetFactory(tag="T9", barcode="C1", mac="00:1a:2b:3c:4d:5e")

    outcome = take("tag,name,barcode,mac\n1,a,c1,\n2,b,,001A.2B3C.4D5E\n")

    assert refusals(outcome) == [
        f"line 2, column “barcode”: c1 is on {owner} already. Correct one of the two.",
        f"line 3, column “mac”: 00:1a:2b:3c:4d:5e is on {owner} already. Correct one of the two.",
    ]


def test_a_serial_of_another_asset_is_refused(db):
    model = AssetModelFactory(name="X1")
    AssetFactory(tag="A1", model=model)
    other = AssetFactory(tag="A2", model=model, serial="S1")

    outcome = take("tag,name,model,serial\nA1,Laptop,X1,S1\n")

    assert refusals(outcome) == [
        f"line 2, column “serial”: S1 is the serial number of {other}. Correct one of the two."
    ]


def test_notes_go_over_several_lines(db):
    take('tag,name,notes\n1,a,"first\r\n\r\n  second  line"\n')

    assert Asset.objects.get().description == "first\n\nsecond line"


def test_formulas_stay_texts(db):
    take("tag,name\n'=1+1,'@SUM(1)\n")

    assert (Asset.objects.get().tag, Asset.objects.get().name) == ("=1+1", "@SUM(1)")


def test_days_are_read_as_the_whole_column_tells(db):
    take("tag,name,purchase date\n1,a,3/4/23\n2,b,23/4/23\n")

    assert Asset.objects.get(tag="1").purchased_on == date(2023, 4, 3)


def test_says_what_was_guessed(db):
    assert take("tag,name,purchased,price\n1,a,3/4/23,1.234\n").notes == [
        "Nothing tells whether day or month comes first in: purchased. Month was taken.",
        "Points and commas in “price” were taken for thousands: no price shows cents.",
    ]
    assert Asset.objects.get().price == Decimal(1234)


def test_a_list_of_something_else_is_refused(db):
    with refused(
        "assets.csv has no column “name” (asset name, item name, name) or “model”. Its columns are: Street, Town. "
        "Is it the right file?"
    ):
        take("Street,Town\nMill Lane,Aldermere\n")


def test_disposed_assets_are_left_out(db):
    asset = AssetFactory(tag="A1")
    Asset.objects.filter(pk=asset.pk).update(
        disposed_on=date(2026, 1, 1),
        disposal_type=DisposalTypeFactory(),
        disposal_reason="old",
        disposed_by=PersonFactory(),
    )

    outcome = take("tag,name\nA1,New\n")

    assert left_out(outcome) == [f"line 2, column “tag”: {asset} was disposed of. Restore it in the console first."]


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_asks_as_often_however_long_the_list(building, lines):
    text = "tag,name,make,model,serial,location,company,supplier,email,first name\n"
    for n in range(lines):
        AssetFactory(tag=f"K{n}")
        text += f"N{n},new,Maker {n},Model {n},S{n},N {n},Firm {n},Shop {n},p{n}@example.edu,P\n"
        text += f"K{n},old,,,,,Firm {n},,q{n}@example.edu,Q\n"

    with queries(exactly=QUERIES):
        outcome = take(text)
    assert counts(outcome) == (lines, lines, 0, 0, 0)
    assert outcome.remarked == []


QUERIES = 61
