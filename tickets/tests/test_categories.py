"""The tree of categories: nothing is a part of itself, and nothing that is offered stands under what is not."""

import pytest

from keysite.tests.history import last_version, refused
from tickets.models import Category
from tickets.operations import add_category, move_category, reinstate_category, retire_category
from tickets.tests.factories import CategoryFactory


@pytest.fixture
def heating(db):
    return CategoryFactory(name="Heating")


def test_a_category_is_added_under_another(administrator, heating):
    category = Category(name="Radiator", parent=heating)

    add_category(category=category, by=administrator)

    assert category.path == "Heating › Radiator"
    assert last_version(category) == (administrator, "added")


def test_a_category_is_moved_and_moved_to_the_top(administrator, heating):
    category = CategoryFactory()

    move_category(category=category, parent=heating, by=administrator)
    under = Category.objects.get(pk=category.pk).parent
    move_category(category=category, by=administrator)

    assert (under, category.parent) == (heating, None)
    assert last_version(category) == (administrator, "moved")


def test_a_tree_has_no_circle(administrator, heating):
    radiator = CategoryFactory(name="Radiator", parent=heating)
    valve = CategoryFactory(name="Valve", parent=radiator)

    with refused("Valve is a part of Heating: it cannot be the other way round, too."):
        move_category(category=heating, parent=valve, by=administrator)
    with refused("Heating is a part of Heating: it cannot be the other way round, too."):
        move_category(category=heating, parent=heating, by=administrator)


def test_what_is_offered_does_not_stand_under_what_is_not(administrator, heating):
    radiator = CategoryFactory(name="Radiator", parent=heating)

    with refused("Parts of Heating are still offered: retire or move them first."):
        retire_category(category=heating, by=administrator)
    retire_category(category=radiator, by=administrator)
    retire_category(category=heating, by=administrator)
    with refused("Radiator is a part of Heating, which is retired: move it, or offer that again."):
        reinstate_category(category=radiator, by=administrator)
    with refused("Heating is retired. Choose one that is offered."):
        add_category(category=Category(name="Boiler", parent=heating), by=administrator)
    with refused("Heating is retired. Choose one that is offered."):
        move_category(category=CategoryFactory(), parent=heating, by=administrator)


def test_retiring_and_offering_again(administrator, heating):
    retire_category(category=heating, by=administrator)
    with refused("Heating is retired already."):
        retire_category(category=heating, by=administrator)
    retired = list(Category.objects.retired())
    reinstate_category(category=heating, by=administrator)
    with refused("Heating is offered already."):
        reinstate_category(category=heating, by=administrator)

    assert retired == [heating]
    assert list(Category.objects.in_use()) == [heating]
    assert last_version(heating) == (administrator, "offered again")
