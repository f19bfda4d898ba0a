"""Following a ticket by a secret address."""

import pytest
from django.utils import timezone

from accounts.models import FormKey
from accounts.tests.factories import PersonFactory
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of
from tickets import operations
from tickets.models import Comment, Link, Status, Ticket
from tickets.notices import receivers
from tickets.operations.tracking import tracking_link
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tokens import token_of


def followed(**fields):
    ticket = TicketFactory(**fields)
    link = tracking_link(ticket, ticket.reporter)
    return ticket, f"/t/{token_of(link)}/"


def being(status):
    now, past = timezone.now(), {"category": CategoryFactory()}
    if status in {Status.RESOLVED, Status.CONFIRMED}:
        past |= {"resolved_at": now, "resolved_by": PersonFactory(), "resolution": "new lamp"}
    if status == Status.CONFIRMED:
        past |= {"confirmed_at": now}
    if status == Status.REJECTED:
        past |= {"reason": "a joke"}
    return followed(status=status, **past)


def send(client, path, do, **fields):
    form = client.get(path).context["fresh"]
    return client.post(path, {"once": form["once"].value(), "version": form["version"].value(), "do": do} | fields)


def test_it_shows_status_place_and_public_words_only(client, technician):
    ticket, path = followed()
    operations.comment(ticket=ticket, by=technician, text="We come tomorrow", internal=False)
    operations.comment(ticket=ticket, by=technician, text="Difficult person", internal=True)

    words = text_of(client.get(path))

    assert "New" in words
    assert str(ticket.space) in words
    assert "We come tomorrow" in words
    assert "Difficult" not in words
    assert technician.name not in words


@pytest.mark.parametrize("number", [1, 60])
def test_sixty_replies_ask_as_much_as_one(client, technician, number):
    ticket, path = followed()
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(ticket=ticket, text=f"word {n}", internal=False, at=now, by=technician, trust=3) for n in range(number)
    )

    with queries(6):
        client.get(path)


def test_a_reply_reaches_the_technician_and_proves_the_address(client, technician):
    ticket, path = followed(technician=technician, reporter=PersonFactory(email_proved_at=None))

    send(client, path, "reply", text="It is the left one")

    said = ticket.comments.get()
    assert (said.text, said.internal, said.trust, said.by) == ("It is the left one", False, 1, ticket.reporter)
    ticket.reporter.refresh_from_db()
    assert ticket.reporter.email_proved_at


def test_a_reply_with_a_photo(client, a_photo):
    ticket, path = followed()

    send(client, path, "reply", text="Look", photos=[a_photo()])

    photo = ticket.photos.get()
    response = client.get(f"{path}photos/{photo.pk}/")
    assert response.getvalue()[:2] == b"\xff\xd8"
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in response["Content-Security-Policy"]
    other = followed()[1]
    assert client.get(f"{other}photos/{photo.pk}/").status_code == 404


def test_confirm_and_still_broken(client):
    ticket, path = being(Status.RESOLVED)
    send(client, path, "send_back", text="Still dark")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reason) == ("in_progress", "Still dark")

    other, path = being(Status.RESOLVED)
    send(client, path, "confirm")

    other.refresh_from_db()
    assert (other.status, other.confirmed_by) == ("confirmed", other.reporter)


def test_the_token_is_written_down_nowhere(client):
    _ticket, path = followed()

    answer = send(client, path, "reply", text="Thank you")

    assert answer.url == path
    assert path not in FormKey.objects.get().answer


def test_a_watcher_confirms_nothing(client):
    ticket, _path = being(Status.RESOLVED)
    path = f"/t/{token_of(tracking_link(ticket, PersonFactory()))}/"

    response = send(client, path, "confirm")

    assert problems_of(response) == [f"Your role does not allow to make ticket #{ticket.number} “Confirmed”."]


def test_a_stale_page_is_refused_and_keeps_what_was_typed(client, technician):
    ticket, path = followed(category=CategoryFactory())
    form = client.get(path).context["fresh"]
    values = {"once": form["once"].value(), "version": form["version"].value(), "do": "reply", "text": "my long text"}
    operations.assign_ticket(ticket=ticket, by=technician, technician=technician)

    response = client.post(path, values)

    assert "has changed since you opened it" in problems_of(response)[0]
    assert "my long text" in response.content.decode()
    assert not Comment.objects.exists()


def test_what_was_confirmed_lately_is_opened_again(client):
    ticket, path = being(Status.CONFIRMED)

    send(client, path, "again", text="Dark again")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.reason) == ("in_progress", "Dark again")


def test_after_the_reopen_window_a_linked_ticket_begins(client, settings):
    settings.REOPEN_DAYS = 0
    ticket, path = being(Status.CONFIRMED)

    send(client, path, "again", text="Dark again")

    link = Link.objects.get()
    assert (link.other, link.kind, link.ticket.description) == (ticket, "follows", "Dark again")
    assert (link.ticket.status, Ticket.objects.count()) == ("new", 2)


def test_mails_stop_and_come_again(client, technician):
    ticket, path = followed(technician=technician)
    send(client, path, "stop")
    assert ticket.reporter not in receivers("replied", ticket, by=technician)

    send(client, path, "watch")

    assert ticket.reporter in receivers("replied", ticket, by=technician)


def test_a8_a_get_changes_nothing(client):
    ticket, path = being(Status.RESOLVED)

    for query in ("", "?do=confirm", "?close", "?do=stop&version=1"):
        client.get(path + query)
        client.head(path + query)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.version) == ("resolved", 1)


def test_a7_the_address_is_kept_secret(client):
    response = client.get(followed()[1])

    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]
    assert (
        "http" not in response.content.decode().replace("https://www.w3.org", "").split("<main")[1].split("</main>")[0]
    )


def test_a20_wrong_tokens_lead_nowhere_and_are_limited(client):
    codes = [client.get(f"/t/{n:040x}/").status_code for n in range(70)]

    assert set(codes) == {404}
    ticket, path = followed()
    operations.revoke_tracking(link=ticket.tracking_links.get(), by=None)
    assert client.get(path).status_code == 404


def test_a14_the_link_of_one_ticket_does_nothing_to_another(client):
    mine, path = followed()
    other = TicketFactory()

    send(client, path, "reply", text="hello", ticket=other.pk, pk=other.pk)

    assert [said.ticket for said in Comment.objects.all()] == [mine]


def test_what_is_said_again_while_it_is_open_is_a_reply_to_the_ticket_that_follows(borrower):
    over = TicketFactory(reporter=borrower, status="rejected", reason="No", reporter_name="Somebody")
    watcher = PersonFactory()
    operations.watch(ticket=over, person=watcher, by=watcher)

    first = operations.report_again(ticket=over, by=borrower, text="Still dark")
    again = operations.report_again(ticket=over, by=borrower, text="And cold")
    other = operations.report_again(ticket=over, by=watcher, text="Here, too")

    assert again == first
    assert [comment.text for comment in first.comments.all()] == ["And cold"]
    assert (first.reporter_name, other.reporter_name) == ("Somebody", "")
