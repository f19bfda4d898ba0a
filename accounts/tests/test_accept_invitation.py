"""Coming by an invitation: the deed, once; its page, which opens by a link and lets in by a button."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.codes import token_of
from accounts.models import Invitation, Person
from accounts.operations import accept_invitation, block, deactivate, invite, withdraw_invitation
from accounts.tests.factories import InvitationFactory, PersonFactory
from keysite.tests.clients import SignedInClient
from keysite.tests.history import last_version, refused
from keysite.tests.pages import form_of, send
from keysite.tests.queries import queries
from keysite.tests.races import at_once
from keysite.tests.reading import post, problems_of, text_of

NEW = "new@example.edu"
race = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invitation(clerk):
    return invite(email=NEW, by=clerk)


def page_of(invitation):
    return f"/invited/{token_of(invitation)}/"


def signed_in(client):
    return client.session.get("_auth_user_id")


def copy(invitation):
    return Invitation.objects.get(pk=invitation.pk)


# The deed


def test_a_new_address_becomes_a_person_whose_address_is_proved(invitation):
    person = accept_invitation(invitation=invitation)

    assert (person.email, bool(person.email_proved_at), person.is_staff) == (NEW, True, False)
    assert (invitation.status, invitation.person) == ("accepted", person)
    assert last_version(invitation) == (person, "accepted")
    assert last_version(person) == (person, "address proved by invitation")


def test_somebody_known_stays_who_they_are(clerk, borrower):
    Person.objects.filter(pk=borrower.pk).update(email_bounced_at=timezone.now())

    person = accept_invitation(invitation=invite(email="BORROWER@example.edu", by=clerk))

    assert (person, person.email, person.email_bounced_at) == (borrower, "borrower@example.edu", None)


def test_it_works_once_and_a_stale_copy_knows(invitation):
    stale = copy(invitation)
    accept_invitation(invitation=invitation)

    with refused("This invitation has been used; it works once. From now on, sign in with your address."):
        accept_invitation(invitation=stale)


def test_a_withdrawn_one_is_refused_and_says_whom_to_ask(invitation, clerk):
    stale = copy(invitation)
    withdraw_invitation(invitation=invitation, by=clerk)

    with refused(f"This invitation was withdrawn. Look for a newer mail, or ask {clerk.name} or the key desk for one."):
        accept_invitation(invitation=stale)


def test_one_that_is_too_old_is_refused(db):
    old = InvitationFactory(at=timezone.now() - timedelta(days=15), invited_by__first_name="", invited_by__last_name="")

    with refused(f"This invitation was good until {old.until:%b. %-d, %Y}. Ask the key desk for a new one."):
        accept_invitation(invitation=old)


def test_who_is_inactive_by_now_is_refused_and_nothing_is_used_up(clerk, administrator, borrower):
    invitation = invite(email=borrower.email, by=clerk)
    deactivate(person=borrower, by=administrator)

    with refused("You cannot sign in with this address. Ask the key desk."):
        accept_invitation(invitation=invitation)

    assert copy(invitation).is_open


@race
def test_ten_at_the_same_moment_are_one_acceptance(invitation):
    results = at_once(*[lambda: accept_invitation(invitation=copy(invitation))] * 6)

    assert sum(isinstance(result, Person) for result in results) == 1
    assert Person.objects.with_address(NEW).count() == 1
    assert invitation.history.filter(history_change_reason="accepted").count() == 1


# The page


def test_opening_the_link_changes_nothing(client, invitation):
    for _time in range(3):
        response = client.get(page_of(invitation))

    assert response.status_code == 200
    assert "Robin Person" in text_of(response)
    assert NEW in text_of(response)
    assert copy(invitation).is_open
    assert signed_in(client) is None
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


def test_the_button_signs_in_and_leads_by_the_profile_to_the_request(client, invitation):
    response = send(client, page_of(invitation))

    person = Person.objects.with_address(NEW).get()
    assert response.url == "/profile/?next=%2Frequests%2Fnew%2F"
    assert response["Referrer-Policy"] == "strict-origin"
    assert signed_in(client) == str(person.pk)
    answer = post(client, response.url, next="/requests/new/", first_name="Nela", last_name="Novak")
    assert answer.url == "/requests/new/"
    assert client.get(answer.url).status_code == 200
    person.refresh_from_db()
    assert person.name == "Nela Novak"


def test_the_session_is_renewed(client, invitation):
    client.get("/sign-in/")
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key

    send(client, page_of(invitation))

    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_the_same_form_sent_twice_accepts_and_signs_in_once(client, invitation):
    form = form_of(client.get(page_of(invitation)))
    other = Client()

    first, second = (browser.post(page_of(invitation), form) for browser in (client, other))

    assert (first.status_code, second.status_code) == (302, 302)
    assert second.url == "/requests/new/"
    assert (bool(signed_in(client)), signed_in(other)) == (True, None)
    assert invitation.history.filter(history_change_reason="accepted").count() == 1


@race
def test_the_same_form_sent_at_the_same_moment_signs_in_once(client, invitation):
    form = form_of(client.get(page_of(invitation)))
    browsers = [Client() for _number in range(4)]

    answers = at_once(*[lambda browser=browser: browser.post(page_of(invitation), form) for browser in browsers])

    assert {answer.status_code for answer in answers} == {302}
    assert sum(bool(signed_in(browser)) for browser in browsers) == 1
    assert copy(invitation).history.filter(history_change_reason="accepted").count() == 1


def test_a_used_link_says_so_and_lets_nobody_in(client, invitation):
    accept_invitation(invitation=invitation)

    page, answer = client.get(page_of(invitation)), client.post(page_of(invitation), {"once": "x"})

    for response in (page, answer):
        assert response.status_code == 410
        assert "it works once" in text_of(response)
        assert 'href="/sign-in/?next=%2Frequests%2Fnew%2F"' in response.content.decode()
    assert signed_in(client) is None


def test_whoever_came_by_it_goes_on_from_a_used_link(client, invitation):
    send(client, page_of(invitation))

    response = client.get(page_of(invitation))

    assert '<a class="button primary" href="/requests/new/">' in response.content.decode()


@pytest.mark.parametrize("token", ["x", "0" * 40, "0" * 300, "%F0%9F%98%80", "%00"])
def test_a_wrong_link_is_not_there(client, invitation, token):
    for ask in (client.get, client.post):
        assert ask(f"/invited/{token}/").status_code == 404


def test_a_form_without_its_key_is_asked_for_again(client, invitation):
    response = client.post(page_of(invitation))

    assert problems_of(response) == ["This form has expired. Please send it once more."]
    assert copy(invitation).is_open
    assert client.post(page_of(invitation), form_of(response)).status_code == 302


def test_blocked_people_come_in_as_by_a_code(client, clerk, borrower):
    invitation = invite(email=borrower.email, by=clerk)
    block(person=borrower, by=clerk, reason="owes a key")

    assert send(client, page_of(invitation)).url == "/requests/new/"
    assert signed_in(client) == str(borrower.pk)


def test_who_is_inactive_reads_why(client, clerk, borrower, administrator):
    invitation = invite(email=borrower.email, by=clerk)
    deactivate(person=borrower, by=administrator)

    response = send(client, page_of(invitation))

    assert problems_of(response) == ["You cannot sign in with this address. Ask the key desk."]
    assert signed_in(client) is None


def test_who_is_signed_in_as_somebody_else_signs_out_first(client, invitation, borrower):
    form = form_of(client.get(page_of(invitation)))
    client.force_login(borrower)

    page, answer = client.get(page_of(invitation)), client.post(page_of(invitation), form)

    assert "Sign out first" in text_of(page)
    assert "Accept and go on" not in text_of(page)
    assert problems_of(answer) == [f"You are signed in as {borrower}. Sign out first."]
    assert signed_in(client) == str(borrower.pk)
    assert copy(invitation).is_open
    assert client.post("/sign-out/", {"next": page_of(invitation)}).url == page_of(invitation)


def test_who_is_signed_in_already_goes_on_as_they_are(client, clerk, borrower):
    client.force_login(borrower)
    before = client.session.session_key

    assert post(client, page_of(invite(email=borrower.email, by=clerk))).url == "/requests/new/"
    assert client.session.session_key == before


def test_a_link_signs_in_nobody_who_works_here(client, clerk, auditor, settings):
    settings.STAFF_SECOND_FACTOR = True
    invitation = invite(email=auditor.email, by=clerk)

    response = send(client, page_of(invitation))

    assert response.url == "/sign-in/?next=%2Frequests%2Fnew%2F"
    assert signed_in(client) is None
    assert copy(invitation).status == "accepted"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")


def test_who_has_a_second_factor_shows_it(client, clerk, borrower):
    TOTP.activate(borrower, generate_totp_secret())

    response = send(client, page_of(invite(email=borrower.email, by=clerk)))

    assert response.url.startswith("/accounts/2fa/authenticate/")
    assert signed_in(client) is None


def test_it_gives_no_more_trust_than_a_code(client, clerk, borrower, make_staff):
    """Somebody who gets a role while signed in by a link has to show more for the console."""
    send(client, page_of(invite(email=borrower.email, by=clerk)))
    Person.objects.filter(pk=borrower.pk).update(is_staff=True)
    borrower.groups.add(clerk.groups.get())

    response = client.get("/desk/")

    assert response.status_code == 302
    assert "/accounts/" in response.url


def test_the_page_asks_the_database_a_few_times(client, invitation):
    with queries(exactly=1):
        client.get(page_of(invitation))


def test_it_works_without_a_script(client, invitation):
    page = client.get(page_of(invitation)).content.decode()

    assert "<script" not in page
    assert " hx-" not in page


def test_who_invited_may_be_forgotten(client, clerk):
    somebody = PersonFactory(first_name="", last_name="")
    response = client.get(page_of(invite(email=NEW, by=somebody)))

    assert "You are invited to ask for keys here." in text_of(response)


def test_the_form_is_held_to_its_origin(invitation):
    strict = SignedInClient(enforce_csrf_checks=True)

    assert strict.post(page_of(invitation), {"once": "x"}).status_code == 403
    assert copy(invitation).is_open
