"""Doors: what their cylinders are pinned to, now and then; retired and reinstated."""

import pytest
from django.utils import timezone

from keys.models import Door, Pinning
from keys.operations import pin_door, reinstate_door, retire_door, unpin_door
from keys.tests.factories import DoorFactory, KeysetFactory, KeySymbolFactory, OperatesFactory, opening
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once


@pytest.fixture
def door(db):
    return DoorFactory(building__code="7", label="101")


@pytest.fixture
def keyset(db):
    return KeysetFactory(own__symbol="AA1")


def keysets_of(door):
    return [str(pinning.keyset) for pinning in Pinning.objects.now().filter(door=door).for_list()]


def test_a_door_gets_another_keyset_and_the_one_before_stays_on_record(door, keyset, key_shop):
    pin_door(door=door, keyset=keyset, by=key_shop)
    then = timezone.now()

    pin_door(door=door, keyset=KeysetFactory(own__symbol="AA2"), by=key_shop, reason="rekeyed")

    assert keysets_of(door) == ["AA2"]
    assert [str(pinning.keyset) for pinning in Pinning.objects.at(then)] == ["AA1"]
    assert last_version(Pinning.objects.now().get()) == (key_shop, "rekeyed")


def test_a_door_is_pinned_to_the_same_keyset_once(door, keyset, key_shop):
    pin_door(door=door, keyset=keyset, by=key_shop)

    with refused("Door 7 101 is pinned to AA1 already."):
        pin_door(door=door, keyset=keyset, by=key_shop)


def test_a_cylinder_is_taken_out_once(door, keyset, key_shop):
    pin_door(door=door, keyset=keyset, by=key_shop)
    unpin_door(door=door, by=key_shop)

    assert keysets_of(door) == []
    with refused("Door 7 101 has no cylinder on file."):
        unpin_door(door=door, by=key_shop)


def test_a_retired_door_is_opened_by_nothing_until_it_is_reinstated_and_pinned(key_shop):
    symbol = KeySymbolFactory()
    door = opening(symbol, label="101", building__code="7")

    retire_door(door=door, by=key_shop, reason="Wall instead")

    assert not Door.objects.opened_by([symbol]).exists()
    assert last_version(door) == (key_shop, "retired: Wall instead")
    with refused("Door 7 101 is retired already."):
        retire_door(door=door, by=key_shop, reason="Wall instead")
    with refused("Door 7 101 is retired. Reinstate it first."):
        pin_door(door=door, keyset=KeysetFactory(), by=key_shop)
    reinstate_door(door=door, by=key_shop)
    pin_door(door=door, keyset=KeysetFactory(own=symbol, designation="AA9"), by=key_shop)
    with refused("Door 7 101 is not retired."):
        reinstate_door(door=door, by=key_shop)


def test_a_door_is_not_retired_without_a_reason(door, key_shop):
    with refused("Say why door 7 101 is retired."):
        retire_door(door=door, by=key_shop, reason=" ")


def test_doors_that_nothing_opens(door, key_shop):
    opened = opening(KeySymbolFactory())
    DoorFactory(electronic_only=True)
    turned_by_nobody = DoorFactory()
    pin_door(door=turned_by_nobody, keyset=KeysetFactory(), by=key_shop)
    retired = DoorFactory()
    retire_door(door=retired, by=key_shop, reason="Wall instead")

    nothing = set(Door.objects.nothing_opens())

    assert nothing == {door, turned_by_nobody}
    assert opened not in nothing


def test_what_a_symbol_opened_then(key_shop):
    symbol, other = KeySymbolFactory(), KeySymbolFactory()
    door = opening(symbol)
    then = timezone.now()
    pin_door(door=door, keyset=OperatesFactory(keyset__own=other).keyset, by=key_shop)

    assert list(Door.objects.opened_by([symbol], at=then)) == [door]
    assert not Door.objects.opened_by([symbol]).exists()
    assert list(Door.objects.opened_by([other])) == [door]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_pin_a_door_at_once_the_later_one_stands(door, keyset, key_shop):
    other = KeysetFactory(own__symbol="AA2")
    doors = [Door.objects.get(), Door.objects.get()]

    at_once(
        lambda: pin_door(door=doors[0], keyset=keyset, by=key_shop),
        lambda: pin_door(door=doors[1], keyset=other, by=key_shop),
    )

    assert Pinning.objects.count() == 2
    assert len(keysets_of(door)) == 1
