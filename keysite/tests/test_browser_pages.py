"""Every public page on a phone and on a desk, light and dark: nothing for axe, nothing too wide, a silent console."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import not_me_link
from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from keys import operations
from keys.tests.factories import HoldFactory, KeyFactory, LoanFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def borrower(site):
    return PersonFactory(email="borrower@example.edu", first_name="Nela", last_name="Novak")


@pytest.fixture
def loans(borrower):
    """One loan in every state."""
    now = timezone.now()
    LoanFactory(borrower=borrower, out_at=now - timedelta(days=9), due_at=now - timedelta(days=2))
    lost = LoanFactory(borrower=borrower)
    operations.report_lost(loan=lost, by=borrower)
    operations.claim_return(loan=LoanFactory(borrower=borrower), by=borrower)
    HoldFactory(person=borrower)
    return LoanFactory(borrower=borrower, due_at=now + timedelta(days=1)), lost


def findings(visitor):
    """What is wrong with the page as it is, in each of the four ways to look at it."""
    page, found = visitor.page, []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        if visitor.is_too_wide():
            found.append((size["width"], "too wide"))
        for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):  # the other rules know no colours
            page.emulate_media(color_scheme=scheme)
            found += [(size["width"], scheme, finding) for finding in visitor.findings(*rules)]
    return found


def look_at(visitor, addresses):
    """The findings of each page that has some."""
    found = {}
    for address in addresses:
        visitor.open(address)
        found[address] = findings(visitor)
    return {address: what for address, what in found.items() if what}


def test_signed_out(visitor, loans):
    loan, _lost = loans
    pages = [
        reverse("start"),
        reverse("sign_in"),
        reverse("key_tag", args=[loan.key.public_code]),
        not_me_link(Notice.objects.latest("pk")).removeprefix(visitor.site),
        reverse("account_login"),
        reverse("account_reset_password"),
        reverse("kiosk_start"),
    ]

    found = look_at(visitor, pages)
    visitor.open(reverse("sign_in"))
    visitor.page.get_by_label("E-mail").fill("no address")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator(".problem").wait_for()
    found_with_problem = findings(visitor)

    assert found == {}
    assert found_with_problem == []
    assert all("403" in complaint for complaint in visitor.complaints)  # the kiosk, on a device that is none
    visitor.complaints.clear()


def test_a_borrower(visitor, borrower, loans):
    loan, lost = loans
    visitor.signed_in_as(borrower)
    free = KeyFactory()
    pages = [
        reverse("start"),
        reverse("loan_check_out"),
        reverse("loan_renew", args=[loan.pk]),
        reverse("loan_renew", args=[lost.pk]),
        reverse("loan_return", args=[loan.pk]),
        reverse("loan_lose", args=[loan.pk]),
        reverse("loan_find", args=[lost.pk]),
        reverse("receipt", args=[Notice.objects.latest("pk").public_id]),
        reverse("key_tag", args=[loan.key.public_code]),
        reverse("key_tag", args=[free.public_code]),
        reverse("key_tag", args=[LoanFactory().key.public_code]),
        reverse("profile"),
        reverse("department_propose"),
    ]

    found = look_at(visitor, pages)
    visitor.open(reverse("loan_check_out"))
    visitor.page.get_by_label("Key 1").fill("ZZ 9")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator(".problem").wait_for()

    assert found == {}
    assert findings(visitor) == []


def test_a_clerk(visitor, loans):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", is_staff=True)
    clerk.groups.add(Group.objects.get(name="desk"))
    visitor.signed_in_as(clerk)
    loan, _lost = loans
    free = KeyFactory()
    operations.take_back(keys=[loan.key], by=clerk)
    pages = [
        f"{reverse('desk')}?loan={loan.pk}",
        f"{reverse('desk')}?key={free.public_code}&person={loan.borrower_id}",
        f"{reverse('desk')}?key={LoanFactory().key.public_code}",
    ]

    assert look_at(visitor, pages) == {}


def test_pages_that_are_not_there(visitor, site):
    found = look_at(visitor, ["/nothing/", reverse("key_tag", args=["XXXXXXXXXX"])])

    assert found == {}
    assert all("404" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()
