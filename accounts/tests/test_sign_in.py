"""Signing in with a code by e-mail."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import EmailCode, Notice, Person
from accounts.operations import block, deactivate
from accounts.tests.doors import ask_for_code, errors_of, form_of, newest_code, send_all, sign_in, wrong_code
from accounts.tests.factories import PersonFactory
from keysite.cache import UnneededRedisCache

pytestmark = pytest.mark.django_db
CODE = "/sign-in/code/"


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_person_of_the_register_signs_in(client, borrower, mailoutbox):
    ask_for_code(client, "Borrower@Example.edu")
    send_all()
    code = newest_code()

    response = client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})

    assert code in mailoutbox[0].subject
    assert mailoutbox[0].to == ["Borrower@Example.edu"]
    assert response.url == "/"
    assert signed_in(client) == str(borrower.pk)
    assert EmailCode.objects.get().used_at is not None


def test_a_new_address_becomes_a_person_and_goes_to_the_profile(client):
    response = sign_in(client, "New@example.edu", next="/keys/check-out/")

    person = Person.objects.get()
    assert person.email == "New@example.edu"
    assert person.email_proved_at is not None
    assert response.url == "/profile/?next=%2Fkeys%2Fcheck-out%2F"
    assert person.history.last().history_change_reason == "new address proved by code"


def test_known_and_unknown_addresses_get_the_same_answer(borrower):
    PersonFactory(email="gone@example.edu", is_active=False, deactivated_at=timezone.now())
    pages = []
    for address in ("borrower@example.edu", "nobody1@example.edu", "gone@example.edu"):
        browser = Client()
        answer = ask_for_code(browser, address)
        page = browser.get(answer.url)
        text = page.content.decode()
        for word in (address, page.context["again"]["once"].value(), page.context["csrf_token"]):
            text = text.replace(str(word), "…")
        pages.append((answer.status_code, answer.url, text))

    assert pages[0] == pages[1] == pages[2]
    assert Notice.objects.filter(kind="email_code").count() == 3


def test_blocked_people_sign_in_to_return_keys(client, borrower, clerk):
    block(person=borrower, by=clerk, reason="owes a key")

    sign_in(client, borrower.email)

    assert signed_in(client) == str(borrower.pk)


def test_deactivated_people_do_not(client, borrower, administrator):
    deactivate(person=borrower, by=administrator)

    response = sign_in(client, borrower.email)

    assert "You cannot sign in with this address" in errors_of(response)
    assert signed_in(client) is None
    assert EmailCode.objects.get().used_at is None


def test_the_session_is_renewed(client, borrower):
    ask_for_code(client, borrower.email)
    before = client.session.session_key

    client.post(CODE, {"code": newest_code()})

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_code_works_once(client, borrower):
    ask_for_code(client, borrower.email)
    state = dict(client.session["sign_in"])
    client.post(CODE, {"code": newest_code()})
    thief = Client()
    session = thief.session
    session["sign_in"] = state
    session.save()
    thief.cookies["sessionid"] = session.session_key

    response = thief.post(CODE, {"code": newest_code()})

    assert "This code has been used" in errors_of(response)
    assert signed_in(thief) is None


def test_a_code_works_in_the_browser_that_asked(client, borrower):
    ask_for_code(client, borrower.email)
    other = Client()
    ask_for_code(other, "other@example.edu")
    session = other.session
    session["sign_in"] = session["sign_in"] | {"proof": client.session["sign_in"]["proof"]}
    session.save()
    proof = EmailCode.objects.get(pk=client.session["sign_in"]["proof"])

    response = other.post(CODE, {"code": f"{proof.pk:06d}"})

    assert "asked for in another browser" in errors_of(response)


def test_five_wrong_tries_end_a_code(client, borrower):
    ask_for_code(client, borrower.email)
    for _try in range(5):
        response = client.post(CODE, {"code": wrong_code()})
        assert "This is not the code" in errors_of(response)

    response = client.post(CODE, {"code": newest_code()})

    assert "five wrong tries" in errors_of(response)
    assert signed_in(client) is None


def test_a_code_lasts_ten_minutes(client, borrower):
    ask_for_code(client, borrower.email)

    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        response = client.post(CODE, {"code": newest_code()})

    assert "older than ten minutes" in errors_of(response)


def test_a_sixth_code_within_the_hour_is_refused(client, borrower):
    for _time in range(5):
        assert ask_for_code(client, "borrower@example.edu").status_code == 302

    response = ask_for_code(client, "BORROWER@example.edu")

    assert "Five codes have been sent to this address" in errors_of(response)
    assert 'value="BORROWER@example.edu"' in response.content.decode()


def test_the_same_form_sent_twice_sends_one_code(client, borrower):
    once = form_of(client.get(reverse("sign_in")))

    for _time in range(3):
        client.post(reverse("sign_in"), {"address": borrower.email, "once": once})

    assert EmailCode.objects.count() == Notice.objects.count() == 1


def test_only_the_newest_code_works(client, borrower):
    ask_for_code(client, borrower.email)
    old = newest_code()
    ask_for_code(client, borrower.email)

    response = client.post(CODE, {"code": old})

    assert "This is not the code" in errors_of(response)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no",
        "two  spaces@example.edu",
        "a@b",
        "x" * 300 + "@example.edu",
        "emoji😀@example.edu",
        "ſ@example.edu",
        "a\0@b.edu",
    ],
)
def test_a_bad_address_gets_a_sentence(client, address):
    response = ask_for_code(client, address)

    assert response.status_code == 200
    assert "address" in errors_of(response)
    assert not EmailCode.objects.exists()


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "😀" * 6, "1\0" * 3, "٠١٢٣٤٥", "9" * 300])
def test_a_bad_code_gets_a_sentence_and_costs_no_try(client, borrower, code):
    ask_for_code(client, borrower.email)

    response = client.post(CODE, {"code": code})

    assert response.status_code == 200
    assert errors_of(response)
    assert EmailCode.objects.get().tries == 0


def test_the_code_page_without_a_code_leads_back(client):
    assert client.get(CODE).url == "/sign-in/"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "\\\\evil.example", "http:///evil"]
)
def test_nobody_is_led_away(client, borrower, target):
    response = sign_in(client, borrower.email, next=target)

    assert response.url == "/"


def test_next_is_kept_from_page_to_page(client, borrower):
    page = client.get("/sign-in/?next=/profile/")

    assert page.context["form"]["next"].value() == "/profile/"
    assert sign_in(client, borrower.email, next="/profile/").url == "/profile/"


def test_somebody_signed_in_goes_on(client, borrower):
    client.force_login(borrower)

    assert client.get("/sign-in/?next=/profile/").url == "/profile/"


def test_nothing_of_a_code_lies_about(client, borrower):
    ask_for_code(client, borrower.email)
    send_all()
    code = newest_code()

    notice = Notice.objects.get()
    assert notice.sent_at is not None
    assert code not in f"{notice.facts} {notice.subject} {notice.text}"
    assert code not in str(dict(client.session))


def test_pages_are_in_no_cache(client):
    assert "no-store" in client.get("/sign-in/")["Cache-Control"]


def test_too_many_tries_from_one_address_of_the_network(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"sign_in": "2/m/ip"}
    for number in range(2):
        ask_for_code(client, f"a{number}@example.edu")

    response = ask_for_code(client, "a3@example.edu")

    assert "Too many tries from here" in errors_of(response)
    assert EmailCode.objects.count() == 2


def test_signing_out_is_a_post(client, borrower):
    client.force_login(borrower)
    client.get("/sign-out/")
    assert signed_in(client)

    client.post("/sign-out/")

    assert signed_in(client) is None


def test_a_dead_cache_stops_nobody(client, borrower, settings, monkeypatch):
    dead = UnneededRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"IGNORE_EXCEPTIONS": True}})
    monkeypatch.setattr(UnneededRedisCache, "away_until", 0.0)
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", dead)

    sign_in(client, borrower.email)

    assert signed_in(client) == str(borrower.pk)
