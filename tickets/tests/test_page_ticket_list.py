"""The list of tickets for those who work on them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import BuildingManager
from assets.tests.factories import AssetFactory, SpaceFactory
from keysite.tests.queries import queries
from tickets.models import Helper, TeamMember, Ticket
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def numbers(page):
    return [ticket.number for ticket in page.context["page"].rows]


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_asks_as_much_for_three_as_for_one(desk, number):
    for _number in range(number):
        TicketFactory(asset=AssetFactory(home=SpaceFactory()), category=CategoryFactory(parent=CategoryFactory()))

    with queries(10):
        page = desk.get("/tickets/")

    assert (page.status_code, len(numbers(page))) == (200, number)


def test_with_every_filter_it_stays_within_twelve(desk, clerk):
    hall, past = SpaceFactory(building__name="Hall"), timezone.now() - timedelta(days=1)
    about = {"space": hall, "asset": AssetFactory(tag="A1"), "category": (kind := CategoryFactory()), "due_at": past}
    ticket = TicketFactory(technician=clerk, **about)
    every = f"q=lamp&status=new&whose=mine&place=hall&category={kind.pk}&asset=A1&priority=3&overdue=1"

    with queries(12):
        page = desk.get(f"/tickets/?{every}&technician={clerk.email}")

    assert numbers(page) == [ticket.number]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("status=open", [4, 3, 2, 1]),
        ("status=all", [7654321, 6, 5, 4, 3, 2, 1]),
        ("status=new", [4, 2, 1]),
        ("status=over", [7654321, 6]),
        ("status=resolved", [5]),
        ("whose=nobody", [2]),
        ("whose=mine", [1]),
        ("whose=teams", [3]),
        ("whose=ours", [3, 1]),
        ("overdue=1", [1]),
        ("place=north", [2, 1]),
        ("asset=a77", [2]),
        ("priority=1", [3]),
        ("technician=zora", [4]),
        ("q=projector", [2]),
        ("q=%237654321&status=all", [7654321]),
        ("q=projector&place=north&whose=nobody&asset=A77", [2]),
        ("q=projector&whose=mine", []),
    ],
)
def test_every_filter_is_an_address(desk, clerk, query, found):
    north, now = SpaceFactory(building__name="North Hall"), timezone.now()
    team = TeamFactory()
    TeamMember.objects.create(team=team, person=clerk)
    TicketFactory(number=1, space=north, technician=clerk, due_at=now - timedelta(days=1))
    TicketFactory(number=2, title="Projector dark", space=None, asset=AssetFactory(tag="A77", home=north))
    TicketFactory(number=3, team=team, priority=1, status="accepted", category=CategoryFactory())
    TicketFactory(number=4, technician=PersonFactory(last_name="Zora"))
    done = {"resolved_at": now, "resolved_by": clerk, "resolution": "Mended", "category": CategoryFactory()}
    TicketFactory(number=5, status="resolved", technician=PersonFactory(), **done)
    TicketFactory(number=6, status="rejected", reason="No", technician=PersonFactory())
    TicketFactory(number=7654321, status="rejected", reason="No", technician=PersonFactory())
    TicketFactory(number=7, deleted_at=now, deleted_reason="Spam")

    assert numbers(desk.get(f"/tickets/?{query}")) == found


def test_a_category_finds_its_parts(desk):
    whole = CategoryFactory()
    ticket = TicketFactory(category=CategoryFactory(parent=whole))
    TicketFactory()

    assert numbers(desk.get(f"/tickets/?category={whole.pk}")) == [ticket.number]


def test_the_tabs_count_with_the_other_filters(desk):
    TicketFactory(title="Tap drips")
    TicketFactory.create_batch(2)

    tabs = {value: n for value, _label, n, _shown in desk.get("/tickets/?q=lamp&status=stalled").context["tabs"]}

    assert (tabs["open"], tabs["new"], tabs["stalled"], tabs["confirmed"]) == (2, 2, None, None)


def test_a_technician_begins_with_what_is_theirs(client, technician):
    team = TeamFactory()
    TeamMember.objects.create(team=team, person=technician)
    mine, teams = TicketFactory(technician=technician), TicketFactory(team=team)
    helped, nobodys = TicketFactory(technician=PersonFactory()), TicketFactory()
    Helper.objects.create(ticket=helped, person=technician)
    others = TicketFactory(technician=PersonFactory())
    client.force_login(technician)

    assert numbers(client.get("/tickets/")) == [helped.number, teams.number, mine.number]
    everything = numbers(client.get("/tickets/?whose="))
    assert (nobodys.number in everything, others.number in everything) == (True, False)


def test_a_building_manager_sees_her_buildings(client, building_manager):
    hers = TicketFactory()
    TicketFactory()
    BuildingManager.objects.create(building=hers.space.building, person=building_manager, since=timezone.localdate())
    client.force_login(building_manager)

    assert numbers(client.get("/tickets/")) == [hers.number]


@pytest.mark.parametrize(
    "query",
    ["category=x", "status=nowhere", "whose=x", "priority=9", "priority=x", "category=99999999999999999999"],
)
def test_an_unknown_choice_is_said_so_and_shows_nothing(desk, query):
    TicketFactory()

    page = desk.get(f"/tickets/?{query}")

    assert (page.status_code, numbers(page)) == (200, [])
    assert "aria-invalid" in page.content.decode()


def test_a_long_list_has_pages(desk):
    TicketFactory.create_batch(53)

    first = desk.get("/tickets/?status=new")
    second = desk.get(f"/tickets/?status=new&after={first.context['page'].after}")

    assert (len(numbers(first)), len(numbers(second))) == (50, 3)
    assert numbers(first)[-1] > numbers(second)[0]
    assert "status=new" in first.content.decode().split('rel="next"')[0].rsplit("<a", 1)[1]
    assert Ticket.objects.count() == 53
