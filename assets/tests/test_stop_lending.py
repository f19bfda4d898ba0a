"""``start_lending``, ``stop_lending``, ``set_model``: what a thing counts as, and what is promised of it."""

import pytest

from assets.models import Asset, Reservation
from assets.operations import dispose, set_model, start_lending, stop_lending
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    ReservationFactory,
)
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(db):
    return AssetFactory(tag="T1")


def test_lent_no_more_and_again(asset, clerk):
    AssignmentFactory(asset=asset)  # who has it keeps it

    stop_lending(asset=asset, by=clerk)
    assert not Asset.objects.lendable().exists()
    assert last_version(asset) == (clerk, "not lent any more")
    start_lending(asset=asset, by=clerk)

    assert Asset.objects.lendable().get() == asset
    assert last_version(asset) == (clerk, "lent from now on")


def test_once(asset, clerk):
    stale = Asset.objects.get()
    with refused("T1 Laptop is lent already."):
        start_lending(asset=asset, by=clerk)
    stop_lending(asset=asset, by=clerk)

    with refused("T1 Laptop is not lent to people."):
        stop_lending(asset=stale, by=clerk)


@pytest.mark.parametrize("of", ["asset", "model"])
def test_a_reservation_is_named_or_ended(asset, clerk, of):
    claim = ReservationFactory(**{"model": None, of: getattr(asset, of, asset)})

    with pytest.raises(Refusal, match="T1 Laptop is reserved: "):
        stop_lending(asset=asset, by=clerk)
    stop_lending(asset=asset, by=clerk, break_reservations=True)

    claim.refresh_from_db()
    assert (claim.outcome, claim.outcome_reason) == (Reservation.Outcome.UNAVAILABLE, "It is not lent any more.")


def test_it_is_of_another_model(asset, clerk):
    model = AssetModelFactory(name="Probook")

    set_model(asset=asset, model=model, by=clerk)

    asset.refresh_from_db()
    assert asset.model == model
    assert last_version(asset) == (clerk, "of model Probook")
    with refused("T1 Laptop is of that model already."):
        set_model(asset=asset, model=model, by=clerk)
    set_model(asset=asset, model=None, by=clerk)
    assert last_version(asset) == (clerk, "of no model")


def test_the_old_model_has_one_less(asset, clerk):
    of_model, of_asset = ReservationFactory(model=asset.model), ReservationFactory(model=None, asset=AssetFactory())
    set_model(asset=of_asset.asset, model=AssetModelFactory(), by=clerk)  # it is kept for them all the same

    with pytest.raises(Refusal, match="T1 Laptop is reserved: "):
        set_model(asset=asset, model=AssetModelFactory(), by=clerk)
    set_model(asset=asset, model=AssetModelFactory(), by=clerk, break_reservations=True)

    of_model.refresh_from_db()
    of_asset.refresh_from_db()
    assert (of_model.is_live, of_asset.is_live) == (False, True)


def test_a_serial_number_that_the_new_model_knows_is_refused(asset, clerk):
    asset.serial = "SN1"
    asset.save()
    other = AssetFactory(serial="sn1")

    with refused("An asset of this model has the serial number SN1 already. Check both."):
        set_model(asset=asset, model=other.model, by=clerk)


def test_what_is_disposed_of_stays_as_it_is(asset, clerk):
    dispose(asset=asset, by=clerk, type=DisposalTypeFactory(), reason="old")

    for deed in (
        lambda: start_lending(asset=asset, by=clerk),
        lambda: stop_lending(asset=asset, by=clerk),
        lambda: set_model(asset=asset, model=None, by=clerk),
    ):
        with pytest.raises(Refusal, match="T1 Laptop was disposed of on .* Restore it first."):
            deed()
