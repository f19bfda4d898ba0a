"""``make_asset``: what was reported in words comes into the inventory."""

import pytest

from assets.models import Asset
from assets.tests.factories import AssetFactory, AssetModelFactory
from keysite.ledger import Refusal
from tickets.operations import Stale, accept, make_asset
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


def in_words(**fields):
    return TicketFactory(place_in_words="The old copier in the hall", **fields)


def test_the_asset_has_the_reporters_words_and_the_ticket_has_the_asset(clerk):
    ticket, model = in_words(), AssetModelFactory()

    asset = make_asset(ticket=ticket, by=clerk, model=model, serial="S1", version=1)

    ticket.refresh_from_db()
    assert (asset.name, asset.model, asset.serial, asset.home) == (ticket.place_in_words, model, "S1", ticket.space)
    assert (ticket.asset, ticket.place_in_words, ticket.version) == (asset, "The old copier in the hall", 2)
    assert asset.history.get().history_change_reason == f"registered from ticket #{ticket.number}"


def test_staff_name_it_better_when_they_like(clerk):
    asset = make_asset(ticket=in_words(), by=clerk, name="Copier", tag="C-1")

    assert (asset.name, asset.tag) == ("Copier", "C-1")


def test_what_is_being_mended_comes_in_out_of_service(clerk):
    ticket = in_words()
    accept(ticket=ticket, by=clerk, category=CategoryFactory())

    asset = make_asset(ticket=ticket, by=clerk)

    asset.refresh_from_db()
    assert asset.is_out_of_service


def test_refused_it_leaves_no_asset_behind(clerk, technician):
    taken = AssetFactory(tag="C-1")

    with pytest.raises(Refusal, match="is about"):
        make_asset(ticket=in_words(asset=taken), by=clerk)
    with pytest.raises(Refusal, match="with the tag C-1 already"):
        make_asset(ticket=in_words(), by=clerk, tag="C-1")
    with pytest.raises(Stale):
        make_asset(ticket=in_words(), by=clerk, version=9)
    with pytest.raises(Refusal, match="Your role does not allow"):
        make_asset(ticket=in_words(), by=technician)

    assert Asset.objects.get() == taken
