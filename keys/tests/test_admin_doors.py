"""Doors, keysets and what turns them, as staff see and change them in the console."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import Space
from keys.models import Door, Keyset, KeySymbol, Operates, Pinning
from keys.operations import pin_door, report_lost, retire_door
from keys.tests.factories import (
    BuildingFactory,
    DoorFactory,
    HookFactory,
    KeyFactory,
    KeysetFactory,
    KeySymbolFactory,
    KeySystemFactory,
    LoanFactory,
    OperatesFactory,
    opening,
)
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send
from keysite.tests.reading import text_of


@pytest.fixture
def shop(client, key_shop):
    client.force_login(key_shop)
    return client


@pytest.fixture
def symbol(db):
    return KeySymbolFactory(system=KeySystemFactory(code="MAIN"), symbol="AA1")


@pytest.fixture
def door(symbol):
    return opening(symbol, building=BuildingFactory(code="B12"), label="101", criticality=5)


def page(row, name="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def list_page(model):
    return reverse(f"admin:keys_{model}_changelist")


def press(client, row, deed, **typed):
    """Open the page of a deed, type, and send it."""
    return client.post(page(row, deed), {"once": "k" + deed} | typed, follow=True)


def rows_of(client, model, query):
    return {str(row) for row in client.get(f"{list_page(model)}?{query}").context["cl"].result_list}


def test_a_door_is_added_and_edited_but_stays_in_its_building(shop, key_shop):
    building = BuildingFactory(code="B12")
    space = Space.objects.create(building=building, number="101")
    values = {"building": building.pk, "label": "101", "kind": "lab", "criticality": "4", "space_to": space.pk}
    send(shop, reverse("admin:keys_door_add"), "door_form", **values, _save="1")
    door = Door.objects.get()

    send(shop, page(door), "door_form", label="101a", building=BuildingFactory().pk, _save="1")

    door.refresh_from_db()
    assert (door.label, door.building, door.space_to) == ("101a", building, space)
    assert last_version(door) == (key_shop, "changed: door")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"criticality": "6"}, "Criticality goes from 1 to 5."),
        ({"label": "102"}, "This building has a door of this label already."),
        ({"label": ""}, "This field is required."),
        ({"label": "x" * 300}, "at most 64 characters"),
        ({"label": "x\0"}, "Null characters are not allowed."),
    ],
)
def test_what_a_door_cannot_be_is_said_and_stays_typed(shop, door, typed, sentence):
    DoorFactory(building=door.building, label="102")

    response = send(shop, page(door), "door_form", **typed, _save="1")

    assert sentence in text_of(response)
    assert Door.objects.get(pk=door.pk).label == "101"


def test_the_buttons_of_a_door_do_their_deeds(shop, key_shop, door):
    other = KeysetFactory(own__symbol="AA2")

    press(shop, door, "pin_door", keyset=other.pk)
    assert Pinning.objects.now().get(door=door).keyset == other
    again = press(shop, door, "pin_door", keyset=other.pk, once="again")
    assert "Door B12 101 is pinned to AA2 already." in text_of(again)
    press(shop, door, "unpin_door")
    assert not Pinning.objects.now().filter(door=door).exists()
    press(shop, door, "retire_door", reason="Wall instead")
    assert last_version(door) == (key_shop, "retired: Wall instead")
    press(shop, door, "reinstate_door")
    assert last_version(door) == (key_shop, "reinstated")


def test_a_door_offers_only_what_can_be_done(shop, door, key_shop):
    def offered():
        shown = shop.get(page(door)).content.decode()
        return {
            name for name in ("pin_door", "unpin_door", "retire_door", "reinstate_door") if page(door, name) in shown
        }

    assert offered() == {"pin_door", "unpin_door", "retire_door"}
    retire_door(door=door, by=key_shop, reason="Wall")
    assert offered() == {"reinstate_door"}


def test_a_door_shows_lost_keys_first_then_who_has_one_and_its_past(shop, door, symbol, key_shop):
    lost = LoanFactory(key__symbol=symbol, key__serial=1, borrower__last_name="Loser")
    report_lost(loan=lost, by=lost.borrower)
    LoanFactory(key__symbol=symbol, key__serial=2, borrower__last_name="Keeper")
    KeyFactory(symbol=symbol, serial=3, hook=HookFactory(cabinet__name="Office", label="7"))

    shown = text_of(shop.get(page(door)))

    order = ["Lost keys that still open it", "AA1 1, lost", "Loser", "Who can open it", "Keeper", "AA1 3", "Office"]
    assert sorted(order, key=shown.index) == order
    pin_door(door=door, keyset=KeysetFactory(own__symbol="AA2"), by=key_shop)
    later = text_of(shop.get(page(door)))
    assert "Keeper" not in later
    assert later.index("AA2") < later.index("AA1 Plain")


def test_the_tag_of_a_door_leads_to_its_page(shop, door):
    shown = shop.get(page(door)).content.decode()

    assert "<svg" in shown
    assert door.public_code in shown
    assert reverse("door", args=[door.public_code]) in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"B12 101", "B12 102", "B12 103"}),
        ("show=nothing_opens", {"B12 102"}),
        ("show=retired", {"B12 104"}),
        ("criticality=critical", {"B12 101"}),
        ("criticality=ordinary", {"B12 102", "B12 103"}),
        ("kind=lab", {"B12 103"}),
        ("q=b12+101", {"B12 101"}),
        ("show=all&building={building}", {"B12 101", "B12 102", "B12 103", "B12 104"}),
        ("symbol={symbol}", {"B12 101"}),
        ("keyset={keyset}", {"B12 101"}),
        ("person={person}", {"B12 101"}),
        ("space={space}", {"B12 103"}),
        ("space=999999", set()),
    ],
)
def test_the_list_of_doors_answers_the_daily_questions(shop, door, symbol, key_shop, query, found):
    space = Space.objects.create(building=door.building, number="103")
    DoorFactory(building=door.building, label="102")
    opening(KeySymbolFactory(), building=door.building, label="103", kind="lab", space_from=space)
    retire_door(door=DoorFactory(building=door.building, label="104"), by=key_shop, reason="Wall")
    rows = {"building": door.building, "symbol": symbol, "space": space, "keyset": Keyset.objects.get(own=symbol)}
    rows["person"] = LoanFactory(key__symbol=symbol).borrower

    assert rows_of(shop, "door", query.format(**{name: row.pk for name, row in rows.items()})) == found


@pytest.mark.parametrize("model", ["keysymbol", "key", "loan"])
def test_other_lists_are_narrowed_to_what_opens_a_door(shop, door, symbol, model):
    LoanFactory(key=KeyFactory(symbol=symbol))
    LoanFactory(key__symbol__symbol="ZZ1")

    found = rows_of(shop, model, f"door={door.pk}&show=all" if model != "key" else f"door={door.pk}&where=all")

    assert len(found) == 1
    assert "AA1" in found.pop()


def test_a_list_of_doors_is_imported_and_exported(shop, door):
    door.label = "=cmd"
    door.save()
    table = "Key symbol,Building,Room,System\nAA9,B12,109,MAIN\n"

    shown = shop.post(reverse("admin:keys_door_import"), {"file": SimpleUploadedFile("doors.csv", table.encode())})
    values = form_of(shown)
    shop.post(reverse("admin:keys_door_process_import"), values)
    exported = b"".join(shop.get(reverse("admin:keys_door_export")).streaming_content).decode()

    assert "B12 109" in {str(row) for row in Door.objects.for_list()}
    assert "B12,'=cmd,Other,5" in exported
    assert "B12,109,Other,1,109" in exported


def test_a_keyset_is_added_with_what_turns_it(shop, key_shop, symbol):
    KeySymbolFactory(system=symbol.system, symbol="AA2")
    KeySymbolFactory(system=symbol.system, symbol="AB1")
    values = {"system": symbol.system.pk, "designation": "XAA1", "kind": "cross", "own": symbol.pk}

    send(shop, reverse("admin:keys_keyset_add"), "keyset_form", **values, crossed="aa2, AB1", _save="1")

    keyset = Keyset.objects.get()
    turning = {row.symbol.symbol: row.source for row in Operates.objects.now().filter(keyset=keyset)}
    assert turning == {"AA1": "own", "AA2": "cross", "AB1": "cross"}
    assert last_version(keyset) == (key_shop, "registered")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"crossed": "ZZ9"}, "The system has no symbol ZZ9. Write stamps such as AA2, AB1."),
        ({"crossed": "AA1\0"}, "Null characters are not allowed."),
        ({"kind": "cross", "crossed": ""}, "Name at least two symbols whose keys turn the cross-keyed cylinder."),
        ({"crossed": "AA2"}, "Keys of several symbols on one level turn a cross-keyed keyset only."),
        ({"own": ""}, "Say whose key turns it; only a cross-keyed keyset has no key of its own."),
        ({"designation": "aa1"}, "This system has a keyset of this designation already."),
        ({"designation": " "}, "This field is required."),
    ],
)
def test_a_keyset_that_makes_no_sense_is_refused_and_stays_typed(shop, symbol, door, typed, sentence):
    KeySymbolFactory(system=symbol.system, symbol="AA2")
    values = {"system": symbol.system.pk, "designation": "AA7", "kind": "plain", "own": symbol.pk, "crossed": ""}

    response = send(shop, reverse("admin:keys_keyset_add"), "keyset_form", **values | typed, _save="1")

    assert sentence in text_of(response)
    assert Keyset.objects.count() == 1
    assert form_of(response, "keyset_form")["system"] == str(symbol.system.pk)


def test_what_turns_a_keyset_is_corrected_by_buttons(shop, key_shop, door, symbol):
    keyset, other = Keyset.objects.get(), KeySymbolFactory(symbol="ZZ1")

    press(shop, keyset, "let_operate", symbol=other.pk, source="cross")
    row = Operates.objects.get(symbol=other)
    assert (row.source, last_version(row)) == ("cross", (key_shop, "turns it"))
    assert "ZZ1" in text_of(shop.get(page(keyset)))
    press(shop, row, "stop_operating")
    assert last_version(row) == (key_shop, "turns it no more")
    again = press(shop, row, "stop_operating", once="again")
    assert "Keys ZZ1 do not turn AA1 any more." in text_of(again)


def test_a_keyset_is_called_anew_but_what_it_is_stays(shop, door, symbol):
    keyset = Keyset.objects.get()

    send(shop, page(keyset), "keyset_form", designation="AA1-2", kind="nmk", _save="1")

    keyset.refresh_from_db()
    assert (keyset.designation, keyset.kind) == ("AA1-2", "plain")
    assert "B12 101" in text_of(shop.get(page(keyset)))


def test_the_integrity_report_lists_what_no_hierarchy_explains(shop, door, symbol):
    keyset = Keyset.objects.get()
    OperatesFactory(keyset=keyset, symbol=KeySymbolFactory(symbol="ZZ1"), source="manual")
    OperatesFactory(keyset=keyset, symbol=KeySymbolFactory(symbol="ZZ2"), source="cross")
    empty = KeysetFactory(own__symbol="AA3")
    ended = OperatesFactory(keyset=empty, until=timezone.now())

    assert rows_of(shop, "operates", "show=unexplained") == {"ZZ1 → AA1"}
    assert rows_of(shop, "operates", "show=ended") == {str(ended)}
    assert rows_of(shop, "operates", "q=zz2") == {"ZZ2 → AA1"}
    assert rows_of(shop, "keyset", "show=unexplained") == {"AA1"}
    assert rows_of(shop, "keyset", "show=turned_by_nothing") == {"AA3"}
    assert rows_of(shop, "keyset", "show=without_doors") == {"AA3"}
    assert rows_of(shop, "keyset", "show=crossed") == set()
    assert rows_of(shop, "keyset", f"symbol={symbol.pk}") == {"AA1"}


def test_a_symbol_gets_its_place_by_a_button(shop, key_shop, symbol):
    master = KeySymbolFactory(system=symbol.system, symbol="A", level=3)

    press(shop, symbol, "place_symbol", level="2", parent=master.pk)
    wrong = press(shop, symbol, "place_symbol", level="3", parent=master.pk, once="again")

    symbol.refresh_from_db()
    assert (symbol.level, symbol.parent) == (2, master)
    assert last_version(symbol) == (key_shop, "placed in the hierarchy")
    assert "AA1 is below A (Master key): it cannot be a Master key." in text_of(wrong)


def test_symbols_keys_and_rooms_show_their_doors(shop, door, symbol):
    space = Space.objects.create(building=door.building, number="101")
    Door.objects.filter(pk=door.pk).update(space_to=space)
    opening(symbol, building=door.building, label="102", criticality=1)

    for row in (symbol, KeyFactory(symbol=symbol)):
        shown = text_of(shop.get(page(row)))
        assert shown.index("B12 101") < shown.index("B12 102") < shown.index("All 2 doors")
    assert f"{list_page('door')}?space={space.pk}" in shop.get(page(space)).content.decode()
    assert f"{list_page('door')}?building={door.building_id}" in shop.get(page(door.building)).content.decode()


def test_a_destroyed_key_opens_nothing(shop, door, symbol):
    key = KeyFactory(symbol=symbol, retired_at=timezone.now(), retirement="broken", retired_reason="Bent")

    assert "B12 101" not in text_of(shop.get(page(key)))


def test_a_person_page_says_what_they_can_open_and_which_key_they_do_not_need(client, clerk, door, symbol):
    person, master = PersonFactory(), KeySymbolFactory(symbol="A")
    OperatesFactory(keyset=Keyset.objects.get(), symbol=master, source="hierarchy")
    opening(master, building=door.building, label="200")
    for one in (symbol, master):
        LoanFactory(borrower=person, key__symbol=one, key__serial=1)
    idle = LoanFactory(borrower=person, key__symbol__symbol="Z9", key__serial=1)
    client.force_login(clerk)

    shown = text_of(client.get(page(person)))

    assert "All 2 doors" in shown
    assert {loan.key.symbol.symbol for loan in person.loans.with_redundancy() if loan.is_redundant} == {"AA1"}
    assert "AA1 1 Checked out" in shown
    assert shown.count("No: all its doors are opened by the other keys") == 1
    assert str(idle.key) in shown


def test_two_keys_of_one_symbol_make_each_other_redundant_until_one_is_lost(door, symbol):
    person = PersonFactory()
    first, second = (LoanFactory(borrower=person, key__symbol=symbol) for _n in range(2))
    LoanFactory(key__symbol=symbol)

    assert {loan for loan in person.loans.with_redundancy() if loan.is_redundant} == {first, second}
    report_lost(loan=second, by=person)
    assert {loan for loan in person.loans.with_redundancy() if loan.is_redundant} == {second}
    assert KeySymbol.objects.with_door_counts().get(pk=symbol.pk).doors_opened == 1
