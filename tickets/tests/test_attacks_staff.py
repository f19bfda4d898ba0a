"""The attack cases of the pages of those who work on tickets, by their numbers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keysite.tests.reading import problems_of, text_of
from tickets import operations
from tickets.models import Check, Comment, Helper, Link, Photo, Status, Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

EVIL = '"><script>alert(1)</script>{{ 7|add:35 }}'


@pytest.fixture
def at_work(client, technician):
    client.force_login(technician)
    return TicketFactory(status=Status.IN_PROGRESS, technician=technician, category=CategoryFactory())


def shown(client, path):
    form = client.get(path).context["form"]
    return {"once": form["once"].value(), "version": form["version"].value()}


def send(client, ticket, name, **fields):
    path = f"/tickets/{ticket.number}/{name}/"
    return client.post(path, shown(client, path) | fields)


def test_a8_a_get_changes_nothing(client, at_work):
    for name in ("resolve", "note", "watch", "take", "stall", "tick"):
        for query in ("", "?do=1&version=1&text=x", "?close"):
            client.get(f"/tickets/{at_work.number}/{name}/{query}")

    at_work.refresh_from_db()
    assert (at_work.version, at_work.comments.count(), at_work.watchers.count()) == (1, 0, 0)


def test_a9_a_stale_form_says_what_has_changed_and_can_be_sent_again(client, at_work, clerk):
    path = f"/tickets/{at_work.number}/reply/"
    values = shown(client, path) | {"text": "my long text"}
    operations.assign_ticket(ticket=at_work, by=clerk, technician=at_work.technician, team=None)
    operations.comment(ticket=at_work, by=clerk, text="Be quick", internal=True)

    refused = client.post(path, values)

    words = text_of(refused)
    assert "has changed since you opened it" in problems_of(refused)[0]
    assert ("What has changed since" in words, "assigned" in words, "noted" in words) == (True, True, True)
    assert str(clerk) in words
    assert "my long text" in words
    assert not Comment.objects.public().exists()
    form = refused.context["form"]
    again = {"once": form["once"].value(), "version": form["version"].value(), "text": form["text"].value()}
    assert client.post(path, again).status_code == 302
    assert Comment.objects.public().get().text == "my long text"


def test_a9_what_is_resolved_takes_no_word(client, at_work):
    values = shown(client, f"/tickets/{at_work.number}/note/")
    operations.resolve(ticket=at_work, by=at_work.technician, note="Done", minutes=1)

    client.post(f"/tickets/{at_work.number}/note/", values | {"text": "x"})
    send(client, at_work, "note", text="x")
    send(client, at_work, "add_work", minutes="3")

    assert (Comment.objects.count(), at_work.work.count()) == (0, 1)


@pytest.mark.parametrize("name", ["accept", "confirm", "reconsider", "99", "deleted"])
def test_a9_no_step_leads_from_elsewhere(client, at_work, administrator, name):
    client.force_login(administrator)

    answer = client.post(
        f"/tickets/{at_work.number}/{name}/", {"once": "x", "version": "1", "category": CategoryFactory().pk}
    )

    at_work.refresh_from_db()
    assert (at_work.status, answer.status_code in {200, 404}) == ("in_progress", True)


def test_a12_what_strangers_type_is_text_everywhere(client, administrator):
    client.force_login(administrator)
    evil = PersonFactory(first_name=EVIL[:100], last_name=EVIL[:100])
    ticket = TicketFactory(
        title=EVIL, description=EVIL, place_in_words=EVIL, reporter_name=EVIL, reporter=evil, space=None
    )
    other = TicketFactory(title=EVIL)
    Link.objects.create(ticket=ticket, other=other, kind="related")
    Check.objects.create(ticket=ticket, text=EVIL)
    Helper.objects.create(ticket=ticket, person=evil)
    operations.comment(ticket=ticket, by=evil, text=EVIL, internal=False)
    operations.save_view(name=EVIL, query="q=<script>", by=administrator)

    paths = ["", f"{ticket.number}/", f"{ticket.number}/history/", f"{ticket.number}/accept/", "mine/", "?q=<script>"]
    for path in paths:
        words = client.get(f"/tickets/{path}").content.decode()
        assert ("<script>alert" in words, ">42<" in words) == (False, False), path


@pytest.mark.parametrize(
    "query",
    [
        "reporter__password__startswith=p",
        "technician__password=x",
        "o=reporter__password",
        "order_by=password",
        "status__in=new",
        "category__team__name=x",
        "deleted_at__isnull=False",
    ],
)
def test_a13_only_the_filters_of_the_page_filter(client, clerk, query):
    TicketFactory()
    gone = TicketFactory(deleted_at=timezone.now(), deleted_reason="Spam")
    client.force_login(clerk)

    rows = client.get(f"/tickets/?status=all&{query}").context["page"].rows

    assert (len(rows), gone in rows) == (1, False)


def test_a14_a_row_of_another_ticket_is_out_of_reach(client, at_work, a_photo):
    other = TicketFactory(status=Status.IN_PROGRESS, technician=at_work.technician, category=at_work.category)
    check = Check.objects.create(ticket=other, text="Fuse")
    helper = Helper.objects.create(ticket=other, person=PersonFactory())
    mine = shown(client, f"/tickets/{at_work.number}/note/")

    client.post(f"/tickets/{at_work.number}/tick/", mine | {"check": check.pk, "done": "on"})
    client.post(f"/tickets/{at_work.number}/remove_helper/", mine | {"helper": helper.pk})

    check.refresh_from_db()
    assert (check.done_at, Helper.objects.count()) == (None, 1)


def test_a14_a_photo_by_the_number_of_another_ticket(client, at_work, a_photo):
    send(client, at_work, "note", photos=[a_photo()])
    photo, other = Photo.objects.get(), TicketFactory(technician=at_work.technician)

    own = client.get(f"/tickets/{at_work.number}/photos/{photo.pk}/")

    assert (own.status_code, own["X-Content-Type-Options"]) == (200, "nosniff")
    assert "sandbox" in own["Content-Security-Policy"]
    assert own.getvalue()[:2] == b"\xff\xd8"
    assert client.get(f"/tickets/{other.number}/photos/{photo.pk}/").status_code == 404


def test_a15_what_a_technician_may_not_see_is_nowhere(client, technician, clerk, a_photo):
    others = TicketFactory(title="Secret lamp", technician=PersonFactory())
    client.force_login(clerk)
    send(client, others, "note", text="Secret words", photos=[a_photo()])
    mine = TicketFactory(technician=technician, status=Status.NEW)
    Link.objects.create(ticket=mine, other=others, kind="related")
    client.force_login(technician)
    pages = ["", "history/", "note/", "take/", f"photos/{Photo.objects.get().pk}/", "merge/"]

    found = {client.get(f"/tickets/{others.number}/{page}").status_code for page in pages}
    posted = client.post(f"/tickets/{others.number}/note/", {"once": "x", "version": "1", "text": "x"})

    assert (found, posted.status_code) == ({404}, 404)
    for query in (f"?q={others.number}&status=all&whose=", "?q=secret&status=all&whose=", "?whose=", "?asset=A"):
        assert "Secret" not in client.get(f"/tickets/{query}").content.decode()
    assert "Secret" not in client.get(f"/tickets/{mine.number}/").content.decode()
    counted = {value: n for value, _label, n, _now in client.get("/tickets/?q=secret&whose=").context["tabs"]}
    assert counted["open"] == 0


def test_a15_merge_and_notes_stay_within_the_role(client, building_manager, technician, clerk):
    ticket = TicketFactory(reporter=building_manager)
    operations.comment(ticket=ticket, by=clerk, text="Internal words", internal=True)
    operations.comment(ticket=ticket, by=clerk, text="Public words", internal=False)
    client.force_login(building_manager)

    words = text_of(client.get(f"/tickets/{ticket.number}/"))

    assert ("Public words" in words, "Internal words" in words) == (True, False)
    for name in ("note", "reply", "accept", "merge", "take", "assign_ticket"):
        assert client.get(f"/tickets/{ticket.number}/{name}/").status_code == 403
        assert client.post(f"/tickets/{ticket.number}/{name}/", {"once": "x", "version": "1"}).status_code == 403


def test_a15_merge_finds_no_ticket_that_is_not_shown(client, technician, clerk):
    hidden = TicketFactory(deleted_at=timezone.now(), deleted_reason="Spam")
    client.force_login(clerk)

    answer = send(client, TicketFactory(), "merge", into=str(hidden.number))

    assert "There is no ticket" in problems_of(answer)[0]


def test_a16_a_form_sets_only_what_it_shows(client, at_work):
    extra = {"status": "confirmed", "priority": "1", "reporter": "1", "internal": "", "by": "1", "pk": "1"}

    send(client, at_work, "note", text="x", **extra)

    at_work.refresh_from_db()
    assert (at_work.status, at_work.priority, at_work.comments.get().internal) == ("in_progress", 3, True)


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "' OR 1=1 --", "a:* | b:*", "!lamp", "(((", "x" * 10_000, "&" * 500, "\x00", "🔑", "<->"]
)
def test_a25_search_syntax_is_only_words(client, clerk, words):
    TicketFactory(title="Nothing of that")
    client.force_login(clerk)

    page = client.get("/tickets/", {"q": words, "place": words, "technician": words, "asset": words, "status": "all"})

    assert page.status_code == 200


def test_a26_no_list_grows_without_end(client, at_work):
    now = timezone.now()
    Ticket.objects.bulk_create(
        Ticket(number=n, title="x", trust=1, reported_at=now, moved_at=now, touched_at=now, reporter=at_work.technician)
        for n in range(1, 131)
    )
    Comment.objects.bulk_create(
        Comment(ticket=at_work, text="x", internal=True, at=now, trust=3) for _number in range(150)
    )

    sizes = [len(client.get(f"/tickets/?{query}").context["page"].rows) for query in ("whose=", "status=all&whose=")]
    with CaptureQueriesContext(connection) as captured:
        page = client.get(f"/tickets/{at_work.number}/")

    assert (sizes, len(page.context["entries"]), len(client.get("/tickets/mine/").context["open"])) == (
        [50, 50],
        100,
        50,
    )
    assert len(captured) <= 12


def test_a27_a_made_up_name_is_not_repeated(client, clerk):
    client.force_login(clerk)

    page = client.get(f"/tickets/{TicketFactory().number}/call 0900-1234 now/")

    assert (page.status_code, "0900" in page.content.decode()) == (404, False)
