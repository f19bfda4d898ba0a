"""The desk with a queue: a scanner types a key and presses Enter, hands never leave the keyboard."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from keys.models import Loan
from keys.tests.factories import KeyFactory, LoanFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def desk(visitor):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", is_staff=True)
    clerk.groups.add(Group.objects.get(name="desk"))
    visitor.signed_in_as(clerk).open(reverse("desk"))
    return visitor


def scan(desk, typed):
    """What a scanner does; then wait for the answer."""
    desk.page.locator("input:focus").wait_for()
    desk.page.keyboard.type(typed)
    press(desk)


def press(desk, box=":focus"):
    """Enter, and wait until the answer is there and the keyboard is in a box again."""
    field = desk.page.locator(box)
    field.evaluate("field => { field.form.dataset.sent = '1' }")
    field.press("Enter")
    desk.page.locator("form[data-sent]").wait_for(state="detached")
    desk.page.wait_for_load_state()
    expect(desk.page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
    desk.page.locator("input:focus").wait_for()


def key(symbol, serial=1, **fields):
    return KeyFactory(symbol__symbol=symbol, serial=serial, **fields)


def test_scan_scan_scan_takes_back(desk):
    first, second = LoanFactory(key=key("AA1")), LoanFactory(key=key("BB2"))
    desk.open(reverse("desk"))
    assert desk.focused() == "keys"

    scan(desk, "AA1 1")
    assert "AA1 1 Taken back" in desk.text()
    scan(desk, "AA1 1")
    assert "Key AA1 1 is not out: nobody has to bring it back." in desk.text()
    assert desk.page.locator("#id_return").input_value() == "AA1 1"
    desk.page.keyboard.press("Control+A")
    scan(desk, f"http://localhost/k/{second.key.public_code}")

    assert "BB2 1 Taken back" in desk.text()
    assert desk.focused() == "keys"
    assert not Loan.objects.open().exists()
    assert first.borrower != second.borrower


def test_undo_with_one_click(desk):
    loan = LoanFactory(key=key("AA1"))
    desk.open(reverse("desk"))
    scan(desk, "AA1 1")

    with desk.page.expect_response("**/desk/undo/"):
        desk.page.get_by_role("button", name="Undo AA1 1").first.click()

    loan.refresh_from_db()
    assert loan.is_open


def test_check_out_by_keyboard_alone(desk):
    borrower = PersonFactory(email="borrower@example.edu", first_name="Nela", last_name="Novak")
    key("AA1"), key("BB2")
    LoanFactory(key=key("CC3"))
    desk.page.locator("#id_person").focus()

    scan(desk, "novak")
    assert "Nela Novak borrower@example.edu" in desk.text()
    scan(desk, "AA1 1")
    scan(desk, "CC3 1")
    scan(desk, "BB2 1")
    assert "Key CC3 1 is out; it is due back on" in desk.text()
    assert "Check out the other 2 keys only" in desk.text()
    assert desk.findings() == []
    desk.page.get_by_role("button", name="Remove CC3 1").focus()
    press(desk)
    assert desk.page.locator(":focus").get_attribute("id") == "id_scan"
    while "Check out 2 keys" not in (desk.page.locator(":focus").text_content() or ""):
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/desk/?loan=**")

    assert {str(loan.key) for loan in Loan.objects.held_by(borrower)} == {"AA1 1", "BB2 1"}
    assert "AA1 1 Out until" in desk.text()


def test_a_return_in_between_keeps_the_basket(desk):
    LoanFactory(key=key("AA1"))
    key("BB2")
    desk.page.locator("#id_scan").focus()
    scan(desk, "BB2 1")

    desk.page.locator("#id_return").focus()
    scan(desk, "AA1 1")

    assert "AA1 1 Taken back" in desk.text()
    assert "BB2 1 free" in desk.text()


def test_a_new_person_without_losing_the_scans(desk):
    key("AA1")
    affiliation = PersonFactory().affiliation
    desk.open(reverse("desk"))
    page = desk.page
    page.locator("#id_scan").focus()
    scan(desk, "AA1 1")

    page.get_by_text("New person").click()
    page.get_by_label("E-mail").fill("new@example.edu")
    page.get_by_label("First name").fill("Nela")
    page.get_by_label("Last name").fill("Novak")
    page.get_by_label("Affiliation").select_option(str(affiliation.pk))
    page.get_by_role("button", name="Add to the register").click()
    page.get_by_role("button", name="Check out 1 key").click()
    page.wait_for_url("**/desk/?loan=**")

    assert Loan.objects.get().borrower.email == "new@example.edu"


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_without_javascript(desk):
    borrower = PersonFactory(email="borrower@example.edu")
    LoanFactory(key=key("AA1"))
    key("BB2")
    desk.open(reverse("desk"))

    for box, typed in (("#id_return", "AA1 1"), ("#id_person", "borrower@example.edu"), ("#id_scan", "BB2 1")):
        assert box == "#id_person" or desk.page.locator(box).evaluate("box => box === document.activeElement")
        desk.page.locator(box).fill(typed)
        press(desk, box)
    desk.page.get_by_role("button", name="Check out 1 key").click()
    desk.page.wait_for_url("**/desk/?loan=**")

    assert not Loan.objects.get(key__symbol__symbol="AA1").is_open
    assert Loan.objects.held_by(borrower).get().key.symbol.symbol == "BB2"
