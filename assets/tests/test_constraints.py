"""What can never be true of places: the database refuses it, whoever asks."""

from datetime import date

import pytest

from accounts.tests.factories import PersonFactory
from assets.models import Building, BuildingManager, Space
from keysite.tests.constraints import refused_by

DAY = date(2026, 3, 2)


def building(code="12"):
    return Building.objects.create(code=code, name="Physics")


def manager(place=None, person=None, **fields):
    values = {"building": place or building(), "person": person or PersonFactory(), "since": DAY}
    return BuildingManager.objects.create(**values | fields)


def twice_appointed():
    first = manager()
    manager(first.building, first.person)


def same_space():
    place = building()
    for floor, number in (("a", "1B"), ("A", "1b")):
        Space.objects.create(building=place, floor=floor, number=number)


REFUSED = [
    ("building_one_per_code", lambda: [building(code) for code in ("a12", "A12")]),
    ("building_has_code", lambda: building("")),
    ("buildingmanager_until_after_since", lambda: manager(until=date(2026, 3, 1))),
    ("buildingmanager_once_from_a_day", twice_appointed),
    ("space_one_per_building_floor_number", same_space),
    ("space_sensitivity_one_to_five", lambda: Space.objects.create(building=building(), number="1", sensitivity=0)),
    ("space_sensitivity_one_to_five", lambda: Space.objects.create(building=building(), number="1", sensitivity=6)),
    ("space_has_number", lambda: Space.objects.create(building=building(), number="")),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


@pytest.mark.parametrize(("day", "in_charge"), [(1, False), (2, True), (5, True), (6, False)])
def test_a_manager_is_in_charge_from_the_first_day_to_the_last(db, day, in_charge):
    appointment = manager(until=date(2026, 3, 5))

    found = Building.objects.managed_by(appointment.person, on=date(2026, 3, day))

    assert found.exists() == in_charge
