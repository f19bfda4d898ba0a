"""The room that a list means, however it writes it."""

import pytest

from assets.models import Asset
from assets.tests.factories import BuildingFactory, SpaceFactory
from assets.tests.test_import_assets import take
from keysite.tests.history import refused
from keysite.tests.lists import refusals


@pytest.fixture
def building(db):
    return BuildingFactory(code="N", name="North Works")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("N 101", "N 101"),
        ("n-101", "N 101"),
        ("North Works 101", "N 101"),
        ("North Works, Tool store", "N Tool store"),
        ("Campus > North Works > Floor 1 > 101", "N 101"),
        ("North Works", "N North Works"),
        ("Elsewhere", "S Elsewhere"),
        ("South 7", "S South 7"),
    ],
)
def test_finds_the_room_that_a_location_means(building, text, where):
    BuildingFactory(code="S", name="South Works")
    known = SpaceFactory(building=building, number="101", floor="1")

    take(f"tag,name,location\n1,a,{text!r}\n".replace("'", '"'), building="S")

    home = Asset.objects.get().home
    assert str(home) == where
    assert (home == known) is (where == "N 101")


def test_a_room_that_is_there_twice_is_refused(building):
    for floor in "12":
        SpaceFactory(building=building, number="101", floor=floor)

    outcome = take("tag,name,location,floor\n1,a,N 101,\n2,b,N 101,2\n")

    assert refusals(outcome) == [
        "line 2, column “location”: There are several rooms “101”: N 1; N 2. "
        "Name building and floor in columns of their own."
    ]


def test_the_building_of_new_rooms_must_be_known(db):
    with refused("Building Q is not in the register. Import it first, or correct it."):
        take("tag,name\n1,a\n", building="Q")
