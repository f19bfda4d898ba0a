"""Tickets in the console: put right, moved on by buttons, found and exported; nothing is written over blindly."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import Asset
from assets.tests.factories import AssetFactory
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send
from tickets.admin import TicketAdmin
from tickets.models import Link, Status, Ticket
from tickets.operations import accept, assign_ticket, comment, resolve, start
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory

LIST = "/admin/tickets/ticket/"


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def workshop(client, technician):
    client.force_login(technician)
    return client


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def ticket(db):
    return TicketFactory(category=CategoryFactory())


@pytest.fixture
def at_work(ticket, clerk, technician):
    """A ticket in progress."""
    accept(ticket=ticket, by=clerk, technician=technician)
    start(ticket=ticket, by=technician)
    return ticket


def page(row, name="change"):
    return reverse(f"admin:tickets_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(response):
    words = response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')
    return " ".join(words.split())


def press(client, row, deed, **typed):
    return client.post(page(row, deed), form_of(client.get(page(row, deed))) | typed)


def act(client, deed, *rows, show="open", **typed):
    """What the action of the list sends, the question in between answered."""
    address = f"{LIST}?show={show}"
    chosen = {"action": deed, "_selected_action": [row.pk for row in rows], "index": "0"}
    asked = client.post(address, chosen)
    return client.post(address, form_of(asked) | typed, follow=True)


def titles(response):
    return {row.title for row in response.context["cl"].result_list}


def test_a_report_is_put_right_with_who_and_what(desk, clerk, ticket):
    asset = AssetFactory()

    response = send(desk, page(ticket), "ticket_form", title="The lamp is dark", asset=asset.pk, _save="1")

    ticket.refresh_from_db()
    assert response.status_code == 302
    assert (ticket.title, ticket.asset, ticket.version) == ("The lamp is dark", asset, 2)
    assert last_version(ticket) == (clerk, "changed: title, asset")
    told = text_of(desk.get(page(ticket, "history")))
    assert "The lamp is dark" in told
    assert "Version" not in told


def test_a_stale_edit_is_refused_with_what_changed_and_keeps_what_was_typed(desk, ticket, technician, clerk):
    values = form_of(desk.get(page(ticket)), "ticket_form")
    accept(ticket=ticket, by=clerk)

    response = desk.post(page(ticket), values | {"title": "Typed meanwhile", "_save": "1"})
    again = desk.post(page(ticket), form_of(response, "ticket_form") | {"_save": "1"})

    assert response.status_code == 200
    assert "Somebody has changed this since you opened the page." in text_of(response)
    assert 'value="Typed meanwhile"' in response.content.decode()
    assert again.status_code == 302
    assert Ticket.objects.get().title == "Typed meanwhile"


def test_an_edit_of_a_ticket_that_was_resolved_meanwhile_is_refused_and_keeps_what_was_typed(workshop, at_work, clerk):
    values = form_of(workshop.get(page(at_work)), "ticket_form")
    resolve(ticket=at_work, by=at_work.technician, note="New lamp", minutes=5)

    first = workshop.post(page(at_work), values | {"title": "Typed meanwhile", "_save": "1"})
    second = workshop.post(page(at_work), form_of(first, "ticket_form") | {"_save": "1"})

    for response in (first, second):
        assert response.status_code == 200
        assert 'value="Typed meanwhile"' in response.content.decode()
    assert "cannot be changed" in text_of(second)
    assert Ticket.objects.get().title == "The lamp flickers"
    assert 'name="_save"' not in workshop.get(page(at_work)).content.decode()


def test_a_stale_deed_says_what_is_new_keeps_the_text_and_can_be_sent_again(workshop, at_work, clerk):
    values = form_of(workshop.get(page(at_work, "reply")))
    comment(ticket=at_work, by=clerk, text="Bring the ladder", internal=True)

    response = workshop.post(page(at_work, "reply"), values | {"text": "On my way"})
    again = workshop.post(page(at_work, "reply"), form_of(response))

    assert "has changed since you opened it" in text_of(response)
    assert "noted (In progress)." in text_of(response)
    assert "On my way" in text_of(response)
    assert again.status_code == 302
    assert at_work.comments.filter(internal=False).get().text == "On my way"


def test_a_button_of_an_old_page_does_nothing_blindly(workshop, at_work, clerk):
    old = at_work.version - 1

    response = workshop.post(page(at_work, "add_work"), {"once": "k", "version": old, "minutes": "5"})
    without = workshop.post(page(at_work, "add_work"), {"once": "l", "minutes": "5"})

    assert "has changed since you opened it" in text_of(response)
    assert "This page has expired." in text_of(without)
    assert form_of(without)["version"] == str(at_work.version)
    assert not at_work.work.exists()


def test_from_the_report_to_the_confirmation_by_buttons(console, administrator, ticket):
    team = TeamFactory()
    press(console, ticket, "accept", team=team.pk, priority="1")
    shown = console.get(page(ticket))
    console.post(page(ticket, "start"), {"once": "s", "version": ticket.version + 1})
    wake_on = timezone.localdate() + timedelta(days=3)
    press(console, ticket, "stall", reason="Waits for a lamp", wake_on=wake_on.isoformat())
    ticket.refresh_from_db()
    console.post(page(ticket, "start"), {"once": "t", "version": ticket.version})
    press(console, ticket, "resolve", note="New lamp", minutes="20", cost="12.50")
    press(console, ticket, "send_back", reason="Dark again")
    press(console, ticket, "resolve", note="New socket", minutes="40")
    ticket.refresh_from_db()
    console.post(page(ticket, "confirm"), {"once": "c", "version": ticket.version})

    ticket.refresh_from_db()
    assert f'name="version" value="{2}"' in shown.content.decode()
    assert (ticket.status, ticket.team, ticket.priority) == (Status.CONFIRMED, team, 1)
    assert ticket.technician == administrator
    assert sum(entry.minutes for entry in ticket.work.all()) == 60
    assert "60" in text_of(console.get(page(ticket)))


def test_reply_and_note_are_two_deeds_that_look_different(workshop, at_work):
    reply, note = workshop.get(page(at_work, "reply")), workshop.get(page(at_work, "note"))
    press(workshop, at_work, "reply", text="We are coming")
    press(workshop, at_work, "note", text="Bring the ladder")

    shown = text_of(workshop.get(page(at_work)))
    assert "The reporter and whoever watches the ticket read this." in text_of(reply)
    assert "The reporter never sees this." in text_of(note)
    assert 'class="console-ask inside"' in note.content.decode()
    assert [(said.text, said.internal) for said in at_work.comments.order_by("pk")] == [
        ("We are coming", False),
        ("Bring the ladder", True),
    ]
    assert '<span class="console-inside">Internal</span>' in shown


def test_a_checklist_helpers_and_work(workshop, at_work):
    helper = at_work.technician.__class__.objects.get(pk=PersonFactory(is_superuser=True).pk)
    check = at_work.checks.create(text="Is it off?")

    press(workshop, at_work, "tick", chosen=str(check.pk), done="on")
    press(workshop, at_work, "add_helper", person=helper.pk)
    press(workshop, at_work, "add_work", minutes="15", parts="Fuse", note="Looked")
    press(workshop, at_work, "remove_helper", chosen=str(at_work.helpers.get().pk))

    check.refresh_from_db()
    assert check.done_by == at_work.technician
    assert not at_work.helpers.exists()
    assert at_work.work.get().parts == "Fuse"


def test_duplicates_are_merged_and_taken_apart(desk, ticket):
    again = TicketFactory()

    press(desk, again, "merge", into=ticket.pk)
    merged = Ticket.objects.get(pk=again.pk)
    desk.post(page(again, "unmerge"), {"once": "u", "version": merged.version})

    assert merged.status == Status.DUPLICATE
    assert Ticket.objects.get(pk=again.pk).status == Status.NEW


def test_tickets_are_linked_and_taken_apart(desk, ticket):
    other = TicketFactory(title="Also dark")

    press(desk, ticket, "link_tickets", other=other.pk)
    shown = text_of(desk.get(page(ticket)))
    press(desk, ticket, "unlink_tickets", chosen=str(Link.objects.get().pk))

    assert "Also dark" in shown
    assert not Link.objects.exists()


def test_a_deleted_ticket_is_restored(desk, ticket):
    press(desk, ticket, "remove_ticket", reason="A test")
    shown = titles(desk.get(f"{LIST}?show=deleted"))
    ticket.refresh_from_db()
    desk.post(page(ticket, "restore_ticket"), {"once": "r", "version": ticket.version})

    ticket.refresh_from_db()
    assert shown == {ticket.title}
    assert ticket.deleted_at is None


def test_an_asset_is_made_of_the_words_of_a_ticket(desk):
    ticket = TicketFactory(space=None, place_in_words="The kettle in the kitchen")

    press(desk, ticket, "make_asset", tag="K1")

    ticket.refresh_from_db()
    assert ticket.asset == Asset.objects.get(tag="K1")
    assert ticket.place_in_words == "The kettle in the kitchen"


def test_many_are_accepted_and_each_refusal_has_its_sentence(desk, ticket):
    without = TicketFactory(title="Without category")

    response = act(desk, "accept", ticket, without)

    assert "Accept: 1 done." in text_of(response)
    assert "Choose a category." in text_of(response)
    assert {row.status for row in Ticket.objects.all()} == {"accepted", "new"}


def test_many_are_assigned(desk, technician, ticket):
    other = TicketFactory()

    act(desk, "assign_ticket", ticket, other, technician=technician.pk)

    assert {row.technician for row in Ticket.objects.all()} == {technician}


def test_tabs(console, administrator, clerk, technician):
    now = timezone.now()
    rows = {title: TicketFactory(title=title, category=CategoryFactory()) for title in ("new", "mine", "late", "done")}
    accept(ticket=rows["mine"], by=clerk, technician=administrator)
    assign_ticket(ticket=rows["late"], by=clerk, technician=technician)
    Ticket.objects.filter(title="late").update(due_at=now - timedelta(days=1))
    for deed in (accept, start):
        deed(ticket=rows["done"], by=administrator)
    resolve(ticket=rows["done"], by=administrator, note="x", minutes=0)

    def shown(tab):
        return titles(console.get(f"{LIST}?show={tab}"))

    assert shown("") == shown("open") == {"new", "mine", "late"}
    assert shown("new") == {"new", "late"}
    assert shown("unassigned") == {"new"}
    assert shown("mine") == {"mine"}
    assert shown("overdue") == {"late"}
    assert shown("resolved") == {"done"}
    assert shown("all") == {"new", "mine", "late", "done"}
    for tab in ("in_progress", "stalled", "to_wake", "confirmed", "rejected", "duplicate", "deleted"):
        assert shown(tab) == set()


def test_a_ticket_is_found_by_number_word_thread_and_asset_tag(desk, clerk, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(asset=AssetFactory(tag="L77"))
    comment(ticket=ticket, by=clerk, text="Ballast hums", internal=True)
    TicketFactory(title="Another")

    for words in (f"#{ticket.number}", "flick", "ballast", "L77", ticket.reporter.email):
        assert titles(desk.get(LIST, {"q": words})) == {"The lamp flickers"}, words


def test_pages_are_turned_by_key_and_keep_tab_and_search(console, monkeypatch):
    monkeypatch.setattr(TicketAdmin, "list_per_page", 1)
    numbers = [TicketFactory(title=f"Lamp {n}").number for n in range(3)]
    TicketFactory(title="Tap")

    shown = [console.get(f"{LIST}?show=new&q=lamp")]
    while onwards := re.search(r'<a href="([^"]*)">Next</a>', shown[-1].content.decode()):
        shown.append(console.get(LIST + onwards[1].replace("&amp;", "&")))

    found = [[row.number for row in response.context["cl"].result_list] for response in shown]
    assert found == [[number] for number in reversed(numbers)]


def test_files_that_came_by_mail_are_there_to_download(desk, clerk, ticket):
    said = comment(ticket=ticket, by=clerk, text="See the plan", internal=False)
    file = said.attachments.create(name="plan.pdf", size=1200, file="tickets/files/x", added_at=timezone.now())

    shown = desk.get(page(ticket)).content.decode()

    assert f'href="{reverse("ticket_staff_file", args=[ticket.number, file.pk])}">plan.pdf</a>' in shown


def exported(client, query=""):
    response = client.get(f"{LIST}export/?{query}")
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_export_has_the_list_with_its_sums_and_no_formula(console, administrator, ticket):
    """Attack A24: a title that a spreadsheet would run."""
    ticket.work.create(person=administrator, at=timezone.now(), minutes=30, cost="12.50")
    ticket.work.create(person=administrator, at=timezone.now(), minutes=15)
    for title in ("=1+1", "+1", "-1", "@x", "\tx", "\r=1", "＝1"):
        TicketFactory(title=title, description=title, place_in_words=title)

    heads, *lines = exported(console, "show=all")

    rows = [dict(zip(heads, line, strict=True)) for line in lines]
    assert len(rows) == 8
    assert [(row["minutes"], row["cost"]) for row in rows if row["title"] == ticket.title] == [("45", "12.50")]
    dangerous = tuple("=+-@\t\r＝")
    assert not [cell for line in lines for cell in line if cell.startswith(dangerous)]
