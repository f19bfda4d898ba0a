"""Finding tickets: by number, thing, person and words, those of the thread included; and by who may see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import PersonFactory
from assets.tests.factories import AssetFactory
from keysite.tests.queries import queries
from tickets.models import Ticket, search
from tickets.operations import comment, resolve, start
from tickets.tests.factories import CategoryFactory, TicketFactory


@pytest.fixture
def ticket(db):
    return TicketFactory(
        title="The lamp flickers",
        description="Since Monday, in room-7",
        place_in_words="Annex (attic)",
        reporter=PersonFactory(email="robin.hood@example.edu", first_name="Robin", last_name="Loxley"),
        asset=AssetFactory(tag="LAB-0042"),
    )


@pytest.mark.parametrize(
    "text",
    ["lamp", "LAMP flick", "monday", "room-7", "attic", "lab-0042", "loxley", "Robin.Hood@example.edu", "number", "#"],
)
def test_finds_a_ticket_by(ticket, text):
    TicketFactory(title="The tap drips", reporter=PersonFactory(email="much@example.edu"))
    typed = {"number": f"{ticket.number}", "#": f" #{ticket.number} "}.get(text, text)

    assert list(Ticket.objects.search(typed)) == [ticket]


@pytest.mark.parametrize("text", ["", "…", "lamp zephyr", "#99999999999", "0", "\N{GRINNING FACE}", "²"])
def test_finds_nothing_by(ticket, text):
    assert list(Ticket.objects.search(text)) == []


def test_finds_a_ticket_by_what_is_said_and_done(ticket, technician):
    comment(ticket=ticket, by=ticket.reporter, text="The ballast hums", internal=False)
    comment(ticket=ticket, by=technician, text="Third time; see the riser", internal=True)
    Ticket.objects.filter(pk=ticket.pk).update(status="in_progress", category=CategoryFactory())
    resolve(ticket=ticket, by=technician, note="Starter replaced", minutes=5)

    for text in ("ballast", "riser third", "starter", "hums riser lamp"):
        assert list(Ticket.objects.search(text)) == [ticket]
    ticket = Ticket.objects.get()
    assert (ticket.said, ticket.noted) == ("The ballast hums", "Third time; see the riser")
    assert not hasattr(ticket.history.first(), "said")


def test_does_not_tell_what_internal_notes_say(ticket, technician):
    comment(ticket=ticket, by=ticket.reporter, text="The ballast hums", internal=False)
    comment(ticket=ticket, by=technician, text="Third time; see the riser", internal=True)

    found = {text: Ticket.objects.search(text, notes=False).count() for text in ("ballast lamp", "riser", "lab-0042")}

    assert found == {"ballast lamp": 1, "riser": 0, "lab-0042": 1}


@pytest.mark.parametrize("notes", [True, False])
@pytest.mark.parametrize("text", ["lamp", "loxley", "lab-0042", "ballast"])
def test_finds_the_same_when_there_are_too_many_to_look_up(ticket, monkeypatch, text, notes):
    comment(ticket=ticket, by=ticket.reporter, text="The ballast hums", internal=False)
    more = TicketFactory(title="Lamp, too", description="ballast", reporter=ticket.reporter, asset=ticket.asset)
    other = TicketFactory(title="The tap drips", reporter=PersonFactory(email="much@example.edu"))
    monkeypatch.setattr(search, "MOST", 1)

    assert list(Ticket.objects.search(text, notes=notes).for_list()) == [more, ticket]
    assert list(Ticket.objects.search(f"{other.number}", notes=notes)) == [other]


def test_keeps_the_last_words_of_a_thread_that_is_very_long(ticket):
    for n in range(11):
        comment(ticket=ticket, by=ticket.reporter, text=f"begin{n} " + "x" * 4990, internal=False)

    assert [Ticket.objects.search(f"begin{n}").exists() for n in (0, 2, 10)] == [False, True, True]
    assert len(Ticket.objects.get().said) == 50_000


def test_takes_a_thread_of_nothing_but_different_words(ticket):
    letters = [chr(0x4E00 + n) for n in range(20_000)]
    for part in range(8):
        comment(
            ticket=ticket, by=ticket.reporter, text=" ".join(letters[part * 2400 : part * 2400 + 2400]), internal=False
        )

    assert Ticket.objects.search(letters[19_000]).exists()


@pytest.mark.parametrize("found", [1, 3])
def test_asks_which_are_few_then_for_the_page_and_its_things(ticket, found):
    for _n in range(found - 1):
        TicketFactory()

    with queries(exactly=4):
        assert len(Ticket.objects.search("lamp").for_list()[:50]) == found


def test_a_list_leaves_out_what_is_there_for_the_search(ticket):
    row = Ticket.objects.for_list().get()

    assert row.get_deferred_fields() == {"said", "noted", "words"}


def test_a_row_of_a_list_can_be_changed(ticket, technician):
    """What the list left out stays as it is."""
    comment(ticket=ticket, by=ticket.reporter, text="The ballast hums", internal=False)
    Ticket.objects.update(status="accepted", category=CategoryFactory())
    row = Ticket.objects.for_list().get()

    start(ticket=row, by=technician)
    comment(ticket=row, by=technician, text="Ordered a starter", internal=False)

    assert list(Ticket.objects.search("ballast starter")) == [ticket]


def test_is_answered_by_indexes(ticket):
    """What is few by the index of words, and then by its numbers, in the order of the list."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as asked:
            found = Ticket.objects.search("lamp")
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "ticket_by_words" in plan
    assert "tickets_ticket_number" in found.for_list()[:50].explain()


def test_counts_what_many_tickets_answer_to_a_limit(ticket, monkeypatch):
    TicketFactory()
    assert Ticket.objects.search("lamp").for_list().counted_to is None

    monkeypatch.setattr(search, "MOST", 1)

    assert Ticket.objects.search("lamp").for_list()[:50].counted_to == search.COUNTED
    assert Ticket.objects.search("monday").for_list().counted_to is None
