"""The whole way of a key in real browsers: asked for, asked back, agreed to, cut, picked up and brought back.

Each step is told by mail, whose links lead on; every page on the way is quiet for axe, on a phone and on a desk.
"""

import re

import pytest
from django.conf import settings as site_settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone

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

TODAY = timezone.localdate
ELSEWHERE = "https://keys.example.edu"  # what the setting says; the browsers ask another host


@pytest.fixture
def campus(site, settings):
    settings.SITE_URL = ELSEWHERE
    sync_roles()
    campus = Campus()
    campus.north.name = "Boiler House"
    campus.north.save()
    room = Space.objects.create(building=campus.north, number="110", floor="1")
    opening(campus.symbols["AA1"], room)
    for person, name in ((campus.person, "Nela"), (campus.manager, "Mona")):
        person.first_name, person.last_name = name, "Novak"
        person.save()
    return campus


@pytest.fixture
def arrive(browser, site, browser_context_args):
    """Somebody at a browser of their own; what it complains about is looked at in the end."""
    visitors = []

    def arrive(**options):
        visitors.append(Visitor(browser.new_context(**browser_context_args | options).new_page(), site))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        assert visitor.complaints == []
        visitor.page.context.close()


class Letters:
    """The mails since the last look, by subject."""

    def __init__(self):
        self.seen = len(mail.outbox)

    def new(self):
        send_notices(contents=CONTENTS, at=timezone.now())
        letters, self.seen = mail.outbox[self.seen :], len(mail.outbox)
        return letters

    def to(self, person):
        """The one new mail to ``person``: its subject, and the way its link leads."""
        [letter] = [letter for letter in self.new() if letter.to == [person.email]]
        return letter.subject, way_in(letter)


def way_in(letter):
    """Where the mail leads, by text and HTML: to the host of the setting, whoever asks from where."""
    html = letter.alternatives[0][0]
    ways = re.findall(rf"{re.escape(ELSEWHERE)}(/\S*)", letter.body)
    assert ways
    assert all(f'href="{ELSEWHERE}{way}"' in html for way in ways)
    assert site_settings.SITE_URL == ELSEWHERE
    assert "localhost" not in letter.body + html
    return ways[0]


def sign_in_on_the_way(visitor, address):
    """The page asked for wants to know who comes: address, code, and on to it."""
    page = visitor.page
    page.get_by_label("E-mail").fill(address)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('sign_in_code')}*")
    page.get_by_label("Code").fill(newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: reverse("sign_in") not in url)


def fill_the_basket(visitor):
    page = visitor.page
    page.get_by_label("Building").select_option(label="N Boiler House")
    page.get_by_role("button", name="Show the rooms").click()
    page.get_by_role("checkbox", name="110").check()
    page.get_by_role("button", name="Put into the request").click()
    page.get_by_role("heading", name="What it would come to now").wait_for()


def send_the_basket(visitor):
    page, today = visitor.page, TODAY().isoformat()
    page.get_by_label("What the keys are for").fill("The heating needs me at night")
    page.get_by_label("Needed from").fill(today)
    page.get_by_label("Needed until").fill(today)
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("heading", name="Key Requested").wait_for()


def press(visitor, name, wait_for):
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.get_by_text(wait_for).first.wait_for()


def test_from_the_request_to_the_return(visitor, arrive, campus, make_staff):
    letters = Letters()
    person, manager = visitor, arrive()

    person.open(reverse("key_request_new"))
    sign_in_on_the_way(person, campus.person.email)
    assert findings(person) == []
    fill_the_basket(person)
    assert "You get 1 key: AA1" in person.text()
    assert findings(person) == []
    letters.new()
    send_the_basket(person)
    assert findings(person) == []
    request = KeyRequest.objects.get()
    wanted, sent = sorted(letters.new(), key=lambda letter: letter.to == [campus.person.email])
    assert sent.subject == f"Your request {request} for keys has arrived"
    assert way_in(sent) == reverse("key_request", args=[request.pk])
    assert wanted.to == [campus.manager.email]

    manager.open(way_in(wanted))
    sign_in_on_the_way(manager, campus.manager.email)
    assert findings(manager) == []
    if manager.page.get_by_role("button", name="Ask back").count() == 0:
        manager.page.get_by_role("link", name=str(request)).click()
    assert "The heating needs me at night" in manager.text()
    assert findings(manager) == []
    letters.new()
    manager.page.get_by_label("Comment or reason").fill("Which boiler is it?")
    press(manager, "Ask back", "waits for an answer")
    assert findings(manager) == []

    subject, way = letters.to(campus.person)
    assert subject == f"Request {request}: a message"
    person.open(way)
    assert "Which boiler is it?" in person.text()
    assert findings(person) == []
    person.page.get_by_role("textbox", name="Message").fill("The old one")
    press(person, "Send", "The old one")

    _subject, way = letters.to(campus.manager)
    manager.open(way)
    assert "The old one" in manager.text()
    press(manager, "Approve", "You have agreed.")
    assert findings(manager) == []
    subject, way = letters.to(campus.person)
    assert subject == f"Request {request} is approved"
    person.open(way)
    assert "Key being Fabricated AA1 since" in person.text()
    assert findings(person) == []

    shop = arrive().signed_in_as(make_staff("key_shop"))
    shop.open(reverse("cutting_list"))
    for name, said in (("It is cut", "Now somebody looks"), ("It fits", "Bring it to the desk")):
        assert findings(shop) == []
        press(shop, name, said)
    assert letters.new() == []
    assert findings(shop) == []
    press(shop, "It is at the desk", "Whoever asked for it gets a mail.")
    assert findings(shop) == []

    subject, way = letters.to(campus.person)
    assert subject == f"Request {request}: ready to be picked up"
    person.open(way)
    assert re.search(r"Key Ready for Pickup AA1 1 kept until", person.text())
    assert findings(person) == []

    hand_over_and_take_back(arrive().signed_in_as(make_staff("desk")), campus)
    [out, back] = letters.new()
    assert ["AA1 1" in letter.body for letter in (out, back)] == [True, True]
    person.open(way_in(back))
    assert findings(person) == []
    person.open(reverse("key_request", args=[request.pk]))
    assert "Keys handed over" in person.text()
    assert findings(person) == []


def hand_over_and_take_back(desk, campus):
    desk.open(reverse("desk"))
    desk.page.locator("#id_person").focus()
    scan(desk, campus.person.email)
    scan(desk, "AA1 1")
    assert findings(desk) == []
    desk.page.get_by_role("button", name="Check out 1 key").click()
    desk.page.wait_for_url("**/desk/?loan=**")
    loan = Loan.objects.get()
    assert (loan.borrower, str(loan.key)) == (campus.person, "AA1 1")
    desk.page.locator("#id_return").focus()
    scan(desk, "AA1 1")
    assert "AA1 1 Taken back" in desk.text()
    assert findings(desk) == []
    assert Key.objects.being(Key.Availability.THERE).get() == loan.key
