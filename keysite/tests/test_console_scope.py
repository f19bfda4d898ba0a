"""A role without a view of everything sees, offers, accepts and echoes only what is in its scope."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import Person
from accounts.roles import ROLES
from accounts.tests.factories import PersonFactory
from assets.models import Building, BuildingManager, Space
from keys.models import Hold, Key, KeySymbol
from keys.tests.factories import HoldFactory, HookFactory, KeyFactory, KeySymbolFactory, LoanFactory, opening
from keysite.tests.pages import form_of


@pytest.fixture
def mine(building_manager):
    """A key to a room in the building of the manager."""
    hall = Building.objects.create(code="B1", name="Hall")
    BuildingManager.objects.create(building=hall, person=building_manager, since="2026-01-01")
    key = KeyFactory(symbol__symbol="MINE")
    opening(symbol=key.symbol, space=Space.objects.create(building=hall, number="1"))
    return key


@pytest.fixture
def theirs():
    """A key to a room in somebody else's building."""
    tower = Building.objects.create(code="B2", name="Tower")
    key = KeyFactory(symbol__symbol="THEIRS", symbol__description="Their vault")
    opening(symbol=key.symbol, space=Space.objects.create(building=tower, number="2"))
    return key


@pytest.fixture
def manager(client, building_manager, mine, theirs):
    client.force_login(building_manager)
    return client


def allow(person, *codes):
    for code in codes:
        app, codename = code.split(".")
        person.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


def test_lists_show_only_what_is_in_scope(manager, mine, theirs):
    for row in (mine, mine.symbol, LoanFactory(key=mine)):
        page = manager.get(reverse(f"admin:keys_{row._meta.model_name}_changelist")).content.decode()
        assert "MINE" in page
        assert "THEIRS" not in page


def test_pages_of_other_rows_do_not_exist(manager, theirs):
    loan = LoanFactory(key=theirs, borrower__last_name="Secretive")
    for row in (theirs, theirs.symbol, loan):
        for page in ("change", "history"):
            response = manager.get(reverse(f"admin:keys_{row._meta.model_name}_{page}", args=[row.pk]), follow=True)
            assert "THEIRS" not in response.content.decode()
            assert "Secretive" not in response.content.decode()
            assert response.redirect_chain


@pytest.mark.parametrize(
    ("app", "model", "field", "term"),
    [("keys", "loan", "key", "THEIRS"), ("keys", "key", "symbol", "vault"), ("keys", "keysymbol", "parent", "THEIRS")],
)
def test_completion_offers_only_what_is_in_scope(manager, app, model, field, term):
    asked = {"app_label": app, "model_name": model, "field_name": field}

    found = manager.get("/admin/autocomplete/", asked | {"term": term}).json()
    mine = manager.get("/admin/autocomplete/", asked | {"term": "MINE"}).json()

    assert found["results"] == []
    assert len(mine["results"]) == 1


@pytest.mark.parametrize("field", ["borrower", "returned_by", "term"])
def test_completion_is_not_for_models_that_the_role_may_not_view(manager, field):
    PersonFactory(last_name="Secretive")

    asked = {"app_label": "keys", "model_name": "loan", "field_name": field, "term": ""}

    assert manager.get("/admin/autocomplete/", asked).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"app_label": "accounts", "model_name": "person", "field_name": "loans"},
        {"app_label": "accounts", "model_name": "person", "field_name": "groups"},
        {"app_label": "accounts", "model_name": "person", "field_name": "email"},
        {"app_label": "x\0", "model_name": "person", "field_name": "sponsor"},
        {"app_label": "accounts", "model_name": "person", "field_name": "no"},
    ],
)
def test_completion_of_anything_but_a_foreign_key_is_refused(client, administrator, asked):
    client.force_login(administrator)

    assert client.get("/admin/autocomplete/", asked | {"term": "x"}).status_code == 403


def test_the_id_of_another_scope_is_no_choice_and_is_not_named(manager, building_manager, mine, theirs):
    allow(building_manager, "keys.change_keysymbol")
    address = reverse("admin:keys_keysymbol_place_symbol", args=[mine.symbol.pk])

    response = manager.post(address, form_of(manager.get(address)) | {"parent": theirs.symbol.pk})

    assert response.status_code == 200
    assert "That choice is not one of the available choices" in response.content.decode()
    assert "THEIRS" not in response.content.decode()
    assert KeySymbol.objects.get(pk=mine.symbol.pk).parent is None


def test_a_deed_takes_no_row_and_no_choice_of_another_scope(manager, building_manager, mine, theirs):
    allow(building_manager, "keys.hold_key", "accounts.view_person")
    stranger = PersonFactory(last_name="Secretive")
    there = manager.post(reverse("admin:keys_key_hold_key", args=[theirs.pk]), {"person": stranger.pk}, follow=True)
    asked = {"person": stranger.pk, "until_0": "2099-01-01", "until_1": "12:00"}
    here = manager.post(reverse("admin:keys_key_hold_key", args=[mine.pk]), asked)

    assert there.redirect_chain
    assert "That choice is not one of the available choices" in here.content.decode()
    assert "Secretive" not in there.content.decode() + here.content.decode()
    assert not Hold.objects.exists()


def test_an_action_passes_over_rows_of_another_scope(manager, building_manager, mine, theirs):
    allow(building_manager, "keys.return_key")
    loan = LoanFactory(key=theirs)
    page = manager.get(reverse("admin:keys_loan_changelist"))
    values = {"action": "return_key", "_selected_action": loan.pk, "index": "0", "console_asked": "1"}

    response = manager.post(reverse("admin:keys_loan_changelist"), values | {"condition": "good", "once": "k"})

    loan.refresh_from_db()
    assert page.status_code == 200
    assert response.status_code in {200, 302}
    assert loan.is_open


@pytest.mark.parametrize(
    "query", ["borrower={borrower}", "key={key}", "key=999999", "key=abc", "borrower=99999999999999999999"]
)
def test_a_filter_by_a_row_of_another_scope_names_nobody(manager, theirs, query):
    loan = LoanFactory(key=theirs, borrower__last_name="Secretive")
    query = query.format(borrower=loan.borrower.pk, key=theirs.pk)

    page = manager.get(f"{reverse('admin:keys_loan_changelist')}?{query}").content.decode()

    assert "Secretive" not in page
    assert "THEIRS" not in page
    assert "does not exist, or you may not see it" in page


def test_history_names_no_row_of_another_scope(manager, mine, theirs):
    mine.symbol.parent = theirs.symbol
    mine.symbol.save()

    page = manager.get(reverse("admin:keys_keysymbol_history", args=[mine.symbol.pk])).content.decode()

    assert "THEIRS" not in page
    assert f"no. {theirs.symbol.pk}" in page


@pytest.mark.parametrize(
    "lookup", ["pin_digest__startswith=a", "password__startswith=p", "email__contains=a", "loans=1"]
)
def test_the_address_is_not_a_query_language(client, auditor, lookup):
    client.force_login(auditor)

    response = client.get(f"/admin/accounts/person/?{lookup}", follow=True)

    assert response.redirect_chain == [("/admin/accounts/person/?e=1", 302)]
    assert "The address asked for a filter or page that does not exist" in response.content.decode()


def test_a_key_shop_clerk_cannot_choose_what_the_role_may_not_view(client, key_shop):
    """Every select and completion of a form is limited, also where the role sees everything of its own models."""
    hook, key = HookFactory(), KeyFactory()
    client.force_login(key_shop)
    address = reverse("admin:keys_key_change", args=[key.pk])

    client.post(address, form_of(client.get(address), "key_form") | {"hook": hook.pk, "_save": "1"})

    assert Key.objects.get(pk=key.pk).hook == hook


def test_nobody_becomes_staff_through_a_form(client, clerk):
    person = PersonFactory()
    client.force_login(clerk)
    address = reverse("admin:accounts_person_change", args=[person.pk])
    more = {"is_staff": "on", "is_superuser": "on", "groups": "1", "password": "x", "email": "mine@example.edu"}

    client.post(address, form_of(client.get(address), "person_form") | more | {"_save": "1"})

    saved = Person.objects.get(pk=person.pk)
    assert not saved.is_staff
    assert not saved.is_superuser
    assert (saved.email, saved.password) == (person.email, person.password)


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_leads_only_where_the_role_may_go(client, make_staff, role):
    client.force_login(make_staff(role))
    page = client.get("/admin/").content.decode()
    links = {part.split('"')[0] for part in page.split('href="')[1:]}

    for link in sorted(link for link in links if link.startswith("/admin/")):
        assert client.get(link).status_code == 200, link


def test_staff_without_a_role_are_told_so(client, roles):
    nobody = PersonFactory(is_staff=True)
    client.force_login(nobody)

    response = client.get("/admin/")

    assert response.status_code == 403
    assert "for staff with a role" in response.content.decode()


def test_holds_of_others_are_not_seen_without_the_right(manager, building_manager, theirs):
    allow(building_manager, "keys.view_hold")
    HoldFactory(key=theirs, person__last_name="Secretive")

    assert "Secretive" not in manager.get(reverse("admin:keys_hold_changelist")).content.decode()


assert KeySymbolFactory
