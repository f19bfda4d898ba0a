"""The calendar of a model in a real browser: by keyboard, on a phone and on a desk, light and dark."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from assets.models import Reservation
from assets.operations import make_calendar_feed
from assets.tests.factories import AssetFactory, AssignmentFactory, ReservationFactory
from keysite.tests.test_browser_pages import DESK, PHONE, findings, look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DAY = timedelta(days=1)


@pytest.fixture
def borrower(site):
    return PersonFactory(email="borrower@example.edu", first_name="Nela", last_name="Novak")


@pytest.fixture
def clerk(site):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", is_staff=True)
    clerk.groups.add(Group.objects.get(name="desk"))
    return clerk


@pytest.fixture
def model(site):
    """A model with days of every kind: some free, some partly, some not at all."""
    asset = AssetFactory(model__name="Field recorder", model__description="Two channels, with a wind shield.")
    unit = AssetFactory(model=asset.model)
    AssignmentFactory(asset=unit, due_at=timezone.now() + 3 * DAY)
    start = timezone.now() + 2 * DAY
    ReservationFactory(model=asset.model, starts_at=start, ends_at=start + 2 * DAY)
    return asset.model


def month_later(visitor):
    visitor.page.get_by_role("link", name="Later").click()
    visitor.page.wait_for_url("**month=**")


def test_a_day_is_chosen_and_one_is_asked_for_by_keyboard(visitor, borrower, model):
    visitor.signed_in_as(borrower)
    page = visitor.open(reverse("model_borrow", args=[model.pk]))
    month_later(visitor)
    day = page.locator(".month td.free a").nth(4)
    chosen = day.inner_text().split()[0]

    day.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**day=**")
    assert page.get_by_label("From").input_value().endswith(f"-{chosen.zfill(2)}")
    page.get_by_label("What for").focus()
    page.keyboard.type("Interviews")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('reservation_list')}")

    assert "Field recorder Waiting for the desk" in visitor.text()
    assert Reservation.objects.get(person=borrower).purpose == "Interviews"


def test_a_refusal_is_where_the_keyboard_is(visitor, borrower, model):
    visitor.signed_in_as(borrower)
    page = visitor.open(reverse("model_borrow", args=[model.pk]))
    day = (timezone.localtime() + DAY).strftime("%Y-%m-%d")
    page.get_by_label("From").fill(day)
    page.get_by_label("Until", exact=True).fill((timezone.localtime() - DAY).strftime("%Y-%m-%d"))
    page.get_by_role("button", name="Ask for it").click()

    page.locator(".problem").wait_for()

    assert "Give a later end." in visitor.text()
    assert page.get_by_label("From").input_value() == day
    assert findings(visitor) == []


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_each_day_says_its_word_on_every_screen(visitor, borrower, model, size):
    visitor.signed_in_as(borrower)
    visitor.page.set_viewport_size(size)
    page = visitor.open(reverse("model_borrow", args=[model.pk]))
    month_later(visitor)

    days = page.locator(".month td:not(.none)")
    words = [text.strip() for text in days.locator(".word").all_inner_texts()]

    assert len(words) >= 28
    assert set(words) <= {"Free", "Full", "1 of 2 free"} | {word for word in words if word.startswith("Full ")}
    assert page.locator(".month .weekday").first.is_visible() == (size == PHONE)
    assert page.locator(".month thead").first.bounding_box()["height"] > 1 or size == PHONE


def test_what_borrowers_see(visitor, borrower, model):
    mine = ReservationFactory(person=borrower)
    ReservationFactory(person=borrower, confirmed_at=None, purpose="Interviews")
    ReservationFactory(person=borrower, ended_at=timezone.now(), outcome="rejected", outcome_reason="Needed")
    make_calendar_feed(person=borrower, by=borrower)
    visitor.signed_in_as(borrower)
    pages = [
        reverse("model_list"),
        reverse("model_list") + "?q=nothing",
        reverse("model_borrow", args=[model.pk]),
        reverse("reservation_list"),
        reverse("reservation_cancel", args=[mine.pk]),
    ]

    assert look_at(visitor, pages) == {}


def test_an_address_for_a_calendar_program(visitor, borrower):
    visitor.signed_in_as(borrower)
    page = visitor.open(reverse("reservation_list"))
    page.get_by_role("button", name="Make an address for my dates").click()
    page.get_by_label("Secret address").wait_for()

    address = page.get_by_label("Secret address").input_value()

    assert findings(visitor) == []
    assert page.request.get(address).text().startswith("BEGIN:VCALENDAR")


def test_what_the_desk_sees(visitor, clerk, borrower, model):
    wanted = ReservationFactory(person=borrower, model=model, confirmed_at=None, purpose="Interviews")
    ReservationFactory(person=borrower, model=model, starts_at=timezone.now())
    visitor.signed_in_as(clerk)

    found = look_at(visitor, [reverse("reservation_queue"), reverse("model_calendar", args=[model.pk])])

    assert found == {}
    visitor.page.set_viewport_size(PHONE)
    page = visitor.open(reverse("reservation_queue"))
    page.locator("main summary").click()
    page.get_by_role("button", name="Reject").last.click()
    page.locator(".problem").wait_for()
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    page.get_by_label("Why not").fill("Needed for the exam")
    page.keyboard.press("Enter")
    page.get_by_text("Rejected.").wait_for()
    wanted.refresh_from_db()
    assert wanted.outcome_reason == "Needed for the exam"
