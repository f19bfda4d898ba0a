"""Checking out at a kiosk with a clerk's nod, or with nothing."""

import re

import pytest
from django.core.cache import cache

from accounts.models import EmailCode, Kiosk, Person, Trust
from accounts.operations import block, issue_pin
from accounts.tests.doors import errors_of
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.models import Loan
from keys.tests.factories import HoldFactory, KeyFactory, LoanFactory
from keys.tests.kiosks import OUT, ask, make_kiosk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.delete_pattern("allauth:*")


@pytest.fixture
def key():
    return KeyFactory(symbol__symbol="AA1", serial=7)


@pytest.fixture
def student():
    return AffiliationFactory(name="Student", may_be_chosen=True)


def test_a_clerk_nods(borrower, key, clerk, administrator):
    browser, kiosk = make_kiosk(administrator, Kiosk.Asks.CLERK)
    pin = issue_pin(person=clerk, by=clerk)

    response = ask(browser, pin=f" {pin[:3]} {pin[3:]}")

    loan = Loan.objects.get()
    assert response.status_code == 302
    assert (loan.borrower, loan.out_by, loan.trust) == (borrower, clerk, Trust.PRESENT)
    assert not EmailCode.objects.exists()


@pytest.mark.parametrize("pin", ["", "000000", "abc", "😀", "1\0", "1" * 300])
def test_a_wrong_pin_gets_a_sentence(borrower, key, pin, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.CLERK)

    response = ask(browser, pin=pin)

    assert response.context["form"].errors["pin"]
    assert not Loan.objects.exists()


def test_wrong_pins_are_counted(borrower, key, clerk, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.CLERK)
    pin = issue_pin(person=clerk, by=clerk)
    for number in range(5):
        ask(browser, pin=f"{number:06d}")

    response = ask(browser, pin=pin)

    assert "Too many wrong PINs" in errors_of(response)
    assert not Loan.objects.exists()


def test_a_pin_of_somebody_who_hands_out_no_keys_any_more(borrower, key, clerk, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.CLERK)
    pin = issue_pin(person=clerk, by=clerk)
    clerk.groups.clear()

    assert "No clerk has this PIN" in errors_of(ask(browser, pin=pin))


# With nothing


def test_an_address_is_enough_at_a_kiosk_that_asks_for_nothing(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.NOTHING)

    response = ask(browser)

    assert response.status_code == 302
    assert Loan.objects.get().out_by == borrower


def test_a_new_address_is_registered_with_a_name(key, student, administrator):
    browser, kiosk = make_kiosk(administrator, Kiosk.Asks.NOTHING)

    ask(browser, "new@example.edu", first_name="Ada", last_name="Lovelace", affiliation=student.pk)

    person = Person.objects.get(email="new@example.edu")
    assert person.email_proved_at is None
    assert person.history.last().history_change_reason == f"registered at kiosk {kiosk}"
    assert Loan.objects.get().borrower == person


@pytest.mark.parametrize("asks", [Kiosk.Asks.NOTHING, Kiosk.Asks.CLERK])
def test_nothing_tells_one_person_from_another(clerk, key, asks, student, administrator):
    """Blocked, too many already, without affiliation, unknown: one answer."""
    browser, _kiosk = make_kiosk(administrator, asks)
    pin = issue_pin(person=clerk, by=clerk)
    block(person=PersonFactory(email="blocked@example.edu"), by=clerk, reason="x")
    LoanFactory(borrower=PersonFactory(email="holds@example.edu"), key=KeyFactory(symbol=key.symbol, serial=8))
    PersonFactory(email="bare@example.edu", affiliation=None)
    student.may_be_chosen = False
    student.save()

    answers = set()
    for name in ("blocked", "holds", "bare", "unknown"):
        response = ask(browser, f"{name}@example.edu", pin=pin)
        page = re.sub(r"csrfmiddlewaretoken\" value=\"\w+|name=\"once\" value=\"[\w-]+", "", response.content.decode())
        answers.add(page.replace(f"{name}@example.edu", ""))

    assert len(answers) == 1
    assert "This cannot be checked out here" in answers.pop()
    assert not Person.objects.filter(email="unknown@example.edu").exists()


def test_why_a_key_is_not_there_is_said(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.NOTHING)
    holder = LoanFactory(key=key).borrower

    response = ask(browser)

    assert "Key AA1 7 is out" in errors_of(response)
    assert holder.last_name not in response.content.decode()
    assert holder.email not in response.content.decode()


def test_only_keys_for_self_service_or_kept_ready(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.NOTHING)
    key.symbol.self_service = False
    key.symbol.save()
    refused = ask(browser)
    HoldFactory(key=key, person=borrower)

    response = ask(browser)

    assert "Key AA1 7 is handed out by the key desk only" in errors_of(refused)
    assert response.status_code == 302


def test_the_form_is_the_same_for_everybody_who_opens_it(clerk, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.NOTHING)
    page = browser.get(OUT)
    browser.force_login(clerk)

    assert clerk.last_name not in browser.get(OUT).content.decode()
    assert "Console" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
