"""A new password by mail: the link is made when the mail is sent, from the setting, and never kept."""

import re

import pytest
from django.urls import reverse

from accounts.models import Notice
from accounts.operations import set_password
from accounts.tests.doors import errors_of, send_all
from accounts.tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence of my own"


def ask(client, address, **headers):
    return client.post(reverse("account_reset_password"), {"email": address}, **headers)


def link_in(mail):
    return re.search(r"http://[^\s]+/accounts/password/reset/[^\s]+", mail.body)[0]


def open_link(client, mail):
    """The page behind the link, whose address no longer carries the token."""
    return client.get("/" + link_in(mail).split("/", 3)[3]).url


def test_the_link_sets_a_new_password(client, borrower, mailoutbox):
    ask(client, "BORROWER@example.edu")
    send_all()
    page = open_link(client, mailoutbox[0])

    response = client.post(page, {"password1": PASSWORD, "password2": PASSWORD})

    borrower.refresh_from_db()
    assert response.url == "/accounts/password/reset/finished/"
    assert borrower.check_password(PASSWORD)
    assert borrower.history.first().history_change_reason == "password set"


def test_an_address_stored_in_capitals_is_found(client, mailoutbox):
    PersonFactory(email="Ada.Lovelace@Example.edu")

    ask(client, "ada.lovelace@example.edu")
    send_all()

    assert mailoutbox[0].to == ["Ada.Lovelace@Example.edu"]


def test_the_link_works_once(client, borrower, mailoutbox):
    ask(client, borrower.email)
    send_all()
    page = open_link(client, mailoutbox[0])
    client.post(page, {"password1": PASSWORD, "password2": PASSWORD})

    response = client.get("/" + link_in(mailoutbox[0]).split("/", 3)[3])

    assert "does not work any more" in response.content.decode()


def test_the_page_says_the_same_for_everybody(client, borrower):
    known, unknown = ask(client, borrower.email), ask(client, "nobody@example.edu")

    assert known.url == unknown.url
    assert Notice.objects.count() == 1


def test_the_host_header_is_in_no_mail(client, borrower, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "http://keys.example.edu"

    ask(client, borrower.email, headers={"host": "evil.example"})
    send_all()

    assert link_in(mailoutbox[0]).startswith("http://keys.example.edu/accounts/password/reset/")
    assert "evil" not in str(mailoutbox[0].message())


def test_the_token_lies_nowhere(client, borrower, mailoutbox):
    ask(client, borrower.email)
    send_all()

    notice = Notice.objects.get()
    assert notice.sent_at is not None
    assert link_in(mailoutbox[0]) not in f"{notice.text} {notice.facts}"
    assert notice.text == ""


def test_five_mails_an_hour(client, borrower, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": ""}

    for _time in range(7):
        ask(client, borrower.email)

    assert Notice.objects.count() == 5


def test_the_network_is_limited_too(client, borrower):
    answers = [ask(client, borrower.email).status_code for _time in range(6)]

    assert answers == [302] * 5 + [429]


def test_a_mail_server_that_is_away_delays_no_page(client, borrower, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert ask(client, borrower.email).status_code == 302


@pytest.mark.parametrize("address", ["", "no", "two  @example.edu", "a\0@b.edu", "😀@example.edu"])
def test_a_bad_address_gets_a_sentence(client, address):
    response = ask(client, address)

    assert response.status_code == 200
    assert "address" in errors_of(response)


@pytest.mark.parametrize("key", ["1-set-password", "1-abc-def", "zzzzzzzzzzzzz-abc-def", "0-0"])
def test_a_broken_link_gets_a_page(client, key):
    response = client.get(f"/accounts/password/reset/{key}/")

    assert "does not work any more" in response.content.decode()


def test_somebody_with_a_password_is_signed_out_by_a_new_one(client, borrower, mailoutbox):
    set_password(person=borrower, password="the old one, twelve")
    browser = type(client)()
    browser.post(reverse("account_login"), {"login": borrower.email, "password": "the old one, twelve"})
    ask(client, borrower.email)
    send_all()

    client.post(open_link(client, mailoutbox[0]), {"password1": PASSWORD, "password2": PASSWORD})

    assert browser.get("/profile/").status_code == 302
