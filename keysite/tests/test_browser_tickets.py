"""A fault in a real browser: reported with a photo on a phone, mended, sent back, mended again and confirmed."""

import io
import re

import pytest
from django.core import mail
from django.utils import timezone
from PIL import Image

from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from assets.tests.factories import SpaceFactory
from keysite.tasks import CONTENTS
from keysite.tests.browser import Visitor
from tickets.forms import public
from tickets.models import Check, Comment, Status, Ticket
from tickets.operations import add_work, comment, follow_ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(autouse=True)
def quick_forms(monkeypatch):
    """A browser fills in a form faster than a person."""
    monkeypatch.setattr(public, "LEAST_SECONDS", 0)


@pytest.fixture
def technician(site, make_staff):
    return make_staff("technician", first_name="Tess", last_name="Mender")


def a_picture():
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(file, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def link_in_the_mail(site):
    """The tracking address of the last mail, which is sent now."""
    send_notices(contents=CONTENTS, at=timezone.now())
    return re.search(r"/t/[0-9a-f]+/", mail.outbox[-1].body)[0]


def a_full_ticket(technician):
    """One of every kind of thing that the page shows."""
    kind = CategoryFactory(name="Light", parent=CategoryFactory(name="Electricity"))
    about = {"category": kind, "space": SpaceFactory(building__name="North Hall"), "technician": technician}
    ticket = TicketFactory(status=Status.IN_PROGRESS, description="It flickers since Monday.", priority=2, **about)
    Check.objects.create(ticket=ticket, text="Is the fuse in order?")
    comment(ticket=ticket, by=technician, text="The lamp is out of stock", internal=True)
    comment(ticket=ticket, by=technician, text="We come tomorrow", internal=False)
    add_work(ticket=ticket, by=technician, minutes=15, parts="Fuse", cost=3)
    return ticket


@pytest.mark.parametrize("browser_context_args", [PHONE], indirect=True)
def test_from_the_report_to_the_confirmation_on_a_phone(visitor, browser, site, technician):
    page, space = visitor.page, SpaceFactory()
    kind = CategoryFactory(name="Light", technician=technician)
    visitor.open(f"/r/{space.public_code}/")
    page.get_by_label("What is broken?").fill("The lamp flickers")
    page.get_by_label("What sort of thing is it?").select_option("Light")
    page.get_by_label("Photos").set_input_files([a_picture()])
    page.get_by_label("E-mail address").fill("reporter@example.edu")
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url("**/report/done/**")
    ticket = Ticket.objects.get()
    assert (f"#{ticket.number}" in visitor.text(), ticket.photos.count(), ticket.category) == (True, 1, kind)
    follow = link_in_the_mail(site)

    staff = Visitor(browser.new_context(**PHONE).new_page(), site).signed_in_as(technician)
    Ticket.objects.filter(pk=ticket.pk).update(status="accepted", technician=technician)
    mend(staff, ticket)

    visitor.open(follow)
    page.get_by_label("No: what is still broken?").fill("Dark again")
    page.get_by_role("button", name="It is still broken").click()
    page.get_by_role("heading", name="Answer").wait_for()
    mend(staff, ticket, started=True)

    visitor.open(follow)
    page.get_by_role("button", name="Yes, it works").click()
    page.get_by_text("Confirmed").wait_for()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.work.count()) == ("confirmed", 2)
    assert ticket.reporter.email == "reporter@example.edu"
    assert staff.complaints == []
    staff.page.context.close()


@pytest.mark.parametrize("browser_context_args", [PHONE], indirect=True)
def test_the_phone_does_its_work_before_a_report_where_that_is_asked_for(visitor, site, settings):
    settings.REPORT_PROOF = True
    page, space = visitor.page, SpaceFactory()
    visitor.open(f"/r/{space.public_code}/")
    page.get_by_label("What is broken?").fill("The lamp flickers")
    page.get_by_label("E-mail address").fill("reporter@example.edu")
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url("**/report/done/**")

    assert Ticket.objects.get().title == "The lamp flickers"


def mend(staff, ticket, started=False):
    page = staff.open("/tickets/")
    page.get_by_role("link", name=f"#{ticket.number}").click()
    if not started:
        page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Resolve").click()
    page.get_by_label("What was done?").fill("A new lamp")
    page.get_by_label("Minutes it took").fill("20")
    page.get_by_role("button", name="Resolve").click()
    page.get_by_text("The reporter is asked whether it works.").wait_for()


def test_the_reporter_follows_and_answers_by_the_link(visitor, site, technician):
    ticket, page = TicketFactory(reporter=PersonFactory(email_proved_at=None), technician=technician), visitor.page
    follow_ticket(ticket=ticket, by=ticket.reporter)
    comment(ticket=ticket, by=technician, text="Which lamp is it?", internal=True)
    visitor.signed_in_as(technician)
    visitor.open(f"/tickets/{ticket.number}/reply/")
    page.get_by_role("textbox", name="Public reply").fill("Which lamp?")
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_text("The reply is on its way.").wait_for()
    address = link_in_the_mail(site)
    page.context.clear_cookies()

    visitor.open(address)
    assert "Which lamp?" in visitor.text()
    assert "Which lamp is it?" not in visitor.text()
    page.get_by_label("What do you want to say?").fill("The left one")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("The left one").wait_for()

    assert Comment.objects.public().filter(by=ticket.reporter).get().text == "The left one"


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_without_javascript(visitor, technician):
    ticket, page = a_full_ticket(technician), visitor.page
    visitor.signed_in_as(technician).open(f"/tickets/{ticket.number}/")
    page.get_by_role("button", name="Is the fuse in order?").click()
    page.get_by_role("textbox", name="Internal note").fill("Ordered one")
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_role("link", name="It has to wait").click()
    page.get_by_label("What does it wait for?").fill("The lamp")
    page.get_by_label("Look at it again on").fill("2001-01-01")
    page.get_by_role("button", name="It has to wait").click()

    assert "from tomorrow to a year from now" in visitor.text()
    assert page.get_by_label("What does it wait for?").input_value() == "The lamp"
    assert ticket.comments.filter(text="Ordered one", internal=True).exists()
    assert ticket.checks.get().done_at


def test_by_keyboard_alone(visitor, technician):
    ticket, page = a_full_ticket(technician), visitor.page
    visitor.signed_in_as(technician).open(f"/tickets/{ticket.number}/")

    page.locator("main").focus()
    while visitor.focused() != "A" or "Resolve" not in page.evaluate("document.activeElement.innerText"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/resolve/")
    page.locator("main").focus()
    while visitor.focused() != "note":
        page.keyboard.press("Tab")
    page.keyboard.type("A new lamp")
    page.keyboard.press("Tab")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    page.get_by_text("The reporter is asked whether it works.").wait_for()

    ticket.refresh_from_db()
    assert (ticket.status, ticket.work.latest("pk").minutes) == ("resolved", 20)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_quiet_and_fit(visitor, technician, make_staff, width, scheme):
    page, ticket = visitor.page, a_full_ticket(technician)
    TicketFactory(title="The key turns hard in the lock of the door to the cellar", place_in_words="Cellar")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    visitor.signed_in_as(make_staff("administrator"))

    paths = ["", f"{ticket.number}/", f"{ticket.number}/stall/", f"{ticket.number}/history/", "mine/", "report/"]
    for path in [*paths, "notices/", "?q=nothing", f"{ticket.number}/edit_ticket/", f"{ticket.number}/reply/"]:
        visitor.open(f"/tickets/{path}")
        assert visitor.findings() == [], path
        assert not visitor.is_too_wide(), path
