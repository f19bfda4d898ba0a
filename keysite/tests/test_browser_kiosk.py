"""A kiosk in a real browser: keys out with the code, the clerk's nod or nothing; anybody brings any key back."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import Kiosk, Trust
from accounts.operations import issue_pin, register_kiosk, sync_roles
from accounts.tests.factories import PersonFactory
from keys.models import Loan
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.tests.browser import newest_code

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def clerk(site):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", is_staff=True)
    clerk.groups.add(Group.objects.get(name="desk"))
    return clerk


@pytest.fixture
def kiosk(visitor, clerk):
    """The visitor stands at a kiosk that asks for the code."""
    kiosk = Kiosk.objects.create(name="Hall", place="Main hall")
    page = visitor.open(reverse("kiosk_register", args=[register_kiosk(kiosk=kiosk, by=clerk)]))
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/kiosk/")
    assert visitor.findings() == []
    return kiosk


@pytest.fixture
def borrower(site):
    return PersonFactory(email="borrower@example.edu", first_name="Nela", last_name="Novak")


@pytest.fixture
def key(site):
    return KeyFactory(symbol__symbol="AA1", serial=7, symbol__least_trust=Trust.PRESENT)


def fill_in(visitor):
    page = visitor.page
    page.get_by_role("link", name="Check out").click()
    assert visitor.findings() == []
    page.get_by_label("Key 1").fill("AA1 7")
    page.get_by_label("E-mail").fill("borrower@example.edu")
    return page


def test_out_with_the_code_and_back_by_anybody(visitor, kiosk, borrower, key):
    page = fill_in(visitor)
    page.keyboard.press("Enter")
    page.get_by_label("Code").wait_for()
    page.get_by_label("Code").fill(newest_code())
    assert visitor.findings() == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/done/**")
    assert "AA1 7" in visitor.text()
    assert visitor.findings() == []
    loan = Loan.objects.get()
    assert (loan.borrower, loan.trust) == (borrower, Trust.PRESENT)

    page = visitor.open(reverse("kiosk_start"))
    page.get_by_role("link", name="Return").click()
    page.get_by_label("Key 1").fill(key.public_code)
    assert visitor.findings() == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/done/**")

    loan.refresh_from_db()
    assert not loan.is_open
    assert "Novak" not in visitor.text()


def test_out_with_the_nod_of_a_clerk(visitor, kiosk, clerk, borrower, key):
    pin = issue_pin(person=clerk, by=clerk)
    Kiosk.objects.update(asks=Kiosk.Asks.CLERK)

    page = fill_in(visitor)
    page.get_by_label("PIN").fill(pin)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/done/**")

    assert Loan.objects.get().borrower == borrower


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_out_with_nothing_more_and_without_javascript(visitor, kiosk, borrower, key):
    Kiosk.objects.update(asks=Kiosk.Asks.NOTHING)

    page = fill_in(visitor)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kiosk/done/**")

    assert Loan.objects.get().borrower == borrower


def test_what_is_wrong_is_said_and_nothing_about_anybody(visitor, kiosk, borrower, key):
    LoanFactory(key=key, borrower__last_name="Secret")
    Kiosk.objects.update(asks=Kiosk.Asks.NOTHING)

    page = fill_in(visitor)
    page.keyboard.press("Enter")
    page.locator(".problem").wait_for()

    assert page.get_by_label("Key 1").input_value() == "AA1 7"
    assert page.get_by_label("E-mail").input_value() == "borrower@example.edu"
    for secret in ("Secret", "Novak", "Nela"):
        assert secret not in visitor.text()
