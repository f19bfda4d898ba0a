"""One ticket, as those see it who work on it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.tests.factories import AssetFactory, SpaceFactory
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of
from tickets import operations
from tickets.models import Check, Comment, Helper, Link, Status, Ticket, WorkEntry
from tickets.notices.letters import page_of
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory


@pytest.fixture
def at_work(client, technician):
    """A technician's browser, and the ticket that they work on."""
    client.force_login(technician)
    return TicketFactory(status=Status.IN_PROGRESS, technician=technician, category=CategoryFactory())


def do(client, ticket, name, **fields):
    """Open the form of a deed, fill it in and send it."""
    path = f"/tickets/{ticket.number}/{name}/"
    form = client.get(path).context["form"]
    return client.post(path, {"once": form["once"].value(), "version": form["version"].value()} | fields)


def full(ticket, number):
    """Everything that a ticket may have, so many times."""
    now, person = timezone.now(), PersonFactory()
    for n in range(number):
        Comment.objects.create(ticket=ticket, text=f"Word {n}", internal=bool(n % 2), at=now, by=person, trust=3)
        Check.objects.create(ticket=ticket, text=f"Line {n}", done_at=now, done_by=person)
        WorkEntry.objects.create(ticket=ticket, person=person, at=now, minutes=5)
        Helper.objects.create(ticket=ticket, person=PersonFactory())
        Link.objects.create(ticket=ticket, other=TicketFactory(technician=ticket.technician), kind="related")


@pytest.mark.parametrize("number", [1, 60])
def test_the_page_asks_as_much_for_sixty_comments_as_for_one(client, at_work, number):
    full(at_work, number)
    Ticket.objects.filter(pk=at_work.pk).update(asset=AssetFactory(home=SpaceFactory()), team=TeamFactory())

    with queries(11):
        page = client.get(f"/tickets/{at_work.number}/")

    assert (page.status_code, len(page.context["entries"])) == (200, number)


def test_it_shows_what_was_said_and_done(client, at_work):
    full(at_work, 2)

    words = text_of(client.get(f"/tickets/{at_work.number}/"))

    for said in ("The lamp flickers", "Word 0", "Word 1", "Line 1", "10 minutes", "Related to", "Internal note"):
        assert said in words


def test_many_comments_come_in_pages(client, at_work):
    now = timezone.now()
    for n in range(103):
        Comment.objects.create(
            ticket=at_work, text=f"Word {n}", internal=True, at=now + timedelta(seconds=n), by=None, trust=3
        )

    newest = client.get(f"/tickets/{at_work.number}/").context
    first = client.get(f"/tickets/{at_work.number}/?earlier={newest['earlier']}").context

    assert [entry.comment.text for entry in newest["entries"]][::99] == ["Word 3", "Word 102"]
    assert [entry.comment.text for entry in first["entries"]] == ["Word 0", "Word 1", "Word 2"]
    assert client.get(f"/tickets/{at_work.number}/?earlier=x").status_code == 200


@pytest.mark.parametrize(
    ("status", "role", "step"),
    [
        ("new", "desk", "accept"),
        ("new", "technician", "take"),
        ("accepted", "technician", "start"),
        ("accepted", "desk", None),  # who does not work on tickets takes none
        ("in_progress", "technician", "resolve"),
        ("stalled", "technician", "start"),
        ("resolved", "desk", "confirm"),
        ("resolved", "technician", None),
        ("new", "auditor", None),
        ("new", "key_shop", None),
    ],
)
def test_the_next_step_is_one_big_button(client, make_staff, status, role, step):
    past = {"category": CategoryFactory(), "reason": "parts"}
    if status == "stalled":
        past["wake_on"] = timezone.localdate()
    if status == "resolved":
        past |= {"resolved_at": timezone.now(), "resolved_by": PersonFactory(), "resolution": "new lamp"}
    ticket = TicketFactory(status=status, **past)
    client.force_login(make_staff(role))

    page = client.get(f"/tickets/{ticket.number}/")

    assert page.context["first"] == step


def test_from_the_report_to_the_confirmation(client, clerk, technician):
    ticket, kind = TicketFactory(), CategoryFactory(days=3)
    client.force_login(clerk)
    do(client, ticket, "accept", category=kind.pk, technician=technician.email, priority="2", due_at="2031-05-03")
    client.force_login(technician)
    do(client, ticket, "start")
    do(client, ticket, "stall", reason="Waits for a lamp", wake_on=str(timezone.localdate() + timedelta(days=2)))
    do(client, ticket, "start")
    do(client, ticket, "resolve", note="New lamp", minutes="20", parts="Lamp", cost="4.50")
    client.force_login(clerk)
    answer = do(client, ticket, "confirm")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.technician, ticket.priority) == ("confirmed", technician, 2)
    assert (ticket.due_at.year, ticket.resolution, ticket.work.get().minutes) == (2031, "New lamp", 20)
    assert answer.url == f"/tickets/{ticket.number}/"


def test_what_a_step_needs_is_asked_and_what_was_typed_stays(client, at_work):
    refused = do(client, at_work, "resolve", note="A new lamp", minutes="")
    past = do(client, at_work, "stall", reason="Parts", wake_on="2001-01-01")

    assert problems_of(refused) == ["Say how many minutes it took; 0 is an answer."]
    assert "A new lamp" in refused.content.decode()
    assert "from tomorrow to a year from now" in problems_of(past)[0]
    at_work.refresh_from_db()
    assert at_work.status == "in_progress"


def test_a_note_and_a_reply_are_two_forms(client, at_work, a_photo):
    page = client.get(f"/tickets/{at_work.number}/").content.decode()
    assert page.index("The reporter never sees this.") < page.index("everybody who watches reads this")

    do(client, at_work, "note", text="He is angry")
    do(client, at_work, "reply", text="We come tomorrow")
    do(client, at_work, "note", text="", photos=[a_photo()])

    said = [(comment.text, comment.internal) for comment in at_work.comments.order_by("pk")]
    assert said == [("He is angry", True), ("We come tomorrow", False), ("📷", True)]
    assert at_work.photos.get().internal


def test_nothing_said_is_refused(client, at_work):
    assert problems_of(do(client, at_work, "note", text=" ")) == ["Write something first, or choose a photo."]


def test_the_same_post_twice_is_one(client, at_work):
    path = f"/tickets/{at_work.number}/reply/"
    form = client.get(path).context["form"]
    values = {"once": form["once"].value(), "version": form["version"].value(), "text": "Hello"}

    answers = [client.post(path, values).status_code for _ in range(2)]

    assert (answers, at_work.comments.count()) == ([302, 302], 1)


def test_work_checklist_helpers_and_watching(client, at_work):
    check, friend = Check.objects.create(ticket=at_work, text="Fuse"), PersonFactory()
    friend.is_superuser = friend.is_staff = True
    friend.save()
    do(client, at_work, "add_work", minutes="7", note="Looked at it")
    client.post(f"/tickets/{at_work.number}/tick/", _click(client, at_work) | {"check": check.pk, "done": "on"})
    do(client, at_work, "add_helper", helper=friend.email)
    do(client, at_work, "watch")

    page = client.get(f"/tickets/{at_work.number}/")

    check.refresh_from_db()
    assert (at_work.work.get().minutes, bool(check.done_at)) == (7, True)
    assert (page.context["ticket"].helper_names, page.context["may_stop"]) == ([friend.name], True)
    client.post(f"/tickets/{at_work.number}/tick/", _click(client, at_work) | {"check": check.pk})
    do(client, at_work, "remove_helper", helper=at_work.helpers.get().pk)
    do(client, at_work, "stop_watching")
    check.refresh_from_db()
    assert (check.done_at, at_work.helpers.count()) == (None, 0)
    assert not at_work.watchers.filter(ended_at=None).exists()


def _click(client, ticket):
    form = client.get(f"/tickets/{ticket.number}/").context["click"]
    return {"once": form["once"].value(), "version": form["version"].value()}


def test_whoever_hands_it_over_comes_back_to_the_list(client, at_work, make_staff):
    other = make_staff("administrator")

    answer = do(client, at_work, "assign_ticket", technician=other.email, team="")

    at_work.refresh_from_db()
    assert (at_work.technician, answer.url) == (other, "/tickets/")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nobody", "Nobody who works on tickets is called “nobody”."),
        ("technician", "Several people are meant by “technician”"),
        ("customer@example.edu", "Nobody who works on tickets"),
    ],
)
def test_a_technician_is_found_by_what_is_typed(client, at_work, typed, sentence):
    PersonFactory(email="customer@example.edu")
    PersonFactory(email="technician-two@example.edu", is_superuser=True, is_staff=True)

    answer = do(client, at_work, "assign_ticket", technician=typed)

    assert sentence in problems_of(answer)[0]
    assert f'value="{typed}"' in answer.content.decode()


def test_merge_by_number(client, clerk):
    first, second = TicketFactory(), TicketFactory()
    client.force_login(clerk)

    wrong = do(client, first, "merge", into="#4")
    do(client, first, "merge", into=f"#{second.number}")

    first.refresh_from_db()
    assert problems_of(wrong) == ["There is no ticket #4. Look at its number again."]
    assert first.status == "duplicate"
    assert f"#{second.number}" in text_of(client.get(f"/tickets/{first.number}/"))


def test_the_history_says_who_and_what(client, at_work, technician):
    operations.assign_ticket(ticket=at_work, by=technician, technician=technician, team=TeamFactory(name="Locks"))

    words = text_of(client.get(f"/tickets/{at_work.number}/history/"))

    assert "assigned" in words
    assert "– → Locks" in words


def test_unknown_numbers_and_deeds(client, clerk):
    client.force_login(clerk)
    paths = ["/tickets/0/", "/tickets/99999999999999999999/", "/tickets/1/", "/tickets/1/accept/"]

    assert [client.get(path).status_code for path in paths] == [404] * 4
    assert client.get(f"/tickets/{TicketFactory().number}/explode/").status_code == 404


def test_correct_link_delete_and_restore(client, clerk):
    ticket, other = TicketFactory(category=CategoryFactory()), TicketFactory()
    client.force_login(clerk)
    space, category = SpaceFactory(), CategoryFactory()
    room = f"{space.building.code} {space.number}"
    more = {"description": "", "place_in_words": "", "asset": "", "category": category.pk, "due_at": "2031-05-03"}
    do(client, ticket, "edit_ticket", title="Lamp  dark", priority="1", space=room, **more)
    do(client, ticket, "link_tickets", other=str(other.number))
    linked = ticket.links.get()

    ticket.refresh_from_db()
    assert (ticket.title, ticket.priority, ticket.space, linked.other) == ("Lamp dark", 1, space, other)
    assert timezone.localtime(ticket.due_at).date().isoformat() == "2031-05-03"
    do(client, ticket, "unlink_tickets", link=linked.pk)
    do(client, ticket, "remove_ticket", reason="A joke")
    words = text_of(client.get(f"/tickets/{ticket.number}/"))
    do(client, ticket, "restore_ticket")

    ticket.refresh_from_db()
    assert (ticket.links.count(), ticket.deleted_at, "A joke" in words) == (0, None, True)


def test_what_was_deleted_is_gone_for_whoever_may_not_restore_it(client, technician):
    ticket = TicketFactory(technician=technician, deleted_at=timezone.now(), deleted_reason="A joke")
    client.force_login(technician)

    assert client.get(f"/tickets/{ticket.number}/").status_code == 404


def test_the_form_that_corrects_shows_what_is_there(client, at_work):
    Ticket.objects.filter(pk=at_work.pk).update(due_at=timezone.now(), asset=AssetFactory(tag="A77"))

    form = client.get(f"/tickets/{at_work.number}/edit_ticket/").context["form"]
    answer = client.post(
        f"/tickets/{at_work.number}/edit_ticket/",
        {field.html_name: field.value() for field in form if field.value() is not None},
    )

    at_work.refresh_from_db()
    assert (answer.status_code, at_work.version, form["asset"].value()) == (302, 1, "A77")


def test_the_mails_of_staff_lead_to_it(client, at_work):
    assert page_of(at_work).endswith(f"/tickets/{at_work.number}/")
