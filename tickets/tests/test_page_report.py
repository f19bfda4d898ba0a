"""Reporting a fault without an account."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Notice, Person
from accounts.operations import send_notices
from assets.tests.factories import AssetFactory, SpaceFactory
from keys.tests.factories import DoorFactory, KeyFactory
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of
from tickets.forms import public
from tickets.models import Photo, Ticket
from tickets.notices import CONTENTS
from tickets.tests.factories import CategoryFactory, TicketFactory

TYPED = {"title": "No light", "place_in_words": "the yard", "address": "new@example.edu", "name": "Somebody"}


def send(client, path="/report/", **fields):
    form = client.get(path).context["form"]
    kept = {"once": form["once"].value(), "began": form["began"].value()}
    return client.post(path, kept | {name: value for name, value in fields.items() if value is not None})


def test_a_stranger_reports_in_words_and_gets_a_number(client):
    response = send(client, **TYPED)

    ticket = Ticket.objects.get()
    assert f"This is ticket #{ticket.number}." in text_of(client.get(response.url))
    assert (ticket.place_in_words, ticket.reporter.email, ticket.trust) == ("the yard", "new@example.edu", 0)


def test_a_room_is_found_and_prefilled(client):
    space = SpaceFactory(building__code="AH", number="101")
    found = client.get("/report/?q=ah 101")
    assert f"/r/{space.public_code}/" in found.content.decode()

    send(client, f"/r/{space.public_code}/", **TYPED)

    assert Ticket.objects.get().space == space


@pytest.mark.parametrize("kind", ["asset", "key"])
def test_a_label_of_an_asset_or_a_key_is_enough(client, kind):
    thing = AssetFactory() if kind == "asset" else KeyFactory()

    send(client, f"/r/{thing.public_code.lower()}/", title="Broken", address="new@example.edu")

    assert getattr(Ticket.objects.get(), kind) == thing


def test_what_is_reported_already_is_shown_without_words_that_somebody_typed(client):
    space = SpaceFactory()
    ticket = TicketFactory(space=space, title="SECRET", category=CategoryFactory(name="Lamps"))

    words = text_of(client.get(f"/r/{space.public_code}/"))

    assert f"#{ticket.number} Lamps · New" in words
    assert "SECRET" not in words
    assert ticket.reporter.name not in words


def test_me_too(client):
    space = SpaceFactory()
    ticket = TicketFactory(space=space)
    page = client.get(f"/r/{space.public_code}/")
    form = page.context["reported"]()[0][1]
    values = {"once": form["once"].value(), "began": form["began"].value(), "ticket": ticket.pk}

    client.post(f"/r/{space.public_code}/me-too/", values | {"address": "two@example.edu"})

    assert [watcher.person.email for watcher in ticket.watchers.all()] == ["two@example.edu"]
    assert {notice.kind for notice in Notice.objects.all()} == {"ticket_news"}


def test_me_too_only_on_what_is_reported_there(client):
    ticket, elsewhere = TicketFactory(), SpaceFactory()
    form = client.get(f"/r/{ticket.space.public_code}/").context["reported"]()[0][1]
    values = {"once": form["once"].value(), "began": form["began"].value(), "ticket": ticket.pk}

    client.post(f"/r/{elsewhere.public_code}/me-too/", values | {"address": "two@example.edu"})

    assert not ticket.watchers.exists()


def test_photos_come_along(client, a_photo):
    send(client, **TYPED, photos=[a_photo(), a_photo("../../x.php")])

    assert Photo.objects.count() == 2
    assert all(
        photo.image.name.startswith("tickets/") and "php" not in photo.image.name for photo in Photo.objects.all()
    )


def test_six_photos_are_too_many_and_what_was_typed_stays(client, a_photo):
    response = send(client, **TYPED, photos=[a_photo() for _n in range(6)])

    assert problems_of(response) == ["Send at most 5 photos at once."]
    assert 'value="No light"' in response.content.decode()


def test_a_signed_in_person_is_not_asked_who_they_are(client, borrower):
    client.force_login(borrower)

    send(client, title="No light", place_in_words="the yard")

    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.trust) == (borrower, 1)


def test_the_reporter_sets_nothing_but_what_the_form_shows(client):
    extra = {"status": "resolved", "priority": 1, "technician": 1, "version": 9, "trust": 3, "reporter": 1}
    extra["number"] = 424242

    send(client, **TYPED, **extra)

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.priority, ticket.technician, ticket.version, ticket.trust) == ("new", 3, None, 1, 0)
    assert ticket.number != 424242


def test_the_same_post_twice_makes_one_ticket(client):
    form = client.get("/report/").context["form"]
    values = TYPED | {"once": form["once"].value(), "began": form["began"].value()}

    answers = [client.post("/report/", values).url for _time in range(2)]

    assert answers[0] == answers[1]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"title": ""}, "Say in a few words what is broken."),
        ({"place_in_words": ""}, "Say where it is."),
        ({"address": "a b"}, "This is not an e-mail address. Type one like name@example.edu, without spaces."),
        ({"website": "http://x"}, "Leave “Leave this empty” empty: it is there to catch programs."),
        ({"began": "1"}, "This form is incomplete. Open the page anew and send it again."),
        ({"category": "77"}, "Choose one of the list, or “I do not know”."),
    ],
)
def test_each_refusal_says_what_to_do(client, change, problem):
    response = send(client, **TYPED | change)

    assert problems_of(response) == [problem]
    assert not Ticket.objects.exists()


def test_whoever_sends_it_at_once_is_asked_to_look_again(client, monkeypatch):
    monkeypatch.setattr(public, "LEAST_SECONDS", 3)

    assert problems_of(send(client, **TYPED)) == ["That was very quick. Look over it once more, and send it again."]


def test_a_mailbox_gets_five_reports_an_hour(client):
    answers = [send(client, **TYPED | {"title": f"No light {n}"}).status_code for n in range(6)]

    assert answers == [302] * 5 + [200]
    assert Ticket.objects.count() == 5


def test_a1_nothing_typed_by_a_stranger_is_mailed_to_an_unproved_address(client):
    bait = {"title": "Win at http://evil.example", "description": "EVIL", "name": "EVIL", "place_in_words": "EVIL"}
    for _n in range(3):
        send(client, **TYPED | bait)

    send_notices(contents=CONTENTS, at=timezone.now())

    [message] = mail.outbox
    assert message.to == ["new@example.edu"]
    assert "evil" not in (message.subject + message.body + str(message.alternatives)).lower()
    assert "/t/" in message.body


def test_a18_known_and_unknown_addresses_get_the_same_answer(client, borrower):
    answers = [
        text_of(client.get(send(client, **TYPED | {"address": to}).url)) for to in ("x@y.example", borrower.email)
    ]

    assert answers[0].replace(str(Ticket.objects.first().number), "") == answers[1].replace(
        str(Ticket.objects.last().number), ""
    )
    assert Person.objects.get(pk=borrower.pk).name == borrower.name


def test_a_report_asks_the_database_15_times_at_most_and_sends_no_mail(client):
    space, category = SpaceFactory(), CategoryFactory()
    form = client.get(f"/r/{space.public_code}/").context["form"]
    values = TYPED | {"once": form["once"].value(), "began": form["began"].value(), "category": category.pk}

    with queries(15):
        response = client.post(f"/r/{space.public_code}/", values)

    assert response.status_code == 302
    assert mail.outbox == []


@pytest.mark.parametrize("path", ["/r/NOTHING234/", "/r/%00/", "/r/é/", f"/r/{'x' * 300}/", "/report/done/7:x/"])
def test_unknown_labels_and_numbers_are_no_error(client, path):
    assert client.get(path).status_code == 404


def test_the_label_of_a_door_leads_to_its_report(client):
    door = DoorFactory(label="North entrance")
    address = f"/r/{door.public_code}/"
    assert "North entrance" in text_of(client.get(address))

    send(client, address, **(TYPED | {"place_in_words": None}))

    ticket = Ticket.objects.get()
    assert (ticket.door, ticket.place) == (door, door)
    assert list(Ticket.objects.about(door=door)) == [ticket]
