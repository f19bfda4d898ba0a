"""The whole way of a key in real browsers: invited, asked for, asked back, agreed to, cut, picked up, brought back.

Each step is told by mail, whose links lead on; every page on the way is quiet for axe, on a phone and on a desk.
"""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from accounts.operations import send_notices, sync_roles
from assets.models import Space
from keys.models import Key, KeyRequest, Loan
from keys.tests.factories import opening
from keys.tests.requests import Campus
from keysite.tasks import CONTENTS
from keysite.tests.browser import Visitor, newest_code
from keysite.tests.test_browser_desk import scan
from keysite.tests.test_browser_pages import findings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ELSEWHERE = "https://keys.example.edu"  # what the setting says; the browsers ask another host
NELA = "nela@example.edu"


@pytest.fixture
def campus(site, settings):
    settings.SITE_URL = ELSEWHERE
    sync_roles()
    campus = Campus()
    campus.affiliation.may_be_chosen = True
    campus.affiliation.save()
    campus.north.name = "Boiler House"
    campus.north.save()
    opening(campus.symbols["AA1"], Space.objects.create(building=campus.north, number="110", floor="1"))
    return campus


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


class Letters:
    """The mails that were sent; each is read once, by its words, and its links are those of the setting."""

    def __init__(self):
        self.read = []

    def to(self, address, subject):
        """The way that the mail leads which ``address`` got with a subject like this."""
        send_notices(contents=CONTENTS, at=timezone.now())
        [letter] = [
            m for m in mail.outbox if m not in self.read and m.to == [address] and re.search(subject, m.subject)
        ]
        self.read.append(letter)
        html = letter.alternatives[0][0]
        ways = re.findall(rf"{re.escape(ELSEWHERE)}(/\S*)", letter.body)
        assert ways
        assert all(f'href="{ELSEWHERE}{way}"' in html for way in ways)
        assert "localhost" not in letter.body + html
        return ways[0]

    def unread(self, address):
        """The subjects of what came besides to this address; codes for the sign-in are read by whoever signs in."""
        rest = [letter for letter in mail.outbox if letter not in self.read and letter.to == [address]]
        return [letter.subject for letter in rest if "code" not in letter.subject]


def sign_in_on_the_way(visitor, address):
    """The page asked for wants to know who comes: address, code, and on to it."""
    page = visitor.page
    page.get_by_label("E-mail").fill(address)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('sign_in_code')}*")
    page.get_by_label("Code").fill(newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: reverse("sign_in") not in url)


def press(visitor, name, wait_for):
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.get_by_text(wait_for).first.wait_for()


def come_by_invitation(person, desk, letters, campus):
    """The desk types an address; whoever reads the mail says who they are and lands in the request."""
    desk.open(reverse("desk"))
    desk.page.get_by_role("link", name="Invite somebody").click()
    assert findings(desk) == []
    desk.page.get_by_label("E-mail").fill(NELA)
    press(desk, "Send the invitation", "is on its way")
    assert findings(desk) == []

    person.open(letters.to(NELA, "invite"))
    assert findings(person) == []
    person.page.get_by_role("button", name="Accept and go on").click()
    person.page.get_by_label("First name").fill("Nela")
    person.page.get_by_label("Last name").fill("Novak")
    person.page.get_by_label("Affiliation").select_option(label=campus.affiliation.name)
    assert findings(person) == []
    person.page.get_by_role("button", name=re.compile("Save|Keep|go on")).click()
    person.page.get_by_role("heading", name="Ask for keys").wait_for()
    assert findings(person) == []
    return Person.objects.get(email=NELA)


def ask_for_the_room(person):
    page, today = person.page, timezone.localdate().isoformat()
    page.get_by_label("Building").select_option(label="N Boiler House")
    page.get_by_role("checkbox", name="110").check()
    page.get_by_role("button", name="Put into the request").click()
    page.get_by_text("You get 1 key:").wait_for()
    assert findings(person) == []
    page.get_by_label("What the keys are for").fill("The heating needs me at night")
    assert page.get_by_label("Needed from").input_value() == today
    page.get_by_label("Needed until").fill(today)
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("heading", name="Key Requested").wait_for()
    assert findings(person) == []
    return KeyRequest.objects.get()


def ask_back_and_agree(manager, person, letters, campus):
    """A question and its answer by mail and page, then the word of the manager."""
    address = campus.manager.email
    manager.open(letters.to(address, "Somebody asks for keys"))
    sign_in_on_the_way(manager, address)
    assert "The heating needs me at night" in manager.text()
    assert findings(manager) == []
    manager.page.get_by_label("Comment or reason").fill("Which boiler is it?")
    press(manager, "Ask back", "waits for an answer")
    assert findings(manager) == []

    person.open(letters.to(NELA, "a message"))
    assert "Which boiler is it?" in person.text()
    assert findings(person) == []
    person.page.get_by_role("textbox", name="Message").fill("The old one")
    press(person, "Send", "The old one")

    manager.open(letters.to(address, "a message"))
    assert "The old one" in manager.text()
    press(manager, "Approve", "You have agreed.")
    assert findings(manager) == []


def cut(shop):
    shop.open(reverse("cutting_list"))
    steps = [("It is cut", "somebody looks"), ("It fits", "Bring it to the desk"), ("It is at the desk", "gets a mail")]
    for name, said in steps:
        assert findings(shop) == []
        press(shop, name, said)


def hand_over_and_take_back(desk):
    desk.open(reverse("desk"))
    desk.page.locator("#id_person").focus()
    scan(desk, NELA)
    scan(desk, "AA1 1")
    assert findings(desk) == []
    desk.page.get_by_role("button", name="Check out 1 key").click()
    desk.page.wait_for_url("**/desk/?loan=**")
    loan = Loan.objects.get()
    assert (loan.borrower.email, str(loan.key)) == (NELA, "AA1 1")
    desk.page.locator("#id_return").focus()
    scan(desk, "AA1 1")
    assert "AA1 1 Taken back" in desk.text()
    assert findings(desk) == []
    assert Key.objects.being(Key.Availability.THERE).get() == loan.key


def test_from_the_invitation_to_the_return(visitor, arrive, campus, make_staff):
    letters, person, manager = Letters(), visitor, arrive()
    desk, shop = (arrive().signed_in_as(make_staff(role)) for role in ("desk", "key_shop"))

    come_by_invitation(person, desk, letters, campus)
    request = ask_for_the_room(person)
    assert letters.to(NELA, "has arrived") == reverse("key_request", args=[request.pk])
    ask_back_and_agree(manager, person, letters, campus)
    person.open(letters.to(NELA, "is approved"))
    assert f"Request {request}: Key being Fabricated" in person.text()
    assert findings(person) == []
    letters.to(NELA, "being fabricated")
    cut(shop)
    letters.to(NELA, "waits for delivery")
    person.open(letters.to(NELA, "ready to be picked up"))
    assert f"Request {request}: Key Ready for Pickup" in person.text()
    assert findings(person) == []
    hand_over_and_take_back(desk)
    person.open(letters.to(NELA, "Checked out"))
    assert findings(person) == []
    person.open(reverse("key_request", args=[request.pk]))
    assert f"Request {request}: Keys handed over" in person.text()
    assert findings(person) == []

    person.open(reverse("key_request_list"))
    assert f"{request} Keys handed over" in person.text()
    assert findings(person) == []

    letters.to(NELA, "Taken back")
    assert letters.unread(NELA) == letters.unread(campus.manager.email) == []


def walk_to(visitor, name):
    """Press Tab until the keyboard is in what is called so."""
    called = """() => { const at = document.activeElement, label = at.labels && at.labels[0]
        return at.getAttribute('aria-label') || (label ? label.innerText : at.innerText) }"""
    for _step in range(80):
        if (visitor.page.evaluate(called) or "").strip().startswith(name):
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never leads to “{name}”")


def type_into(visitor, name, typed):
    walk_to(visitor, name)
    visitor.page.keyboard.type(typed)


def enter(visitor, name):
    """Walk to a button or link, press Enter, and wait for the page."""
    walk_to(visitor, name)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def sign_in_by_keyboard(visitor, address):
    type_into(visitor, "E-mail", address)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    type_into(visitor, "Code", newest_code())
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_by_keyboard_alone_and_without_javascript(arrive, campus):
    letters = Letters()
    person, manager = arrive(java_script_enabled=False), arrive(java_script_enabled=False)
    campus.key("AA1")
    today = f"{timezone.localdate():%m%d%Y}"

    person.open(reverse("key_request_new"))
    sign_in_by_keyboard(person, campus.person.email)
    type_into(person, "Building", "N B")
    enter(person, "Show")
    type_into(person, "110", " ")
    enter(person, "Put into the request")
    type_into(person, "What the keys are for", "The heating")
    type_into(person, "Needed until", today)
    enter(person, "Send the request")
    request = KeyRequest.objects.get()
    assert f"Request {request}: Key Requested" in person.text()
    type_into(person, "Message", "It is the old boiler")
    enter(person, "Send")
    assert "It is the old boiler" in person.text()

    manager.open(letters.to(campus.manager.email, "Somebody asks for keys"))
    sign_in_by_keyboard(manager, campus.manager.email)
    assert "It is the old boiler" in manager.text()
    type_into(manager, "Comment or reason", "Mind the steps")
    enter(manager, "Approve")
    assert "You have agreed." in manager.text()

    person.open(letters.to(campus.person.email, "ready to be picked up"))
    assert f"Request {request}: Key Ready for Pickup" in person.text()
    assert request.approvals.get().comment == "Mind the steps"
