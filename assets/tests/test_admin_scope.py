"""Who sees which assets in the console, what leaves it as a file, and whether each deed has its button."""

import csv
import inspect
import io

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.tests.factories import PersonFactory
from assets import operations
from assets.models import Asset, Assignment, BuildingManager, Kit
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    KitFactory,
    ManufacturerFactory,
    ReservationFactory,
    SpaceFactory,
    SupplierFactory,
)
from keysite.tests.deeds import deeds
from keysite.tests.queries import queries

# Deeds with a page of their own instead of a button.
BY_ADDING = {"register_asset", "reserve", "open_stock_take"}
BY_IMPORTING = {"import_assets", "import_buildings"}
ELSEWHERE = {"add_photo", "remove_photo", "count", "make_calendar_feed", "revoke_calendar_feed"}


@pytest.fixture
def room(building_manager):
    room = SpaceFactory(building__code="MANAGED")
    BuildingManager.objects.create(building=room.building, person=building_manager, since="2026-01-01")
    return room


@pytest.fixture
def mine(room):
    return AssignmentFactory(asset__tag="MINE", asset__home=room, person__last_name="Thal")


@pytest.fixture
def theirs(db):
    return AssignmentFactory(asset__tag="THEIRS", asset__home=SpaceFactory(), person__last_name="Secretive")


@pytest.fixture
def manager(client, building_manager, mine, theirs):
    client.force_login(building_manager)
    return client


def allow(person, *codes):
    for code in codes:
        app, codename = code.split(".")
        person.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


def page(row, name="change"):
    return reverse(f"admin:assets_{row._meta.model_name}_{name}", args=[row.pk])


def rows_of(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_every_deed_of_the_inventory_is_in_the_console():
    there = {deed.operation for page in admin.site._registry.values() for deed in page.deeds}
    buttons = {name for name, deed in deeds(operations).items() if deed in there}
    with_somebody = {name for name, deed in deeds(operations).items() if "by" in inspect.signature(deed).parameters}

    assert with_somebody - buttons == BY_ADDING | BY_IMPORTING | ELSEWHERE


@pytest.mark.parametrize("tab", ["owned", "with_somebody", "all"])
def test_a_building_manager_sees_the_assets_of_her_buildings(manager, tab):
    for address in (f"/admin/assets/asset/?show={tab}", "/admin/assets/assignment/?show=all"):
        shown = manager.get(address).content.decode()
        assert "MINE" in shown
        assert "THEIRS" not in shown
        assert "Secretive" not in shown


def test_pages_of_other_assets_do_not_exist(manager, theirs):
    for row in (theirs, theirs.asset):
        for name in ("change", "history"):
            response = manager.get(page(row, name), follow=True)
            assert response.redirect_chain
            assert "THEIRS" not in response.content.decode()
    assert manager.get(page(theirs.asset, "tag"), follow=True).redirect_chain


def test_a_deed_takes_no_row_and_no_choice_of_another_scope(manager, building_manager, mine, theirs):
    allow(building_manager, "assets.change_asset", "assets.take_back")
    chosen = {"action": "take_back", "_selected_action": theirs.asset.pk, "index": "0", "console_asked": "1"}

    manager.post("/admin/assets/asset/", chosen | {"condition": "good", "once": "a"})
    there = manager.post(page(theirs.asset, "take_back"), {"condition": "good", "once": "b"})
    parent = manager.post(page(mine.asset, "set_parent"), {"parent": theirs.asset.pk, "once": "c"})

    assert there.status_code == 302
    assert "That choice is not one of the available choices" in parent.content.decode()
    assert "THEIRS" not in parent.content.decode()
    assert Assignment.objects.get(pk=theirs.pk).is_open
    assert Asset.objects.get(pk=mine.asset.pk).parent is None


@pytest.mark.parametrize(
    "query", ["asset={asset}", "person={person}", "asset=0", "person=abc", "kit=99999999999999999999"]
)
def test_a_filter_by_what_one_may_not_see_names_nobody(manager, theirs, query):
    query = query.format(asset=theirs.asset.pk, person=theirs.person.pk)

    shown = manager.get(f"/admin/assets/assignment/?show=all&{query}").content.decode()

    assert "Secretive" not in shown
    assert "THEIRS" not in shown


def test_components_of_other_buildings_are_not_named(manager, mine):
    hidden = AssetFactory(parent=mine.asset, tag="HIDDEN", home=SpaceFactory())

    assert hidden.tag not in manager.get(page(mine.asset)).content.decode()


def test_completion_offers_only_assets_in_scope(manager):
    asked = {"app_label": "assets", "model_name": "asset", "field_name": "parent"}

    found = [manager.get("/admin/autocomplete/", asked | {"term": term}).json() for term in ("MINE", "THEIRS")]

    assert [len(one["results"]) for one in found] == [1, 0]


def test_a_technician_services_and_moves_and_nothing_else(client, technician, mine):
    client.force_login(technician)
    names = ["assign", "take_back", "move", "set_parent", "take_out_of_service", "dispose", "remove_asset"]

    assert [name for name in names if client.get(page(mine.asset, name)).status_code == 200] == [
        "move",
        "take_out_of_service",
    ]


def test_an_export_holds_what_the_list_shows_without_formulas(client, auditor, mine, theirs):
    Asset.objects.filter(pk=theirs.asset.pk).update(name="=1+1")
    client.force_login(auditor)

    rows = rows_of(client.get("/admin/assets/asset/export/?show=all"))
    owned = rows_of(client.get("/admin/assets/asset/export/?q=mine"))
    lent = rows_of(client.get("/admin/assets/assignment/export/?q=Thal"))

    assert {row["tag"]: row["name"] for row in rows} == {"MINE": "Laptop", "THEIRS": "'=1+1"}
    assert [(row["tag"], row["assigned to"], row["room"]) for row in owned] == [
        ("MINE", mine.person.name, mine.asset.home.number)
    ]
    assert [(row["tag"], row["e-mail"], row["status"]) for row in lent] == [("MINE", mine.person.email, "Assigned")]


def test_an_export_asks_as_often_for_three_rows_as_for_one(client, auditor):
    client.force_login(auditor)
    for number in (1, 2):
        for _more in range(number):
            asset = AssetFactory(owner=PersonFactory(), supplier=SupplierFactory(), parent=AssetFactory())
            AssignmentFactory(asset=asset)
            AssignmentFactory(kit=KitFactory(), asset=None, person=None, space=SpaceFactory(), due_at=None, term=None)
        for address, asked in (("asset", 5), ("assignment", 5)):
            with queries(exactly=asked):
                rows_of(client.get(f"/admin/assets/{address}/export/"))


def test_an_export_comes_back_as_it_left(client, administrator):
    AssetFactory(tag="T1", serial="SN1", model__manufacturer=ManufacturerFactory(), price="12.50", home=SpaceFactory())
    client.force_login(administrator)
    exported = b"".join(client.get("/admin/assets/asset/export/").streaming_content)

    file = io.BytesIO(exported)
    file.name = "asset.csv"
    shown = client.post("/admin/assets/asset/import/", {"file": file}).content.decode()

    assert "<strong>1</strong> as they are" in shown, shown[shown.index("console-ask") :][:3000]


def test_the_palette_finds_assets_kits_and_models(client, auditor):
    client.force_login(auditor)
    kit, asset = Kit.objects.create(name="Camera bag"), AssetFactory(tag="T77", model__name="ThinkPad")

    for words, row in (("camera", kit), ("t77", asset), ("thinkpad", asset.model)):
        assert page(row) in client.get("/admin/search/", {"s": words}).content.decode()


def test_a_person_page_of_somebody_without_assets_offers_nothing_to_take_back(client, clerk):
    person = ReservationFactory().person
    client.force_login(clerk)

    shown = client.get(reverse("admin:accounts_person_change", args=[person.pk])).content.decode()

    assert "take_back_all" not in shown
    assert f"show=all&amp;person={person.pk}" in shown
