"""Asking for keys on a phone and on a desk: rooms by building and floor, the request near, nothing for axe."""

import pytest
from django.urls import reverse

from accounts.tests.factories import PersonFactory
from assets.models import Space
from keys.models import KeyRequest
from keys.operations import add_to_request, write_message
from keys.tests.factories import BuildingFactory, LoanFactory, opening
from keys.tests.requests import Campus
from keysite.tests.test_browser_pages import PHONE, findings, look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEW = reverse("key_request_new")


@pytest.fixture
def campus(site):
    """A building with three floors of thirty rooms, and another one."""
    campus = Campus(order="fewest_keys")
    campus.north.name = "Boiler House"
    campus.north.save()
    BuildingFactory(code="B7", name="Small Hall")
    for floor in "123":
        for n in range(30):
            kind = "Office" if n % 3 else "Laboratory"
            room = Space.objects.create(building=campus.north, number=f"{floor}.{n:02}", floor=floor, kind=kind)
            opening(campus.symbols["AA2"], room)
    return campus


@pytest.fixture
def asking(visitor, campus):
    visitor.page.set_viewport_size(PHONE)
    return visitor.signed_in_as(campus.person)


def test_nothing_for_axe_wherever_one_looks(asking, campus):
    things = [*Space.objects.filter(floor="2")[:3], campus.doors["201"], campus.symbols["AB1"]]
    add_to_request(by=campus.person, things=things)
    here = f"{NEW}?building={campus.north.pk}"

    pages = [NEW, here, f"{here}&floor=2", f"{here}&doors=1", f"{NEW}?q=1", f"{NEW}?q=AB1", f"{NEW}?q=nothing"]
    pages += [f"{NEW}?colleague={campus.colleague.email}", f"{NEW}?colleague=stranger@example.edu"]

    assert look_at(asking, pages) == {}
    asking.open(NEW)
    asking.page.get_by_role("button", name="Send the request").click()
    asking.page.locator(".problem").wait_for()
    assert findings(asking) == []


def test_from_the_building_to_the_request_without_losing_ones_place(asking, campus):
    page = asking.page
    asking.open(NEW)
    page.get_by_label("Building").select_option(label="N Boiler House")
    page.get_by_role("link", name="Floor 2").click()
    page.get_by_label("2.15").check()
    page.get_by_label("2.16").check()
    place = page.evaluate("scrollY")

    page.get_by_role("button", name="Put into the request").click()
    page.get_by_role("link", name="See it (2)").wait_for()
    assert (place > 0, page.evaluate("scrollY")) == (True, place)
    assert page.get_by_role("link", name="See it (2)").is_visible()
    page.get_by_role("link", name="Floor 3").click()
    page.get_by_label("3.15").wait_for()
    assert "floor=3" in page.url
    page.get_by_role("link", name="See it (2)").click()
    page.get_by_label("What the keys are for").fill("Measurements")
    page.get_by_label("Needed until").fill("2999-01-01")
    page.get_by_role("button", name="Send the request").click()
    page.locator(".problem").wait_for()
    assert page.get_by_label("What the keys are for").input_value() == "Measurements"
    page.get_by_label("Needed until").fill(page.get_by_label("Needed from").input_value())
    page.get_by_role("button", name="Send the request").click()
    page.wait_for_url(lambda url: NEW not in url)

    assert "Key Requested" in asking.text()
    assert KeyRequest.objects.get().items.count() == 2


def test_what_is_put_in_is_taken_out_again_and_other_things_are_found_by_words(asking, campus):
    page = asking.page
    asking.open(NEW)
    page.get_by_label("Room, door or key symbol").fill("ab1")
    page.keyboard.press("Enter")
    page.get_by_label("AB1 MAIN").check()
    page.get_by_role("button", name="Put into the request").click()
    page.get_by_role("button", name="Take out AB1").click()
    page.get_by_text("Nothing is in it yet.").wait_for()

    assert not KeyRequest.objects.get().items.exists()


def test_how_far_it_is_and_what_goes_back(asking, campus, visitor):
    office = PersonFactory(email="office@example.edu", is_superuser=True)
    LoanFactory(borrower=campus.person, key=campus.key("AA1"))
    campus.key("AA")
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["AA"]))
    write_message(request=request, by=campus.manager, text="For how many people?", ask_back=True)
    page = reverse("key_request", args=[request.pk])
    steps = campus.steps(request)
    assert look_at(asking, [page, reverse("key_request_list")]) == {}

    visitor.signed_in_as(campus.manager)
    assert look_at(visitor, [reverse("approval_list"), reverse("approval", args=[steps[0].pk])]) == {}
    for step in steps:
        campus.agree(step, office)
    visitor.signed_in_as(campus.person)
    assert look_at(visitor, [page, reverse("start")]) == {}
    assert "AA1 1" in asking.text()
