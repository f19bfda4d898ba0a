"""``open_stock_take``, ``count``, ``close_stock_take``, ``move_to_found``: going through the rooms."""

import pytest

from accounts.tests.factories import DepartmentFactory
from assets.models import Assignment, Count, StockTake
from assets.operations import (
    assign,
    close_stock_take,
    count,
    dispose,
    move_to_found,
    open_stock_take,
    report_asset_lost,
)
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    BuildingFactory,
    DisposalTypeFactory,
    SpaceFactory,
)
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries
from keysite.tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(db):
    return BuildingFactory(code="Hall")


@pytest.fixture
def room(hall):
    return SpaceFactory(building=hall, number="101")


@pytest.fixture
def other_room(hall):
    return SpaceFactory(building=hall, number="102")


@pytest.fixture
def asset(room):
    return AssetFactory(tag="T1", home=room)


def begin(by, **scope):
    return open_stock_take(name="Summer", by=by, **scope)


def expected(stock_take):
    return {line.asset.tag: line.expected_in for line in Count.objects.of(stock_take).select_related("asset")}


def scan(stock_take, code, by, space=None):
    line, outcome = count(stock_take=stock_take, code=code, by=by, space=space)
    assert line.stock_take == stock_take
    return outcome.value


def test_expected_is_what_is_at_home_or_put_up_and_not_what_people_have(asset, hall, room, other_room, clerk):
    AssetFactory(tag="T2")  # in another building
    AssignmentFactory(asset=AssetFactory(tag="T3", home=room))  # with somebody
    placed = AssetFactory(tag="T4")
    assign(assets=[placed], space=other_room, by=clerk)
    moved = AssetFactory(tag="T5", home=room)
    assign(assets=[moved], space=SpaceFactory(), by=clerk)
    dispose(asset=AssetFactory(tag="T6", home=room), by=clerk, type=DisposalTypeFactory(), reason="old")
    lost = AssetFactory(tag="T7", home=room)
    [row] = assign(assets=[lost], space=room, by=clerk)
    report_asset_lost(assignment=row, by=clerk)

    stock_take = begin(clerk, building=hall)

    assert expected(stock_take) == {"T1": room, "T4": other_room}
    assert (stock_take.opened_by, stock_take.is_open) == (clerk, True)
    assert last_version(stock_take) == (clerk, "opened")


def test_a_department_or_everything(asset, room, clerk):
    physics = DepartmentFactory(name="Physics")
    AssetFactory(tag="T2", department=physics)
    AssetFactory(tag="T3", department=physics, home=room)

    assert expected(begin(clerk, department=physics)) == {"T2": None, "T3": room}
    assert set(expected(begin(clerk, building=room.building, department=physics))) == {"T3"}
    assert set(expected(begin(clerk))) == {"T1", "T2", "T3"}


def test_it_needs_a_name(clerk):
    with refused("Name the stock-take."):
        open_stock_take(name=" ", by=clerk)


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_is_drawn_up_in_one_statement(number, room, clerk):
    AssetFactory.create_batch(number, home=room)

    with queries(3):
        begin(clerk, building=room.building)


def test_found_where_it_should_be(asset, room, clerk):
    stock_take = begin(clerk)

    assert scan(stock_take, "t1", clerk, room) == "found"

    line = Count.objects.get()
    assert (line.counted_by, line.space, line.result) == (clerk, room, "found")


@pytest.mark.parametrize("code", ["T1", "label", "http://localhost/a/label/", "/a/label?x=1", "bc9", "rf9", " T1 "])
def test_whatever_is_scanned_of_it(asset, room, clerk, code):
    asset.barcode, asset.rfid = "BC9", "RF9"
    asset.save()

    assert scan(begin(clerk), code.replace("label", asset.public_code), clerk, room) == "found"


def test_without_a_room_it_is_found(asset, clerk):
    assert scan(begin(clerk), "T1", clerk) == "found"


def test_found_elsewhere(asset, other_room, clerk):
    stock_take = begin(clerk)

    assert scan(stock_take, "T1", clerk, other_room) == "elsewhere"
    assert Count.objects.elsewhere().get().asset == asset


def test_not_expected(asset, room, hall, clerk):
    stock_take = begin(clerk, building=hall)
    AssetFactory(tag="T2")

    assert scan(stock_take, "T2", clerk, room) == "unexpected"
    assert Count.objects.unexpected().get().asset.tag == "T2"


def test_a_code_that_nothing_carries_is_kept_once(asset, room, clerk):
    stock_take = begin(clerk)

    assert scan(stock_take, "XYZ", clerk, room) == "unknown"
    assert scan(stock_take, "xyz", clerk, room) == "again"

    assert Count.objects.unknown().get().code == "XYZ"


def test_the_same_scan_again_changes_nothing(asset, room, clerk, administrator):
    stock_take = begin(clerk)
    scan(stock_take, "T1", clerk, room)
    before = Count.objects.get().counted_at

    assert scan(stock_take, "T1", administrator, room) == "again"
    assert scan(stock_take, "T1", administrator) == "again"

    line = Count.objects.get()
    assert (line.counted_at, line.counted_by) == (before, clerk)


def test_in_another_room_the_last_scan_counts(asset, room, other_room, clerk):
    stock_take = begin(clerk)
    scan(stock_take, "T1", clerk, other_room)

    assert scan(stock_take, "T1", clerk, room) == "found"
    assert Count.objects.get().space == room


@pytest.mark.parametrize("code", ["", "   ", "x" * 65, "T1\x00", "T\n1"])
def test_what_is_no_code_is_refused(asset, clerk, code):
    with refused("This is no code. Scan the label, or type the asset tag."):
        count(stock_take=begin(clerk), code=code, by=clerk)


def test_a_code_that_two_carry_is_asked_back_and_a_tag_comes_first(asset, clerk):
    AssetFactory(tag="T2", barcode="77")
    AssetFactory(tag="T3", rfid="77")
    AssetFactory(tag="T4", barcode="t1")
    stock_take = begin(clerk)

    with refused("Several assets carry 77: T2, T3. Type the tag of the one you mean."):
        count(stock_take=stock_take, code="77", by=clerk)
    assert scan(stock_take, "T1", clerk) == "found"
    assert Count.objects.found().get().asset == asset


def test_the_results_are_numbers_of_one_question(asset, room, other_room, clerk):
    AssetFactory(tag="T2", home=room)
    AssetFactory(tag="T3", home=room)
    stock_take = begin(clerk, building=room.building)
    AssetFactory(tag="T4")
    for code, space in (("T1", room), ("T2", other_room), ("T4", room), ("ZZ", room)):
        scan(stock_take, code, clerk, space)

    with queries(1):
        totals = Count.objects.of(stock_take).totals()

    assert totals == {"missing": 1, "elsewhere": 1, "unexpected": 1, "unknown": 1, "found": 1}
    assert {line.result for line in Count.objects.all()} == set(totals)
    assert all(line.result == result for result in totals for line in Count.objects.being(result))
    progress = StockTake.objects.with_progress().get()
    assert (progress.expected, progress.counted) == (3, 2)


def test_closed_is_closed(asset, room, clerk):
    stock_take = begin(clerk)
    stale = StockTake.objects.get()

    close_stock_take(stock_take=stock_take, by=clerk)

    stock_take.refresh_from_db()
    assert (stock_take.closed_by, stock_take.is_open) == (clerk, False)
    assert last_version(stock_take) == (clerk, "closed")
    with pytest.raises(Refusal, match="“Summer” was closed on .* Nothing is counted in it any more."):
        count(stock_take=stale, code="T1", by=clerk, space=room)
    with refused("“Summer” is closed already."):
        close_stock_take(stock_take=StockTake.objects.get(), by=clerk)


def line_of(stock_take, code, by, space):
    return count(stock_take=stock_take, code=code, by=by, space=space).count


def test_its_home_is_from_now_on_where_it_was_found(asset, other_room, clerk):
    line = line_of(begin(clerk), "T1", clerk, other_room)

    move_to_found(count=line, by=clerk)

    asset.refresh_from_db()
    assert asset.home == other_room
    assert last_version(asset) == (clerk, "moved")
    assert Count.objects.get().result == "elsewhere"  # what was found stays what was found
    with refused(f"T1 Laptop is at home in {other_room} already. Choose another room."):
        move_to_found(count=Count.objects.for_list().get(), by=clerk)


def test_what_is_put_up_is_put_up_where_it_was_found(asset, room, other_room, clerk):
    third = SpaceFactory(building=room.building)
    assign(assets=[asset], space=other_room, by=clerk)
    stock_take = begin(clerk)
    line = line_of(stock_take, "T1", clerk, third)
    assert line.result == "elsewhere"

    move_to_found(count=line, by=clerk)

    assert Assignment.objects.open().get().space == third
    with refused(f"T1 Laptop is put up in {third} already."):
        move_to_found(count=line, by=clerk)
    move_to_found(count=line_of(stock_take, "T1", clerk, room), by=clerk)  # it is at home there
    assert not Assignment.objects.open().exists()
    asset.refresh_from_db()
    assert asset.home == room


def test_what_is_with_a_person_is_taken_back_first(asset, room, clerk, borrower):
    assign(assets=[asset], person=borrower, by=clerk)
    line = line_of(begin(clerk), "T1", clerk, room)

    with refused(f"T1 Laptop is with {borrower}, as the register says. Take it back first."):
        move_to_found(count=line, by=clerk)


def test_without_a_room_or_an_asset_nothing_is_moved(asset, room, clerk):
    stock_take = begin(clerk)

    for line in (line_of(stock_take, "T1", clerk, None), line_of(stock_take, "ZZ", clerk, room)):
        with refused("Nobody has said where this was found. Count it again, with the room."):
            move_to_found(count=line, by=clerk)


@pytest.mark.parametrize("lines", [1, 40])
def test_a_scan_costs_the_same_however_long_the_list(lines, room, clerk):
    AssetFactory.create_batch(lines, home=room)
    AssetFactory(tag="T1", home=room)
    stock_take = begin(clerk)
    assert clerk.has_perm("assets.count")  # who may what is asked once

    with queries(4):
        scan(stock_take, "T1", clerk, room)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["T1", "T2", "ZZ"])
def test_two_scanners_at_the_same_second_both_get_an_answer(code, django_user_model):
    clerk = django_user_model.objects.create_superuser("clerk@example.edu")
    room = SpaceFactory()
    AssetFactory(tag="T1", home=room)
    begin(clerk)
    AssetFactory(tag="T2")

    results = at_once(*[lambda: scan(StockTake.objects.get(), code, clerk, room)] * 6)

    first = {"T1": "found", "T2": "unexpected", "ZZ": "unknown"}[code]
    assert sorted(results) == sorted([first] + ["again"] * 5)
    assert Count.objects.filter(counted_at__isnull=False).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_scan_and_the_end_at_the_same_moment(django_user_model):
    clerk = django_user_model.objects.create_superuser("clerk@example.edu")
    AssetFactory(tag="T1")
    begin(clerk)

    scanned, closed = at_once(
        lambda: scan(StockTake.objects.get(), "T1", clerk),
        lambda: close_stock_take(stock_take=StockTake.objects.get(), by=clerk),
    )

    assert closed is None
    line, stock_take = Count.objects.get(), StockTake.objects.get()
    assert isinstance(scanned, Refusal) == (line.counted_at is None)
    assert line.counted_at is None or line.counted_at <= stock_take.closed_at
