"""Passwords and the second factor of staff."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.operations import reset_second_factor, set_password
from accounts.tests.doors import errors_of, send_all, sign_in
from accounts.trust import trust_of
from keysite.ledger import Refusal

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence of my own"


@pytest.fixture(params=[True, False], ids=["factor asked for", "factor not asked for"])
def second_factor(request, settings):
    settings.STAFF_SECOND_FACTOR = request.param
    return request.param


@pytest.fixture
def secret():
    return generate_totp_secret()


@pytest.fixture
def enrolled(clerk, secret):
    """The clerk with a password and an authenticator app."""
    set_password(person=clerk, password=PASSWORD)
    TOTP.activate(clerk, secret)
    return clerk


def digits(secret):
    return f"{hotp_value(secret, int(time.time()) // 30):06d}"


def password_sign_in(client, email, password=PASSWORD, **fields):
    return client.post(reverse("account_login"), {"login": email, "password": password, **fields})


def trust(client, person):
    request = RequestFactory().get("/")
    request.session, request.user = client.session, person
    return trust_of(request)


def test_password_and_authenticator_app_open_the_console(client, enrolled, secret, settings):
    settings.STAFF_SECOND_FACTOR = True

    first = password_sign_in(client, "DESK@example.edu", next="/admin/")
    second = client.post(first.url, {"code": digits(secret)})

    assert first.url == "/accounts/2fa/authenticate/"
    assert second.url == "/admin/"
    assert client.get(reverse("desk")).status_code == 200
    assert trust(client, enrolled) == Trust.STAFF


def test_a_recovery_code_works_once(client, enrolled, settings):
    settings.STAFF_SECOND_FACTOR = True
    codes = RecoveryCodes.activate(enrolled).get_unused_codes()
    password_sign_in(client, enrolled.email)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert trust(client, enrolled) == Trust.STAFF
    client.post("/sign-out/")
    password_sign_in(client, enrolled.email)

    response = client.post(reverse("mfa_authenticate"), {"code": codes[0]})

    assert response.status_code == 200
    assert trust(client, enrolled) == Trust.PROVED


def test_a_code_by_mail_and_the_app_are_two_factors(client, enrolled, secret, settings):
    settings.STAFF_SECOND_FACTOR = True

    first = sign_in(client, enrolled.email)
    client.post(first.url, {"code": digits(secret)})

    assert first.url == "/accounts/2fa/authenticate/"
    assert trust(client, enrolled) == Trust.STAFF


def test_a_code_by_mail_alone_gives_no_staff_trust(client, clerk, second_factor):
    sign_in(client, clerk.email)

    assert trust(client, clerk) == Trust.PROVED
    assert client.get("/admin/").status_code == 302
    assert client.get(reverse("desk")).status_code == 302


def test_a_password_is_enough_where_no_factor_is_asked_for(client, clerk, second_factor):
    set_password(person=clerk, password=PASSWORD)

    password_sign_in(client, clerk.email)

    assert trust(client, clerk) == (Trust.PROVED if second_factor else Trust.STAFF)
    assert client.get(reverse("desk")).status_code == (302 if second_factor else 200)


@pytest.mark.django_db(transaction=True)  # allauth says that a factor is set up after the commit
def test_staff_without_a_factor_are_sent_to_set_one_up(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, clerk.email)

    gate = client.get("/admin/?a=b")
    page = client.get(gate.url)
    client.post(reverse("mfa_activate_totp"), {"code": digits(page.context["form"].secret)})

    assert gate.url == "/accounts/2fa/totp/activate/?next=%2Fadmin%2F%3Fa%3Db"
    assert client.get(reverse("desk")).status_code == 200
    assert Authenticator.objects.filter(user=clerk).count() == 2  # the app, and recovery codes


def test_without_factor_and_password_staff_are_sent_to_set_a_password(client, clerk, settings):
    settings.STAFF_SECOND_FACTOR = False
    sign_in(client, clerk.email)

    gate = client.get("/admin/")
    response = client.post(gate.url, {"password1": PASSWORD, "password2": PASSWORD})

    assert gate.url == "/accounts/password/set/?next=%2Fadmin%2F"
    assert response.url == "/admin/"
    assert client.get(reverse("desk")).status_code == 200


def test_the_staff_sign_in_lasts_a_working_day(client, enrolled, secret, settings):
    settings.STAFF_SECOND_FACTOR = True
    password_sign_in(client, enrolled.email)
    client.post(reverse("mfa_authenticate"), {"code": digits(secret)})

    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1)):
        response = client.get("/admin/")

    assert response.url.startswith("/accounts/2fa/reauthenticate/")


def test_staff_without_a_role_get_nothing(client, borrower, second_factor):
    borrower.is_staff = True
    borrower.save()
    client.force_login(borrower)

    response = client.get("/admin/")

    assert response.status_code == 403
    assert "staff with a role" in response.content.decode()
    assert trust(client, borrower) == Trust.PROVED


def test_customers_have_no_staff_trust(client, borrower):
    client.force_login(borrower)

    assert trust(client, borrower) == Trust.PROVED
    assert client.get("/admin/").status_code == 403


def test_the_console_has_no_sign_in_of_its_own(client, clerk):
    set_password(person=clerk, password=PASSWORD)

    response = client.post("/admin/login/?next=/admin/", {"username": clerk.email, "password": PASSWORD})

    assert response.status_code == 302
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"


@pytest.mark.parametrize("password", ["wrong", "", "a\0b", "x" * 5000])
def test_a_wrong_password_says_neither_who_nor_whether(client, enrolled, password):
    known = password_sign_in(client, enrolled.email, password)
    unknown = password_sign_in(client, "nobody@example.edu", password)

    assert known.status_code == unknown.status_code == 200
    assert errors_of(known) == errors_of(unknown)
    assert "_auth_user_id" not in client.session


def test_deactivated_staff_get_the_same_answer(client, enrolled):
    wrong = errors_of(password_sign_in(client, enrolled.email, "wrong"))
    enrolled.is_active, enrolled.deactivated_at = False, timezone.now()
    enrolled.save()

    assert errors_of(password_sign_in(client, enrolled.email)) == wrong


def test_a_password_that_is_set_is_in_the_history_and_told(client, clerk, mailoutbox):
    sign_in(client, clerk.email)

    client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    send_all()

    clerk.refresh_from_db()
    version = clerk.history.first()
    assert clerk.check_password(PASSWORD)
    assert (version.history_user, version.history_change_reason) == (clerk, "password set")
    assert "A password was set." in mailoutbox[-1].body
    assert "/not-me/" in mailoutbox[-1].body


@pytest.mark.parametrize(
    ("first", "second"),
    [("short", "short"), (PASSWORD, "another sentence"), ("password1234", "password1234"), ("", "")],
)
def test_a_bad_new_password_gets_a_sentence(client, clerk, first, second):
    sign_in(client, clerk.email)

    response = client.post(reverse("account_set_password"), {"password1": first, "password2": second})

    assert response.status_code == 200
    assert errors_of(response)
    clerk.refresh_from_db()
    assert not clerk.has_usable_password()


def test_changing_the_password_asks_for_the_old_one(client, enrolled):
    client.force_login(enrolled)
    new = {"password1": "quite another sentence", "password2": "quite another sentence"}

    wrong = client.post(reverse("account_change_password"), {"oldpassword": "wrong", **new})
    right = client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})

    enrolled.refresh_from_db()
    assert errors_of(wrong)
    assert right.status_code == 302
    assert enrolled.check_password("quite another sentence")
    assert client.get("/profile/").status_code == 200


def test_secrets_lie_encrypted(enrolled, secret):
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(digits(secret))


def test_an_administrator_resets_the_second_factor(enrolled, administrator, mailoutbox):
    reset_second_factor(person=enrolled, by=administrator)
    send_all()

    assert not Authenticator.objects.filter(user=enrolled).exists()
    assert enrolled.history.first().history_change_reason == "second factor reset"
    assert "An administrator has reset your second factor" in mailoutbox[0].body
    with pytest.raises(Refusal, match="has no second factor"):
        reset_second_factor(person=enrolled, by=administrator)


def test_removing_the_factor_asks_who_it_is_and_is_told(client, enrolled, secret):
    client.force_login(enrolled)
    gate = client.post(reverse("mfa_deactivate_totp"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert gate.url.startswith("/accounts/reauthenticate/")
    assert not Authenticator.objects.filter(user=enrolled).exists()
    assert Notice.objects.get(kind="sign_in_changed").facts == {"change": "totp_deactivated"}


def test_sessions_elsewhere_end(client, enrolled):
    other = type(client)()
    for browser in (client, other):
        password_sign_in(browser, enrolled.email)
        browser.post(reverse("mfa_authenticate"), {"code": digits_once(enrolled)})
    page = client.get(reverse("usersessions_list"))

    client.post(reverse("usersessions_list"))

    assert page.context["session_count"] == 2
    assert client.get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 302


def digits_once(person):
    """A recovery code: the app's digits are good for one sign-in each half minute."""
    if not Authenticator.objects.filter(user=person, type="recovery_codes").exists():
        RecoveryCodes.activate(person)
    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap()
    return codes.get_unused_codes()[0]
