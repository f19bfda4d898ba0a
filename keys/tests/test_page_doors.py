"""Doors outside the console: the list, the page that a label leads to, and which keys fit."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import BuildingManager
from keys.models import Door, KeySymbol
from keys.operations import pin_door, report_lost, retire_door, retire_key
from keys.tests.factories import (
    BuildingFactory,
    DoorFactory,
    HookFactory,
    KeyFactory,
    KeysetFactory,
    KeySymbolFactory,
    LoanFactory,
    OperatesFactory,
    opening,
)
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

LIST, FITTING = reverse("door_list"), reverse("key_fitting")


@pytest.fixture
def hall(db):
    return BuildingFactory(code="B12", name="Hall")


@pytest.fixture
def symbol(db):
    return KeySymbolFactory(symbol="AA1")


@pytest.fixture
def door(hall, symbol):
    return opening(symbol, building=hall, label="101", kind="lab", criticality=5)


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def manager(client, building_manager, hall):
    BuildingManager.objects.create(building=hall, person=building_manager, since="2026-01-01")
    client.force_login(building_manager)
    return client


def page_of(door):
    return reverse("door", args=[door.public_code])


def lose(symbol, **fields):
    loan = LoanFactory(key__symbol=symbol, **fields)
    report_lost(loan=loan, by=loan.borrower)
    return loan


def test_the_list_finds_doors_by_building_and_label(desk, door, hall):
    DoorFactory(building=hall, label="North entrance", kind="exterior")
    DoorFactory(label="101")

    assert "B12 101 Laboratory" not in text_of(desk.get(LIST, {"q": "B12 north"}))
    assert "B12 North entrance" in text_of(desk.get(LIST, {"q": "hall nor"}))
    assert "B12 101 Laboratory 5 critical AA1" in text_of(desk.get(LIST, {"criticality": "critical"}))
    assert "No door fits all of that." in text_of(desk.get(LIST, {"kind": "vehicle"}))


def test_the_list_shows_only_doors_that_are_there(desk, door, key_shop):
    retire_door(door=door, by=key_shop, reason="Wall")

    assert "There is no door that you may see." in text_of(desk.get(LIST))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"q": "\0"}, 200),
        ({"q": "x" * 300}, 200),
        ({"kind": "no"}, 200),
        ({"after": "nowhere"}, 404),
        ({"q": "🔑"}, 200),
    ],
)
def test_the_list_is_not_upset_by_its_address(desk, door, query, status):
    assert desk.get(LIST, query).status_code == status


def test_a_manager_sees_the_doors_of_her_buildings(manager, door):
    other = opening(KeySymbolFactory(symbol="ZZ9"), building__code="B99", label="Vault")

    shown = text_of(manager.get(LIST))

    assert "B12 101" in shown
    assert "Vault" not in shown
    assert "Who can open it" in text_of(manager.get(page_of(door)))
    assert "Who can open it" not in text_of(manager.get(page_of(other)))
    assert "ZZ9" not in text_of(manager.get(FITTING, {"doors": "B99 Vault"}))


def test_whoever_scans_the_label_learns_what_the_door_is_called(client, door, symbol):
    LoanFactory(key__symbol=symbol, borrower__last_name="Secretive")

    response = client.get(page_of(door))

    shown = text_of(response)
    assert "B12 101" in shown
    assert "Secretive" not in shown
    assert "AA1" not in shown
    assert reverse("ticket_report_about", args=[door.public_code]) in response.content.decode()
    assert f"{reverse('sign_in')}?next={page_of(door)}" in response.content.decode()


def test_staff_see_no_more_without_their_staff_sign_in(client, clerk, door, symbol):
    LoanFactory(key__symbol=symbol, borrower__last_name="Secretive")
    client.force_login(clerk, methods=["code"])

    assert "Secretive" not in text_of(client.get(page_of(door)))


def test_an_unknown_label_says_what_to_do(client, db):
    response = client.get(reverse("door", args=["NOSUCHCODE"]))

    assert response.status_code == 404
    assert "The code NOSUCHCODE is on none of our doors." in text_of(response)


def test_staff_see_lost_keys_first_then_holders_and_cabinets(desk, door, symbol):
    LoanFactory(key__symbol=symbol, borrower__last_name="Keeper", key__serial=2)
    lose(symbol, borrower__last_name="Loser", key__serial=1)
    KeyFactory(symbol=symbol, serial=3, hook=HookFactory(cabinet__name="Office", label="7"))
    KeyFactory(serial=9)

    shown = text_of(desk.get(page_of(door)))

    assert shown.index("AA1 1 Waits for a decision") < shown.index("Who can open it") < shown.index("Keeper")
    assert "Loser" in shown[: shown.index("Who can open it")]
    assert "AA1 3 Office" in shown


def test_a_lost_key_is_no_danger_once_the_door_is_rekeyed(desk, door, symbol, key_shop):
    lose(symbol)
    pin_door(door=door, keyset=KeysetFactory(own__symbol="AA2"), by=key_shop)

    assert "Lost keys" not in text_of(desk.get(page_of(door)))


def test_a_key_retired_as_lost_stays_a_danger_and_a_broken_one_does_not(desk, door, symbol, key_shop):
    for serial, kind in [(1, "lost"), (2, "broken")]:
        retire_key(key=KeyFactory(symbol=symbol, serial=serial), retirement=kind, reason="So", by=key_shop)

    shown = text_of(desk.get(page_of(door)))

    assert "AA1 1 Waits for a decision" in shown
    assert "AA1 2" not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_whatever_they_show(desk, hall, symbol, rows):
    doors = [opening(symbol, building=hall, label=f"{n}", space_to=None) for n in range(rows)]
    for _n in range(rows):
        LoanFactory(key__symbol=symbol)
        lose(symbol)
        KeyFactory(symbol=symbol, hook=HookFactory())
        OperatesFactory(keyset=doors[0].pinnings.get().keyset, symbol=KeySymbolFactory(), source="cross")
    named = {"doors": [str(door) for door in doors], "q": "B12"}

    with queries(exactly=5):
        assert desk.get(LIST).status_code == 200
    with queries(exactly=10):
        assert desk.get(page_of(doors[0])).status_code == 200
    with queries(exactly=8):
        assert desk.get(FITTING, named).status_code == 200


def test_keys_that_fit_all_doors_come_with_the_fewest_others_first(desk, hall, key_shop):
    master, both, one = (KeySymbolFactory(symbol=stamp) for stamp in ("A", "AA1", "AA2"))
    keyset = OperatesFactory(keyset__own=both).keyset
    OperatesFactory(keyset=keyset, symbol=master, source="hierarchy")
    lone = OperatesFactory(keyset__own=one).keyset
    for symbol in (master, both):
        OperatesFactory(keyset=lone, symbol=symbol, source="cross")
    for label, pinned in [("1", keyset), ("2", lone)]:
        pin_door(door=DoorFactory(building=hall, label=label), keyset=pinned, by=key_shop)
    opening(master)
    KeyFactory(symbol=both)

    shown = text_of(desk.get(FITTING, {"doors": ["b12 1", "B12  2"]}))

    assert "Keys that open all 2 doors" in shown
    assert shown.index("AA1 Change key 0 1 of 1") < shown.index("A Change key 1 0 of 0")
    assert "B12 1 A AA1 B12 2 A AA1 AA2" in shown


def test_no_single_key_is_said_so(desk, hall):
    for label in "12":
        opening(KeySymbolFactory(), building=hall, label=label)

    assert "No single key opens all of them." in text_of(desk.get(FITTING, {"doors": ["B12 1", "B12 2"]}))


def test_a_retired_symbol_fits_nothing(desk, door, symbol):
    KeySymbol.objects.update(retired_at=timezone.now(), retired_reason="Rekeyed")

    assert "No single key" in text_of(desk.get(FITTING, {"doors": "B12 101"}))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("B12 999", "There is no door B12 999. Type building and door, such as B12 101, or pick it below."),
        ("B12", "“B12” is not a door. Type building and door, such as B12 101."),
        ("\0", "“” is not a door. Type building and door, such as B12 101."),
        ("x" * 300, f"“{'x' * 40}…” is not a door. Type building and door, such as B12 101."),
        ("🔑 1", "There is no door 🔑 1. Type building and door, such as B12 101, or pick it below."),
        ("", "Name at least one door, such as B12 101."),
    ],
)
def test_what_is_no_door_says_how_to_name_one_and_stays_typed(desk, door, typed, sentence):
    response = desk.get(FITTING, {"doors": typed})

    assert problems_of(response) == [sentence]
    assert not typed.isprintable() or typed in response.content.decode()


def test_doors_are_named_by_their_code_or_the_address_of_their_label_too(desk, door):
    for typed in (door.public_code.lower(), f"http://testserver{page_of(door)}"):
        shown = text_of(desk.get(FITTING, {"doors": typed}))
        assert "AA1 Change key 0 0 of 0 B12 101 AA1" in shown


def test_two_doors_of_one_name_are_told_apart_by_their_codes(desk, door):
    other = DoorFactory(building__code="B12 1", label="01")
    twin = DoorFactory(building=BuildingFactory(code="B12 101"), label="North")
    same = DoorFactory(building=door.building, label="101 North")

    response = desk.get(FITTING, {"doors": "B12 101 North"})

    assert twin.public_code in problems_of(response)[0]
    assert same.public_code in problems_of(response)[0]
    assert other.public_code not in problems_of(response)[0]
    assert problems_of(desk.get(FITTING, {"doors": twin.public_code})) == []


def test_doors_are_picked_from_what_is_found(desk, door):
    response = desk.get(FITTING, {"q": "hall 10"})

    assert '<button name="doors" value="B12 101">' in response.content.decode()
    assert "No door is called so." in text_of(desk.get(FITTING, {"q": "zzz"}))


def test_who_has_keys_is_told_what_they_open(client, borrower, door, symbol, key_shop):
    LoanFactory(borrower=borrower, key__symbol=symbol)
    lost = LoanFactory(borrower=borrower)
    opening(lost.key.symbol, label="Elsewhere")
    report_lost(loan=lost, by=borrower)
    client.force_login(borrower)

    shown = text_of(client.get(reverse("start")))

    assert "Your keys open 1 door B12 101" in shown
    assert "Elsewhere" not in shown


def test_who_has_none_is_told_nothing(client, borrower, door):
    LoanFactory(borrower=PersonFactory(), out_at=timezone.now() - timedelta(days=1))
    client.force_login(borrower)

    assert "Your keys open" not in text_of(client.get(reverse("start")))
    assert Door.objects.count() == 1


def test_no_code_upsets_the_page_of_a_door(client, db):
    for code in ("%00", "9" * 300, "é", "%F0%9F%94%91"):
        assert client.get(f"/doors/{code}/").status_code in {200, 404}
