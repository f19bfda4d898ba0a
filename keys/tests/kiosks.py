"""A browser that is a kiosk, and what is typed on it."""

from django.test import Client
from django.urls import reverse

from accounts.models import Kiosk
from accounts.operations import register_kiosk
from accounts.tests.doors import newest_code

OUT, CODE, BACK = "/kiosk/check-out/", "/kiosk/code/", "/kiosk/return/"


def make_kiosk(by, asks=Kiosk.Asks.CODE):
    """A browser that is a kiosk, and the kiosk."""
    kiosk = Kiosk.objects.create(name=f"Hall {asks}", place="Hall", asks=asks)
    browser = Client()
    browser.post(reverse("kiosk_register", args=[register_kiosk(kiosk=kiosk, by=by)]))
    kiosk.refresh_from_db()
    return browser, kiosk


def send(browser, path, **fields):
    once = browser.get(path).context["form"]["once"].value()
    return browser.post(path, {"once": once, **fields})


def ask(browser, address="borrower@example.edu", keys="AA1 7", **fields):
    """The first page; its answer is the page with the code."""
    return send(browser, OUT, keys=keys, address=address, **fields)


def type_code(browser, page, **fields):
    """The second page, filled in."""
    form = page.context["form"]
    hidden = {"once": form["once"].value(), "state": form["state"].value()}
    return browser.post(CODE, hidden | {"code": newest_code(), "keys": form["keys"].value()} | fields)
