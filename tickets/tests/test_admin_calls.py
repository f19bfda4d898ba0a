"""Reports in the console: somebody calls, and the pages of rooms, things and people lead to a report about them."""

import pytest
from django.urls import reverse

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.tests.factories import AssetFactory, SpaceFactory
from keys.tests.factories import KeyFactory
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send
from tickets.models import Ticket
from tickets.tests.factories import TicketFactory

LIST = "/admin/tickets/ticket/"
ADD = f"{LIST}add/"


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def text_of(response):
    words = response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')
    return " ".join(words.split())


def titles(response):
    return {row.title for row in response.context["cl"].result_list}


def test_a_call_becomes_a_ticket_of_whoever_calls(desk, clerk):
    caller, space = PersonFactory(), SpaceFactory()

    typed = {"title": "The tap drips", "space": space.pk, "reporter": caller.pk, "_save": "1"}
    response = send(desk, ADD, "ticket_form", **typed)

    ticket = Ticket.objects.get()
    assert response.status_code == 302
    assert (ticket.reporter, ticket.space, ticket.trust) == (caller, space, Trust.STAFF)
    assert last_version(ticket)[0] == clerk
    assert ticket.tracking_links.get().person == caller


def test_a_call_of_somebody_unknown_is_kept_by_address(desk):
    typed = {"title": "The tap drips", "place_in_words": "Kitchen", "address": "New@Example.edu", "_save": "1"}
    desk.post(ADD, form_of(desk.get(ADD), "ticket_form") | typed | {"reporter_name": "Nela"})

    ticket = Ticket.objects.get()
    assert (ticket.reporter.email.lower(), ticket.reporter.name, ticket.reporter_name) == (
        "new@example.edu",
        "",
        "Nela",
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"place_in_words": ""}, "Say where it is"),
        ({"address": ""}, "Choose who calls, or type their e-mail"),
        ({"address": "no"}, "Enter a valid email address."),
        ({"reporter": "999999", "address": ""}, "That choice is not one of the available choices."),
        ({"category": "999999"}, "That choice is not one of the available choices."),
        ({"title": "\0"}, "Null characters are not allowed."),
    ],
)
def test_a_call_that_cannot_be_kept_has_a_sentence_and_keeps_what_was_typed(desk, typed, sentence):
    values = {"title": "The tap drips", "place_in_words": "Kitchen", "description": "Typed words"}
    typed = values | {"address": "a@example.edu", "_save": "1"} | typed
    response = desk.post(ADD, form_of(desk.get(ADD), "ticket_form") | typed)

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert "Typed words" in text_of(response)
    assert not Ticket.objects.exists()


def test_the_same_call_twice_is_one_ticket(desk):
    values = form_of(desk.get(ADD), "ticket_form")
    values |= {"title": "x", "place_in_words": "Kitchen", "address": "a@example.edu", "_save": "1"}

    answers = [desk.post(ADD, values).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("thing", "make"), [("space", SpaceFactory), ("asset", AssetFactory), ("key", KeyFactory)])
def test_the_page_of_a_thing_lists_its_tickets_and_leads_to_a_report_about_it(desk, thing, make):
    row = make()
    TicketFactory(title="The tap drips", **{"space": None, thing: row})
    TicketFactory(title="Elsewhere")
    app = "keys" if thing == "key" else "assets"

    shown = text_of(desk.get(reverse(f"admin:{app}_{thing}_change", args=[row.pk])))
    form = form_of(desk.get(f"{ADD}?{thing}={row.pk}"), "ticket_form")

    assert "The tap drips" in shown
    assert "Elsewhere" not in shown
    assert f"{ADD}?{thing}={row.pk}" in shown
    assert form[thing] == str(row.pk)
    assert titles(desk.get(f"{LIST}?show=all&{thing}={row.pk}")) == {"The tap drips"}


def test_the_page_of_a_person_lists_what_they_reported(desk):
    ticket = TicketFactory(title="The tap drips")

    shown = text_of(desk.get(reverse("admin:accounts_person_change", args=[ticket.reporter_id])))

    assert "The tap drips" in shown
    assert f"{ADD}?reporter={ticket.reporter_id}" in shown


def test_a_room_has_a_label_that_leads_to_the_report(desk):
    space = SpaceFactory()

    label = desk.get(reverse("admin:assets_space_tag", args=[space.pk])).content.decode()

    assert "<svg" in label
    assert "Something broken here? Scan and say so." in label
    assert space.public_code in label
