"""From an address that a manager types to a request for keys, in two browsers, with and without JavaScript."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.operations import invite, send_notices, sync_roles, withdraw_invitation
from accounts.tests.factories import PersonFactory
from keysite.tasks import CONTENTS
from keysite.tests.test_browser_pages import look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEW = "nela.novak@example.edu"


@pytest.fixture
def manager(site):
    sync_roles()
    person = PersonFactory(email="manager@example.edu", first_name="Marta", last_name="Moss", is_staff=True)
    person.groups.add(Group.objects.get(name="building_manager"))
    return person


def link_of_the_mail():
    send_notices(contents=CONTENTS, at=timezone.now())
    return re.search(r"http\S+/invited/\S+", mail.outbox[-1].body)[0]


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way(visitor, browser, manager, site, script):
    visitor.signed_in_as(manager)
    page = visitor.open(reverse("approval_list"))
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill(NEW)
    page.keyboard.press("Enter")
    page.get_by_text(f"A mail to {NEW} is on its way.").wait_for()

    with browser.new_context(java_script_enabled=script) as context:
        guest = context.new_page()
        guest.goto(link_of_the_mail())
        guest.get_by_role("button", name="Accept and go on").click()
        guest.get_by_label("First name").fill("Nela")
        guest.get_by_label("Last name").fill("Novak")
        guest.get_by_role("button", name="Save and go on").click()

        assert guest.url == site + reverse("key_request_new")

    visitor.open(reverse("invitation_list"))
    assert NEW not in visitor.text()


def test_the_pages(visitor, manager):
    invitation = invite(email=NEW, by=manager)
    address = link_of_the_mail().removeprefix(visitor.site)
    found = look_at(visitor, [address])
    visitor.signed_in_as(manager)
    found |= look_at(visitor, [reverse("invitation_list"), address])
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    page = visitor.open(reverse("invitation_list"))
    page.get_by_label("E-mail address").fill("no address")
    page.keyboard.press("Enter")
    page.locator(".problem").wait_for()
    withdraw_invitation(invitation=invitation, by=manager)

    assert visitor.findings() == []
    assert found == {}
    assert look_at(visitor, [address]) == {}
    assert all("410" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()
