"""Attacks on the staff console: what a stranger typed, what the address asks, and rows that are somebody else's."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person, Trust
from accounts.tests.factories import PersonFactory
from assets.models import Building, BuildingManager
from assets.tests.factories import AssetFactory, SpaceFactory
from keys.tests.factories import KeyFactory
from keysite.tests.pages import form_of
from tickets.models import Comment, Link, Status, TeamMember, Ticket, WorkEntry
from tickets.operations import report
from tickets.tests.factories import CategoryFactory, ParkedMailFactory, TeamFactory, TicketFactory, follow

LIST = "/admin/tickets/ticket/"
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:35 }}{% load x %}",
    "javascript:alert(1)",
]
SECRET = "Zyzzyva"


@pytest.fixture
def theirs(db):
    """A ticket of another team, about which a technician knows nothing."""
    others = TeamFactory(name="Others")
    ticket = TicketFactory(title=SECRET, description=SECRET, team=others, category=CategoryFactory())
    said = {"ticket": ticket, "at": timezone.now(), "by": PersonFactory(), "trust": Trust.STAFF}
    Comment.objects.create(text=SECRET, internal=True, **said)
    return ticket


@pytest.fixture
def mine(technician):
    return TicketFactory(title="Mine", technician=technician, category=CategoryFactory())


@pytest.fixture
def workshop(client, technician, mine, theirs):
    client.force_login(technician)
    return client


def page(row, name="change"):
    return reverse(f"admin:tickets_{row._meta.model_name}_{name}", args=[row.pk])


def body(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_stranger_typed_is_text_wherever_it_is_shown(client, administrator, payload):
    """A12: the payload in every field that the public form, the tracking page and a mail have."""
    typed = {"title": payload, "description": payload, "place_in_words": payload, "name": payload}
    ticket = report(address="stranger@example.org", **typed)
    said = {"at": timezone.now(), "by": ticket.reporter, "trust": Trust.TYPED, "internal": False}
    Comment.objects.create(ticket=ticket, text=payload, **said)
    other = TicketFactory(title=payload)
    Link.objects.create(ticket=other, other=ticket, kind=Link.Kind.RELATED)
    mail = ParkedMailFactory(sender=payload, subject=payload, text=payload, why=payload)
    client.force_login(administrator)
    addresses = [LIST, page(ticket), page(ticket, "history"), page(ticket, "merge"), page(other), "/admin/"]
    addresses += [page(mail), reverse("admin:tickets_parkedmail_changelist"), page(mail, "add_parked_to")]
    addresses += [reverse("admin:accounts_person_change", args=[ticket.reporter_id])]
    addresses += [reverse("admin:tickets_trackinglink_changelist"), f"/admin/search/?s={ticket.number}"]

    for address in addresses:
        shown = body(client.get(address))
        assert "<script>alert(1)" not in shown, address
        assert "<img src=x" not in shown, address
        assert 'href="javascript:' not in shown, address
        assert ">42<" not in shown, address
    asked = {"action": "reject", "_selected_action": [ticket.pk, other.pk], "index": "0"}
    assert "<script>alert(1)" not in body(client.post(LIST, asked))


def test_completion_and_the_palette_show_text(client, administrator):
    """A12: what completion answers is JSON, and the page puts it in as text."""
    TicketFactory(title=f"Dark {PAYLOADS[0]}")
    client.force_login(administrator)

    asked = {"app_label": "tickets", "model_name": "link", "field_name": "other", "term": "dark"}
    answer = client.get("/admin/autocomplete/", asked)

    assert answer.headers["Content-Type"] == "application/json"
    assert PAYLOADS[0] in answer.json()["results"][0]["text"]
    assert "<script>alert" not in body(client.get("/admin/search/", {"s": "dark"}))


@pytest.mark.parametrize(
    "query",
    [
        "reporter__password__startswith=p",
        "tracking_links__seed__startswith=a",
        "comments__text__contains=Z",
        "technician__pin_digest=x",
        "o=reporter__password",
        "o=-tracking_links__seed",
        "q__x=1",
        "version=1",
    ],
)
def test_the_address_of_the_list_asks_nothing_that_the_page_does_not_offer(client, auditor, query):
    """A13: neither a filter nor the order leads into other columns."""
    TicketFactory()
    client.force_login(auditor)

    response = client.get(f"{LIST}?{query}", follow=True)

    assert response.status_code == 200
    if not query.startswith("o="):
        assert response.redirect_chain == [(f"{LIST}?e=1", 302)]
    order = response.context["cl"].queryset.query.order_by
    assert set(order) <= {"-number", "-pk", "number", "pk"}


@pytest.mark.parametrize(
    "model", ["workentry", "parkedmail", "schedule", "occurrence", "category", "team", "trackinglink"]
)
def test_the_other_lists_ask_nothing_more_either(client, auditor, model):
    """A13."""
    client.force_login(auditor)
    address = reverse(f"admin:tickets_{model}_changelist")

    response = client.get(f"{address}?ticket__reporter__password__startswith=p", follow=True)

    assert response.redirect_chain == [(f"{address}?e=1", 302)]


def test_a_part_of_another_ticket_is_no_choice(workshop, mine, theirs, technician):
    """A14: my ticket with somebody else's check, helper or link."""
    check = theirs.checks.create(text=SECRET)
    own = mine.checks.create(text="Is it off?")
    helper = theirs.helpers.create(person=PersonFactory(last_name=SECRET))
    mine.helpers.create(person=PersonFactory())
    TicketFactory(title="Also mine", technician=technician)
    link = Link.objects.create(ticket=theirs, other=TicketFactory(), kind=Link.Kind.RELATED)

    for deed, row in (("tick", check), ("remove_helper", helper), ("unlink_tickets", link)):
        values = {"once": deed, "version": mine.version, "chosen": str(row.pk), "done": "on"}
        response = workshop.post(page(mine, deed), values)
        assert response.status_code == 200
        assert SECRET not in body(response), deed
    check.refresh_from_db()
    own.refresh_from_db()
    assert (check.done_at, own.done_at) == (None, None)
    assert theirs.helpers.count() == Link.objects.count() == 1


def test_a_ticket_of_another_team_is_nowhere(workshop, mine, theirs):
    """A15: detail, history, every deed, list, search, completion, palette, counts, sections, work."""
    WorkEntry.objects.create(ticket=theirs, person=PersonFactory(), at=timezone.now(), minutes=1, note=SECRET)
    Link.objects.create(ticket=mine, other=theirs, kind=Link.Kind.RELATED)
    things = {"asset": AssetFactory(), "space": SpaceFactory()}
    Ticket.objects.filter(pk=theirs.pk).update(**things)
    completion = {"app_label": "tickets", "model_name": "link", "field_name": "other", "term": SECRET}
    pages = [workshop.get(address) for address in (f"{LIST}?show=all", f"{LIST}?show=all&q={SECRET}", page(mine))]
    pages += [workshop.get(f"{LIST}?show=all&q={theirs.number}"), workshop.get("/admin/search/", {"s": SECRET})]
    pages += [workshop.get("/admin/autocomplete/", completion), workshop.get("/admin/")]
    pages += [workshop.get(f"{LIST}?show=all&{name}={thing.pk}") for name, thing in things.items()]
    pages += [workshop.get(reverse(f"admin:assets_{name}_change", args=[thing.pk])) for name, thing in things.items()]
    pages += [workshop.get(reverse("admin:tickets_workentry_changelist"))]
    pages += [workshop.get(page(theirs, name), follow=True) for name in ("change", "history", "reply", "assign_ticket")]

    for number, response in enumerate(pages):
        assert SECRET not in body(response).replace(f"={SECRET}", "").replace(f'value="{SECRET}"', ""), number


@pytest.mark.parametrize("deed", ["start", "reply", "assign_ticket", "add_work", "link_tickets", "tick"])
def test_no_deed_reaches_a_ticket_of_another_team(workshop, theirs, deed):
    """A15: neither by its button nor by the action of the list."""
    values = {"once": "k", "version": theirs.version, "text": "x", "minutes": "1"}
    button = workshop.post(page(theirs, deed), values)
    chosen = {"action": deed, "_selected_action": [theirs.pk], "index": "0", "console_asked": "1"}
    workshop.post(f"{LIST}?show=all", chosen | values)

    theirs.refresh_from_db()
    assert button.status_code == 302
    assert (theirs.version, theirs.status, theirs.comments.count()) == (1, Status.NEW, 1)


def test_nothing_is_linked_with_a_ticket_that_one_does_not_see(workshop, mine, theirs):
    """A15: the target of a link is asked for as well, and not named."""
    form = form_of(workshop.get(page(mine, "link_tickets")))

    response = workshop.post(page(mine, "link_tickets"), form | {"other": theirs.pk})

    assert "That choice is not one of the available choices" in body(response)
    assert SECRET not in body(response)
    assert not Link.objects.exists()


def test_a_merge_needs_both_to_be_seen_and_the_permission(workshop, mine, theirs):
    """A15: a technician merges nothing, and exports nothing."""
    assert workshop.post(page(mine, "merge"), {"once": "m", "into": theirs.pk}).status_code == 403
    assert workshop.get(f"{LIST}export/").status_code == 403
    assert workshop.get(reverse("admin:tickets_workentry_export")).status_code == 403


def test_a_building_manager_sees_reports_of_her_buildings_and_no_note(client, building_manager):
    """A15: she reads what is public; an internal note is neither shown nor found."""
    hall = Building.objects.create(code="HALL", name="Hall")
    BuildingManager.objects.create(building=hall, person=building_manager, since="2020-01-01")
    ticket = TicketFactory(space=SpaceFactory(building=hall), title="Hers")
    said = {"ticket": ticket, "at": timezone.now(), "by": PersonFactory(), "trust": Trust.STAFF}
    Comment.objects.create(text=SECRET, internal=True, **said)
    TicketFactory(title="Elsewhere")
    client.force_login(building_manager)

    shown = [body(client.get(address)) for address in (LIST, page(ticket), f"{LIST}?q=zyzz", page(ticket, "history"))]

    assert "Hers" in shown[0]
    assert "Hers" not in shown[2]
    assert not [text for text in shown if SECRET in text or "Elsewhere" in text]
    follow(ticket, PersonFactory())
    assert client.get(reverse("admin:tickets_trackinglink_changelist")).status_code == 403


def test_an_export_has_only_what_its_reader_sees(client, auditor, technician, theirs):
    """A15: the permission to export does not widen the scope."""
    technician.user_permissions.add(Permission.objects.get(codename="export_ticket"))
    mine = TicketFactory(title="Mine", technician=technician)
    client.force_login(Person.objects.get(pk=technician.pk))

    lines = list(csv.DictReader(io.StringIO(body(client.get(f"{LIST}export/?show=all")).lstrip("\ufeff"))))

    assert [line["number"] for line in lines] == [str(mine.number)]


def test_a_forged_row_of_an_inline_adds_nothing(client, technician):
    """A17: a technician may see categories and teams, and is in no way able to add to them."""
    category, team = CategoryFactory(), TeamFactory()
    client.force_login(technician)
    forged = {"name": "x", "_save": "1", "once": "x", "console_once": "x"}
    for row, prefix in ((category, "checks"), (team, "members")):
        rows = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0", f"{prefix}-MAX_NUM_FORMS": "9"}
        rows |= {
            f"{prefix}-0-text": "x",
            f"{prefix}-0-person": technician.pk,
            f"{prefix}-0-{row._meta.model_name}": row.pk,
        }
        assert client.post(page(row), forged | rows).status_code == 403

    assert not category.checks.exists()
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize("deed", ["accept", "reject", "confirm", "merge", "remove_ticket", "reopen"])
def test_a_forged_action_without_the_permission_does_nothing(workshop, mine, deed):
    """A17: the action is not offered, and named all the same it does nothing."""
    values = {"action": deed, "_selected_action": [mine.pk], "index": "0", "console_asked": "1", "once": "k"}

    workshop.post(LIST, values | {"reason": "x"})

    mine.refresh_from_db()
    assert (mine.version, mine.status, mine.deleted_at) == (1, Status.NEW, None)
    assert workshop.post(page(mine, deed), {"once": "l", "version": "1", "reason": "x"}).status_code == 403


def test_fields_that_the_page_does_not_show_are_not_written(workshop, mine):
    """A16, at the console's door: what only deeds change cannot be posted along."""
    more = {"status": "confirmed", "technician": "", "team": "", "number": "1", "trust": "1", "version": "99"}
    more |= {"reporter": PersonFactory().pk, "resolution": "x", "deleted_at_0": "2026-01-01", "deleted_at_1": "12:00"}

    values = form_of(workshop.get(page(mine)), "ticket_form") | more | {"title": "Still mine", "_save": "1"}
    workshop.post(page(mine), values)

    saved = Ticket.objects.get(pk=mine.pk)
    assert saved.title == "Still mine"
    for name in ("status", "technician_id", "team_id", "number", "trust", "reporter_id", "resolution", "deleted_at"):
        assert getattr(saved, name) == getattr(mine, name), name
    assert saved.version == 2


def test_what_the_role_may_not_look_up_stays_as_it_is(workshop, mine):
    """A technician sees no keys: saving the page does not take the key out of the ticket."""
    from_before = TicketFactory(technician=mine.technician, key=KeyFactory(), category=CategoryFactory())

    values = form_of(workshop.get(page(from_before)), "ticket_form") | {"title": "Other", "key": "", "_save": "1"}
    workshop.post(page(from_before), values)

    saved = Ticket.objects.get(pk=from_before.pk)
    assert (saved.title, saved.key_id) == ("Other", from_before.key_id)
