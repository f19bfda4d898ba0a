"""A rekeying becomes a ticket of the locksmith, once."""

import pytest
from django.urls import reverse

from accounts.forms import new_once
from keys.models import Rekeying
from keys.operations import cancel_rekeying
from keys.tests.rekeyings import Shop
from keysite.tests.history import last_version, refused
from keysite.tests.reading import text_of
from tickets.models import Ticket
from tickets.operations import me_too, report_rekeying
from tickets.tests.factories import CategoryFactory, TicketFactory


@pytest.fixture
def rekeying(key_shop):
    return Shop(key_shop).plan("101", "102", replaced=["AA1", "AA2"])


def test_the_ticket_says_which_doors(rekeying, administrator, technician):
    category = CategoryFactory()

    ticket = report_rekeying(rekeying=rekeying, by=administrator, category=category, technician=technician)

    assert ticket.title == f"Rekeying {rekeying}: swap the cylinders"
    assert ticket.description == f"See {rekeying}."
    note = ticket.comments.get()
    assert (note.internal, note.text) == (True, "Lost key\nN 101: AA1 → AA1-2\nN 102: AA2 → AA2-2")
    assert last_version(note) == (administrator, "noted")
    assert Ticket.objects.get().noted == note.text
    assert (ticket.rekeying, str(ticket.door), ticket.category) == (rekeying, "N 101", category)
    assert (ticket.technician, rekeying.ticket) == (technician, ticket)


def test_whoever_scans_the_door_hears_nothing_of_it(rekeying, client, key_shop):
    ticket = report_rekeying(rekeying=rekeying, by=key_shop)
    here, open_ticket = f"/r/{ticket.door.public_code}/", TicketFactory(door=ticket.door, space=None)
    page = client.get(here)
    (shown, form), *others = page.context["reported"]()
    values = {"once": form["once"].value(), "began": form["began"].value(), "ticket": ticket.pk}

    client.post(f"{here}me-too/", values | {"address": "two@example.edu"})

    assert (shown, others) == (open_ticket, [])
    assert str(rekeying) not in text_of(page)
    assert not ticket.watchers.exists()
    with refused(f"Ticket #{ticket.number} is no fault. Report what is broken."):
        me_too(ticket=ticket, address="two@example.edu")


def test_there_is_one_and_none_for_what_is_over(rekeying, key_shop):
    ticket = report_rekeying(rekeying=rekeying, by=key_shop)

    with refused(f"Ticket #{ticket.number} is about rekeying {rekeying} already."):
        report_rekeying(rekeying=rekeying, by=key_shop)
    Ticket.objects.update(rekeying=None)
    cancel_rekeying(rekeying=rekeying, by=key_shop, reason="Found")
    with refused(f"Rekeying {rekeying} is over: nothing is left to be done."):
        report_rekeying(rekeying=rekeying, by=key_shop)


def test_the_key_shop_opens_it_and_is_led_to_it_afterwards(rekeying, client, key_shop):
    client.force_login(key_shop)
    here = reverse("rekeying_ticket", args=[rekeying.pk])
    assert here in client.get(reverse("rekeying", args=[rekeying.pk])).content.decode()
    page = client.get(here)
    assert "technician" not in page.context["form"].fields

    done = client.post(here, {"once": page.context["form"]["once"].value(), "category": ""}, follow=True)

    ticket = Ticket.objects.get(rekeying=rekeying)
    assert f"Ticket #{ticket.number} is open." in text_of(done)
    assert client.get(here).url == reverse("ticket", args=[ticket.number])
    assert f"K{Rekeying.objects.get().pk}" in text_of(client.get(reverse("ticket", args=[ticket.number])))
    again = client.post(here, {"once": new_once(), "category": ""}, follow=True)
    assert "already." in text_of(again)
