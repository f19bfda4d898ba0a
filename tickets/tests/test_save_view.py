"""Keeping a choice of tickets under a name."""

import pytest

from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal
from tickets.models import SavedView
from tickets.operations import save_view
from tickets.operations.staff import MOST_VIEWS


@pytest.mark.django_db
def test_a_view_keeps_what_was_chosen_and_no_page():
    person = PersonFactory()

    view = save_view(name="  My   halls ", query="status=new&q=&after=abc&place=hall", by=person, shared=True)

    assert (view.name, view.query, view.shared, view.person) == ("My halls", "status=new&place=hall", True, person)
    assert view.history.get().history_change_reason == "saved"


def test_the_same_name_again_replaces_it(db):
    person = PersonFactory()
    save_view(name="Halls", query="place=hall", by=person)
    save_view(name="Halls", query="place=hall", by=PersonFactory())

    save_view(name="halls", query="place=north", by=person)

    assert [(view.name, view.query) for view in SavedView.objects.filter(person=person)] == [("halls", "place=north")]


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [("  ", "", "Give the view a name."), ("Long", "q=" + "x" * 600, "That is too much to keep.")],
)
def test_refused_without_a_name_and_for_too_much(db, name, query, sentence):
    with pytest.raises(Refusal, match=sentence):
        save_view(name=name, query=query, by=PersonFactory())


def test_refused_for_more_than_anybody_needs(db):
    person = PersonFactory()
    SavedView.objects.bulk_create(SavedView(person=person, name=str(n)) for n in range(MOST_VIEWS))

    with pytest.raises(Refusal, match="You have 50 views"):
        save_view(name="One more", query="", by=person)


def test_through_the_page(client, clerk, technician):
    client.force_login(clerk)
    page = client.get("/tickets/?status=new&place=hall")
    form = page.context["saving"]
    values = {"once": form["once"].value(), "query": form["query"].value(), "name": "Halls", "shared": "on"}

    first, second = (client.post("/tickets/views/save/?status=new&place=hall", values) for _ in range(2))

    assert (first.url, second.url) == ("/tickets/?status=new&place=hall",) * 2
    client.force_login(technician)
    assert "Halls" in client.get("/tickets/").content.decode()


def test_a_name_that_is_missing_keeps_the_list(client, clerk):
    client.force_login(clerk)

    page = client.post("/tickets/views/save/?status=new", {"name": "", "once": "x", "query": "status=new"})

    assert "Give the view a name." in page.content.decode()
    assert page.context["filters"]["status"].value() == "new"
