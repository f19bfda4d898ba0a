"""Buildings, who is in charge of them, and spaces in the console."""

import pytest
from django.urls import reverse

from accounts.tests.factories import PersonFactory
from assets.models import Building, BuildingManager, Space
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def hall(db):
    return Building.objects.create(code="B1", name="Hall")


def page(row, name="change"):
    return reverse(f"admin:assets_{row._meta.model_name}_{name}", args=[row.pk])


def appointed(person, **dates):
    names = {"person": person.pk, "since": "2026-01-01", "until": ""} | dates
    return {"managers-TOTAL_FORMS": "1"} | {f"managers-0-{name}": value for name, value in names.items()}


def test_a_building_is_given_a_manager(console, administrator, hall):
    person = PersonFactory()

    response = send(console, page(hall), "building_form", **appointed(person), _save="1")

    appointment = BuildingManager.objects.get(building=hall)
    assert response.status_code == 302
    assert appointment.person == person
    assert last_version(appointment) == (administrator, "added")


def test_an_appointment_that_ends_before_it_begins_is_refused_and_stays_typed(console, hall):
    response = send(console, page(hall), "building_form", **appointed(PersonFactory(), until="2025-01-01"), _save="1")

    assert "The last day is before the first." in response.content.decode()
    assert form_of(response, "building_form")["managers-0-until"] == "2025-01-01"
    assert not BuildingManager.objects.exists()


def test_the_same_appointment_twice_is_refused(console, hall):
    person = PersonFactory()
    send(console, page(hall), "building_form", **appointed(person), _save="1")
    shown = form_of(console.get(page(hall)), "building_form")
    again = {f"managers-1-{name}": shown[f"managers-0-{name}"] for name in ("person", "since", "until")}

    response = console.post(page(hall), shown | again | {"managers-TOTAL_FORMS": "2", "_save": "1"})

    assert response.status_code == 200
    assert BuildingManager.objects.count() == 1


def test_an_appointment_has_a_past_and_is_not_deleted(console, hall):
    send(console, page(hall), "building_form", **appointed(PersonFactory()), _save="1")

    send(console, page(hall), "building_form", **{"managers-0-DELETE": "on"}, _save="1")

    assert BuildingManager.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "b1", "name": "Other"}, "There is a building of this code already."),
        ({"code": "", "name": "Other"}, "This field is required."),
        ({"code": "x" * 33, "name": "Other"}, "at most 32 characters"),
    ],
)
def test_a_building_that_cannot_be_has_a_sentence(console, hall, typed, sentence):
    response = send(console, "/admin/assets/building/add/", "building_form", **typed, _save="1")

    assert sentence in response.content.decode()
    assert Building.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "1"}, "This building has a space of this floor and number already."),
        ({"number": "2", "sensitivity": "6"}, "Sensitivity goes from 1 to 5."),
        ({"number": ""}, "This field is required."),
        ({"number": "2", "building": "999999"}, "That choice is not one of the available choices."),
    ],
)
def test_a_space_that_cannot_be_has_a_sentence(console, hall, typed, sentence):
    Space.objects.create(building=hall, number="1")

    response = send(
        console,
        "/admin/assets/space/add/",
        "space_form",
        **{"building": hall.pk, "sensitivity": "1"} | typed,
        _save="1",
    )

    assert sentence in response.content.decode()
    assert Space.objects.count() == 1


@pytest.mark.parametrize("words", ["B1 1.034", "hall 034", "1.034"])
def test_a_space_is_found_by_building_and_number(console, hall, words):
    room = Space.objects.create(building=hall, number="1.034")
    other = Space.objects.create(building=hall, number="2.001")

    shown = console.get("/admin/assets/space/", {"q": words}).content.decode()

    assert page(room) in shown
    assert page(other) not in shown
