"""One's own tickets for somebody who is signed in, and the secret address that they lead to."""

import pytest
from django.utils import timezone

from accounts.models import FormKey
from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal
from keysite.tests.queries import queries
from tickets.models import Comment, Watcher
from tickets.operations import follow_ticket, revoke_tracking
from tickets.tests.factories import TicketFactory
from tickets.tokens import token_of


@pytest.fixture
def reporter(client):
    person = PersonFactory()
    client.force_login(person)
    return person


def test_whoever_reported_or_watches_gets_an_address_and_keeps_it(db):
    ticket, watcher = TicketFactory(), PersonFactory()
    Watcher.objects.create(ticket=ticket, person=watcher, since=timezone.now())

    links = [follow_ticket(ticket=ticket, by=person) for person in (ticket.reporter, watcher, watcher)]

    assert links[0].person == ticket.reporter
    assert links[1] == links[2]


def test_refused_for_anybody_else(db):
    with pytest.raises(Refusal, match="You follow no ticket"):
        follow_ticket(ticket=TicketFactory(), by=PersonFactory())


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_much_for_three_as_for_one(client, reporter, number):
    TicketFactory.create_batch(number, reporter=reporter)
    TicketFactory.create_batch(number, reporter=reporter, status="rejected", reason="No")

    with queries(7):
        page = client.get("/tickets/mine/")

    assert (len(page.context["open"]), len(page.context["over"])) == (number, number)


def test_only_ones_own_are_there_and_nothing_internal(client, reporter):
    mine, watched = TicketFactory(reporter=reporter), TicketFactory(title="Tap drips")
    Watcher.objects.create(ticket=watched, person=reporter, since=timezone.now())
    TicketFactory(title="Somebody else’s")
    gone = {"deleted_at": timezone.now(), "deleted_reason": "Spam"}
    TicketFactory(reporter=reporter, title="Deleted one", **gone)
    Comment.objects.create(ticket=mine, text="He is a nuisance", internal=True, at=timezone.now(), trust=3)
    address = f"/t/{token_of(follow_ticket(ticket=mine, by=reporter))}/"

    page = client.get("/tickets/mine/")

    words = page.content.decode()
    assert (mine.title in words, watched.title in words, address in words) == (True, True, True)
    assert not [secret for secret in ("Somebody else’s", "Deleted one", "nuisance") if secret in words]
    assert "nuisance" not in client.get(address).content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_link_that_was_revoked_is_made_anew_and_not_written_down(client, reporter):
    ticket = TicketFactory(reporter=reporter)
    old = follow_ticket(ticket=ticket, by=reporter)
    revoke_tracking(link=old, by=reporter)
    form = client.get("/tickets/mine/").context["open"][0][2]

    client.post(f"/tickets/mine/{ticket.number}/follow/", {"once": form["once"].value()})

    new = ticket.tracking_links.get(revoked_at=None)
    assert f"/t/{token_of(new)}/" in client.get("/tickets/mine/").content.decode()
    assert token_of(new) not in FormKey.objects.get().answer


def test_somebody_elses_ticket_is_not_there(client, reporter):
    assert client.post(f"/tickets/mine/{TicketFactory().number}/follow/", {"once": "x"}).status_code == 404
