"""The page that says whether the chart adds up: each doubt with its number, and the list that has all of them."""

import re

import pytest
from django.urls import reverse

from assets.models import BuildingManager
from keys.models import KeySymbol, Operates
from keys.operations import retire_symbol
from keys.tests.factories import (
    DoorFactory,
    KeyFactory,
    KeysetFactory,
    KeySymbolFactory,
    LoanFactory,
    OperatesFactory,
    PinningFactory,
    opening,
)
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

PAGE = reverse("door_integrity")
FINDING = re.compile(r'<h2 id="finding-\d">([^<]+)</h2>\s*<span class="chip[^"]*">(\d+)</span>')
ALL = re.compile(r'<a href="(/admin/[^"]+\?[^"]+)">(?:All|Open)')


@pytest.fixture
def shop(client, key_shop):
    client.force_login(key_shop)
    return client


def doubts(n):
    """So many rows of each kind."""
    for _more in range(n):
        DoorFactory()
        keyset = opening(KeySymbolFactory()).pinnings.get().keyset
        OperatesFactory(keyset=keyset, symbol=KeySymbolFactory(), source="manual")
        KeysetFactory()
        lacking = KeySymbolFactory(parent=KeySymbolFactory(level=3))
        opening(lacking)
        full = KeySymbolFactory(most_copies=1)
        KeyFactory(symbol=full)
        KeyFactory(symbol=full)
        LoanFactory()


def findings_of(response):
    return {title: int(number) for title, number in FINDING.findall(response.content.decode())}


def test_each_doubt_is_counted_and_is_the_length_of_its_list(shop):
    doubts(1)

    response = shop.get(PAGE)

    assert findings_of(response) == {
        "Doors that nothing opens": 1,
        "Keys that no hierarchy explains": 1,
        "Keysets that a master above does not turn": 1,
        "Keysets without doors": 1,
        "Symbols with more keys than allowed": 1,
        "Symbols with keys out that open nothing": 1,
    }
    assert "6 doubts about doors, keysets and symbols." in text_of(response)
    assert "2, of 1 allowed" in text_of(response)
    lists = ALL.findall(response.content.decode())
    assert len(lists) == 6
    for address in lists:
        assert shop.get(address.replace("&amp;", "&")).context["cl"].result_count == 1, address


def test_nothing_in_doubt_is_said(shop):
    opening(KeySymbolFactory())

    response = shop.get(PAGE)

    assert set(findings_of(response).values()) == {0}
    assert "Nothing is in doubt" in text_of(response)


def test_it_asks_as_often_for_three_rows_of_each_as_for_one(shop):
    doubts(1)
    with queries(exactly=11):
        shop.get(PAGE)
    doubts(2)
    with queries(exactly=11):
        shop.get(PAGE)


def test_a_building_manager_reads_of_her_buildings_only(client, building_manager):
    mine, theirs = DoorFactory(label="Mine"), DoorFactory(label="Theirs")
    BuildingManager.objects.create(building=mine.building, person=building_manager, since="2026-01-01")
    LoanFactory(key__symbol__symbol="HIDDEN")
    client.force_login(building_manager)

    response = client.get(PAGE)

    assert findings_of(response)["Doors that nothing opens"] == 1
    assert str(mine) in text_of(response)
    assert str(theirs) not in text_of(response)
    assert "HIDDEN" not in text_of(response)


def test_a_master_lacks_where_it_stands_above_however_far(shop, key_shop):
    grand = KeySymbolFactory(level=4, system__code="S")
    master = KeySymbolFactory(level=3, parent=grand, system=grand.system)
    keyset = opening(KeySymbolFactory(parent=master, system=grand.system)).pinnings.get().keyset
    OperatesFactory(keyset=keyset, symbol=master, source="hierarchy")

    def lacking():
        return findings_of(shop.get(PAGE))["Keysets that a master above does not turn"]

    assert lacking() == 1
    retire_symbol(symbol=grand, by=key_shop, reason="Replaced")
    assert lacking() == 0
    keyset.kind = "nmk"
    keyset.save()
    Operates.objects.filter(symbol=master).delete()
    assert lacking() == 0


def test_keys_that_are_back_or_open_something_are_no_doubt(shop):
    KeyFactory()
    symbol = KeySymbolFactory(most_copies=1)
    LoanFactory(key__symbol=symbol)
    PinningFactory(keyset=OperatesFactory(keyset__own=symbol).keyset)

    assert findings_of(shop.get(PAGE))["Symbols with keys out that open nothing"] == 0
    assert findings_of(shop.get(PAGE))["Symbols with more keys than allowed"] == 0
    assert not KeySymbol.objects.opening_nothing().exists()
