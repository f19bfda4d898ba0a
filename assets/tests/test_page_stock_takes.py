"""The pages of stock-takes: begin, scan on a phone, look at the results, take them along as a file."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.tests.factories import DepartmentFactory
from assets.models import Asset, Count, StockTake
from assets.operations import close_stock_take, count, open_stock_take
from assets.tests.factories import AssetFactory, AssignmentFactory, BuildingFactory, SpaceFactory
from keysite.tests.pages import form_of
from keysite.tests.queries import queries
from keysite.tests.reading import post, problems_of, text_of

NO_ROOM = "There is no room “Nowhere 1”. Type building and number, or scan the label at the door."
LIST, OPEN = reverse("stock_take_list"), reverse("stock_take_open")


@pytest.fixture
def room(db):
    return SpaceFactory(building=BuildingFactory(code="Hall", name="Great Hall"), number="101")


@pytest.fixture
def asset(room):
    return AssetFactory(tag="T1", home=room)


@pytest.fixture
def found(asset, room, clerk):
    return open_stock_take(name="Summer", building=room.building, by=clerk)


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def page_of(stock_take, query=""):
    return reverse("stock_take", args=[stock_take.pk]) + query


def scan(desk, stock_take, code, **fields):
    address = reverse("stock_take_count", args=[stock_take.pk])
    return post(desk, address, page=page_of(stock_take), form="scan", code=code, **fields)


def test_it_is_begun_for_a_building(desk, asset, room, clerk):
    response = post(desk, OPEN, page=LIST, name="Summer", building="Hall Great Hall")

    stock_take = StockTake.objects.get()
    assert response.url == page_of(stock_take)
    assert (stock_take.building, stock_take.department, stock_take.opened_by) == (room.building, None, clerk)
    page = text_of(desk.get(response.url))
    assert "0 of 1 found" in page
    assert "Missing (1)" in page
    assert "T1 Laptop should be in Hall 101" in page
    assert "0 of 1 found" in text_of(desk.get(LIST))


def test_or_for_a_department(desk, room):
    AssetFactory(department=DepartmentFactory(name="Physics"))

    post(desk, OPEN, page=LIST, name="Summer", department="physics", building="hall")

    assert StockTake.objects.get().department.name == "Physics"
    assert not Count.objects.exists()  # none of its things is at home there


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "Name the stock-take."),
        ({"name": "x" * 300}, "Ensure this value has at most 100 characters (it has 300)."),
        ({"name": "x", "building": "Nowhere"}, "There is no building “Nowhere”. Choose one of the list, or none."),
        ({"name": "x", "building": "H"}, "“H” may be: Hall Great Hall, House Other. Type one of these."),
        ({"name": "x", "building": "🏠"}, "There is no building “🏠”. Choose one of the list, or none."),
        ({"name": "x", "department": "Nobody"}, "“Nobody” is not in the list. Choose one of the list, or propose it."),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_what_is_typed_wrong_says_so_and_stays(desk, room, fields, problem):
    BuildingFactory(code="House", name="Other")

    response = post(desk, OPEN, page=LIST, **fields)

    assert problems_of(response) == [problem]
    assert not StockTake.objects.exists()
    assert form_of(response, "stock-take")["building"] == fields.get("building", "")


def test_a_scan_says_what_it_came_to_and_the_room_stays(desk, found, room, clerk):
    response = scan(desk, found, "t1", room="hall 101")

    page = desk.get(response.url)
    assert "Found T1 Laptop" in text_of(page)
    assert "1 of 1 found" in text_of(page)
    assert "Everything was found." in text_of(desk.get(page_of(found, "?show=missing")))
    assert form_of(page, "scan")["room"] == "Hall 101"
    assert Count.objects.get().counted_by == clerk


def test_the_door_is_scanned_first(desk, found, room):
    response = scan(desk, found, f"http://localhost/r/{room.public_code.lower()}/")

    assert not Count.objects.filter(counted_at__isnull=False).exists()
    page = desk.get(response.url)
    assert form_of(page, "scan")["room"] == "Hall 101"
    desk.post(reverse("stock_take_count", args=[found.pk]), form_of(page, "scan") | {"code": "T1"})
    assert Count.objects.get().space == room


def test_a_typed_room_alone_is_entered(desk, found, room):
    assert f"room={room.pk}" in scan(desk, found, "", room="Hall 101").url


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("T1", "Found elsewhere T1 Laptop Found in Hall 102, expected in Hall 101. It belongs in Hall 102 now"),
        ("T2", "Not expected here T2 Laptop The register says:"),
        ("QQQ", "Unknown code QQQ Nothing in the register carries this."),
    ],
)
def test_other_outcomes(desk, found, room, code, sentence):
    SpaceFactory(building=room.building, number="102")
    AssignmentFactory(asset=AssetFactory(tag="T2"))

    response = scan(desk, found, code, room="Hall 102")

    assert sentence in text_of(desk.get(response.url))
    again = scan(desk, found, code, room="Hall 102")
    assert "Counted already" in text_of(desk.get(again.url))
    assert Count.objects.filter(counted_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"code": ""}, "Scan the label of a thing, or type its asset tag."),
        ({"code": "x" * 100}, "This is no code. Scan the label, or type the asset tag."),
        ({"code": "x" * 301}, "Ensure this value has at most 300 characters (it has 301)."),
        ({"code": "T1", "room": "Nowhere 1"}, NO_ROOM),
        ({"code": "T1", "room": "Hall"}, "“Hall” may be: Hall 101, Hall 1010. Type one of these."),
        ({"code": "a\x00"}, "Null characters are not allowed."),
    ],
)
def test_a_refused_scan_says_why_and_stays(desk, found, room, fields, problem):
    SpaceFactory(building=room.building, number="1010")

    response = scan(desk, found, **fields)

    assert problems_of(response) == [problem]
    assert form_of(response, "scan")["code"] == fields["code"]
    assert not Count.objects.filter(counted_at__isnull=False).exists()


def test_the_same_post_twice_is_one_scan(desk, found):
    fields = {"code": "T1", "once": desk.get(page_of(found)).context["scan"]["once"].value()}

    first, second = (desk.post(reverse("stock_take_count", args=[found.pk]), fields) for _time in range(2))

    assert first.url == second.url
    assert "outcome=found" in first.url


def test_it_belongs_there_from_now_on(desk, found, asset, room):
    other = SpaceFactory(building=room.building, number="102")
    page = desk.get(scan(desk, found, "T1", room="Hall 102").url)
    line = Count.objects.get()

    response = desk.post(
        reverse("stock_take_move", args=[line.pk]), {"once": page.context["move"]["once"].value()}, follow=True
    )

    asset.refresh_from_db()
    assert asset.home == other
    assert "T1 Laptop belongs in Hall 102 now." in text_of(response)
    assert "It belongs there" not in text_of(response)
    again = post(desk, reverse("stock_take_move", args=[line.pk]), page=page_of(found), form="move")
    assert problems_of(again) == ["T1 Laptop is at home in Hall 102 already. Choose another room."]


def test_closed_there_is_nothing_to_scan(desk, found, clerk):
    response = post(desk, reverse("stock_take_close", args=[found.pk]), page=page_of(found), form="closing")

    page = text_of(desk.get(response.url))
    assert "The stock-take is closed." in page
    assert "Closed on" in page
    assert 'name="code"' not in desk.get(response.url).content.decode()
    late = desk.post(reverse("stock_take_count", args=[found.pk]), {"code": "T1", "once": "x"})
    assert "Nothing is counted in it any more." in problems_of(late)[0]
    again = desk.post(reverse("stock_take_close", args=[found.pk]), {"once": "y"})
    assert problems_of(again) == ["“Summer” is closed already."]
    assert "Summer" in text_of(desk.get(LIST))


def test_the_result_as_a_file_that_calculates_nothing(desk, found, room, clerk, asset):
    Asset.objects.update(name="=cmd|'/C calc'!A0")
    count(stock_take=found, code="T1", by=clerk, space=room)
    count(stock_take=found, code="+44", by=clerk, space=room)

    response = desk.get(reverse("stock_take_export", args=[found.pk]))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["result"] for row in rows] == ["Found", "Unknown codes"]
    assert rows[0]["name"] == "'=cmd|'/C calc'!A0"
    assert (rows[0]["expected in"], rows[0]["found in"], rows[1]["code"]) == ("Hall 101", "Hall 101", "'+44")
    assert f'filename="stock-take-{found.pk}-' in response["Content-Disposition"]


@pytest.mark.parametrize(
    "query",
    ["?show=x", "?room=x", "?room=99999999999999999999", "?count=x&outcome=found", "?count=1&outcome=x", "?count=%00"],
)
def test_a_strange_address_is_the_plain_page(desk, found, query):
    assert desk.get(page_of(found, query)).status_code == 200


def test_a_line_of_another_stock_take_is_not_shown(desk, found, clerk):
    other = open_stock_take(name="Other", by=clerk)
    line = count(stock_take=other, code="ZZZ", by=clerk).count

    assert "ZZZ" not in text_of(desk.get(page_of(found, f"?count={line.pk}&outcome=unknown")))


def test_an_auditor_looks_and_does_nothing(client, auditor, found):
    client.force_login(auditor)

    page = client.get(page_of(found)).content.decode()
    assert 'name="code"' not in page
    assert "Close it" not in page
    assert "Begin to count" not in client.get(LIST).content.decode()
    for name in ("stock_take_count", "stock_take_close"):
        assert client.post(reverse(name, args=[found.pk])).status_code == 403
    assert client.post(OPEN, {"name": "x"}).status_code == 403


def test_a_long_list_has_pages(desk, room, clerk):
    AssetFactory.create_batch(60, home=room)
    stock_take = open_stock_take(name="Long", by=clerk)

    page = desk.get(page_of(stock_take))

    assert page.content.decode().count("should be in") == 50
    assert "Next page" in text_of(page)


@pytest.mark.parametrize("number", [1, 3])
def test_query_budget(desk, room, clerk, number):
    AssetFactory.create_batch(number, home=room)
    AssetFactory(tag="T1", home=room)
    stock_take = open_stock_take(name="Summer", by=clerk)
    AssetFactory(tag="T2")
    line = count(stock_take=stock_take, code="T1", by=clerk, space=room).count
    for _more in range(number - 1):
        open_stock_take(name="More", by=clerk)
    close_stock_take(stock_take=open_stock_take(name="Old", by=clerk), by=clerk)

    with queries(11):
        desk.get(page_of(stock_take, f"?count={line.pk}&outcome=found&room={room.pk}"))
    with queries(8):
        desk.get(LIST)
    fields = form_of(desk.get(page_of(stock_take, f"?room={room.pk}")), "scan") | {"code": "T2"}
    with queries(13):
        assert desk.post(reverse("stock_take_count", args=[stock_take.pk]), fields).status_code == 302
    with queries(7):
        b"".join(desk.get(reverse("stock_take_export", args=[stock_take.pk])).streaming_content)
