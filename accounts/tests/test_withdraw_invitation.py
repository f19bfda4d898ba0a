"""The page to invite on, and taking an invitation back: on that page, and in the console."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Notice
from accounts.operations import accept_invitation, deactivate, invite, withdraw_invitation
from accounts.tests.factories import InvitationFactory, PersonFactory
from keysite.tests.history import last_version, refused
from keysite.tests.pages import send
from keysite.tests.queries import queries
from keysite.tests.reading import post, problems_of, text_of

PAGE = "/invitations/"
NEW = "new@example.edu"


@pytest.fixture
def manager(client, building_manager):
    client.force_login(building_manager)
    return building_manager


def withdrawal(invitation):
    return f"{PAGE}{invitation.pk}/withdraw/"


# The deed


def test_the_link_does_nothing_any_more(clerk):
    invitation = InvitationFactory()

    withdraw_invitation(invitation=invitation, by=clerk)

    assert invitation.status == "withdrawn"
    assert last_version(invitation) == (clerk, "withdrawn")


def test_what_was_accepted_meanwhile_is_not_withdrawn(clerk):
    invitation = invite(email=NEW, by=clerk)
    stale = Invitation.objects.get()
    accept_invitation(invitation=invitation)

    with refused("new@example.edu has accepted the invitation already."):
        withdraw_invitation(invitation=stale, by=clerk)


def test_what_is_over_is_not_withdrawn(clerk):
    once = InvitationFactory()
    stale = Invitation.objects.get()
    withdraw_invitation(invitation=once, by=clerk)
    old = InvitationFactory(at=timezone.now() - timedelta(days=15))

    for invitation in (stale, old):
        with refused("This invitation is over already; there is nothing to withdraw."):
            withdraw_invitation(invitation=invitation, by=clerk)


# The page


def test_a_manager_types_an_address_and_sees_it_wait(client, manager):
    response = post(client, PAGE, form="inviting", email=NEW)

    page = text_of(client.get(response.url))
    assert response.url == PAGE
    assert f"A mail to {NEW} is on its way." in page
    assert "good until" in page
    assert Notice.objects.get().kind == "invitation"


def test_the_answer_for_a_known_address_is_the_same(client, manager, borrower):
    pages = []
    for address in (borrower.email, "nobody01@example.edu"):
        client.get(post(client, PAGE, form="inviting", email=address).url)
        pages.append(text_of(client.get(PAGE)).replace(address, "…"))
        Invitation.objects.all().update(withdrawn_at=timezone.now())

    assert pages[0] == pages[1]


def test_a_double_click_sends_one(client, manager):
    form = {"once": client.get(PAGE).context["inviting"]["once"].value(), "email": NEW}

    answers = [client.post(PAGE, form) for _time in range(2)]

    assert [answer.url for answer in answers] == [PAGE, PAGE]
    assert Invitation.objects.count() == Notice.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["", "no", "two  spaces@example.edu", "a\0@b.edu", "emoji😀@example.edu", "ſ@example.edu", "x" * 300 + "@a.edu"],
)
def test_a_bad_address_gets_a_sentence_and_stays_in_the_field(client, manager, address):
    response = post(client, PAGE, form="inviting", email=address)

    assert response.status_code == 200
    sentence = problems_of(response)[0]
    assert "address" in sentence
    assert response.context["inviting"]["email"].value() == address
    assert not Invitation.objects.exists()


def test_a_refusal_stands_at_the_address(client, manager, administrator, borrower):
    deactivate(person=borrower, by=administrator)

    response = post(client, PAGE, form="inviting", email=borrower.email)

    assert problems_of(response) == ["This address cannot be invited here. Ask the key desk."]
    assert f'value="{borrower.email}"' in response.content.decode()


def test_an_empty_form_says_what_is_missing(client, manager):
    assert problems_of(client.post(PAGE)) == ["Type the address of whoever is to come."]


def test_one_sees_and_withdraws_ones_own(client, manager):
    own, other = InvitationFactory(invited_by=manager), InvitationFactory()
    once = client.get(PAGE).context["withdrawing"]["once"].value()

    assert other.email not in text_of(client.get(PAGE))
    assert client.post(withdrawal(other), {"once": once}).status_code == 404
    assert client.post(withdrawal(own), {"once": once}).url == PAGE
    assert "Whom you invite stands here until they come." in text_of(client.get(PAGE))
    own.refresh_from_db()
    assert own.status == "withdrawn"


def test_what_cannot_be_withdrawn_says_why(client, manager):
    invitation = InvitationFactory(invited_by=manager, email=NEW)
    once = client.get(PAGE).context["withdrawing"]["once"].value()
    accept_invitation(invitation=invitation)

    response = client.post(withdrawal(invitation), {"once": once})

    assert problems_of(response) == ["new@example.edu has accepted the invitation already."]


def test_it_is_over_when_they_came_or_it_is_too_old(client, manager):
    accept_invitation(invitation=InvitationFactory(invited_by=manager))
    InvitationFactory(invited_by=manager, at=timezone.now() - timedelta(days=15))

    assert client.get(PAGE).context["invitations"].count() == 0


def test_the_page_asks_as_often_for_three_as_for_one(client, manager):
    InvitationFactory(invited_by=manager)
    with queries(exactly=5):
        client.get(PAGE)
    for _more in range(2):
        InvitationFactory(invited_by=manager)
    with queries(exactly=5):
        assert len(client.get(PAGE).context["invitations"]) == 3


@pytest.mark.parametrize("role", ["clerk", "building_manager", "key_shop", "administrator"])
def test_who_may_invite_finds_the_page(client, request, role):
    client.force_login(request.getfixturevalue(role))

    assert f'href="{PAGE}"' in client.get("/approvals/").content.decode()
    assert client.get(PAGE).status_code == 200


def test_the_desk_leads_there_and_others_do_not_see_it(client, clerk, borrower):
    client.force_login(clerk)
    assert f'href="{PAGE}"' in client.get("/desk/").content.decode()

    client.force_login(borrower)
    assert f'href="{PAGE}"' not in client.get("/approvals/").content.decode()


# The console


def test_the_console_lists_by_what_became_of_them(client, administrator):
    client.force_login(administrator)
    now, before = timezone.now(), timezone.now() - timedelta(days=15)
    rows = {
        "open": InvitationFactory(),
        "accepted": InvitationFactory(accepted_at=now, person=PersonFactory()),
        "expired": InvitationFactory(at=before),
        "withdrawn": InvitationFactory(withdrawn_at=now),
    }
    address = reverse("admin:accounts_invitation_changelist")

    for state, row in rows.items():
        page = client.get(address, {"state": state}).content.decode()
        assert [other.email in page for other in rows.values()] == [other is row for other in rows.values()], state
    everything = client.get(address, {"state": "all"}).content.decode()
    assert all(row.email in everything for row in rows.values())


def test_staff_withdraw_anybodys_there(client, clerk):
    client.force_login(clerk)
    invitation = InvitationFactory()

    send(client, reverse("admin:accounts_invitation_withdraw_invitation", args=[invitation.pk]))

    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"
    assert last_version(invitation) == (clerk, "withdrawn")
    history = client.get(reverse("admin:accounts_invitation_history", args=[invitation.pk]))
    assert "withdrawn" in history.content.decode()
