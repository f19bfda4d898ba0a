"""No input upsets the console: bad ids, filters, pages and texts get a sentence, never an error page."""

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.models import Affiliation, ClosedDay, Department, Kiosk, LoanTerm, Notice, Person
from accounts.tests.factories import InvitationFactory, PersonFactory
from assets.models import Building, Space
from assets.tests.factories import assets_of_every_kind
from keys.models import Key, KeySymbol, Loan, Renewal
from keys.tests.factories import (
    AttestationFactory,
    CabinetCountFactory,
    ChargeFactory,
    FeeRuleFactory,
    HoldFactory,
    HookFactory,
    KeyFactory,
    KeySymbolFactory,
    LoanExceptionFactory,
    LoanFactory,
    LossReportFactory,
    RekeyedDoorFactory,
    opening,
    separation_of,
)
from keys.tests.request_rows import rows_of_requests
from keysite.tests.pages import form_of
from tickets.tests.factories import tickets_of_every_kind

BAD_IDS = ["abc", "0", "-1", "9" * 25, "%00", "_5F", "é", "1%2F2", "1/history/1"]
BAD_TEXTS = ["\0", "x" * 300 + "🔑", "9" * 30]
BAD_QUERIES = [
    "p=0",
    "p=-1",
    "q=%00",
    f"q={quote('🔑 & | ! :* (')}",
    f"q={'a+' * 300}",
    "o=99.-99.-",
    "_popup=1",
    "_facets=1",
    "nonsense=%00",
    "pk__in=1,x",
]


@pytest.fixture
def console(client, administrator):
    """An administrator's browser, and one row of everything."""
    client.force_login(administrator)
    loan = LoanFactory()
    now = timezone.now()
    Renewal.objects.create(
        loan=loan, at=now, by=administrator, trust=3, old_due_at=now, new_due_at=now + timezone.timedelta(days=1)
    )
    LoanExceptionFactory()
    HoldFactory()
    HookFactory()
    InvitationFactory()
    Kiosk.objects.create(name="Desk", place="Hall")
    ClosedDay.objects.create(on="2026-12-25")
    Department.objects.create(name="Physics", accepted_at=now)
    Notice.objects.create(kind="x", person=administrator, dedupe_key="x", next_try_at=now)
    every, _new = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    PeriodicTask.objects.get_or_create(name="x", defaults={"task": "keys.tasks.retire_keys", "interval": every})
    CrontabSchedule.objects.get_or_create(minute="30", hour="3")
    Space.objects.create(building=Building.objects.create(code="HALL", name="Hall"), number="1")
    assets_of_every_kind(administrator)
    tickets_of_every_kind(administrator)
    rows_of_requests()
    opening(KeySymbolFactory())
    ChargeFactory()
    FeeRuleFactory()
    separation_of(PersonFactory())
    CabinetCountFactory()
    LossReportFactory()
    RekeyedDoorFactory()
    AttestationFactory()
    return client


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.mark.slow
@pytest.mark.parametrize("odd", ["%00", "9" * 30])
def test_lists_take_any_query(console, odd):
    for model, shown in admin.site._registry.items():
        filters = "&".join(f"{spec.parameter_name}={odd}" for spec in shown.list_filter)
        for query in (f"o=x&all=&q={'x' * 300}&{filters}", f"p={odd}"):
            assert console.get(f"{page(model, 'changelist')}?{query}").status_code in {200, 302}, (model, query)


def test_the_loan_book_takes_any_query(console):
    for query in BAD_QUERIES:
        assert console.get(f"{page(Loan, 'changelist')}?{query}", follow=True).status_code == 200, query


def test_pages_take_any_id(console):
    for model in admin.site._registry:
        for name, bad in (("change", "%00"), ("history", "9" * 25)):
            address = page(model, name, "ID").replace("ID", bad)
            assert console.get(address).status_code in {302, 403}, address
            assert console.post(address, {"once": "x"}).status_code in {302, 403}, address


def test_deeds_take_any_id(console):
    for bad in BAD_IDS:
        for name in ("change", "history", "delete", "undo"):
            address = page(Loan, name, "ID").replace("ID", bad)
            assert console.get(address).status_code in {302, 403}, address
            assert console.post(address, {"once": "x"}).status_code in {302, 403}, address


@pytest.mark.slow
@pytest.mark.parametrize("bad", BAD_TEXTS)
def test_forms_take_any_text(console, bad):
    kept = {"console_once", "console_version", "csrfmiddlewaretoken"}
    for model, shown in admin.site._registry.items():
        adds = shown.has_add_permission(console.get("/").wsgi_request)
        address = page(model, "add") if adds else page(model, "change", model._default_manager.first().pk)
        form = console.get(address)
        if b'name="_save"' not in form.content:
            continue
        values = form_of(form, f"{model._meta.model_name}_form")
        typed = {name: bad for name in values if name not in kept and not name.endswith("_FORMS")}
        assert console.post(address, values | typed | {"_save": "1"}).status_code in {200, 302}, address


@pytest.mark.parametrize("model", [LoanTerm, Building, KeySymbol])
def test_forms_take_any_number_of_rows(console, model):
    address = page(model, "change", model.objects.first().pk)
    values = form_of(console.get(address), f"{model._meta.model_name}_form")
    for bad in ("abc", "-1", "99999999999"):
        typed = {name: bad for name in values if name.endswith("_FORMS")}
        typed |= {name: "²" for name in values if name.endswith("-page")}
        assert console.post(address, values | typed | {"_save": "1"}).status_code in {200, 302}


@pytest.mark.slow
def test_adding_takes_any_start_value(console):
    for model in admin.site._registry:
        query = "&".join(f"{field.name}=%00abc" for field in model._meta.fields)
        assert console.get(f"{page(model, 'add')}?{query}").status_code in {200, 403}, model


@pytest.mark.parametrize("action", ["return_key", "nonsense", ""])
def test_actions_take_any_choice(console, action):
    for chosen in (["abc"], ["\0"], ["9" * 30], [""], ["1", "abc"], ["-1"]):
        values = {"action": action, "_selected_action": chosen, "index": "x", "select_across": "1"}
        assert console.post(page(Loan, "changelist"), values, follow=True).status_code == 200, chosen


@pytest.mark.parametrize(
    "typed",
    [
        {"person": "abc", "until_0": "x", "until_1": "\0"},
        {"person": "\0", "until_0": "0000-00-00", "until_1": "25:00"},
        {"person": "9" * 30, "until_0": "9999-12-31", "until_1": "23:59"},
        {"person": ["1", "2"], "until_0": "-", "until_1": ""},
        {},
    ],
)
def test_deeds_take_any_answer(console, typed):
    key = KeyFactory()

    response = console.post(page(Key, "hold_key", key.pk), typed | {"once": "\0" * 100})

    assert response.status_code == 200


def test_a_year_beyond_all_calendars_is_a_sentence(console):
    """The last day that a form takes is one day before the last that a clock knows: time zones push it over."""
    key = KeyFactory()
    person = PersonFactory()

    asked = {"person": person.pk, "until_0": "9999-12-31", "until_1": "23:59", "once": "k"}
    assert console.post(page(Key, "hold_key", key.pk), asked).status_code in {200, 302}
    loan = LoanFactory()
    for day in ("9999-12-31", "0001-01-01"):
        asked = {"due_on": day, "once": day, "why": "x"}
        assert console.post(page(Loan, "renew", loan.pk), asked).status_code == 200


def test_what_was_typed_stays_on_the_page(console):
    address = page(Affiliation, "add")
    values = form_of(console.get(address), "affiliation_form") | {"name": "x" * 65, "loan_term": "abc", "_save": "1"}

    response = console.post(address, values)

    assert f'value="{"x" * 65}"' in response.content.decode()
    assert "Ensure this value has at most 64 characters" in response.content.decode()


@pytest.mark.parametrize(
    "email", ["ROBIN@EXAMPLE.EDU", " robin@example.edu ", "rob in@example.edu", "no", "a@b", "x" * 300]
)
def test_an_address_that_cannot_be_taken_has_a_sentence(console, email):
    PersonFactory(email="robin@example.edu")
    address = page(Person, "add")

    response = console.post(address, form_of(console.get(address), "person_form") | {"email": email, "_save": "1"})

    assert response.status_code == 200
    assert Person.objects.with_address("robin@example.edu").count() == 1


@pytest.mark.parametrize("serial", ["0", "-1", "1000000", "1000000000000", "x", ""])
def test_a_serial_out_of_range_has_a_sentence(console, serial):
    address, symbol = page(Key, "add"), KeyFactory().symbol
    values = form_of(console.get(address), "key_form") | {"symbol": symbol.pk, "serial": serial, "_save": "1"}

    response = console.post(address, values)

    assert response.status_code == 200
    assert b"errornote" in response.content
    assert Key.objects.filter(symbol=symbol).count() == 1
