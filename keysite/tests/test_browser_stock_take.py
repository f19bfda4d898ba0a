"""Through the rooms with a phone and a scanner: door, thing, thing, and what is in the wrong place."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from assets.models import AssetPhoto, Count
from assets.operations import add_photo, open_stock_take
from assets.tests.factories import AssetFactory, AssignmentFactory, BuildingFactory, SpaceFactory, photo_file
from keysite.tests.test_browser_pages import PHONE, look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def clerk(site):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", is_staff=True, first_name="Nela", last_name="Novak")
    clerk.groups.add(Group.objects.get(name="desk"))
    return clerk


@pytest.fixture
def rooms(site):
    hall = BuildingFactory(code="Hall", name="Great Hall")
    return [SpaceFactory(building=hall, number=number) for number in ("101", "102")]


@pytest.fixture
def stock_take(clerk, rooms):
    for number in range(1, 5):
        AssetFactory(tag=f"T{number}", name="Projector", home=rooms[0])
    stock_take = open_stock_take(name="Summer 2026, ground floor", building=rooms[0].building, by=clerk)
    AssignmentFactory(asset=AssetFactory(tag="T9", name="Camera"))
    return stock_take


def scan(page, typed):
    """What a scanner does: types, and presses Enter; the keyboard is in the box already."""
    page.locator("#id_code:focus").wait_for()
    page.keyboard.type(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    "browser_context_args", [{"java_script_enabled": True}, {"java_script_enabled": False}], indirect=True
)
def test_door_thing_thing(visitor, clerk, stock_take, rooms):
    page = visitor.signed_in_as(clerk).open(reverse("stock_take", args=[stock_take.pk]))
    page.set_viewport_size(PHONE)

    scan(page, f"http://localhost/r/{rooms[0].public_code}")
    scan(page, "T1")
    assert "Found T1 Projector" in visitor.text()
    scan(page, "T1")
    assert "Counted already" in visitor.text()
    scan(page, f"http://localhost/a/{rooms[1].public_code}")
    scan(page, "T2")
    assert "Found in Hall 102, expected in Hall 101." in visitor.text()
    with page.expect_navigation():
        page.get_by_role("button", name="It belongs in Hall 102 now").click()
    assert "T2 Projector belongs in Hall 102 now." in visitor.text()
    scan(page, "T9")
    assert "Not expected here T9 Camera" in visitor.text()
    scan(page, "QQQ")
    assert "Unknown code QQQ" in visitor.text()
    assert "2 of 4 found" in visitor.text()
    assert Count.objects.get(asset__tag="T2").asset.home == rooms[1]


def test_pages(visitor, clerk, stock_take, rooms):
    line = Count.objects.get(asset__tag="T1")
    asset = line.asset
    for caption in ("The lid", ""):
        add_photo(asset=asset, upload=photo_file((900, 600)), caption=caption, by=clerk)
    visitor.signed_in_as(clerk)
    page = visitor.open(reverse("stock_take", args=[stock_take.pk]))
    scan(page, rooms[1].public_code)
    for code in ("T2", "T3", "T9", "QQQ"):
        scan(page, code)
    address = reverse("stock_take", args=[stock_take.pk])
    pages = [f"{address}?show={result}" for result in ("missing", "elsewhere", "unexpected", "unknown", "found")]
    last = Count.objects.get(asset__tag="T2")
    pages += [f"{address}?count={last.pk}&outcome=elsewhere&room={rooms[1].pk}", reverse("stock_take_list")]
    pages += [reverse("asset_photos", args=[asset.pk]), reverse("asset_photos", args=[last.asset_id])]

    assert look_at(visitor, pages) == {}


def test_a_photo_from_a_phone(visitor, clerk, tmp_path):
    asset = AssetFactory(tag="T1", name="Projector")
    taken = tmp_path / "IMG_1.jpg"
    taken.write_bytes(photo_file((2000, 1500)).read())
    page = visitor.signed_in_as(clerk).open(reverse("asset_photos", args=[asset.pk]))
    page.set_viewport_size(PHONE)

    page.locator("#id_photo").set_input_files(taken)
    page.get_by_label("What it shows").fill("The lid")
    with page.expect_navigation():
        page.get_by_role("button", name="Add").click()

    assert "The photo is there." in visitor.text()
    assert page.locator("img.photo").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    with page.expect_navigation():
        page.get_by_role("button", name="Remove The lid").click()
    assert not AssetPhoto.objects.exists()
