"""One's own reservations, and the queue in which the desk decides."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import Reservation
from assets.tests.factories import AssetFactory, ReservationFactory
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

pytestmark = pytest.mark.django_db
LIST, QUEUE = "/reservations/", "/desk/requests/"
DAY = timedelta(days=1)


@pytest.fixture
def signed_in(client, borrower):
    client.force_login(borrower)
    return client


@pytest.fixture
def at_the_desk(client, clerk):
    client.force_login(clerk)
    return client


def waiting(**fields):
    return ReservationFactory(confirmed_at=None, **fields)


def once_of(client, pk, kind=1):
    """The one-time key of a row's form: 1 confirms, 2 rejects."""
    rows = {row[0].pk: row for row in client.get(QUEUE).context["rows"]}
    return rows[pk][kind]["once"].value()


def decide(client, name, reservation, **fields):
    kind = 1 if name == "reservation_confirm" else 2
    once = once_of(client, reservation.pk, kind)
    return client.post(reverse(name, args=[reservation.pk]), {"once": once, **fields})


def test_one_s_own_are_listed_with_how_they_stand(signed_in, borrower):
    ReservationFactory(person=borrower, model__name="Camera")
    waiting(person=borrower, model__name="Tripod")
    over = {"ended_at": timezone.now(), "outcome": "rejected", "outcome_reason": "Needed for the exam"}
    waiting(person=borrower, model__name="Drone", **over)
    ReservationFactory(model__name="Somebody else's")

    said = text_of(signed_in.get(LIST))

    assert "Camera Confirmed" in said
    assert "Tripod Waiting for the desk" in said
    assert "Drone Rejected" in said
    assert "Needed for the exam" in said
    assert "Somebody else's" not in said


def test_without_any_the_page_says_what_to_do(signed_in):
    assert "You have no reservations." in text_of(signed_in.get(LIST))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_many(signed_in, borrower, number):
    for _number in range(number):
        ReservationFactory(person=borrower, model=None, asset=AssetFactory())
        ReservationFactory(person=borrower, ended_at=timezone.now(), outcome="cancelled")

    with queries(5):
        signed_in.get(LIST)


def test_one_s_own_is_cancelled(signed_in, borrower):
    reservation = ReservationFactory(person=borrower)
    page = reverse("reservation_cancel", args=[reservation.pk])
    once = signed_in.get(page).context["form"]["once"].value()

    answers = [signed_in.post(page, {"once": once}).url for _time in range(2)]

    assert answers == [LIST, LIST]
    assert Reservation.objects.get().status == "Cancelled"


def test_what_is_over_is_not_cancelled(signed_in, borrower):
    over = ReservationFactory(person=borrower, ended_at=timezone.now(), outcome="no_show")
    page = reverse("reservation_cancel", args=[over.pk])
    once = signed_in.get(page).context["form"]["once"].value()

    response = signed_in.post(page, {"once": once})

    assert problems_of(response) == [f"The reservation of {over.item} is over: not picked up."]


@pytest.mark.parametrize("pk", [0, 10**12, 10**40])
def test_the_reservation_of_somebody_else_is_not_there(signed_in, pk):
    for address in (pk, ReservationFactory().pk):
        page = reverse("reservation_cancel", args=[address])
        assert (signed_in.get(page).status_code, signed_in.post(page).status_code) == (404, 404)


def test_cancelling_asks_as_often_as_it_must(signed_in, borrower):
    reservation = ReservationFactory(person=borrower)
    page = reverse("reservation_cancel", args=[reservation.pk])
    once = signed_in.get(page).context["form"]["once"].value()

    with queries(14):
        signed_in.post(page, {"once": once})


def test_the_queue_says_who_wants_what_and_what_for(at_the_desk):
    wanted = waiting(model__name="Camera", purpose="Field trip")
    ReservationFactory(model__name="Tripod", starts_at=timezone.now())

    said = text_of(at_the_desk.get(QUEUE))

    assert wanted.person.email in said
    assert "Field trip" in said
    assert "Tripod" in said.split("To be picked up until tonight")[1]


def test_the_desk_confirms(at_the_desk, clerk):
    reservation = waiting()

    response = decide(at_the_desk, "reservation_confirm", reservation)

    assert response.url == QUEUE
    assert Reservation.objects.get().confirmed_by == clerk


def test_the_desk_rejects_with_a_reason(at_the_desk):
    reservation = waiting()

    response = decide(at_the_desk, "reservation_reject", reservation, reason="Needed for the exam")

    assert response.url == QUEUE
    assert Reservation.objects.get().outcome_reason == "Needed for the exam"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\0b"])
def test_a_bad_reason_is_shown_at_its_row(at_the_desk, reason):
    other, reservation = waiting(), waiting()

    response = decide(at_the_desk, "reservation_reject", reservation, reason=reason)

    assert len(problems_of(response)) == 1
    assert f'id="reject_{reservation.pk}_reason"' in response.content.decode()
    assert f'href="#reject_{reservation.pk}_reason"' in response.content.decode()
    assert {row[0].pk: bool(row[2].errors) for row in response.context["rows"]} == {
        other.pk: False,
        reservation.pk: True,
    }
    assert Reservation.objects.live().count() == 2


def test_what_has_been_decided_meanwhile_is_said(at_the_desk):
    reservation = waiting()
    once = once_of(at_the_desk, reservation.pk)
    decide(at_the_desk, "reservation_confirm", reservation)

    response = at_the_desk.post(reverse("reservation_confirm", args=[reservation.pk]), {"once": f"{once}x"})

    assert "is confirmed already" in problems_of(response)[0]


def test_only_who_may_decide_sees_the_queue(client, auditor, borrower):
    for person in (auditor, borrower):
        client.force_login(person)
        assert client.get(QUEUE).status_code == 403
        assert client.post(reverse("reservation_confirm", args=[waiting().pk])).status_code == 403
    assert Reservation.objects.confirmed().count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_the_queue_asks_as_often_for_many(at_the_desk, number):
    for _number in range(number):
        waiting(model=None, asset=AssetFactory())
        ReservationFactory(starts_at=timezone.now(), person=PersonFactory())

    with queries(6):
        at_the_desk.get(QUEUE)


def test_confirming_asks_as_often_as_it_must(at_the_desk):
    reservation = waiting()
    once = once_of(at_the_desk, reservation.pk)

    with queries(15):
        at_the_desk.post(reverse("reservation_confirm", args=[reservation.pk]), {"once": once})
