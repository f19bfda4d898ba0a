"""``make_calendar_feed``, ``revoke_calendar_feed``, ``feed_of``, and what a calendar program reads there."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from icalendar import Calendar

from accounts.operations import block, deactivate
from assets.models import CalendarFeed
from assets.operations import (
    cancel_reservation,
    confirm_reservation,
    feed_of,
    make_calendar_feed,
    revoke_calendar_feed,
)
from assets.tests.factories import AssetFactory, AssetModelFactory, AssignmentFactory, ReservationFactory
from keysite.ledger import Refusal
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LIST, MAKE = "/reservations/", "/calendar/make/"


@pytest.fixture(autouse=True)
def monday():
    cache.clear()
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def at(token):
    return reverse("calendar_feed", args=[token])


def events(client, token):
    response = client.get(at(token))
    assert response.status_code == 200
    return {str(event["UID"]).split("@")[0]: event for event in Calendar.from_ical(response.content).walk("VEVENT")}


def make(client, page=LIST, form="feed_form", **fields):
    once = client.get(page).context[form]["once"].value()
    return client.post(MAKE, {"once": once, **fields})


def token_in(response):
    return response.context["address"].split("/")[-1].removesuffix(".ics")


def test_one_s_own_dates_without_a_sign_in(client, borrower):
    token = make_calendar_feed(person=borrower, by=borrower)
    claim = ReservationFactory(person=borrower, model__name="Camera, small; red", purpose="Line one\nLine two")
    held = AssignmentFactory(person=borrower, asset__name="Tripod")
    ReservationFactory()
    AssignmentFactory()

    found = events(client, token)

    assert set(found) == {f"reservation-{claim.pk}", f"assignment-{held.pk}"}
    reserved, due = found[f"reservation-{claim.pk}"], found[f"assignment-{held.pk}"]
    assert reserved["SUMMARY"] == "Reserved: Camera, small; red"
    assert (reserved["DTSTART"].dt, reserved["DTEND"].dt) == (claim.starts_at, claim.ends_at)
    assert reserved["STATUS"] == "CONFIRMED"
    assert reserved["DESCRIPTION"] == "Confirmed\nLine one\nLine two"
    assert "Due back" in due["SUMMARY"]
    assert due["DTSTART"].dt == held.due_at
    assert "DTEND" not in due


def test_the_text_is_escaped_and_folded(client, borrower):
    token = make_calendar_feed(person=borrower, by=borrower)
    ReservationFactory(person=borrower, model__name="A, b; c\\d " + "ü" * 80)

    raw = client.get(at(token)).content

    assert b"A\\, b\\; c\\\\d" in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    assert b"DTSTART:20260303T090000Z" in raw


def test_a_change_keeps_the_name_of_a_date_and_counts(client, borrower, clerk, monday):
    token = make_calendar_feed(person=borrower, by=borrower)
    claim = ReservationFactory(person=borrower, confirmed_at=None)
    [before] = events(client, token).values()
    monday.shift(DAY / 2)

    confirm_reservation(reservation=claim, by=clerk)

    [after] = events(client, token).values()
    assert (before["UID"], before["STATUS"], before["SEQUENCE"]) == (after["UID"], "TENTATIVE", 0)
    assert (after["STATUS"], after["SEQUENCE"]) == ("CONFIRMED", 1)
    assert after["LAST-MODIFIED"].dt - before["LAST-MODIFIED"].dt == DAY / 2
    assert after["DTSTAMP"].dt == MONDAY + DAY / 2


def test_what_is_over_is_gone(client, borrower):
    token = make_calendar_feed(person=borrower, by=borrower)
    cancel_reservation(reservation=ReservationFactory(person=borrower), by=borrower)

    assert events(client, token) == {}


def test_the_token_is_nowhere_in_the_database(borrower):
    token = make_calendar_feed(person=borrower, by=borrower)

    feed = CalendarFeed.objects.get()
    assert token not in str(vars(feed)) + str(vars(feed.history.get()))
    assert len(token) == 43


def test_a_new_address_replaces_the_old_one(client, borrower):
    old, new = (make_calendar_feed(person=borrower, by=borrower) for _time in range(2))

    assert [client.get(at(token)).status_code for token in (old, new)] == [404, 200]


def test_a_revoked_address_stops_working(borrower):
    token = make_calendar_feed(person=borrower, by=borrower)
    feed = feed_of(token)

    revoke_calendar_feed(feed=feed, by=borrower)

    assert feed_of(token) is None
    assert feed.history.first().history_change_reason == "revoked"
    with pytest.raises(Refusal, match="revoked already"):
        revoke_calendar_feed(feed=feed, by=borrower)


@pytest.mark.parametrize("end", [block, deactivate])
def test_who_is_blocked_or_inactive_reads_nothing(client, borrower, clerk, end):
    token = make_calendar_feed(person=borrower, by=borrower)

    end(person=borrower, by=clerk, reason="gone")

    assert client.get(at(token)).status_code == 404
    with pytest.raises(Refusal, match="no calendar address"):
        make_calendar_feed(person=borrower, by=borrower)


def test_staff_read_the_dates_of_a_model_for_as_long_as_they_may(client, clerk):
    model = AssetModelFactory(name="Camera")
    token = make_calendar_feed(person=clerk, by=clerk, model=model)
    claims = [ReservationFactory(model=model), ReservationFactory(model=None, asset=AssetFactory(model=model))]
    held = AssignmentFactory(asset=AssetFactory(model=model))
    ReservationFactory()

    found = events(client, token)

    assert set(found) == {f"reservation-{claim.pk}" for claim in claims} | {f"assignment-{held.pk}"}
    assert found[f"reservation-{claims[0].pk}"]["SUMMARY"] == f"Camera: {claims[0].person.name}"
    clerk.groups.clear()
    assert client.get(at(token)).status_code == 404


@pytest.mark.parametrize("token", ["x", "😀", "a" * 5000, "%00", "..", "'"])
def test_a_wrong_address_is_not_there(client, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_who_tries_many_addresses_has_to_wait(client, borrower):
    token = make_calendar_feed(person=borrower, by=borrower)

    answers = [client.get(at(f"x{number}")).status_code for number in range(31)]

    assert answers == [404] * 30 + [429]
    assert client.get(at(token)).status_code == 200


def test_nobody_keeps_what_was_read(client, borrower):
    response = client.get(at(make_calendar_feed(person=borrower, by=borrower)))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert client.post(at("x")).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_a_calendar_asks_as_often_for_many(client, borrower, number):
    token = make_calendar_feed(person=borrower, by=borrower)
    for _number in range(number):
        ReservationFactory(person=borrower)
        AssignmentFactory(person=borrower)

    with queries(7):
        client.get(at(token))


def test_an_address_is_made_on_the_page_and_shown_once(client, borrower):
    client.force_login(borrower)
    once = client.get(LIST).context["feed_form"]["once"].value()

    made, again = (client.post(MAKE, {"once": once}) for _time in range(2))

    assert token_in(made) in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert again.url == LIST
    assert "was shown once" in text_of(client.get(LIST))
    assert feed_of(token_in(made)).person == borrower


def test_an_address_is_revoked_on_the_page(client, borrower):
    client.force_login(borrower)
    token = token_in(make(client))
    once = client.get(LIST).context["revoke_form"]["once"].value()

    response = client.post(reverse("feed_revoke", args=[CalendarFeed.objects.get().pk]), {"once": once})

    assert response.url == LIST
    assert feed_of(token) is None


def test_the_address_of_somebody_else_is_not_there(client, borrower, clerk):
    make_calendar_feed(person=clerk, by=clerk)
    client.force_login(borrower)

    assert client.post(reverse("feed_revoke", args=[CalendarFeed.objects.get().pk])).status_code == 404


def test_staff_make_an_address_for_a_model_and_borrowers_do_not(client, borrower, clerk):
    model = AssetFactory().model
    client.force_login(clerk)
    page = reverse("model_calendar", args=[model.pk])
    assert feed_of(token_in(make(client, page, "feed", model=model.pk))).model == model

    client.force_login(borrower)
    response = make(client, model=model.pk)

    assert len(problems_of(response)) == 1
    assert CalendarFeed.objects.count() == 1
