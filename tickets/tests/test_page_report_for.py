"""A report that a clerk writes down for whoever calls."""

import pytest

from accounts.models import Person
from accounts.tests.factories import PersonFactory
from assets.tests.factories import AssetFactory, SpaceFactory
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def send(desk, **fields):
    once = desk.get("/tickets/report/").context["form"]["once"].value()
    return desk.post("/tickets/report/", {"once": once, "title": "The tap drips", "place_in_words": "Hall"} | fields)


def test_for_somebody_of_the_register(desk, clerk):
    caller, space, kind = PersonFactory(first_name="Zora", last_name="Quill"), SpaceFactory(), CategoryFactory()

    answer = send(desk, person="zora quill", space=f"{space.building.code} {space.number}", category=kind.pk)

    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.space, ticket.category, ticket.trust) == (caller, space, kind, 3)
    assert ticket.history.get().history_user == clerk
    assert answer.url == f"/tickets/{ticket.number}/"
    assert ticket.tracking_links.get().person == caller


def test_for_somebody_new_by_a_typed_address(desk):
    asset = AssetFactory(tag="A77")

    send(desk, address="new@example.edu", name="Robin New", asset="a77", place_in_words="")

    ticket = Ticket.objects.get()
    assert (ticket.reporter.email, ticket.reporter_name, ticket.asset) == ("new@example.edu", "Robin New", asset)
    assert ticket.reporter.name == ""


def test_nobody_of_the_register_is_overwritten(desk):
    known = PersonFactory(email="known@example.edu", first_name="Real", last_name="Name")

    send(desk, address="KNOWN@example.edu", name="Another Name")

    assert Ticket.objects.get().reporter == known
    assert Person.objects.get(pk=known.pk).name == "Real Name"


def test_several_are_meant_and_one_is_chosen(desk):
    first, _second = PersonFactory(last_name="Quill"), PersonFactory(last_name="Quill")

    asked = send(desk, person="quill")
    send(desk, person="quill", borrower=first.pk)

    assert "Who is it?" in text_of(asked)
    assert "The tap drips" in asked.content.decode()
    assert Ticket.objects.get().reporter == first


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Say who calls: an e-mail address, a number or a name; or type a new address."),
        ({"address": "no address"}, "This is not an e-mail address."),
        ({"address": "a@example.edu", "title": ""}, "Say in a few words what is broken."),
        ({"address": "a@example.edu", "place_in_words": ""}, "Say where it is"),
        ({"address": "a@example.edu", "space": "nowhere 7"}, "No room fits “nowhere 7”."),
        ({"address": "a@example.edu", "asset": "X0"}, "Nothing here has the code “X0”."),
        ({"address": "a@example.edu", "category": "0"}, "Select a valid choice"),
        ({"address": "a\x00@example.edu"}, "This is not an e-mail address."),
        ({"address": "a@example.edu", "title": "x" * 300}, "at most 120 characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, fields, sentence):
    answer = send(desk, description="It drips all night", **fields)

    assert sentence in " ".join(problems_of(answer))
    assert "It drips all night" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_the_same_post_twice_is_one(desk):
    once = desk.get("/tickets/report/").context["form"]["once"].value()
    values = {"once": once, "title": "Tap", "place_in_words": "Hall", "address": "a@example.edu"}

    answers = [desk.post("/tickets/report/", values).url for _ in range(2)]

    assert (answers[0], Ticket.objects.count()) == (answers[1], 1)


def test_a_technician_reports_in_nobodys_name(client, technician):
    client.force_login(technician)

    assert client.get("/tickets/report/").status_code == 403
    assert client.post("/tickets/report/", {"title": "x", "once": "x"}).status_code == 403


def test_the_form_asks_little(desk):
    with queries(5):
        desk.get("/tickets/report/")
