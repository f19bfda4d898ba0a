"""Move: another home for an asset."""

import pytest

from accounts.models import Trust
from assets.models import Assignment
from assets.operations import move
from assets.tests.factories import AssetFactory, AssignmentFactory, DisposalTypeFactory, SpaceFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


@pytest.fixture
def room(db):
    return SpaceFactory(building__code="12", number="101")


@pytest.fixture
def put_up(asset):
    return AssignmentFactory(asset=asset, person=None, space=SpaceFactory(), term=None)


def test_it_is_at_home_in_another_room_and_its_past_says_where_it_was(asset, room, clerk):
    before = SpaceFactory()
    move(asset=asset, by=clerk, home=before)

    move(asset=asset, by=clerk, home=room)

    asset.refresh_from_db()
    assert asset.home == room
    assert last_version(asset) == (clerk, "moved")
    assert [version.home for version in asset.history.order_by("history_id")] == [None, before, room]


def test_what_is_put_up_stays_where_it_is(asset, put_up, room, clerk):
    move(asset=asset, by=clerk, home=room)

    assert Assignment.objects.get().is_open


def test_asked_to_it_goes_along_and_is_wanted_back_on_the_same_day(asset, put_up, room, clerk):
    move(asset=asset, by=clerk, home=room, along=True)

    asset.refresh_from_db()
    following = Assignment.objects.open().get()
    assert (asset.home, following.space, following.follows) == (room, room, put_up)
    assert following.due_at.date() == put_up.due_at.date()
    assert following.trust == Trust.STAFF


def test_what_is_put_up_there_already_just_gets_its_home(asset, put_up, clerk):
    move(asset=asset, by=clerk, home=put_up.space, along=True)

    asset.refresh_from_db()
    assert asset.home == put_up.space
    assert Assignment.objects.get().is_open


def test_what_a_person_has_stays_with_them(asset, assignment, room, clerk):
    move(asset=asset, by=clerk, home=room, along=True)

    assert Assignment.objects.get().is_open


def test_to_where_it_is_at_home_is_refused(asset, room, clerk):
    stale = type(asset).objects.get()
    move(asset=asset, by=clerk, home=room)

    with refused("L1 Laptop is at home in 12 101 already. Choose another room."):
        move(asset=stale, by=clerk, home=room)


def test_what_is_disposed_of_is_refused(asset, room, clerk):
    gone = {"disposal_type": DisposalTypeFactory(), "disposal_reason": "old", "disposed_by": clerk}
    type(asset).objects.update(disposed_on="2026-03-02", **gone)

    with refused("L1 Laptop was disposed of on March 2, 2026."):
        move(asset=asset, by=clerk, home=room)


def test_a_refused_move_leaves_what_is_put_up_where_it_is(room, clerk):
    asset = AssetFactory(tag="L2", home=room)
    AssignmentFactory(asset=asset, person=None, space=SpaceFactory(), term=None)

    with refused("L2 Laptop is at home in 12 101 already. Choose another room."):
        move(asset=asset, by=clerk, home=room, along=True)
    assert Assignment.objects.count() == 1


def test_what_it_costs(asset, room, clerk):
    with queries(exactly=4):
        move(asset=asset, by=clerk, home=room)
