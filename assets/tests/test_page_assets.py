"""The list of assets, and what a label opens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assets.models import BuildingManager
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    ReservationFactory,
    SpaceFactory,
)
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def tags(page):
    return [asset.tag for asset in page.context["page"].rows]


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("shape", ["", "?as=table"])
def test_a_list_asks_as_much_for_three_as_for_one(desk, number, shape):
    for _number in range(number):
        AssignmentFactory(asset__home=SpaceFactory())

    with queries(6):
        page = desk.get(f"/assets/{shape}")

    assert (page.status_code, len(tags(page))) == (200, number)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A1", "A2", "A3"]),
        ("q=beamer", ["A2"]),
        ("q=A3", ["A3"]),
        ("q=sn-77", ["A1"]),
        ("person=zora", ["A1"]),
        ("place=north", ["A2", "A3"]),
        ("state=out", ["A1"]),
        ("state=placed", ["A3"]),
        ("state=there", ["A2"]),
        ("state=disposed", ["A4"]),
        ("warranty=valid", ["A2"]),
        ("warranty=over", ["A1"]),
        ("warranty=ending", ["A2"]),
        ("warranty=valid&state=out", []),
        ("q=beamer&as=table&warranty=valid&place=north", ["A2"]),
    ],
)
def test_every_filter_is_an_address(desk, clerk, query, found):
    north, today = SpaceFactory(building__name="North Hall"), timezone.localdate()
    first = AssetFactory(tag="A1", serial="SN-77", warranty_until=today - timedelta(days=1), home=north)
    AssignmentFactory(asset=first, person__last_name="Zora")
    AssetFactory(tag="A2", name="Beamer", home=north, warranty_until=today + timedelta(days=9))
    AssignmentFactory(asset=AssetFactory(tag="A3"), person=None, space=north, term=None, due_at=None)
    gone = {"disposed_on": today, "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}
    AssetFactory(tag="A4", disposed_by=clerk, **gone)

    assert tags(desk.get(f"/assets/?{query}")) == found


@pytest.mark.parametrize("query", ["type=x", "state=nowhere", "warranty=7", "type=99999999999999999999"])
def test_an_unknown_choice_is_said_so_and_shows_nothing(desk, query):
    AssetFactory()

    page = desk.get(f"/assets/?{query}")

    assert (page.status_code, tags(page)) == (200, [])
    assert "aria-invalid" in page.content.decode()


@pytest.mark.parametrize("query", ["q=%00", "person=%00", "q=" + "x" * 900, "q='%3B", "after=x", "before=%FF"])
def test_nonsense_is_no_error(desk, query):
    assert desk.get(f"/assets/?{query}").status_code in {200, 404}


def test_a_long_list_has_pages(desk):
    AssetFactory.create_batch(50)

    first = desk.get("/assets/?as=table")
    second = desk.get(f"/assets/?as=table&after={first.context['page'].after}")

    assert len(tags(first)) == 48
    assert len(tags(second)) == 2
    assert "as=table" in first.content.decode().split('rel="next"')[0].rsplit("<a", 1)[1]


def test_a_building_manager_sees_what_is_at_home_in_her_buildings(client, building_manager):
    hers, other = AssetFactory(home=SpaceFactory()), AssetFactory(home=SpaceFactory())
    BuildingManager.objects.create(building=hers.home.building, person=building_manager, since=timezone.localdate())
    client.force_login(building_manager)

    assert tags(client.get("/assets/")) == [hers.tag]
    assert "Before" in client.get(f"/a/{hers.public_code}/").content.decode()
    assert "Before" not in client.get(f"/a/{other.public_code}/").content.decode()


def test_a_label_says_little_to_strangers(client):
    assignment = AssignmentFactory(asset__serial="SECRET-7", asset__home=SpaceFactory(), person__last_name="Zora")

    page = client.get(f"/a/{assignment.asset.public_code.lower()}/")

    words = page.content.decode()
    assert (page.status_code, assignment.asset.name in words) == (200, True)
    assert not {"SECRET-7", "Zora", str(assignment.asset.home)} & set(words.replace("<", " ").replace(">", " ").split())


def test_a_label_leads_its_holder_to_what_they_can_do(client, borrower):
    assignment = AssignmentFactory(person=borrower)
    client.force_login(borrower)

    page = client.get(f"/a/{assignment.asset.public_code}/").content.decode()

    assert f"/assignments/{assignment.pk}/extend/" in page


def test_a_label_tells_staff_where_it_is_and_who_had_it(desk):
    now = timezone.now()
    past = AssignmentFactory(returned_at=now, returned_recorded_at=now, condition="good", person__last_name="Quill")
    AssignmentFactory(asset=past.asset, out_at=now, person__last_name="Zora")
    ReservationFactory(model=past.asset.model)

    with queries(8):
        page = desk.get(f"/a/{past.asset.public_code}/").content.decode()

    assert "Zora" in page
    assert "Quill" in page


@pytest.mark.parametrize("code", ["NOTHING234", "x" * 300, "é", "%00"])
def test_an_unknown_label_says_so(client, code):
    page = client.get(f"/a/{code}/")

    assert page.status_code == 404
    assert "Nothing of ours has this label" in page.content.decode()
