"""Lists leave as CSV without formulas and in scope, and come back under the rules of everything else."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Person
from accounts.tests.factories import AffiliationFactory, PersonFactory
from assets.models import Building, BuildingManager, Space
from keys.models import Key, KeySymbol
from keys.operations import retire_key, retire_symbol
from keys.tests.factories import KeyFactory, KeySymbolFactory, KeySystemFactory, LoanFactory, opening
from keysite.console.exchange import LARGEST, harmless
from keysite.tests.history import last_version
from keysite.tests.pages import form_of

PEOPLE = "/admin/accounts/person/"


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def upload(client, page, data, **typed):
    """Choose a file, and look at what it would do."""
    data = data.encode() if isinstance(data, str) else data
    return client.post(f"{page}import/", {"file": SimpleUploadedFile("list.csv", data), **typed})


def take_over(client, page, data, **typed):
    """Choose a file, look, and agree."""
    shown = upload(client, page, data, **typed)
    return client.post(f"{page}process_import/", form_of(shown), follow=True)


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=cmd|'/C calc'!A0"]
)
def test_no_cell_is_a_formula(value):
    assert harmless(value) == f"'{value}"


@pytest.mark.parametrize("value", ["Robin", "", None, "a=1", "1-2", 5, "'x"])
def test_other_cells_stay_as_they_are(value):
    assert harmless(value) == ("" if value is None else str(value))


def test_an_export_has_just_its_columns_and_no_formula(console):
    person = PersonFactory(first_name="=1+1", phone="+49 30 1", last_name="@thal", identifier="-5")

    response = console.get(f"{PEOPLE}export/?show=all&q={person.email}")

    (row,) = rows_of(response)
    assert (row["first_name"], row["phone"], row["last_name"], row["identifier"]) == (
        "'=1+1",
        "'+49 30 1",
        "'@thal",
        "'-5",
    )
    assert row["affiliation"] == person.affiliation.name
    assert not {"password", "pin_digest", "is_staff", "is_superuser"} & set(row)
    assert 'filename="person-' in response.headers["Content-Disposition"]


def test_an_export_comes_back_as_it_left(console):
    person = PersonFactory(phone="+49 30 1", identifier="=5", email="-kim@example.edu")
    exported = b"".join(console.get(f"{PEOPLE}export/?show=all").streaming_content)

    shown = upload(console, PEOPLE, exported)

    assert f"<strong>{Person.objects.count()}</strong> as they are" in text_of(shown)
    assert Person.objects.get(pk=person.pk).phone == "+49 30 1"


def test_an_export_holds_what_the_list_shows(client, building_manager, clerk):
    hall = Building.objects.create(code="B1", name="Hall")
    BuildingManager.objects.create(building=hall, person=building_manager, since="2026-01-01")
    mine, theirs = KeyFactory(), KeyFactory()
    opening(symbol=mine.symbol, space=Space.objects.create(building=hall, number="1"))
    group = building_manager.groups.get()
    for name in ("export_key", "export_loan"):
        group.permissions.add(_permission(name))
    LoanFactory(key=theirs)
    client.force_login(building_manager)

    keys, loans = (rows_of(client.get(f"/admin/keys/{name}/export/")) for name in ("key", "loan"))

    assert [(row["symbol"], row["serial"]) for row in keys] == [(mine.symbol.symbol, str(mine.serial))]
    assert loans == []


def _permission(codename):
    return Permission.objects.get(codename=codename, content_type__app_label="keys")


@pytest.mark.parametrize("page", ["keys/key", "keys/keysymbol", "keys/loan", "accounts/person", "assets/building"])
def test_an_export_needs_its_permission(client, clerk, auditor, page):
    client.force_login(clerk)
    assert client.get(f"/admin/{page}/export/").status_code == 403
    client.force_login(auditor)
    assert client.get(f"/admin/{page}/export/").status_code == 200
    assert client.get(f"/admin/{page}/export/?nonsense=1").status_code == 302


@pytest.mark.parametrize("page", ["keys/key", "keys/keysymbol", "accounts/person"])
def test_an_import_needs_its_permission(client, auditor, page):
    client.force_login(auditor)

    assert client.get(f"/admin/{page}/import/").status_code == 403
    assert upload(client, f"/admin/{page}/", "symbol,serial\nA,1\n").status_code == 403
    assert client.post(f"/admin/{page}/process_import/", {"file": "", "once": "x"}).status_code == 403


def test_an_import_shows_first_and_writes_then_once(console, administrator):
    AffiliationFactory(name="Staff", identifier_required=False)
    data = "email,first name,affiliation\nkim@example.edu,Kim,Staff\nno,Robin,Staff\n"

    shown = upload(console, PEOPLE, data)

    assert "<strong>1</strong> new" in text_of(shown)
    assert "Line 3, column “email”" in text_of(shown)
    assert not Person.objects.with_address("kim@example.edu").exists()

    agreed = form_of(shown)
    first = console.post(f"{PEOPLE}process_import/", agreed, follow=True)
    second = console.post(f"{PEOPLE}process_import/", agreed)

    person = Person.objects.with_address("kim@example.edu").get()
    assert "Imported: 1 new, 0 changed, 1 lines refused." in text_of(first)
    assert second.url == PEOPLE
    assert last_version(person) == (administrator, "imported from list.csv")
    assert person.history.count() == 1


def test_an_import_gives_no_password_no_role_and_no_power(console):
    head = "email,first name,password,is_staff,is_superuser,groups,blocked_at,pin_digest,id\n"

    take_over(console, PEOPLE, head + "kim@example.edu,Kim,secret,1,1,administrator,2026-01-01,x,1\n")

    person = Person.objects.with_address("kim@example.edu").get()
    assert [person.is_staff, person.is_superuser, person.is_blocked, person.has_usable_password()] == [False] * 4
    assert person.groups.count() == 0


def test_an_import_of_keys_keeps_the_rules(console, administrator):
    retired = KeyFactory(serial=1, symbol__symbol="AA1")
    retire_key(key=retired, by=administrator, retirement=Key.Retirement.BROKEN, reason="Bent")
    gone = KeySymbolFactory(symbol="BB2", system=retired.symbol.system)
    retire_symbol(symbol=gone, by=administrator, reason="Rekeyed")

    done = take_over(console, "/admin/keys/key/", "symbol,serial,retired_at\nAA1,1,\nBB2,1,\nAA1,2,\nAA1,0,\nAA1,x,\n")

    assert Key.objects.get(pk=retired.pk).retired_at is not None
    assert not gone.keys.exists()
    assert Key.objects.filter(symbol=retired.symbol, serial=2).exists()
    assert "Imported: 1 new" in text_of(done)


def test_an_import_of_symbols_takes_over_what_the_file_says(console, administrator):
    known = KeySymbolFactory(symbol="AA1", description="Old", self_service=False)
    retired = KeySymbolFactory(symbol="ZZ9", system=known.system)
    retire_symbol(symbol=retired, by=administrator, reason="Rekeyed")
    lines = ["aa1,New,2,5,yes,kiosk or clerk present", "CC3,Lab,master key,,no,", "ZZ9,Open again,,,,", "DD4,,9,,,"]
    lines += ["EE5,,,many,,", "FF6,,,,perhaps,", "GG7,,,,,address only typed", ",x,,,,", "CC3,Twice,,,,"]
    data = "symbol,description,level,most keys,self service,least trust\n" + "\n".join(lines)

    shown = upload(console, "/admin/keys/keysymbol/", data)
    console.post("/admin/keys/keysymbol/process_import/", form_of(shown))

    known.refresh_from_db()
    new = KeySymbol.objects.get(symbol="CC3")
    assert (known.symbol, known.description, known.level, known.most_copies) == ("AA1", "New", 2, 5)
    assert (known.self_service, known.least_trust) == (True, 2)
    assert (new.description, new.level, new.system) == ("Lab", 3, known.system)
    assert last_version(known) == last_version(new) == (administrator, "imported from list.csv")
    assert "<strong>6</strong> refused" in text_of(shown)
    assert "Retired here" in text_of(shown)
    assert KeySymbol.objects.get(pk=retired.pk).description == retired.description


def test_symbols_of_two_systems_need_a_name_or_a_choice(console):
    KeySystemFactory(code="ONE")
    two = KeySystemFactory(code="TWO")

    without = upload(console, "/admin/keys/keysymbol/", "symbol\nAA1\n")
    take_over(console, "/admin/keys/keysymbol/", "symbol\nAA1\n", system=two.pk)

    assert "Say to which key system this symbol belongs." in text_of(without)
    assert KeySymbol.objects.get().system == two


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"\x00\x01\x02\xff", "has no column"),
        (b"PK\x03\x04rest", "is a workbook. Save it as “CSV UTF-8”"),
        (b"a,b\n1,2\n", "has no column “email”"),
        (b"email,email\nx,y\n", "two columns “email”"),
        (b'"email\n', "quotation marks"),
        (b"email\n" + b"x" * LARGEST, "The file is larger than 1.5 MB."),
    ],
)
def test_a_broken_file_has_a_sentence(console, data, sentence):
    response = upload(console, PEOPLE, data)

    assert response.status_code == 200
    assert sentence in text_of(response)


@pytest.mark.parametrize(
    "data",
    [b"email\n\0\n", b"email,phone\nkim@example.edu,\xff\n", b"\xef\xbb\xbfemail\r\n"],
)
def test_a_broken_line_is_no_error_page(console, data):
    assert upload(console, PEOPLE, data).status_code == 200


@pytest.mark.parametrize("file", ["", "%%%", "AAAA", "\0"])
def test_a_file_that_got_lost_has_a_sentence(console, file):
    response = console.post(f"{PEOPLE}process_import/", {"file": file, "name": "x", "once": "k"})

    assert response.status_code == 200
    assert b"errornote" in response.content


def test_no_file_at_all_has_a_sentence(console):
    assert "This field is required." in text_of(console.post(f"{PEOPLE}import/", {}))
    assert console.get(f"{PEOPLE}process_import/").status_code == 405


def test_addresses_of_the_pages(console):
    for name in ("accounts_person", "keys_key", "keys_keysymbol"):
        page = text_of(console.get(reverse(f"admin:{name}_changelist")))
        assert reverse(f"admin:{name}_import") in page
        assert reverse(f"admin:{name}_export") in page
