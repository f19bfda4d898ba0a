"""The equipment desk in a browser: a kit on a phone, a basket by keyboard, and how both look."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from assets.models import Assignment, AssignmentPart
from assets.operations import assign_kit, take_back_kit
from assets.tests.factories import AssetFactory, AssignmentFactory, KitFactory, KitMemberFactory, KitPartFactory
from keysite.tests.test_browser_pages import PHONE, findings

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def clerk(site):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", is_staff=True)
    clerk.groups.add(Group.objects.get(name="desk"))
    return clerk


@pytest.fixture
def borrower(site):
    return PersonFactory(email="borrower@example.edu", first_name="Nela", last_name="Novak")


@pytest.fixture
def desk(visitor, clerk):
    visitor.signed_in_as(clerk).open(reverse("asset_desk"))
    return visitor


@pytest.fixture
def kit(site):
    kit = KitFactory(name="Camera kit 1")
    for tag, name in (("CAM-1", "Camera"), ("LENS-1", "Lens, 50 mm"), ("TRI-1", "Tripod")):
        KitMemberFactory(kit=kit, asset=AssetFactory(tag=tag, name=name))
    KitPartFactory(kit=kit, name="Battery", quantity=3)
    KitPartFactory(kit=kit, name="Bag")
    return kit


def scan(desk, typed):
    """What a scanner does; then wait for the answer."""
    desk.page.keyboard.type(typed)
    press(desk)


def press(desk, box=":focus"):
    """Enter, and wait until the answer is there and the keyboard is in a box again."""
    field = desk.page.locator(box)
    field.evaluate("field => { field.form.dataset.sent = '1' }")
    field.press("Enter")
    desk.page.locator("form[data-sent]").wait_for(state="detached")
    desk.page.wait_for_load_state()
    expect(desk.page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
    desk.page.locator("input:focus").wait_for()


def tab_to(desk, words):
    button = desk.page.get_by_role("button", name=words)
    for _number in range(40):
        if button.evaluate("button => button === document.activeElement"):
            return
        desk.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {words}.")


def test_a_kit_on_a_phone_with_something_missing_on_its_way_back(desk, kit, borrower):
    page = desk.page
    page.set_viewport_size(PHONE)
    desk.open(f"{reverse('asset_desk')}?code={kit.public_code}&person={borrower.pk}")

    for name in ("Camera CAM-1", "Lens, 50 mm LENS-1", "Tripod TRI-1", "Bag"):
        box = page.get_by_role("checkbox", name=name)
        assert box.bounding_box()["height"] >= 30
        box.check()
    page.get_by_label("of 3 × Battery").fill("3")
    assert not desk.is_too_wide()
    assert desk.findings() == []
    page.get_by_role("button", name="Hand out 1 thing").click()
    page.wait_for_url("**/desk/assets/?done=**")
    assert "Camera kit 1 Out until" in desk.text()

    page.get_by_role("link", name="Take back Camera kit 1").click()
    page.get_by_role("checkbox", name="Camera CAM-1").check()
    page.get_by_role("checkbox", name="Lens, 50 mm LENS-1").check()
    page.get_by_role("checkbox", name="Bag").check()
    page.get_by_label("of 3 × Battery").fill("2")
    page.get_by_label("Condition of LENS-1 Lens, 50 mm").select_option("worn")
    page.get_by_role("button", name="Take back 1 thing").click()
    page.get_by_text("Not checked off:").wait_for()
    assert "TRI-1 Tripod, 1 × Battery." in desk.text()
    assert not desk.is_too_wide()
    assert desk.findings() == []
    page.get_by_role("button", name="Take back without them").click()
    page.wait_for_url("**/desk/assets/?done=**")

    assert "Missing: TRI-1 Tripod, 1 × Battery" in desk.text()
    missing = Assignment.objects.open().get()
    assert (missing.asset.tag, missing.person, missing.loss) == ("TRI-1", borrower, "missing")
    assert AssignmentPart.objects.get(name="Battery").missing == 1
    assert Assignment.objects.get(asset__tag="LENS-1").condition == "worn"


def test_a_basket_by_keyboard_alone(desk, borrower, kit):
    AssetFactory(tag="LAP-1", name="Laptop"), AssetFactory(tag="LAP-2", name="Laptop")
    AssignmentFactory(asset=AssetFactory(tag="LAP-3", name="Laptop"))
    desk.page.locator("#id_out_person").focus()

    scan(desk, "novak")
    assert "Nela Novak borrower@example.edu" in desk.text()
    for tag in ("LAP-1", "LAP-3", "lap-2"):
        scan(desk, tag)
    assert "LAP-3 Laptop is out; it is due back on" in desk.text()
    assert "Hand out the other 2 things only" in desk.text()
    assert desk.findings() == []
    desk.page.get_by_role("button", name="Remove LAP-3").focus()
    press(desk)
    assert desk.page.locator(":focus").get_attribute("id") == "id_out_scan"
    tab_to(desk, "Hand out 2 things")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/desk/assets/?done=**")
    assert Assignment.objects.held_by(borrower).count() == 2

    assert desk.page.locator(":focus").get_attribute("id") == "id_back_scan"
    scan(desk, "LAP-1")
    scan(desk, "LAP-2")
    tab_to(desk, "Take back 2 things")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("Laptop LAP-2 Taken back").wait_for()

    assert not Assignment.objects.held_by(borrower).exists()


def test_scanned_members_check_themselves_off(desk, kit, borrower):
    desk.open(f"{reverse('asset_desk')}?person={borrower.pk}")
    for tag in ("Camera kit 1", "CAM-1", "TRI-1"):
        scan(desk, tag)

    boxes = {name: desk.page.get_by_role("checkbox", name=name).is_checked() for name in ("CAM-1", "LENS-1", "TRI-1")}
    assert boxes == {"CAM-1": True, "LENS-1": False, "TRI-1": True}
    desk.page.get_by_role("button", name="Everything is there Camera kit 1").click()
    expect(desk.page.get_by_role("checkbox", name="LENS-1")).to_be_checked()
    assert desk.page.get_by_label("of 3 × Battery").input_value() == "3"


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_without_javascript(desk, kit, borrower):
    page = desk.page
    for box, typed in (("#id_out_person", "novak"), ("#id_out_scan", "camera kit 1")):
        page.locator(box).fill(typed)
        press(desk, box)
    page.get_by_role("button", name="Everything is there").click()
    expect(page.get_by_role("checkbox", name="LENS-1")).to_be_checked()
    page.get_by_role("button", name="Hand out 1 thing").click()
    page.wait_for_url("**/desk/assets/?done=**")

    assert Assignment.objects.get(kit=kit).members.count() == 3


def test_the_desk_in_every_light(desk, kit, borrower, clerk):
    other = KitMemberFactory(kit__name="Light kit").kit
    short = assign_kit(kit=other, person=borrower, by=clerk)
    take_back_kit(assignment=short, by=clerk, missing_assets=[], returned_at=timezone.now())
    whole = assign_kit(kit=kit, person=borrower, by=clerk)
    AssignmentFactory(asset__tag="LAP-9", person=borrower, out_at=timezone.now())
    free, found = AssetFactory(tag="LAP-8"), {}
    pages = [
        f"{reverse('asset_desk')}?done={whole.pk}&done={short.pk}",
        f"{reverse('asset_desk')}?everything={borrower.pk}",
        f"{reverse('asset_desk')}?code={other.public_code}&person={borrower.pk}",
        f"{reverse('asset_desk')}?code={free.public_code}",
    ]

    for address in pages:
        desk.open(address)
        found[address] = findings(desk)

    assert found == dict.fromkeys(pages, [])
