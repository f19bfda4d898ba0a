"""What is shown when a request cannot be answered."""

import pytest
from django.test import Client
from django.urls import path
from django.views.defaults import bad_request, server_error

from keysite.urls import urlpatterns as real


def broken(request):
    raise RuntimeError("broken")


broken.login_required = False
urlpatterns = [path("broken/", broken), *real]


def test_an_unknown_page(client, db):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.urls("keysite.tests.test_error_pages")
def test_a_broken_page_tells_nothing(db):
    response = Client(raise_request_exception=False).get("/broken/")

    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()
    assert "RuntimeError" not in response.content.decode()


def test_the_page_for_errors_needs_nothing(rf):
    """No request, no person, no database."""
    assert server_error(rf.get("/")).status_code == 500
    assert bad_request(rf.get("/"), RuntimeError()).status_code == 400


def test_a_foreign_host_is_a_garbled_request(client, db):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "This request was garbled" in response.content.decode()


def test_a_form_of_another_session_says_how_to_go_on(db):
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"address": "a@example.edu"})

    assert response.status_code == 403
    assert "what you typed is still there" in response.content.decode()


def test_too_many_tries_have_a_page(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    for _try in range(2):
        response = client.post("/accounts/login/", {"login": "a@example.edu", "password": "x"})

    assert response.status_code == 429
    assert "Wait a few minutes" in response.content.decode()


@pytest.mark.parametrize("path", ["/sign-in/", "/accounts/login/", "/accounts/password/reset/", "/"])
def test_public_pages_have_a_strict_policy(client, db, path):
    response = client.get(path)

    assert "'unsafe" not in response["Content-Security-Policy"]
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/profile/", "/accounts/2fa/", "/accounts/sessions/", "/keys/check-out/"])
def test_personal_pages_are_kept_nowhere(client, borrower, path):
    client.force_login(borrower)

    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("name", ["sessionid", "kiosk", "csrftoken", "messages"])
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/kiosk/", "/profile/"])
def test_made_up_cookies_upset_nothing(db, name, path):
    response = Client(raise_request_exception=False).get(path, headers={"cookie": f'{name}="\\000{"a" * 31}"'})

    assert response.status_code < 500
