"""Google and OpenID Connect: only an address that the provider has verified leads to a person."""

import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import RequestFactory

from accounts.adapters import SocialAccountAdapter
from accounts.models import Person, Trust
from accounts.operations import deactivate, set_password
from accounts.tests.factories import PersonFactory
from accounts.trust import trust_of

pytestmark = pytest.mark.django_db
LOGIN, CALLBACK = "/accounts/oidc/sso/login/", "/accounts/oidc/sso/login/callback/"
SERVER = "https://sso.example.edu"


class Answer:
    """What the network would give back."""

    status_code, ok, headers = 200, True, {"content-type": "application/json"}

    def __init__(self, content):
        self.content = content

    def json(self):
        return self.content

    def raise_for_status(self):
        pass


class Provider:
    """A provider that knows one person, at the end of the network."""

    def __init__(self):
        self.person = {"sub": "77", "email": "ada@example.edu", "email_verified": True}
        self.person |= {"given_name": "Ada", "family_name": "Lovelace"}
        self.claims = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def get(self, url, **how):
        if url.endswith("userinfo"):
            return Answer(self.person)
        ends = {f"{name}_endpoint": f"{SERVER}/{name}" for name in ("authorization", "token", "userinfo")}
        return Answer(ends | {"issuer": SERVER, "jwks_uri": f"{SERVER}/keys"})

    def request(self, method, url, **how):
        claims = {"iss": SERVER, "aud": "us", "sub": self.person["sub"], "iat": time.time(), "exp": time.time() + 60}
        token = jwt.encode(claims | self.claims, "k" * 32, algorithm="HS256")
        return Answer({"access_token": "t", "id_token": token})


@pytest.fixture
def provider(settings, monkeypatch):
    app = {"provider_id": "sso", "name": "University", "client_id": "us", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app | {"settings": {"server_url": SERVER}}]}}
    provider = Provider()
    monkeypatch.setattr(SocialAccountAdapter, "get_requests_session", lambda self: provider)
    return provider


def come_back(client, **fields):
    """Press the provider's button, and return from there."""
    away = client.post(LOGIN, fields)
    state = parse_qs(urlsplit(away.url).query)["state"][0]
    return client.get(CALLBACK, {"state": state, "code": "c"})


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_verified_address_leads_to_its_person_untouched(client, provider):
    person = PersonFactory(email="Ada@Example.edu", first_name="Augusta", last_name="King")
    set_password(person=person, password="a sentence of my own")

    response = come_back(client)

    person.refresh_from_db()
    assert response.url == "/"
    assert signed_in(client) == str(person.pk)
    assert person.name == "Augusta King"
    assert person.check_password("a sentence of my own")
    assert SocialAccount.objects.get().user == person


def test_a_new_address_becomes_a_person_with_a_history(client, provider):
    come_back(client)

    person = Person.objects.get()
    assert (person.email, person.name) == ("ada@example.edu", "Ada Lovelace")
    assert person.email_proved_at is not None
    assert person.history.last().history_change_reason == "new address proved by sso"


def test_the_account_leads_to_the_person_even_when_its_address_changes(client, provider):
    come_back(client)
    client.post("/sign-out/")
    provider.person |= {"email": "other@example.edu"}

    come_back(client)

    assert Person.objects.count() == 1
    assert signed_in(client) == str(Person.objects.get().pk)


@pytest.mark.parametrize("verified", [False, None])
def test_an_unverified_address_is_refused_with_a_sentence(client, provider, verified):
    PersonFactory(email="ada@example.edu")
    provider.person |= {"email_verified": verified}

    response = come_back(client)

    assert "does not vouch for an address" in client.get(response.url).content.decode()
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


def test_domains_whose_addresses_count_as_verified(client, provider, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["verified_email"] = ["example.edu"]
    provider.person |= {"email_verified": False}

    come_back(client)

    assert signed_in(client) == str(Person.objects.get().pk)


def test_deactivated_people_stay_outside(client, provider, administrator):
    person = PersonFactory(email="ada@example.edu")
    come_back(client)
    client.post("/sign-out/")
    deactivate(person=person, by=administrator)

    response = come_back(client)

    assert "You cannot sign in with this address" in client.get(response.url).content.decode()
    assert signed_in(client) is None


@pytest.mark.parametrize(
    ("amr", "trust"),
    [(["pwd", "mfa"], Trust.STAFF), (["pwd"], Trust.PROVED), ("mfa", Trust.PROVED), (None, Trust.PROVED)],
)
def test_a_second_factor_that_the_provider_asserts_counts(client, provider, clerk, settings, amr, trust):
    settings.STAFF_SECOND_FACTOR = True
    provider.person |= {"email": clerk.email}
    provider.claims = {"amr": amr} if amr else {}

    come_back(client)

    request = RequestFactory().get("/")
    request.session, request.user = client.session, clerk
    assert trust_of(request) == trust


def test_another_account_is_not_linked_by_hand(client, provider, borrower):
    client.force_login(borrower)

    response = come_back(client, process="connect")

    assert "linked by its address" in client.get(response.url, follow=True).content.decode()
    assert not SocialAccount.objects.exists()


def test_a_link_is_removed(client, provider):
    come_back(client)
    account = SocialAccount.objects.get()

    client.post("/accounts/linked/", {"account": account.pk})

    assert not SocialAccount.objects.exists()


def test_nobody_signs_up(client, provider):
    assert client.get("/accounts/signup/").url == "/sign-in/"
    assert client.get("/accounts/linked/signup/").url == "/sign-in/"


@pytest.mark.parametrize("path", ["/accounts/oidc/none/login/", "/accounts/oidc/none/login/callback/"])
def test_a_provider_that_is_not_set_up(client, db, path):
    assert client.get(path).status_code == 404


def test_without_google_there_is_no_google(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert client.get("/accounts/google/login/").status_code == 404


def test_a_forged_return_gets_a_page(client, provider):
    response = client.get(CALLBACK, {"state": "forged", "code": "c"})

    assert response.status_code == 401
    assert "That did not work" in response.content.decode()


def test_the_sign_in_page_has_a_button(client, provider):
    assert "Sign in with University" in client.get("/sign-in/").content.decode()
