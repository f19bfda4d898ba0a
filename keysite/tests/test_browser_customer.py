"""A borrower at a browser: from the code in the mail to the last key returned."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Loan
from keys.tests.factories import KeyFactory, KeySymbolFactory
from keysite.tests.browser import newest_code

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def borrower(site):
    term = LoanTermFactory(days=7, renewals_allowed=2, renewal_window_days=7)
    return PersonFactory(email="borrower@example.edu", affiliation=AffiliationFactory(loan_term=term))


@pytest.fixture
def keys(site):
    closing = KeySymbolFactory(symbol="BB2", claim_closes=True)
    return [KeyFactory(symbol__symbol="AA1", serial=7), KeyFactory(symbol=closing, serial=3)]


def days_pass(days):
    """What was done today was done some days ago."""
    for loan in Loan.objects.all():
        loan.out_at -= timedelta(days=days)
        loan.due_at -= timedelta(days=days)
        loan.save()


def check_out_two(visitor, keys):
    page = visitor.page
    page.get_by_role("link", name="Check out keys").click()
    page.get_by_label("Key 1").fill("AA1 7")
    page.get_by_role("button", name="Add another key").click()
    page.get_by_label("Key 2").fill(keys[1].public_code.lower())
    page.get_by_role("button", name="Check out", exact=True).click()
    page.wait_for_url("**/receipts/**")


def test_check_out_two_renew_one_return_both(visitor, borrower, keys):
    page = visitor.page
    visitor.sign_in("borrower@example.edu")
    assert "You have nothing of ours." in visitor.text()

    check_out_two(visitor, keys)
    assert "Checked out: AA1 7, BB2 3, due on" in visitor.text()
    days_pass(3)

    visitor.open(reverse("start"))
    page.get_by_role("link", name="Renew AA1 7").click()
    page.get_by_role("button", name="Renew until").click()
    page.wait_for_url("**/receipts/**")
    assert "Renewed: AA1 7, now due on" in visitor.text()
    assert timezone.localdate(keys[0].loans.get().due_at) == timezone.localdate() + timedelta(days=7)

    for key, words in ((keys[0], "The loan ends when the desk has scanned it."), (keys[1], "Taken back: BB2 3.")):
        visitor.open(reverse("start"))
        page.get_by_role("link", name=f"Return {key}").click()
        page.get_by_role("button", name="I have brought it back").click()
        page.wait_for_url("**/receipts/**")
        assert words in visitor.text()
    assert keys[0].loans.get().claimed_by == borrower
    assert not keys[1].loans.get().is_open
    assert Notice.objects.filter(kind="loan_receipt", person=borrower).count() == 4


def test_by_keyboard_alone(visitor, borrower, keys):
    page = visitor.page
    visitor.sign_in("borrower@example.edu")
    visitor.open(reverse("loan_check_out"))

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert visitor.focused() == "keys"
    page.keyboard.type("ZZ 9")
    page.keyboard.press("Enter")
    page.locator(".problem").wait_for()
    assert page.evaluate("document.activeElement.className") == "problem"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the problem leads to its field
    assert page.evaluate("document.activeElement.id") == "id_keys_0"
    page.keyboard.press("Control+A")
    page.keyboard.type("AA1 7")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/**")

    assert keys[0].loans.get().borrower == borrower


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_without_javascript(visitor, borrower, keys):
    visitor.sign_in("borrower@example.edu")
    check_out_two(visitor, keys)

    page = visitor.open(reverse("start"))
    page.get_by_role("link", name="Lost? AA1 7").click()
    page.get_by_label("I lost it").check()
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url("**/receipts/**")

    assert keys[0].loans.get().is_lost


def test_the_tag_of_a_key_leads_through_the_sign_in_to_the_check_out(visitor, borrower, keys):
    page = visitor.open(reverse("key_tag", args=[keys[0].public_code]))
    assert "This key belongs to" in visitor.text()

    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill("borrower@example.edu")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/")
    page.get_by_label("Code").fill(newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/k/**")
    page.get_by_role("link", name="Check it out").click()
    page.get_by_role("button", name="Check out", exact=True).click()
    page.wait_for_url("**/receipts/**")

    assert keys[0].loans.get().borrower == borrower
