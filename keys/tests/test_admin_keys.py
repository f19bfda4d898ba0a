"""Keys, symbols and cabinets in the console."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.models import Hold, Key, KeySymbol
from keys.operations import hold_key, report_lost, retire_key, retire_symbol, return_key
from keys.tests.factories import HookFactory, KeyFactory, KeySymbolFactory, LoanExceptionFactory, LoanFactory
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send


@pytest.fixture
def shop(client, key_shop):
    client.force_login(key_shop)
    return client


@pytest.fixture
def key(db):
    return KeyFactory(serial=7, symbol__symbol="AA1")


def page(row, name="change"):
    return reverse(f"admin:keys_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def press(client, row, deed, **typed):
    return client.post(page(row, deed), form_of(client.get(page(row, deed))) | typed)


def test_a_key_is_added_by_its_deed(shop, key_shop):
    symbol = KeySymbolFactory(most_copies=1)
    add = reverse("admin:keys_key_add")

    first = send(shop, add, "key_form", symbol=symbol.pk, serial=1, _save="1")
    second = send(shop, add, "key_form", symbol=symbol.pk, serial=2, _save="1")

    assert first.status_code == 302
    assert last_version(Key.objects.get()) == (key_shop, "registered")
    assert second.status_code == 200
    assert "errornote" in text_of(second)
    assert form_of(second, "key_form")["serial"] == "2"
    assert Key.objects.count() == 1


def test_a_serial_is_never_used_again(shop, key):
    response = send(shop, reverse("admin:keys_key_add"), "key_form", symbol=key.symbol.pk, serial=7, _save="1")

    assert "serials are never used again" in text_of(response)


def test_a_key_of_a_retired_symbol_is_not_added(shop, key, key_shop):
    retire_symbol(symbol=key.symbol, by=key_shop, reason="Rekeyed")

    response = send(shop, reverse("admin:keys_key_add"), "key_form", symbol=key.symbol.pk, serial=8, _save="1")

    assert "is retired: no more keys of it" in text_of(response)


def test_what_is_stamped_on_a_key_does_not_change(shop, key):
    other, hook = KeySymbolFactory(), HookFactory()

    send(shop, page(key), "key_form", symbol=other.pk, serial=99, hook=hook.pk, retired_at_0="2026-01-01", _save="1")

    saved = Key.objects.get(pk=key.pk)
    assert (saved.symbol, saved.serial, saved.hook, saved.retired_at) == (key.symbol, 7, hook, None)


def test_the_list_says_where_each_key_is(shop, key_shop):
    there, out, lost, held, retired = (KeyFactory(serial=n) for n in range(1, 6))
    LoanFactory(key=out)
    report_lost(loan=LoanFactory(key=lost), by=key_shop)
    hold_key(key=held, person=PersonFactory(), until=timezone.now() + timedelta(days=1), by=key_shop)
    retire_key(key=retired, by=key_shop, retirement=Key.Retirement.BROKEN, reason="Bent")
    keys = {"there": there, "out": out, "lost": lost, "held": held, "retired": retired}

    found = {}
    for where in keys:
        shown = text_of(shop.get(f"/admin/keys/key/?where={where}"))
        found[where] = {name for name, key in keys.items() if page(key) in shown}

    assert found == {where: {where} for where in keys}
    assert {str(key.availability) for key in Key.objects.with_availability()} == set(keys)


def test_retire_reinstate_and_hold_by_button(shop, key_shop, key):
    person = PersonFactory()
    tomorrow = timezone.localdate() + timedelta(days=1)
    press(shop, key, "hold_key", person=person.pk, until_0=tomorrow.isoformat(), until_1="12:00")
    assert Hold.objects.get().person == person

    press(shop, key, "retire_key", retirement="broken", reason="Bent")
    assert last_version(key) == (key_shop, "retired: Bent")

    press(shop, key, "reinstate_key", reason="It was another one")
    assert last_version(key) == (key_shop, "reinstated: It was another one")


@pytest.mark.parametrize(
    ("deed", "typed", "sentence"),
    [
        (
            "retire_key",
            {"retirement": "broken", "reason": "Bent"},
            "Key AA1 7 is out. Take it back or report it lost first.",
        ),
        ("reinstate_key", {"reason": "Mistake"}, "Key AA1 7 is not retired."),
        ("hold_key", {}, "Key AA1 7 is not in the cabinet."),
        ("retire_key", {"retirement": "eaten", "reason": "x"}, "Select a valid choice."),
        ("retire_key", {"retirement": "broken", "reason": "x" * 201}, "at most 200 characters"),
        ("retire_key", {"retirement": "broken", "reason": ""}, "This field is required."),
    ],
)
def test_a_refused_button_says_why(shop, key, deed, typed, sentence):
    LoanFactory(key=key)
    if deed == "hold_key":
        typed = {"person": PersonFactory().pk, "until_0": "2099-01-01", "until_1": "12:00"}
    versions = key.history.count()

    response = press(shop, key, deed, **typed)

    assert sentence in text_of(response)
    assert key.history.count() == versions


def test_many_keys_are_retired_at_once_except_those_that_are_out(shop, key):
    out = KeyFactory(serial=8, symbol=key.symbol)
    LoanFactory(key=out)
    chosen = {"action": "retire_key", "_selected_action": [key.pk, out.pk], "index": "0"}

    asked = shop.post("/admin/keys/key/", chosen)
    done = shop.post("/admin/keys/key/", form_of(asked) | {"retirement": "disposed", "reason": "Old"}, follow=True)

    assert "AA1 8: Key AA1 8 is out." in text_of(done)
    assert [Key.objects.get(pk=one.pk).retired_at is None for one in (key, out)] == [False, True]


def test_the_tag_leads_to_the_page_of_its_code(shop, key, settings):
    for name in ("change", "tag"):
        shown = text_of(shop.get(page(key, name)))
        assert "<svg" in shown
        assert key.public_code in shown


def test_the_tag_of_a_key_out_of_scope_is_not_shown(client, building_manager, key):
    client.force_login(building_manager)

    assert key.public_code not in text_of(client.get(page(key, "tag"), follow=True))


def test_a_symbol_counts_its_keys(key):
    LoanFactory(key=KeyFactory(symbol=key.symbol, serial=8))

    shown = KeySymbol.objects.with_key_counts().get()

    assert (shown.keys_in_use, shown.keys_there) == (2, 1)


def test_a_symbol_is_retired_with_a_reason_once(shop, key_shop, key):
    press(shop, key.symbol, "retire_symbol", reason="Rekeyed")
    again = press(shop, key.symbol, "retire_symbol", reason="Rekeyed")

    assert last_version(key.symbol) == (key_shop, "retired: Rekeyed")
    assert "Symbol AA1 is retired already." in text_of(again)


def test_an_exception_is_granted_on_the_add_page_and_ended_by_a_button(client, clerk):
    client.force_login(clerk)
    person, symbol = PersonFactory(), KeySymbolFactory()
    values = {"person": person.pk, "symbol": symbol.pk, "limit": "3", "expires_on": "2099-01-01", "why": "Two labs"}

    response = send(client, reverse("admin:keys_loanexception_add"), "loanexception_form", **values, _save="1")

    exception = person.exceptions.get()
    assert response.status_code == 302
    assert (exception.limit, exception.granted_by) == (3, clerk)
    assert last_version(exception) == (clerk, "granted")

    press(client, exception, "end_exception")
    again = press(client, exception, "end_exception")

    assert last_version(exception) == (clerk, "ended")
    assert "This exception has ended already." in text_of(again)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"limit": "1"}, "Give a limit from 2 to 100."),
        ({"expires_on": "2020-01-01"}, "The exception would be over already."),
        ({"why": ""}, "This field is required."),
        ({"person": ""}, "This field is required."),
    ],
)
def test_an_exception_that_the_rules_forbid_is_refused_and_stays_typed(client, clerk, typed, sentence):
    client.force_login(clerk)
    values = {"person": PersonFactory().pk, "symbol": KeySymbolFactory().pk, "limit": "3", "expires_on": "2099-01-01"}

    response = send(
        client,
        reverse("admin:keys_loanexception_add"),
        "loanexception_form",
        **values | {"why": "Labs"} | typed,
        _save="1",
    )

    assert sentence in text_of(response)
    assert form_of(response, "loanexception_form")["expires_on"] == (values | typed)["expires_on"]


def test_nobody_grants_an_exception_to_themselves(client, clerk):
    client.force_login(clerk)
    values = {"person": clerk.pk, "symbol": KeySymbolFactory().pk, "limit": "3", "expires_on": "2099-01-01", "why": "x"}

    response = send(client, reverse("admin:keys_loanexception_add"), "loanexception_form", **values, _save="1")

    assert "nobody grants an exception to themselves" in text_of(response)


def test_a_granted_exception_is_not_changed(client, clerk):
    client.force_login(clerk)
    exception = LoanExceptionFactory(limit=2)

    response = client.post(page(exception), {"limit": "50", "_save": "1"})

    exception.refresh_from_db()
    assert response.status_code == 403
    assert exception.limit == 2


def test_a_hold_is_released_once(shop, key_shop, key):
    hold = hold_key(key=key, person=PersonFactory(), until=timezone.now() + timedelta(days=1), by=key_shop)

    first = shop.post(page(hold, "release_hold"), {"once": "a"})
    again = shop.post(page(hold, "release_hold"), {"once": "b"})

    assert first.url == page(hold)
    assert last_version(hold) == (key_shop, "released")
    assert "has ended already" in text_of(again)


def test_a_person_page_shows_what_they_hold(client, clerk):
    client.force_login(clerk)
    loan = LoanFactory()
    back = LoanFactory(borrower=loan.borrower)
    return_key(loan=back, by=clerk)

    shown = text_of(client.get(reverse("admin:accounts_person_change", args=[loan.borrower.pk])))

    assert page(loan) in shown
    assert page(back) not in shown
