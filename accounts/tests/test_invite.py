"""Inviting somebody by an address: what is mailed, what takes whose place, and when it is refused."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.codes import token_of
from accounts.models import Invitation, Notice, Person
from accounts.notices import CONTENTS
from accounts.operations import accept_invitation, anonymise, block, clean_up, deactivate, invite, withdraw_invitation
from accounts.tests.doors import send_all
from accounts.tests.factories import InvitationFactory, PersonFactory
from keysite.ledger import record
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once

race = pytest.mark.django_db(transaction=True)
NEW = "new@example.edu"
DAY = timedelta(days=1)


def test_an_address_gets_a_link_and_is_nobody_yet(building_manager):
    invitation = invite(email=f" {NEW} ", by=building_manager)

    invitation.refresh_from_db()
    assert (invitation.email, invitation.invited_by, invitation.status) == (NEW, building_manager, "open")
    assert invitation.until - invitation.at == 14 * DAY
    assert last_version(invitation) == (building_manager, "invited")
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.address, notice.person, notice.requested_by) == (
        "invitation",
        NEW,
        None,
        building_manager,
    )
    assert not Person.objects.with_address(NEW).exists()


def test_how_long_it_is_good_is_a_setting(clerk, settings):
    settings.INVITATION_DAYS = 3

    invitation = invite(email=NEW, by=clerk)

    assert invitation.until - invitation.at == 3 * DAY


def test_the_mail_says_who_invites_and_carries_the_link(clerk, settings, mailoutbox):
    settings.SITE_NAME, settings.SITE_URL = "Keys of Karst", "https://keys.example.edu"
    clerk.first_name, clerk.last_name = "Nela\nBcc: x", "Novak"
    record(clerk, by=clerk, reason="renamed")
    invitation = invite(email=NEW, by=clerk)

    send_all()

    [mail] = mailoutbox
    address = f"https://keys.example.edu/invited/{token_of(invitation)}/"
    assert (mail.to, mail.subject) == ([NEW], "Nela Bcc: x Novak invites you to Keys of Karst")
    assert mail.body.count(address) == 1
    assert f'href="{address}"' in mail.alternatives[0][0]
    assert "<p>" in mail.alternatives[0][0]


def test_the_secret_of_the_link_lies_nowhere(clerk):
    invitation = invite(email=NEW, by=clerk)

    send_all()

    notice, token = Notice.objects.get(), token_of(invitation)
    assert notice.sent_at
    assert token not in f"{notice.facts} {notice.subject} {notice.text} {notice.dedupe_key}"
    assert token not in str(list(Invitation.objects.values()))
    assert {"seed", "digest"}.isdisjoint(field.name for field in Invitation.history.model._meta.fields)


def test_somebody_known_is_mailed_the_same_in_their_language(clerk, borrower, settings, monkeypatch):
    Person.objects.filter(pk=borrower.pk).update(language="de")
    spoken = []
    monkeypatch.setattr("accounts.notices.render", lambda kind, *, person=None, context: spoken.append(person.language))

    invitation = invite(email="BORROWER@example.edu", by=clerk)
    CONTENTS["invitation"](Notice.objects.get())

    assert invitation.email == "BORROWER@example.edu"
    assert (Notice.objects.get().person, Notice.objects.get().address) == (borrower, "")
    assert spoken == ["de"]


def test_an_address_whose_mail_came_back_is_tried_again(clerk, borrower, mailoutbox):
    Person.objects.filter(pk=borrower.pk).update(email_bounced_at=timezone.now())
    invite(email=borrower.email, by=clerk)

    send_all()

    assert [mail.to for mail in mailoutbox] == [[borrower.email]]


def test_a_newer_one_takes_the_place_of_the_older(clerk, building_manager, mailoutbox):
    older = invite(email=NEW, by=building_manager)

    newer = invite(email="NEW@example.edu", by=clerk)

    older.refresh_from_db()
    assert (older.status, newer.status) == ("withdrawn", "open")
    assert last_version(older) == (clerk, "replaced by a newer invitation")
    send_all()
    assert [token_of(newer) in mail.body for mail in mailoutbox] == [True]


def test_one_that_is_too_old_gives_way_too(clerk):
    InvitationFactory(email=NEW, at=timezone.now() - 20 * DAY)

    assert invite(email=NEW, by=clerk).is_open


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no",
        "a@b",
        "two  spaces@example.edu",
        "a\0@b.edu",
        "a@b.edu\nc@d.edu",
        "emoji😀@example.edu",
        "ſ@example.edu",
        "x" * 64 + "@" + "y" * 60 + ("." + "y" * 60) * 3 + ".edu",
        "x" * 300 + "@example.edu",
    ],
)
def test_what_is_no_address_is_refused(clerk, address):
    with refused("This is not an e-mail address. Type one like name@example.edu, without spaces."):
        invite(email=address, by=clerk)

    assert not Invitation.objects.exists()


def test_one_person_sends_so_many_a_day(clerk, building_manager, settings):
    settings.INVITATIONS_PER_DAY = 2
    for number in range(2):
        invite(email=f"{number}@example.edu", by=clerk)

    with refused("You have sent 2 invitations within a day, as many as one person may. Go on tomorrow."):
        invite(email=NEW, by=clerk)

    invite(email=NEW, by=building_manager)
    with time_machine.travel(timezone.now() + DAY):
        invite(email=NEW, by=clerk)


def test_one_address_gets_three_a_day(clerk, building_manager):
    for by in (clerk, building_manager, clerk):
        invite(email=NEW, by=by)

    sentence = "3 invitations went to NEW@example.edu within a day. They may lie in the folder for unwanted mail."
    with refused(sentence):
        invite(email="NEW@example.edu", by=building_manager)


def test_who_is_blocked_or_inactive_is_not_invited(clerk, administrator, building_manager, borrower):
    block(person=borrower, by=clerk, reason="owes a key")
    gone = PersonFactory(email="gone@example.edu", first_name="", last_name="")
    deactivate(person=gone, by=administrator)

    with refused(f"{borrower} is blocked: unblock them first."):
        invite(email=borrower.email.upper(), by=clerk)
    with refused("gone@example.edu is inactive: reactivate them first."):
        invite(email=gone.email, by=clerk)
    for person in (borrower, gone):  # who does not see people learns nothing of them
        with refused("This address cannot be invited here. Ask the key desk."):
            invite(email=person.email, by=building_manager)
    assert not Notice.objects.filter(kind="invitation").exists()


@pytest.mark.parametrize("end", ["accepted", "withdrawn", "expired"])
def test_the_mail_is_pointless_once_it_is_over(clerk, mailoutbox, end):
    invitation = invite(email=NEW, by=clerk)
    if end == "accepted":
        accept_invitation(invitation=invitation)
    elif end == "withdrawn":
        withdraw_invitation(invitation=invitation, by=clerk)
    else:
        Invitation.objects.update(at=timezone.now() - 20 * DAY, until=timezone.now() - DAY)

    send_all()

    assert mailoutbox == []
    assert Notice.objects.get().cancelled_at


def test_of_anonymised_people_no_address_stays(clerk, administrator):
    older = invite(email=NEW, by=clerk)
    person = accept_invitation(invitation=older)
    newer = invite(email="NEW@example.edu", by=clerk)

    anonymise(person=person, by=administrator)

    for invitation in (older, newer):
        invitation.refresh_from_db()
        assert set(invitation.history.values_list("email", flat=True)) == {f"anonymised-{person.pk}@invalid"}
        assert invitation.email == f"anonymised-{person.pk}@invalid"
    assert (older.status, newer.status) == ("accepted", "withdrawn")


def test_old_ones_are_forgotten_with_their_history(clerk):
    now = timezone.now()
    with time_machine.travel(now - 105 * DAY, tick=False):
        invite(email="old@example.edu", by=clerk)
    with time_machine.travel(now - 103 * DAY, tick=False):
        young = invite(email=NEW, by=clerk)

    clean_up(at=now)

    assert list(Invitation.objects.all()) == [young]
    assert set(Invitation.history.values_list("id", flat=True)) == {young.pk}


@race
def test_ten_at_the_same_moment_to_one_address_leave_one_open(clerk):
    results = at_once(*[lambda: invite(email=NEW, by=clerk)] * 5)

    assert sum(isinstance(result, Invitation) for result in results) == 3
    assert Invitation.objects.standing().count() == 1


@race
def test_the_limit_of_a_day_holds_at_the_same_moment(clerk, settings):
    settings.INVITATIONS_PER_DAY = 2
    deeds = [lambda number=number: invite(email=f"{number}@example.edu", by=clerk) for number in range(6)]

    results = at_once(*deeds)

    assert sum(isinstance(result, Invitation) for result in results) == Invitation.objects.count() == 2


def test_one_sees_all_or_ones_own(clerk, building_manager, borrower):
    own, other = InvitationFactory(invited_by=building_manager), InvitationFactory()

    assert set(Invitation.objects.visible_to(clerk)) == {own, other}
    assert list(Invitation.objects.visible_to(building_manager)) == [own]
    assert list(Invitation.objects.visible_to(borrower)) == []


def test_it_is_found_by_address_and_by_the_people_in_it(clerk):
    person = PersonFactory(last_name="Zamora")
    came = InvitationFactory(accepted_at=timezone.now(), person=person)
    other = InvitationFactory(email="Other@example.edu")

    assert list(Invitation.objects.search("zamo")) == [came]
    assert list(Invitation.objects.search("OTHER@")) == [other]
