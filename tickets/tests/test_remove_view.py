"""Forgetting a choice of tickets."""

import pytest

from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal
from tickets.models import SavedView
from tickets.operations import remove_view, save_view


def test_a_view_is_removed_and_its_history_stays(db):
    person = PersonFactory()
    view = save_view(name="Halls", query="place=hall", by=person)

    remove_view(view=view, by=person)

    assert not SavedView.objects.exists()
    assert SavedView.history.latest().history_change_reason == "removed"


def test_refused_for_the_view_of_somebody_else(db):
    view = save_view(name="Halls", query="", by=PersonFactory(), shared=True)

    with pytest.raises(Refusal, match="view of somebody else"):
        remove_view(view=view, by=PersonFactory())


def test_the_page_offers_ones_own_only(client, clerk):
    mine = save_view(name="Mine", query="", by=clerk)
    other = save_view(name="Other", query="", by=PersonFactory(), shared=True)
    client.force_login(clerk)
    once = client.get("/tickets/").context["removing"]["once"].value()

    refused = client.post("/tickets/views/remove/", {"once": once, "view": other.pk})
    done = client.post("/tickets/views/remove/", {"once": once, "view": mine.pk})

    assert (refused.status_code, done.status_code) == (200, 302)
    assert list(SavedView.objects.all()) == [other]
