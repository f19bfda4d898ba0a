"""What all pages of the console have in common: they save once, never blindly, and always with who and why."""

import threading
import time

import pytest
from django.contrib import admin
from django.db import connections, transaction
from django.urls import reverse

from accounts.models import Affiliation, ClosedDay, FormKey, LoanTerm, Person, TermDate
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keysite.console import ConsoleAdmin, lists
from keysite.ledger import record
from keysite.tests.clients import SignedInClient
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send

ADD_AFFILIATION = "/admin/accounts/affiliation/add/"


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


def change(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def test_every_page_is_a_console_page():
    assert {type(page).__mro__.__contains__(ConsoleAdmin) for page in admin.site._registry.values()} == {True}


def test_a_change_says_who_and_what(console, administrator):
    person = PersonFactory(first_name="Robin", phone="")

    response = send(console, change(person), "person_form", first_name="Kim", phone="123", _save="1")

    assert response.status_code == 302
    assert last_version(person) == (administrator, "changed: first name, phone")


def test_saving_without_a_change_leaves_no_version(console):
    person = PersonFactory()
    before = person.history.count()

    send(console, change(person), "person_form", _save="1")

    assert person.history.count() == before


def test_adding_says_who(console, administrator):
    term = LoanTermFactory()

    send(console, ADD_AFFILIATION, "affiliation_form", name="Guest", loan_term=term.pk, _save="1")

    assert last_version(Affiliation.objects.get(name="Guest")) == (administrator, "added")


def test_rows_of_an_inline_have_their_own_versions(console, administrator):
    term = LoanTerm.objects.create(name="Semester", kind=LoanTerm.Kind.CALENDAR)
    dates = {"dates-TOTAL_FORMS": "1", "dates-0-on": "2027-03-31", "dates-0-name": "Winter", "dates-0-term": term.pk}

    send(console, change(term), "loanterm_form", **dates, _save="1")

    assert last_version(TermDate.objects.get(term=term)) == (administrator, "added")

    added = {"dates-0-DELETE": "on"}
    send(console, change(term), "loanterm_form", **added, _save="1")

    version = TermDate.history.latest("history_id")
    assert (version.history_type, version.history_user, version.history_change_reason) == (
        "-",
        administrator,
        "taken out",
    )
    assert not TermDate.objects.exists()


def test_the_same_post_twice_adds_one_row_and_ends_on_the_same_page(console):
    values = form_of(console.get(ADD_AFFILIATION), "affiliation_form")
    values |= {"name": "Guest", "loan_term": LoanTermFactory().pk, "_continue": "1"}

    first, second = console.post(ADD_AFFILIATION, values), console.post(ADD_AFFILIATION, values)

    assert Affiliation.objects.filter(name="Guest").count() == 1
    assert first.status_code == second.status_code == 302
    assert first.url == second.url == change(Affiliation.objects.get(name="Guest"))


def test_the_same_post_of_a_popup_twice_adds_one_row_and_closes_it_twice(console):
    values = form_of(console.get(f"{ADD_AFFILIATION}?_popup=1"), "affiliation_form")
    values |= {"name": "Guest", "loan_term": LoanTermFactory().pk, "_save": "1"}

    answers = [console.post(f"{ADD_AFFILIATION}?_popup=1", values) for _time in range(2)]

    row = Affiliation.objects.get(name="Guest")
    assert all(f"&quot;value&quot;: &quot;{row.pk}&quot;" in answer.content.decode() for answer in answers)


def test_the_same_key_with_other_values_is_refused_and_keeps_what_was_typed(console):
    values = form_of(console.get(ADD_AFFILIATION), "affiliation_form")
    values |= {"name": "Guest", "loan_term": LoanTermFactory().pk, "_save": "1"}
    console.post(ADD_AFFILIATION, values)

    response = console.post(ADD_AFFILIATION, values | {"name": "Visitor"})

    assert "This form was sent before with other values" in response.content.decode()
    assert 'value="Visitor"' in response.content.decode()
    assert console.post(ADD_AFFILIATION, form_of(response, "affiliation_form") | {"_save": "1"}).status_code == 302


def test_a_form_with_a_mistake_does_not_use_up_its_key(console):
    values = form_of(console.get(ADD_AFFILIATION), "affiliation_form")

    response = console.post(ADD_AFFILIATION, values | {"name": "", "_save": "1"})

    assert response.status_code == 200
    assert not FormKey.objects.exists()


def test_a_form_without_a_key_is_refused(console):
    values = {"name": "Guest", "loan_term": LoanTermFactory().pk, "highest_level": 1, "_save": "1"}

    response = console.post(ADD_AFFILIATION, values)

    assert "Please send it once more" in response.content.decode()
    assert not Affiliation.objects.filter(name="Guest").exists()


def test_a_change_in_between_is_refused_with_who_what_and_when(console):
    person = PersonFactory(first_name="Robin", phone="")
    values = form_of(console.get(change(person)), "person_form")
    colleague = PersonFactory(first_name="Kim", last_name="Colleague", email="kim@example.edu")
    person.phone = "123"
    record(person, by=colleague, reason="changed: phone")

    response = console.post(change(person), values | {"first_name": "Alex", "_save": "1"})

    page = response.content.decode()
    assert response.status_code == 200
    assert "Somebody has changed this since you opened the page." in page
    assert "Kim Colleague" in page
    assert "Phone: – → 123 (changed: phone)." in page
    assert 'value="Alex"' in page
    person.refresh_from_db()
    assert (person.first_name, person.phone) == ("Robin", "123")

    second = console.post(change(person), form_of(response, "person_form") | {"_save": "1"})

    assert second.status_code == 302
    person.refresh_from_db()
    assert person.first_name == "Alex"


def test_a_change_to_a_row_of_an_inline_counts_as_well(console, administrator):
    term = LoanTerm.objects.create(name="Semester", kind=LoanTerm.Kind.CALENDAR)
    values = form_of(console.get(change(term)), "loanterm_form")
    record(TermDate(term=term, on="2027-03-31"), by=administrator, reason="added")

    response = console.post(change(term), values | {"name": "Term", "_save": "1"})

    assert "Somebody has changed this since you opened the page." in response.content.decode()
    assert "calendar date added" in response.content.decode()


def test_a_page_without_its_version_is_refused(console):
    person = PersonFactory()
    values = form_of(console.get(change(person)), "person_form") | {"console_version": "x.9", "first_name": "Kim"}

    response = console.post(change(person), values | {"_save": "1"})

    assert "This page has expired." in response.content.decode()
    assert Person.objects.get(pk=person.pk).first_name == person.first_name


def test_a_row_that_somebody_took_out_meanwhile_is_said_to_be_gone(console):
    day = ClosedDay.objects.create(on="2026-12-25")
    address, values = change(day), form_of(console.get(change(day)), "closedday_form")
    ClosedDay.objects.all().delete()

    response = console.post(address, values | {"name": "Christmas", "_save": "1"}, follow=True)

    assert "exist" in response.content.decode()


def test_nothing_with_a_past_can_be_deleted(console):
    for model, page in admin.site._registry.items():
        row = model._default_manager.first()
        if page.removable or row is None:
            continue
        response = console.post(f"{change(row).removesuffix('change/')}delete/", {"post": "yes"})
        assert response.status_code == 403, model


def test_a_row_without_a_past_goes_and_its_history_stays(console, administrator):
    day = ClosedDay.objects.create(on="2026-12-25")

    response = console.post(reverse("admin:accounts_closedday_delete", args=[day.pk]), {"post": "yes"})

    version = ClosedDay.history.latest("history_id")
    assert response.status_code == 302
    assert not ClosedDay.objects.exists()
    assert (version.history_type, version.history_user, version.history_change_reason) == (
        "-",
        administrator,
        "taken out",
    )


def test_a_long_list_says_that_there_is_more(console, monkeypatch):
    for day in range(1, 4):
        ClosedDay.objects.create(on=f"2026-12-0{day}")
    monkeypatch.setattr(lists, "COUNTED", 2)

    page = console.get("/admin/accounts/closedday/").content.decode()

    assert "more than 2 closed days" in page


def test_there_is_no_bulk_delete(console):
    day = ClosedDay.objects.create(on="2026-12-25")

    values = {"action": "delete_selected", "_selected_action": day.pk, "index": "0", "post": "yes"}
    console.post("/admin/accounts/closedday/", values)

    assert ClosedDay.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_people_who_save_the_same_page_at_once_do_not_overwrite_each_other(administrator):
    person = PersonFactory(first_name="Robin", last_name="Thal")
    browsers = [SignedInClient(), SignedInClient()]
    forms = []
    for browser in browsers:
        browser.force_login(administrator)
        forms.append(form_of(browser.get(change(person)), "person_form"))
    answers, start = [], threading.Barrier(2)

    def save(browser, values):
        start.wait()
        answers.append(browser.post(change(person), values | {"_save": "1"}).status_code)
        connections.close_all()

    typed = [forms[0] | {"first_name": "Kim"}, forms[1] | {"last_name": "Berg"}]
    threads = [threading.Thread(target=save, args=pair) for pair in zip(browsers, typed, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 302]
    person.refresh_from_db()
    assert (person.first_name, person.last_name) in {("Kim", "Thal"), ("Robin", "Berg")}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_losing_a_race_for_a_name_is_a_form_error(administrator):
    browser, inserted = SignedInClient(), threading.Event()
    browser.force_login(administrator)
    values = form_of(browser.get(ADD_AFFILIATION), "affiliation_form")
    values |= {"name": "Guest", "loan_term": LoanTermFactory().pk, "_save": "1"}

    def somebody_else():
        with transaction.atomic():
            AffiliationFactory(name="GUEST")
            inserted.set()
            time.sleep(0.5)  # the other POST finds nothing of this name, and waits in the unique index
        connections.close_all()

    thread = threading.Thread(target=somebody_else)
    thread.start()
    inserted.wait()
    response = browser.post(ADD_AFFILIATION, values)
    thread.join()

    assert response.status_code == 200
    assert "There is an affiliation of this name already." in response.content.decode()
    assert Affiliation.objects.filter(name__iexact="guest").count() == 1
