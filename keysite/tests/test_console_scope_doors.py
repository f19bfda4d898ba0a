"""Of doors, keysets and what turns them a building manager sees, is offered and exports only those of her buildings."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from assets.models import Building, BuildingManager, Space
from keys.models import Door, Operates, Pinning
from keys.tests.factories import KeyFactory, KeySymbolFactory, LoanFactory, OperatesFactory, opening
from keysite.tests.pages import form_of


@pytest.fixture
def mine(building_manager):
    """A door in the building of the manager."""
    hall = Building.objects.create(code="B1", name="Hall")
    BuildingManager.objects.create(building=hall, person=building_manager, since="2026-01-01")
    return opening(KeySymbolFactory(symbol="MINE"), space=Space.objects.create(building=hall, number="Study"))


@pytest.fixture
def theirs(mine):
    """A door in somebody else's building, which a key that opens hers opens too."""
    tower = Building.objects.create(code="B2", name="Tower")
    door = opening(KeySymbolFactory(symbol="THEIRS"), space=Space.objects.create(building=tower, number="Vault"))
    OperatesFactory(keyset=keyset_of(door), symbol=keyset_of(mine).own, source="cross")
    return door


@pytest.fixture
def manager(client, building_manager, mine, theirs):
    client.force_login(building_manager)
    return client


def keyset_of(door):
    return door.pinnings.get().keyset


def allow(person, *codes):
    for code in codes:
        person.user_permissions.add(Permission.objects.get(content_type__app_label="keys", codename=code))


def parts_of(door):
    keyset = keyset_of(door)
    return door, keyset, keyset.operates.get(symbol=keyset.own)


def test_lists_and_search_show_only_what_is_in_scope(manager):
    for model in ("door", "keyset", "operates"):
        for query in ("", "show=all", "show=all&q=vault", "show=all&q=theirs"):
            page = manager.get(f"{reverse(f'admin:keys_{model}_changelist')}?{query}").content.decode()
            assert "THEIRS" not in page
            assert "Vault" not in page
    assert "Study" in manager.get(reverse("admin:keys_door_changelist")).content.decode()


def test_pages_of_other_rows_do_not_exist(manager, theirs):
    for row in parts_of(theirs):
        for page in ("change", "history"):
            response = manager.get(reverse(f"admin:keys_{row._meta.model_name}_{page}", args=[row.pk]), follow=True)
            assert "THEIRS" not in response.content.decode()
            assert response.redirect_chain


def test_the_sections_of_a_row_name_no_door_of_another_scope(manager, mine, theirs):
    key = KeyFactory(symbol=keyset_of(mine).own)
    LoanFactory(key=key)

    for row in (mine, keyset_of(mine), keyset_of(mine).own, key):
        page = manager.get(reverse(f"admin:keys_{row._meta.model_name}_change", args=[row.pk])).content.decode()
        assert "Study" in page
        assert "Vault" not in page


@pytest.mark.parametrize("term", ["Vault", "THEIRS", "B2"])
def test_completion_offers_only_what_is_in_scope(manager, term):
    for model, field in [("pinning", "keyset"), ("pinning", "door"), ("operates", "keyset"), ("operates", "symbol")]:
        asked = {"app_label": "keys", "model_name": model, "field_name": field}
        assert manager.get("/admin/autocomplete/", asked | {"term": term}).json()["results"] == []


def test_a_deed_takes_no_row_and_no_choice_of_another_scope(manager, building_manager, mine, theirs):
    allow(building_manager, "rekey")
    there = manager.post(reverse("admin:keys_door_unpin_door", args=[theirs.pk]), {"once": "a"}, follow=True)
    address = reverse("admin:keys_door_pin_door", args=[mine.pk])
    here = manager.post(address, form_of(manager.get(address)) | {"keyset": keyset_of(theirs).pk})

    assert there.redirect_chain
    assert "That choice is not one of the available choices" in here.content.decode()
    assert "THEIRS" not in here.content.decode()
    assert {str(row) for row in Pinning.objects.now()} == {"B1 Study · MINE", "B2 Vault · THEIRS"}


def test_an_action_passes_over_rows_of_another_scope(manager, building_manager, theirs):
    allow(building_manager, "rekey")
    row = keyset_of(theirs).operates.first()
    values = {"action": "stop_operating", "_selected_action": row.pk, "index": "0", "console_asked": "1", "once": "k"}

    manager.post(reverse("admin:keys_operates_changelist"), values)

    assert Operates.objects.get(pk=row.pk).until is None


@pytest.mark.parametrize("query", ["keyset={keyset}", "symbol={symbol}", "building={building}", "keyset=abc"])
def test_a_filter_by_a_row_of_another_scope_names_nothing(manager, theirs, query):
    keyset = keyset_of(theirs)
    query = query.format(keyset=keyset.pk, symbol=keyset.own.pk, building=theirs.building.pk)

    page = manager.get(f"{reverse('admin:keys_door_changelist')}?{query}").content.decode()

    assert "THEIRS" not in page
    assert "Vault" not in page


def test_an_export_has_only_what_is_in_scope(manager, building_manager):
    allow(building_manager, "export_door")

    lines = b"".join(manager.get(reverse("admin:keys_door_export")).streaming_content).decode()

    assert "Study" in lines
    assert "Vault" not in lines


def test_a_new_keyset_is_crossed_with_symbols_in_scope_only(manager, building_manager, mine, theirs):
    allow(building_manager, "add_keyset", "view_keysystem")
    own = keyset_of(mine).own
    stranger = KeySymbolFactory(system=own.system, symbol="SECRET")
    address = reverse("admin:keys_keyset_add")
    values = {"system": own.system.pk, "designation": "X1", "kind": "cross", "own": own.pk, "crossed": "secret"}

    response = manager.post(address, form_of(manager.get(address), "keyset_form") | values | {"_save": "1"})

    assert "The system has no symbol secret." in response.content.decode()
    assert not stranger.operates.exists()
    assert Door.objects.count() == 2
