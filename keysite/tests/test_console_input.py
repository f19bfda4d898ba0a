"""No input upsets the console: bad ids, filters, pages and texts get a sentence, never an error page."""

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.models import ClosedDay, Department, Kiosk, LoanTerm, Notice, Person
from accounts.tests.factories import PersonFactory
from assets.models import Building, Space
from keys.models import Key, KeySymbol, Renewal
from keys.tests.factories import HoldFactory, HookFactory, KeyFactory, LoanExceptionFactory, LoanFactory
from keysite.tests.pages import form_of

MODELS = [model._meta.label_lower for model in admin.site._registry]
BAD_IDS = ["abc", "0", "-1", "9" * 25, "%00", "_5F", "é", "1%2F2", "1/history/1"]
BAD_TEXTS = ["\0", "x" * 300 + "🔑", "9" * 30]
ODD = ["%00", "9" * 30]
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
    Kiosk.objects.create(name="Desk", place="Hall")
    ClosedDay.objects.create(on="2026-12-25")
    Department.objects.create(name="Physics", accepted_at=now)
    Notice.objects.create(kind="x", person=administrator, dedupe_key="x", next_try_at=now)
    every, _new = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    PeriodicTask.objects.get_or_create(name="x", defaults={"task": "keys.tasks.retire_keys", "interval": every})
    CrontabSchedule.objects.get_or_create(minute="30", hour="3")
    Space.objects.create(building=Building.objects.create(code="B1", name="Hall"), number="1")
    return client


def page(label, name, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


@pytest.mark.parametrize("label", MODELS)
def test_lists_take_any_query(console, label):
    filters = [spec.parameter_name for spec in page_of(label).list_filter]
    odd = ["p=abc&o=x&all=&q=" + "x" * 300, f"p={'9' * 25}", *("&".join(f"{n}={bad}" for n in filters) for bad in ODD)]
    for query in odd:
        assert console.get(f"{page(label, 'changelist')}?{query}").status_code in {200, 302}, query


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_the_loan_book_takes_any_query(console, query):
    assert console.get(f"{page('keys.loan', 'changelist')}?{query}", follow=True).status_code == 200


def page_of(label):
    return next(page for model, page in admin.site._registry.items() if model._meta.label_lower == label)


@pytest.mark.parametrize("label", MODELS)
def test_pages_take_any_id(console, label):
    for name, bad in (("change", "abc"), ("change", "9" * 25), ("history", "abc"), ("delete", "%00")):
        address = page(label, name, "ID").replace("ID", bad)
        assert console.get(address).status_code in {302, 403}, address
        assert console.post(address, {"once": "x"}).status_code in {302, 403}, address


@pytest.mark.parametrize("bad", BAD_IDS)
def test_deeds_take_any_id(console, bad):
    for name in ("change", "history", "renew", "undo"):
        address = page("keys.loan", name, "ID").replace("ID", bad)
        assert console.get(address).status_code == 302, address
        assert console.post(address, {"once": "x"}).status_code == 302, address


@pytest.mark.parametrize("label", MODELS)
def test_forms_take_any_text(console, label):
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    address = page(label, "add")
    shown = console.get(address)
    if shown.status_code == 403:
        address = page(label, "change", model._default_manager.first().pk)
        shown = console.get(address)
    if b'name="_save"' not in shown.content:
        return
    values = form_of(shown, f"{model._meta.model_name}_form")
    kept = {"console_once", "console_version", "csrfmiddlewaretoken"}
    for bad in BAD_TEXTS:
        typed = {name: bad for name in values if name not in kept and not name.endswith("_FORMS")}
        assert console.post(address, values | typed | {"_save": "1"}).status_code in {200, 302}, bad


@pytest.mark.parametrize("model", [LoanTerm, Building, KeySymbol])
def test_forms_take_any_number_of_rows(console, model):
    address = page(model._meta.label_lower, "change", model.objects.first().pk)
    values = form_of(console.get(address), f"{model._meta.model_name}_form")
    for bad in ("abc", "-1", "99999999999"):
        typed = {name: bad for name in values if name.endswith("_FORMS")}
        typed |= {name: "²" for name in values if name.endswith("-page")}
        assert console.post(address, values | typed | {"_save": "1"}).status_code in {200, 302}


@pytest.mark.parametrize("label", MODELS)
def test_adding_takes_any_start_value(console, label):
    fields = [field.name for field in page_of(label).model._meta.fields]
    query = "&".join(f"{name}=%00abc" for name in fields)

    assert console.get(f"{page(label, 'add')}?{query}").status_code in {200, 403}


@pytest.mark.parametrize("chosen", [["abc"], ["\0"], ["9" * 30], [""], ["1", "abc"], ["-1"]])
@pytest.mark.parametrize("action", ["return_key", "nonsense", ""])
def test_actions_take_any_choice(console, action, chosen):
    values = {"action": action, "_selected_action": chosen, "index": "x", "select_across": "1"}

    assert console.post(page("keys.loan", "changelist"), values, follow=True).status_code == 200


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

    response = console.post(page("keys.key", "hold_key", key.pk), typed | {"once": "\0" * 100})

    assert response.status_code == 200


def test_a_year_beyond_all_calendars_is_a_sentence(console):
    """The last day that a form takes is one day before the last that a clock knows: time zones push it over."""
    key = KeyFactory()
    person = PersonFactory()

    asked = {"person": person.pk, "until_0": "9999-12-31", "until_1": "23:59", "once": "k"}
    assert console.post(page("keys.key", "hold_key", key.pk), asked).status_code in {200, 302}
    loan = LoanFactory()
    for day in ("9999-12-31", "0001-01-01"):
        asked = {"due_on": day, "once": day, "why": "x"}
        assert console.post(page("keys.loan", "renew", loan.pk), asked).status_code == 200


def test_what_was_typed_stays_on_the_page(console):
    address = page("accounts.affiliation", "add")
    values = form_of(console.get(address), "affiliation_form") | {"name": "x" * 65, "loan_term": "abc", "_save": "1"}

    response = console.post(address, values)

    assert f'value="{"x" * 65}"' in response.content.decode()
    assert "Ensure this value has at most 64 characters" in response.content.decode()


@pytest.mark.parametrize(
    "email", ["ROBIN@EXAMPLE.EDU", " robin@example.edu ", "rob in@example.edu", "no", "a@b", "x" * 300]
)
def test_an_address_that_cannot_be_taken_has_a_sentence(console, email):
    PersonFactory(email="robin@example.edu")
    address = page("accounts.person", "add")

    response = console.post(address, form_of(console.get(address), "person_form") | {"email": email, "_save": "1"})

    assert response.status_code == 200
    assert Person.objects.with_address("robin@example.edu").count() == 1


@pytest.mark.parametrize("serial", ["0", "-1", "1000000", "1000000000000", "x", ""])
def test_a_serial_out_of_range_has_a_sentence(console, serial):
    address, symbol = page("keys.key", "add"), KeyFactory().symbol
    values = form_of(console.get(address), "key_form") | {"symbol": symbol.pk, "serial": serial, "_save": "1"}

    response = console.post(address, values)

    assert response.status_code == 200
    assert b"errornote" in response.content
    assert Key.objects.filter(symbol=symbol).count() == 1
