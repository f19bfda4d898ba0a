"""How a device becomes a kiosk, and ceases to be one."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Kiosk
from accounts.operations import register_kiosk, revoke_kiosk
from keys.tests.kiosks import BACK, CODE, OUT, make_kiosk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.delete_pattern("allauth:*")


def test_the_link_shows_a_button_first(administrator):
    kiosk = Kiosk.objects.create(name="Hall", place="Hall")
    path = reverse("kiosk_register", args=[register_kiosk(kiosk=kiosk, by=administrator)])

    response = Client().get(path)

    assert response.status_code == 200
    assert "kiosk" not in response.cookies
    assert response["Referrer-Policy"] == "strict-origin"


def test_the_cookie_is_for_the_kiosk_pages_only(administrator):
    kiosk = Kiosk.objects.create(name="Hall", place="Hall")
    token = register_kiosk(kiosk=kiosk, by=administrator)

    response = Client().post(reverse("kiosk_register", args=[token]))

    cookie = response.cookies["kiosk"]
    kiosk.refresh_from_db()
    assert response.url == "/kiosk/"
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/kiosk/", True, "Strict")
    assert cookie["max-age"] == 400 * 24 * 3600
    assert cookie.value not in token
    assert cookie.value != kiosk.token_digest
    assert "sessionid" not in response.cookies


def test_the_link_works_once(administrator):
    kiosk = Kiosk.objects.create(name="Hall", place="Hall")
    path = reverse("kiosk_register", args=[register_kiosk(kiosk=kiosk, by=administrator)])
    Client().post(path)

    response = Client().post(path)

    assert response.status_code == 410
    assert "wrong, too old or used" in response.content.decode()


def test_the_link_works_for_a_day(administrator):
    kiosk = Kiosk.objects.create(name="Hall", place="Hall")
    path = reverse("kiosk_register", args=[register_kiosk(kiosk=kiosk, by=administrator)])

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Client().post(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "a:b:c", "😀", "x" * 2000])
def test_a_wrong_link_gets_a_page(db, token):
    assert Client().post(f"/kiosk/register/{token}/").status_code == 410


@pytest.mark.parametrize("path", ["/kiosk/", OUT, CODE, BACK, "/kiosk/done/x/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_devices_get_a_sentence(db, path, method):
    browser = Client()
    browser.cookies["kiosk"] = "made up"

    response = getattr(browser, method)(path)

    assert response.status_code == 403
    assert "This device is not a kiosk" in response.content.decode()


def test_a_revoked_kiosk_stops_at_once(administrator):
    browser, kiosk = make_kiosk(administrator)
    assert browser.get("/kiosk/").status_code == 200

    revoke_kiosk(kiosk=kiosk, by=administrator)

    assert browser.get("/kiosk/").status_code == 403


def test_registering_anew_ends_the_device_before(administrator):
    browser, kiosk = make_kiosk(administrator)

    register_kiosk(kiosk=kiosk, by=administrator)

    assert browser.get("/kiosk/").status_code == 403
