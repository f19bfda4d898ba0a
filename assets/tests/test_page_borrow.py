"""Looking for something to borrow, seeing when it is free, and asking for it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import ClosedDay
from assets.models import Reservation
from assets.operations import month_of
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    ManufacturerFactory,
    ReservationFactory,
)
from keysite.tests.pages import form_of, send
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)  # ten in the morning at the desk
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIST = "/borrow/"
WANTED = {"from_day": "2026-03-03", "from_time": "10:00", "to_day": "2026-03-04", "to_time": "12:00"}


@pytest.fixture(autouse=True)
def monday(db):
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def signed_in(client, borrower):
    client.force_login(borrower)
    return client


@pytest.fixture
def model():
    return AssetFactory(model__name="Camera", model__manufacturer=ManufacturerFactory(name="Lumen")).model


def page_of(model):
    return reverse("model_borrow", args=[model.pk])


def day_of(model, number, month=""):
    return next(day for week in month_of(model, month).weeks for day in week if day and day.on.day == number)


def test_only_what_is_lent_is_listed(signed_in, model):
    AssetFactory(model__name="Server", lendable=False)
    AssetModelFactory(name="Unicorn")

    said = text_of(signed_in.get(LIST))

    assert "Camera" in said
    assert "1 of 1 free now" in said
    assert "Server" not in said
    assert "Unicorn" not in said


def test_the_list_says_what_is_taken_and_by_nobody(signed_in, model):
    held = AssignmentFactory(asset=model.assets.get())

    said = text_of(signed_in.get(LIST))

    assert "The only one is taken now" in said
    assert held.person.last_name not in said


@pytest.mark.parametrize("text", ["cam", "CAMERA", "  camera "])
def test_the_list_is_searched(signed_in, model, text):
    AssetFactory(model__name="Tripod")

    said = text_of(signed_in.get(LIST, {"q": text}))

    assert "Camera" in said
    assert "Tripod" not in said


@pytest.mark.parametrize("text", ["nothing like it", "\0", "😀", "'" * 300, "%", "a" * 5000])
def test_a_search_that_finds_nothing_says_so(signed_in, model, text):
    response = signed_in.get(LIST, {"q": text, "page": "x"})

    assert response.status_code == 200
    assert "Try fewer or other words." in text_of(response) or "Camera" in text_of(response)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_many(signed_in, number):
    AssetFactory.create_batch(number)

    with queries(6):
        signed_in.get(LIST)


def test_a_model_that_is_not_lent_has_no_page(signed_in):
    for address in (page_of(AssetModelFactory()), reverse("model_borrow", args=[10**12])):
        assert signed_in.get(address).status_code == 404


def test_each_day_says_what_is_free(signed_in, model):
    AssetFactory(model=model)
    ClosedDay.objects.create(on="2026-03-07", name="Fair")
    for hours in (24, 48):
        ReservationFactory(model=model, starts_at=MONDAY + 9 * DAY, ends_at=MONDAY + 9 * DAY + hours * HOUR)
    whole = datetime(2026, 3, 16, 23, tzinfo=UTC)  # midnight at the desk
    ReservationFactory.create_batch(2, model=model, starts_at=whole, ends_at=whole + DAY)

    words = {number: day_of(model, number).words for number in (1, 3, 7, 11, 12, 13, 14, 17, 18)}

    assert words[1] == "Past"
    assert words[3] == words[14] == words[18] == "Free"
    assert words[7] == "Closed"
    assert words[11] == "Full 10 a.m.–midnight"
    assert words[12] == "Full midnight–10 a.m."
    assert words[13] == "1 of 2 free"
    assert words[17] == "Full"
    assert "Fair" in text_of(signed_in.get(page_of(model)))


def test_today_counts_from_now_on(model):
    AssignmentFactory(asset=model.assets.get(), out_at=MONDAY - DAY, due_at=MONDAY + 5 * DAY)

    assert day_of(model, 2).status == "full"


@pytest.mark.parametrize(("month", "length"), [("2026-03", 31), ("2026-10", 31)])
def test_a_day_of_a_clock_change_is_one_day(model, month, length):
    days = [day for week in month_of(model, month).weeks for day in week if day]

    assert len(days) == length
    assert {day.words for day in days if not day.is_past} == {"Free"}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", date(2026, 3, 1)),
        ("2026-05", date(2026, 5, 1)),
        ("2025-01", date(2026, 3, 1)),
        ("9999-12", date(2027, 3, 1)),
        ("2026-13", date(2026, 3, 1)),
        ("\0", date(2026, 3, 1)),
    ],
)
def test_the_calendar_goes_a_year_ahead_and_not_back(signed_in, model, text, first):
    assert signed_in.get(page_of(model), {"month": text}).context["month"].first == first


def test_the_calendar_names_nobody(signed_in, model):
    claim = ReservationFactory(model=model, purpose="Wedding")

    said = text_of(signed_in.get(page_of(model)))

    assert claim.person.last_name not in said
    assert "Wedding" not in said


def test_a_day_of_the_calendar_fills_in_the_form(signed_in, model):
    values = form_of(signed_in.get(page_of(model), {"day": "2026-03-24"}), "ask")

    assert (values["from_day"], values["from_time"]) == ("2026-03-24", "09:00")
    assert (values["to_day"], values["to_time"]) == ("2026-03-24", "18:00")
    assert signed_in.get(page_of(model), {"day": "2026-13-99"}).status_code == 200


def test_one_is_asked_for(signed_in, borrower, model):
    response = send(signed_in, page_of(model), "ask", **WANTED, purpose="Field trip")

    assert response.url == reverse("reservation_list")
    made = Reservation.objects.get()
    assert (made.person, made.model, made.purpose, made.confirmed_at) == (borrower, model, "Field trip", None)
    assert (made.starts_at, made.ends_at) == (MONDAY + DAY, MONDAY + 2 * DAY + 2 * HOUR)


def test_the_same_form_twice_asks_once(signed_in, model):
    values = form_of(signed_in.get(page_of(model)), "ask") | WANTED

    answers = [signed_in.post(page_of(model), values).url for _time in range(2)]

    assert answers == [reverse("reservation_list")] * 2
    assert Reservation.objects.count() == 1


def test_a_refusal_keeps_what_was_typed(signed_in, model):
    response = send(signed_in, page_of(model), "ask", **WANTED | {"to_day": "2026-03-02"}, purpose="Field trip")

    assert problems_of(response) == ["The end is not after the beginning. Give a later end."]
    assert form_of(response, "ask")["purpose"] == "Field trip"
    assert not Reservation.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("from_day", "tomorrow"),
        ("from_day", "0001-01-01"),
        ("to_day", "9999-12-31"),
        ("from_day", "\0"),
        ("from_time", "25:00"),
        ("to_time", "😀"),
        ("purpose", "x" * 201),
        ("purpose", "a\0b"),
    ],
)
def test_odd_input_gets_a_sentence(signed_in, model, field, typed):
    response = send(signed_in, page_of(model), "ask", **WANTED | {field: typed})

    assert response.status_code == 200
    assert len(problems_of(response)) == 1


def test_a_time_that_the_clock_change_skips_is_an_hour_later(signed_in, borrower, model):
    with time_machine.travel(MONDAY + 20 * DAY, tick=False):
        signed_in.force_login(borrower)
        night = {"from_day": "2026-03-29", "from_time": "02:30", "to_day": "2026-03-29", "to_time": "12:00"}
        send(signed_in, page_of(model), "ask", **night)

    made = Reservation.objects.get()
    assert made.starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert made.ends_at - made.starts_at == 8 * HOUR + HOUR / 2


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_many(signed_in, model, number):
    AssetFactory.create_batch(number, model=model)
    ReservationFactory.create_batch(number, model=model)

    with queries(8):
        signed_in.get(page_of(model))


@pytest.mark.parametrize("number", [1, 3])
def test_asking_asks_as_often_for_many(signed_in, model, number):
    AssetFactory.create_batch(number, model=model)
    ReservationFactory.create_batch(number, model=model)
    values = form_of(signed_in.get(page_of(model)), "ask") | WANTED

    with queries(15):
        assert signed_in.post(page_of(model), values).status_code == 302


def test_staff_read_who_has_what(client, clerk, model):
    claim = ReservationFactory(model=model, purpose="Wedding")
    held = AssignmentFactory(asset=AssetFactory(model=model))
    client.force_login(clerk)

    said = text_of(client.get(reverse("model_calendar", args=[model.pk])))

    assert claim.person.name in said
    assert "Wedding" in said
    assert held.person.name in said


@pytest.mark.parametrize("number", [1, 3])
def test_the_calendar_of_staff_asks_as_often_for_many(client, clerk, model, number):
    for asset in AssetFactory.create_batch(number, model=model):
        AssignmentFactory(asset=asset)
    ReservationFactory.create_batch(number, model=model)
    client.force_login(clerk)

    with queries(10):
        client.get(reverse("model_calendar", args=[model.pk]))
