"""What tests with a real browser share: a visitor whose pages must be quiet, and axe."""

import re

from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.operations import send_notices
from keysite.tasks import CONTENTS
from keysite.tests.clients import SignedInClient


class Visitor:
    """Somebody at a browser. Whatever the console complains about is kept in ``complaints``."""

    def __init__(self, page, site):
        self.page, self.site, self.complaints = page, site, []
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, address):
        self.page.goto(self.site + address)
        return self.page

    def sign_in(self, address):
        """Type the address, read the mail, type the code."""
        page = self.open(reverse("sign_in"))
        page.get_by_label("E-mail").fill(address)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{reverse('sign_in_code')}")
        page.get_by_label("Code").fill(newest_code())
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: reverse("sign_in") not in url)

    def signed_in_as(self, person):
        """Skip the sign-in pages: the browser gets a session of ``person``."""
        client = SignedInClient()
        client.force_login(person)
        cookie = client.cookies["sessionid"]
        self.page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": self.site}])
        return self

    def findings(self, *rules):
        """What axe finds on the page as it is, by all its rules or by these: rule and place, one line each."""
        found = Axe().run(self.page, options={"runOnly": list(rules)} if rules else None).response["violations"]
        return [f"{item['id']}: {node['html'][:120]}" for item in found for node in item["nodes"]]

    def is_too_wide(self):
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def focused(self):
        """The name of the field that the keyboard is in."""
        return self.page.evaluate("document.activeElement.name || document.activeElement.tagName")

    def text(self):
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())


def newest_code():
    """The code of the last mail, which is sent now."""
    send_notices(contents=CONTENTS, at=timezone.now())
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]
