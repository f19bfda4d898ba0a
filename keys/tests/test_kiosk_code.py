"""Checking out at a kiosk with the code that was sent to the address."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import EmailCode, Kiosk, Notice, Person, Trust
from accounts.operations import block, register_kiosk
from accounts.tests.doors import errors_of, newest_code, send_all, wrong_code
from accounts.tests.factories import AffiliationFactory
from keys.models import Loan
from keys.tests.factories import KeyFactory, LoanFactory
from keys.tests.kiosks import CODE, OUT, ask, make_kiosk, type_code

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


def test_a_key_is_checked_out_with_a_code(borrower, key, mailoutbox, administrator):
    browser, kiosk = make_kiosk(administrator)

    page = ask(browser, "BORROWER@example.edu")
    send_all()
    response = type_code(browser, page)

    loan = Loan.objects.get()
    done = browser.get(response.url)
    assert newest_code() in mailoutbox[0].subject
    assert (loan.borrower, loan.out_by, loan.trust) == (borrower, borrower, Trust.PRESENT)
    assert loan.history.first().history_change_reason == f"checked out (present, kiosk {kiosk})"
    assert "AA1 7" in done.content.decode()
    assert borrower.last_name not in done.content.decode()
    assert done["Refresh"] == "60; url=/kiosk/"
    assert Notice.objects.filter(kind="loan_receipt", person=borrower).exists()


def test_nobody_is_signed_in_or_out(borrower, key, clerk, administrator):
    browser, _kiosk = make_kiosk(administrator)
    browser.force_login(clerk)
    session = browser.cookies["sessionid"].value
    before = dict(browser.session)

    type_code(browser, ask(browser))
    browser.get("/kiosk/")

    assert browser.cookies["sessionid"].value == session
    assert dict(browser.session) == before


def test_a_new_address_is_registered_after_the_code(key, student, administrator):
    browser, kiosk = make_kiosk(administrator)

    page = ask(browser, "new@example.edu", first_name="Ada", last_name="Lovelace", affiliation=student.pk)
    assert not Person.objects.filter(email="new@example.edu").exists()
    response = type_code(browser, page)

    person = Person.objects.get(email="new@example.edu")
    assert response.status_code == 302
    assert (person.name, person.affiliation) == ("Ada Lovelace", student)
    assert person.email_proved_at is not None
    assert person.history.last().history_change_reason == f"new address proved by code at kiosk {kiosk}"


def test_a_known_person_is_overwritten_by_nothing(borrower, key, student, administrator):
    browser, _kiosk = make_kiosk(administrator)
    before = Person.objects.values().get(pk=borrower.pk)

    page = ask(browser, first_name="Eve", last_name="Evil", affiliation=student.pk, identifier="x1")
    type_code(browser, page)

    assert Person.objects.values().get(pk=borrower.pk) == before
    assert Loan.objects.exists()


def test_a_wrong_code_keeps_what_was_typed(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    page = ask(browser)

    wrong = type_code(browser, page, code=wrong_code())
    right = type_code(browser, wrong)

    assert "This is not the code" in errors_of(wrong)
    assert EmailCode.objects.get().tries == 1
    assert right.status_code == 302


def test_five_wrong_codes_end_it(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    page = ask(browser)
    for _try in range(5):
        page = type_code(browser, page, code=wrong_code())

    assert "five wrong tries" in errors_of(type_code(browser, page))
    assert not Loan.objects.exists()


def test_a_refusal_does_not_use_up_the_code(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    LoanFactory(key=key)
    KeyFactory(symbol__symbol="BB2", serial=1)

    refused = type_code(browser, ask(browser))
    response = type_code(browser, refused, keys="BB2 1")

    assert "Key AA1 7 is out" in errors_of(refused)
    assert response.status_code == 302
    assert EmailCode.objects.get().used_at is not None


def test_a_code_is_used_once(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    KeyFactory(symbol__symbol="BB2", serial=1)
    page = ask(browser)
    type_code(browser, page)

    response = type_code(browser, page, keys="BB2 1", once="another form")

    assert "This code has been used" in errors_of(response)
    assert Loan.objects.count() == 1


def test_a_double_click_makes_one_loan_and_no_error(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    page = ask(browser)

    answers = [type_code(browser, page) for _click in range(3)]

    assert len({answer.url for answer in answers}) == 1
    assert Loan.objects.count() == 1


def test_a_code_for_one_kiosk_is_none_for_another_or_the_sign_in(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    page = ask(browser)
    other = Kiosk.objects.create(name="Gate", place="Gate")
    second = Client()
    second.post(reverse("kiosk_register", args=[register_kiosk(kiosk=other, by=administrator)]))

    response = type_code(second, page)

    assert "asked for in another browser" in errors_of(response)


def test_an_old_page_begins_again(borrower, key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    page = ask(browser)

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        response = type_code(browser, page)

    assert "older than ten minutes" in errors_of(response)


def test_a_blocked_person_with_a_code_reads_why(borrower, key, clerk, administrator):
    browser, _kiosk = make_kiosk(administrator)
    block(person=borrower, by=clerk, reason="owes a key")

    assert "is blocked from borrowing" in errors_of(type_code(browser, ask(browser)))


def test_the_code_page_alone_leads_back(administrator):
    browser, _kiosk = make_kiosk(administrator)

    assert browser.get(CODE).url == OUT
    assert "older than ten minutes" in errors_of(
        browser.post(CODE, {"state": "forged", "code": "123456", "keys": "A 1"})
    )
