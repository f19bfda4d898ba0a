"""``register_asset``, ``set_parent`` and ``remove_asset``: what comes into the inventory, and how it hangs together."""

import pytest
from django.db import connection

from accounts.models import Person
from assets.models import Asset, Reservation
from assets.operations import dispose, register_asset, remove_asset, set_parent
from assets.operations.tags import next_tags
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitMemberFactory,
    ReservationFactory,
)
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries
from keysite.tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_one(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE asset_tag_number RESTART")


def new(by, **fields):
    asset = Asset(**{"name": "Laptop"} | fields)
    register_asset(asset=asset, by=by)
    return asset


def test_without_a_tag_it_gets_the_next_number(clerk):
    assert [new(clerk).tag for _number in range(3)] == ["A000001", "A000002", "A000003"]
    assert last_version(Asset.objects.get(tag="A000001")) == (clerk, "registered")


def test_what_was_typed_is_trimmed_and_a_mac_address_is_made_one(clerk):
    asset = new(clerk, tag=" IT  7 ", serial=" X1 ", barcode=" 4 ", name=" A  laptop ", mac="00-1A-2B-3c-4d-5E")

    asset.refresh_from_db()
    assert (asset.tag, asset.serial, asset.barcode, asset.name) == ("IT 7", "X1", "4", "A laptop")
    assert asset.mac == "00:1a:2b:3c:4d:5e"
    assert Asset.objects.get(mac="001a.2b3c.4d5e") == asset


def test_numbers_that_somebody_typed_are_passed_over(clerk):
    for number in range(1, 31):
        AssetFactory(tag=f"a0000{number:02}")

    tag = new(clerk).tag

    assert tag not in {asset.tag.upper() for asset in Asset.objects.exclude(name="Laptop")}
    assert int(tag[1:]) > 30


def test_many_numbers_at_once_are_asked_for_once(db):
    with queries(2):
        tags = next_tags(500)

    assert (len(set(tags)), tags[0], tags[-1]) == (500, "A000001", "A000500")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tag": "t1"}, "There is an asset with the tag t1 already. Type another, or none."),
        ({"serial": "sn9"}, "An asset of this model has the serial number sn9 already. Check both."),
        ({"mac": "001A2B3C4D5E"}, "Another asset has the MAC address 00:1a:2b:3c:4d:5e. Check it."),
        ({"barcode": "bc"}, "Another asset has the barcode bc. Check it."),
        ({"rfid": "rf"}, "Another asset has the RFID rf. Check it."),
        ({"mac": "12:34"}, "Write the MAC address as six pairs, such as 00:1a:2b:3c:4d:5e."),
        ({"price": -1}, "A price is not negative."),
        ({"name": "  "}, "Name the asset."),
    ],
)
def test_what_another_has_is_refused_by_name(clerk, fields, sentence):
    model = AssetModelFactory()
    AssetFactory(tag="T1", model=model, serial="SN9", mac="00:1a:2b:3c:4d:5e", barcode="BC", rfid="RF")

    with refused(sentence):
        new(clerk, model=model, **fields)

    assert Asset.objects.count() == 1


def test_a_component_of_something_disposed_of_is_refused(clerk):
    gone = AssetFactory(tag="T1")
    dispose(asset=gone, by=clerk, type=DisposalTypeFactory(), reason="broken")

    with refused("T1 Laptop was disposed of. Restore it first, or choose another."):
        new(clerk, parent=gone)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_at_the_same_moment_get_fifty_tags():
    somebody = Person.objects.create_user("somebody@example.edu")

    results = at_once(*[lambda: new(somebody).tag for _number in range(50)])

    assert len(set(results)) == 50
    assert all(len(tag) == 7 for tag in results)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_number_that_is_typed_at_the_same_moment_is_no_error():
    somebody = Person.objects.create_user("somebody@example.edu")

    results = at_once(
        *[lambda: new(somebody).tag] * 8, *[lambda n=n: new(somebody, tag=f"A{n:06}").tag for n in (3, 6)]
    )

    assert len({str(result) for result in results}) >= 9  # the hand may be the slower one, and is told so
    assert Asset.objects.count() == len([result for result in results if isinstance(result, str)])


def test_a_component_says_of_what_it_is_one(clerk):
    desk, lamp = AssetFactory(tag="T1"), AssetFactory(tag="T2")

    set_parent(asset=lamp, parent=desk, by=clerk)

    lamp.refresh_from_db()
    assert lamp.parent == desk
    assert last_version(lamp) == (clerk, "component of T1")
    assert list(Asset.objects.components_of(desk)) == [lamp]
    set_parent(asset=lamp, parent=None, by=clerk)
    assert last_version(lamp) == (clerk, "no component any more")


def test_no_ring_however_long(clerk):
    one, two, three = (AssetFactory(tag=f"T{number}") for number in (1, 2, 3))
    set_parent(asset=two, parent=one, by=clerk)
    set_parent(asset=three, parent=two, by=clerk)

    with refused("T3 Laptop is a component of T1 Laptop, or the same. Choose another."):
        set_parent(asset=one, parent=three, by=clerk)
    with refused("T1 Laptop is a component of T1 Laptop, or the same. Choose another."):
        set_parent(asset=one, parent=one, by=clerk)
    with refused("T2 Laptop is a component of T1 Laptop already."):
        set_parent(asset=two, parent=one, by=clerk)
    with refused("T1 Laptop is no component."):
        set_parent(asset=one, parent=None, by=clerk)


def test_what_is_disposed_of_becomes_no_part_and_gets_none(clerk):
    gone, lamp = AssetFactory(tag="T1"), AssetFactory(tag="T2")
    dispose(asset=gone, by=clerk, type=DisposalTypeFactory(), reason="broken")

    for asset, parent in ((lamp, gone), (gone, lamp)):
        with refused("T1 Laptop was disposed of. Restore it first, or choose another."):
            set_parent(asset=asset, parent=parent, by=clerk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_four_at_the_same_moment_close_no_ring():
    somebody = Person.objects.create_user("somebody@example.edu")
    ring = AssetFactory.create_batch(4)
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))

    results = at_once(
        *[
            lambda a=a, b=b: set_parent(
                asset=Asset.objects.get(pk=a.pk), parent=Asset.objects.get(pk=b.pk), by=somebody
            )
            for a, b in pairs
        ]
    )

    assert results.count(None) == 3
    assert Asset.objects.filter(parent=None).count() == 1


def test_a_mistaken_asset_goes_and_its_history_stays(clerk):
    asset = AssetFactory()
    pk = asset.pk

    remove_asset(asset=asset, by=clerk, reason="scanned twice")

    assert not Asset.objects.exists()
    gone = Asset.history.filter(id=pk).latest("history_id")
    assert (gone.history_type, gone.history_user, gone.history_change_reason) == ("-", clerk, "removed: scanned twice")


@pytest.mark.parametrize(
    ("use", "kinds"),
    [
        (lambda asset: AssignmentFactory(asset=asset), "Assignments"),
        (lambda asset: KitMemberFactory(asset=asset), "Kit members"),
        (lambda asset: AssetFactory(parent=asset), "Assets"),
    ],
)
def test_what_was_used_stays(clerk, use, kinds):
    asset = AssetFactory(tag="T1")
    use(asset)

    with refused(f"T1 Laptop was in use and stays in the register ({kinds}). Dispose of it instead."):
        remove_asset(asset=asset, by=clerk, reason="scanned twice")

    assert Asset.objects.filter(tag="T1").exists()


def test_what_is_promised_of_its_model_is_named_or_ended(clerk):
    asset = AssetFactory(tag="T1")
    claim = ReservationFactory(model=asset.model)

    with pytest.raises(Refusal, match="T1 Laptop is reserved: "):
        remove_asset(asset=asset, by=clerk, reason="scanned twice")
    remove_asset(asset=asset, by=clerk, reason="scanned twice", break_reservations=True)

    claim.refresh_from_db()
    assert (claim.outcome, claim.outcome_reason) == (Reservation.Outcome.UNAVAILABLE, "There is one less of it.")


def test_removing_needs_a_reason_and_is_no_disposal(clerk):
    asset = AssetFactory(tag="T1")
    stale = Asset.objects.get()
    with refused("Say why T1 Laptop is removed."):
        remove_asset(asset=asset, by=clerk, reason=" ")
    dispose(asset=asset, by=clerk, type=DisposalTypeFactory(), reason="broken")

    with refused("T1 Laptop stays in the register: it was disposed of, or somebody asks for that."):
        remove_asset(asset=stale, by=clerk, reason="scanned twice")
