"""A lost key in real browsers, from the phone of who lost it to the fee; and the pages of counts and campaigns.

Each page on the way is looked at on a phone and on a desk, light and dark: nothing for axe, nothing too wide.
"""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.operations import sync_roles
from keys.models import Attestation, CabinetCount, Charge, Door, LossReport, Rekeying
from keys.operations import ask_about_losses, charge_for_losses, close_campaign
from keys.tests.factories import (
    AttestationFactory,
    CabinetFactory,
    CampaignFactory,
    FeeRuleFactory,
    HookFactory,
    KeyFactory,
    LoanFactory,
)
from keys.tests.rekeyings import Shop
from keysite.tests.browser import Visitor
from keysite.tests.test_browser_access import (
    Letters,
    enter,
    sign_in_by_keyboard,
    sign_in_on_the_way,
    type_into,
)
from keysite.tests.test_browser_pages import DESK, PHONE, findings, look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ELSEWHERE = "https://keys.example.edu"  # what the setting says; the browsers ask another host


@pytest.fixture
def shop(site, settings, make_staff):
    """AA1 1 and AA1 2 are out; they open two doors of the Boiler House, of which one is critical."""
    settings.SITE_URL = ELSEWHERE
    sync_roles()
    shop = Shop(make_staff("key_shop", first_name="Shep", last_name="Smith"))
    shop.north.name = "Boiler House"
    shop.north.save()
    Door.objects.filter(label="101").update(criticality=5, kind="lab")
    for person, name in ((shop.person, "Nela"), (shop.colleague, "Colin"), (shop.manager, "Maud")):
        person.first_name, person.last_name = name, "Novak"
        person.save()
    FeeRuleFactory()
    return shop


@pytest.fixture
def arrive(browser, site):
    """Somebody at a browser of their own; what it complains about is looked at in the end."""
    visitors = []

    def arrive(**options):
        visitors.append(Visitor(browser.new_context(**options).new_page(), site))
        return visitors[-1]

    yield arrive
    assert [visitor.complaints for visitor in visitors] == [[]] * len(visitors)
    for visitor in visitors:
        visitor.page.context.close()


def press(visitor, name, wait_for):
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.get_by_text(wait_for).first.wait_for()


def report(person):
    """The holder says it on a phone."""
    person.page.set_viewport_size(PHONE)
    person.open(reverse("start")).get_by_role("link", name="Lost? AA1 1").click()
    person.page.wait_for_url("**/lost/")
    assert findings(person) == []
    person.page.set_viewport_size(PHONE)
    person.page.get_by_label("I lost it").check()
    person.page.get_by_role("button", name="Report it").click()
    person.page.wait_for_url("**/receipts/**")
    assert findings(person) == []


def decide(manager, letters, address):
    """The mail leads to the page, which says what is at risk; the manager decides there."""
    ask_about_losses(at=timezone.now())
    manager.open(letters.to(address, "AA1 1 is lost"))
    sign_in_on_the_way(manager, address)
    assert "It opens 1 door · 1 is critical" in manager.text()
    assert findings(manager) == []
    manager.open(reverse("start")).get_by_role("link", name="Lost keys to decide about").click()
    manager.page.wait_for_url(re.compile("/losses/"))
    assert findings(manager) == []
    manager.page.get_by_role("link", name="AA1 1").click()
    press(manager, "Decide", "Say what is to be done")
    assert findings(manager) == []
    manager.page.get_by_label("Rekey: which doors is planned next").check()
    manager.page.get_by_label("Why").fill("The lab")
    press(manager, "Decide", "It is decided: To be rekeyed.")
    assert findings(manager) == []


def plan(desk):
    """The key shop finds it in the list, sees the price, and plans."""
    desk.page.set_viewport_size(DESK)
    desk.open(reverse("cutting_list")).get_by_text("Keys", exact=True).click()
    assert findings(desk) == []
    desk.page.set_viewport_size(DESK)
    desk.page.get_by_role("link", name="Lost keys").click()
    desk.page.get_by_role("link", name="To be rekeyed").click()
    desk.page.wait_for_url(re.compile(r"/losses/\?show="))
    assert findings(desk) == []
    desk.page.set_viewport_size(DESK)
    desk.page.get_by_role("link", name="AA1 1").click()
    desk.page.get_by_role("link", name="Plan the rekeying").click()
    desk.page.wait_for_url("**/rekey/")
    assert findings(desk) == []
    desk.page.set_viewport_size(DESK)
    press(desk, "What would it cost?", "1 new cylinder, 1 new symbol, 1 key to swap; about 48")
    assert findings(desk) == []
    press(desk, "Plan it", "No door opens differently yet.")
    assert findings(desk) == []


def mend(phone, rekeying):
    """Before the door, with a phone."""
    phone.page.set_viewport_size(PHONE)
    phone.open(reverse("rekeying_list")).get_by_role("link", name=str(rekeying)).click()
    press(phone, "Done N 101", "is done: from now on the new keys open it.")
    assert findings(phone) == []
    phone.page.get_by_text("Done, or left as they are").click()
    assert findings(phone) == []
    phone.open(reverse("rekeying_list"))
    assert findings(phone) == []


def appeal(person):
    """What it costs is on the first page and on “my fees”."""
    person.page.set_viewport_size(PHONE)
    person.open(reverse("start")).get_by_role("link", name="My fees").click()
    assert "You owe 50.00 EUR." in person.text()
    assert findings(person) == []
    person.page.get_by_role("link", name="Appeal AA1 1").click()
    press(person, "Send the appeal", "Say why the fee should be waived.")
    assert findings(person) == []
    person.page.get_by_role("textbox", name=re.compile("Why should the fee")).fill("It was stolen from my bag")
    press(person, "Send the appeal", "Until it is answered you need not pay.")
    assert findings(person) == []


def test_from_the_loss_to_the_appeal(visitor, arrive, shop):
    letters, manager, staff = Letters(), arrive(), arrive().signed_in_as(shop.by)
    person = visitor.signed_in_as(shop.person)

    report(person)
    decide(manager, letters, shop.manager.email)
    plan(staff)
    rekeying = Rekeying.objects.get()
    mend(arrive(has_touch=True).signed_in_as(shop.by), rekeying)
    charge_for_losses(at=timezone.now())
    appeal(person)

    assert LossReport.objects.get().decided_by == shop.manager
    assert rekeying.doors.get().done_by == shop.by
    assert Charge.objects.get().appeal == "It was stolen from my bag"


def test_by_keyboard_alone_and_without_javascript(arrive, shop):
    letters = Letters()
    person, manager, staff = (arrive(java_script_enabled=False) for _one in range(3))

    person.open(reverse("loan_lose", args=[shop.lost.pk]))
    sign_in_by_keyboard(person, shop.person.email)
    type_into(person, "I lost it", " ")
    enter(person, "Report it")
    ask_about_losses(at=timezone.now())

    manager.open(letters.to(shop.manager.email, "AA1 1 is lost"))
    sign_in_by_keyboard(manager, shop.manager.email)
    type_into(manager, "Rekey: which doors", " ")
    type_into(manager, "Why", "The lab")
    enter(manager, "Decide")
    assert "It is decided: To be rekeyed." in manager.text()

    staff.signed_in_as(shop.by).open(reverse("loss", args=[LossReport.objects.get().pk]))
    enter(staff, "Plan the rekeying")
    enter(staff, "What would it cost?")
    assert "about 48" in staff.text()
    enter(staff, "Plan it")
    enter(staff, "Done")
    assert "is done: from now on the new keys open it." in staff.text()
    assert Rekeying.objects.get().doors.get().done_by == shop.by


@pytest.fixture
def cabinet(shop):
    cabinet = CabinetFactory(name="Cabinet 1")
    for serial in range(1, 8):
        KeyFactory(symbol=shop.symbols["AA3"], serial=serial, hook=HookFactory(cabinet=cabinet))
    return cabinet


@pytest.mark.parametrize(
    "browser_context_args", [{"java_script_enabled": True}, {"java_script_enabled": False}], indirect=True
)
def test_a_cabinet_is_counted(visitor, cabinet, shop):
    page = visitor.signed_in_as(shop.by).page
    visitor.open(reverse("cabinet_list"))
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Count it Cabinet 1").click()
    page.locator("#id_scan:focus").wait_for()
    for typed, said in (("AA3 1", "AA3 1 is there."), ("AA3 99", "There is no key AA3 99.")):
        page.locator("#id_scan").fill(typed)
        page.keyboard.press("Enter")
        page.get_by_text(said).first.wait_for()
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    for serial in range(2, 7):
        page.get_by_role("checkbox", name=f"AA3 {serial}").check()
    press(visitor, "What is missing?", "1 key is missing")
    assert findings(visitor) == []
    press(visitor, "Report it lost, and end the count", "1 is reported lost.")

    assert findings(visitor) == []
    assert (CabinetCount.objects.get().expected, CabinetCount.objects.get().missing) == (7, 1)


@pytest.fixture
def asked(shop):
    """Two people are asked about three keys; the managers answer for one of them."""
    campaign = CampaignFactory(name="Keys 2026", population=3)
    for loan in (shop.lost, LoanFactory(key=shop.key("AA2"), borrower=shop.person)):
        AttestationFactory(campaign=campaign, loan=loan)
    AttestationFactory(campaign=campaign, loan=shop.old, stage=Attestation.Stage.MANAGER)
    return campaign


@pytest.mark.parametrize(
    "browser_context_args", [{"java_script_enabled": True}, {"java_script_enabled": False}], indirect=True
)
def test_keys_are_confirmed(visitor, asked, shop):
    page = visitor.signed_in_as(shop.person).page
    visitor.open(reverse("start"))
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Confirm my keys").click()
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    page.get_by_label("I have it").first.check()
    page.get_by_label("I lost it").last.check()
    press(visitor, "Send my answers", "2 answers are noted.")
    assert findings(visitor) == []

    visitor.signed_in_as(shop.manager).open(reverse("start"))
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Answer for others: Keys 2026").click()
    press(visitor, "They have it", "Tick at least one key.")
    assert findings(visitor) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("checkbox").check()
    press(visitor, "They have it", "1 answer is noted.")
    assert findings(visitor) == []

    assert list(Attestation.objects.order_by("pk").values_list("answer", flat=True)) == ["have", "lost", "have"]


def test_what_a_campaign_has_come_to(visitor, asked, shop):
    Attestation.objects.filter(loan=shop.lost).update(
        answer="never", answered_at=timezone.now(), answered_by=shop.person
    )
    visitor.signed_in_as(shop.by)
    results = reverse("campaign", args=[asked.pk])
    summary = f"{reverse('campaign_summary', args=[asked.pk])}?department={shop.department.pk}"

    assert look_at(visitor, [results, summary, reverse("attestation_others", args=[asked.pk])]) == {}
    assert "Keys 2026" in visitor.text()
    close_campaign(campaign=asked, by=shop.by)
    assert look_at(visitor, [results, reverse("attestation_others", args=[asked.pk])]) == {}


def test_the_desk_reports_a_key_lost_for_who_stands_there(visitor, shop, make_staff):
    page = visitor.signed_in_as(make_staff("desk")).open(reverse("desk"))
    page.locator("#id_person").fill(shop.person.email)
    page.keyboard.press("Enter")
    page.get_by_text("Somebody else").wait_for()
    assert findings(visitor) == []
    page.get_by_role("link", name="Lost? AA1 1").click()
    page.get_by_label("What happened").select_option("lost")
    page.get_by_role("button", name="Lost or broken").click()
    page.get_by_text("the key is reported lost or broken").wait_for()

    assert LossReport.objects.get().loan == shop.lost
