"""Lists taken over from the command line, small ones of our own and the real ones where they lie."""

import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Person
from accounts.tests.factories import AffiliationFactory
from assets.models import Asset, Assignment, Building, ImportBatch
from assets.operations import undo_import
from keys.models import Key
from keysite.tests.history import last_version

REAL = settings.BASE_DIR.parent / "shared" / "data"
FACILITIES, USERS = REAL / "umd-facilities.csv", REAL / "snipeit-users.csv"
ASSETS = REAL / "snipeit-assets.csv"


def run(command, file, *options):
    """What the command prints, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command(command, str(file), *options, stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), code


@pytest.fixture
def made(tmp_path):
    """A file with this text."""

    def make(text, name="list.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def real(path):
    if not path.exists():
        pytest.skip(f"the list of real input is not there: {path}")
    return path


def test_says_what_became_of_each_line(db, made):
    out, code = run("import_buildings", made("Bldg No;Building Name;GSF\n1;Mill;7\n;TOTAL;7\n2;;8\n"))

    assert out.splitlines() == [
        "list.csv: UTF-8, semicolon between values.",
        "Read: Bldg No → code, Building Name → name.",
        "Not read: GSF.",
        "Left out:",
        "  line 3, column “Bldg No”: No building number: a heading or a total (TOTAL).",
        "Refused:",
        "  line 4, column “Building Name”: Give the name of building 2.",
        "",
        "1 created, 0 changed, 0 left as they are, 1 left out, 1 refused.",
    ]
    assert code == 1


def test_the_exit_code_is_0_when_nothing_was_refused(db, made):
    _out, code = run("import_buildings", made("number,name\n1,Mill\n,TOTAL\n"))

    assert code == 0


def test_a_dry_run_says_so(db, made):
    out, code = run("import_buildings", made("number,name\n1,Mill\n"), "--dry-run")

    assert "Nothing was written: this was a dry run.\n1 created" in out
    assert (code, Building.objects.count()) == (0, 0)


def test_writes_down_who_imported(administrator, made):
    run("import_buildings", made("number,name\n1,Mill\n"), "--by", administrator.email.upper())

    assert last_version(Building.objects.get()) == (administrator, "imported from list.csv")


def test_is_refused_for_nobody(db, made):
    with pytest.raises(CommandError, match=r"Nobody active in the register has the address who@example.edu\."):
        run("import_buildings", made("number,name\n1,Mill\n"), "--by", "who@example.edu")


@pytest.mark.parametrize("command", ["import_buildings", "import_people", "import_keys", "import_assets"])
def test_a_file_that_cannot_be_read_gets_a_sentence(db, tmp_path, command):
    with pytest.raises(CommandError, match=r"nowhere.csv cannot be read: No such file or directory\."):
        run(command, tmp_path / "nowhere.csv")
    with pytest.raises(CommandError, match=r"cannot be read: Is a directory\."):
        run(command, tmp_path)


@pytest.mark.parametrize(
    ("command", "column"), [("import_buildings", "code"), ("import_people", "email"), ("import_keys", "symbol")]
)
def test_a_wrong_file_gets_a_sentence(db, made, command, column):
    with pytest.raises(CommandError, match=f"list.csv has no column “{column}” .* Is it the right file"):
        run(command, made("Street;Town\nMill Lane;Aldermere\n"))


def test_import_people_gives_an_affiliation(db, made):
    student = AffiliationFactory(name="Student")

    run("import_people", made("email\na@example.edu\n"), "--affiliation", "student")

    assert Person.objects.get().affiliation == student


def test_import_keys_takes_system_and_cabinet(db, made):
    run("import_keys", made("symbol,serial,hook\nAA1,1,4\n"), "--system", "MAIN", "--cabinet", "K1")

    key = Key.objects.get()
    assert (key.symbol.system.code, str(key.hook)) == ("MAIN", "K1:4")


def test_the_real_list_of_buildings(db):
    out, code = run("import_buildings", real(FACILITIES))
    again, _code = run("import_buildings", FACILITIES)

    assert (Building.objects.count(), Building.history.count(), code) == (457, 457, 0)
    assert out.count("No building number: a heading or a total (") == 10
    assert "457 created, 0 changed, 0 left as they are, 10 left out, 0 refused." in out
    assert "0 created, 0 changed, 457 left as they are, 10 left out, 0 refused." in again


def test_the_real_list_of_people(db):
    AffiliationFactory(name="Staff")

    out, code = run("import_people", real(USERS), "--affiliation", "Staff")
    again, _code = run("import_people", USERS, "--affiliation", "Staff")

    assert (Person.objects.count(), Person.history.count(), code) == (95, 95, 0)
    assert out.count("No e-mail address (") == 5
    assert "95 created, 0 changed, 0 left as they are, 5 left out, 0 refused." in out
    assert "0 created, 0 changed, 95 left as they are, 5 left out, 0 refused." in again


def test_the_real_list_of_assets(db):
    Building.objects.create(code="MAIN", name="Main building")

    dry, _code = run("import_assets", real(ASSETS), "--building", "MAIN", "--dry-run")
    out, code = run("import_assets", ASSETS, "--building", "MAIN")
    again, _code = run("import_assets", ASSETS)

    assert (Asset.objects.count(), Asset.history.count(), Assignment.objects.count(), code) == (22, 22, 17, 0)
    assert (Assignment.objects.filter(person__isnull=False).count(), Person.objects.count()) == (9, 9)
    assert out.count("and stays so.") == 2
    for printed in (dry, out):
        assert "22 created, 0 changed, 0 left as they are, 0 left out, 0 refused." in printed
    assert "0 created, 0 changed, 22 left as they are, 0 left out, 0 refused." in again
    undo_import(batch=ImportBatch.objects.get(), by=None)
    assert (Asset.objects.count(), Person.objects.count(), Building.objects.count()) == (0, 0, 1)


def test_import_assets_takes_building_and_affiliation(db, made):
    staff = AffiliationFactory(name="Staff", due_date_required=False)
    Building.objects.create(code="N", name="North")

    run(
        "import_assets",
        made("tag,name,room,email\n1,a,7,n@example.edu\n"),
        *("--building", "North", "--affiliation", "STAFF"),
    )

    assert (str(Asset.objects.get().home), Person.objects.get().affiliation) == ("N 7", staff)


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("import_people", FACILITIES),
        ("import_buildings", USERS),
        ("import_assets", USERS),
        ("import_assets", FACILITIES),
        ("import_keys", ASSETS),
    ],
)
def test_a_real_list_of_something_else_is_refused(db, command, file):
    with pytest.raises(CommandError, match="has no column"):
        run(command, real(file))
