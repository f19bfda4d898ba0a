"""The clock of a campaign: whoever is asked gets one mail, and silence goes on to the next."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Notice
from accounts.operations import send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import Attestation, Delegation
from keys.operations import answer_attestation, move_campaigns, open_campaign, return_key
from keys.tests.factories import AttestationFactory, CampaignFactory, opening
from keysite.tasks import CONTENTS
from keysite.tests.history import last_version
from keysite.tests.queries import queries
from keysite.tests.races import at_once


def day(number, hour=12):
    """That hour so many days from now, in the institution's time zone."""
    date = timezone.localdate(timezone=settings.INSTITUTION_ZONE) + timedelta(days=number)
    return datetime.combine(date, time(hour), settings.INSTITUTION_ZONE).astimezone(UTC)


@pytest.fixture
def campaign(db):
    """Holders answer for ten days, managers until the fifteenth, departments until the twentieth."""
    return CampaignFactory(opened_at=day(0, 0))


@pytest.fixture
def line(campaign, loan):
    loan.borrower.department = DepartmentFactory(contact_email="contact@example.edu")
    loan.borrower.save()
    return AttestationFactory(campaign=campaign, loan=loan)


@pytest.fixture
def manager(line):
    building = opening(line.loan.key.symbol).building
    return BuildingManager.objects.create(building=building, person=PersonFactory(), since="2020-01-01").person


def told():
    """What was written: the kind and to whom, in order."""
    return [(notice.kind, notice.recipient) for notice in Notice.objects.filter(kind__startswith="attestation")]


def mails(mailoutbox):
    send_notices(contents=CONTENTS, at=day(40))
    return [(mail.to[0], mail.subject) for mail in mailoutbox]


def test_a_holder_is_asked_once_about_all_their_keys(line, campaign, borrower, mailoutbox):
    AttestationFactory(campaign=campaign, loan__borrower=borrower, loan__key__symbol__symbol="AB2")

    move_campaigns(at=day(0))
    move_campaigns(at=day(1))

    assert told() == [("attestation", borrower.email)]
    [(address, subject)] = mails(mailoutbox)
    assert (address, subject.startswith("Please confirm your keys by")) == (borrower.email, True)
    assert "* AA1 1" in mailoutbox[0].body
    assert re.search(r"\* AB2 \d+", mailoutbox[0].body)
    assert f"{settings.SITE_URL}/confirm/" in mailoutbox[0].body


def test_nobody_is_written_to_before_the_morning(line):
    move_campaigns(at=day(0, 7))
    assert told() == []

    move_campaigns(at=day(0, 9))
    assert len(told()) == 1


def test_a_holder_who_keeps_silent_is_reminded_before_the_day_is_over(line, borrower, mailoutbox):
    move_campaigns(at=day(0))
    Notice.objects.update(created_at=day(0))
    for number in (7, 8, 9, 10):
        move_campaigns(at=day(number))

    subjects = [subject for _address, subject in mails(mailoutbox)]
    assert len(subjects) == 2
    assert subjects[1].startswith("Your keys are still to be confirmed by")


def test_who_has_answered_is_not_reminded_and_gets_no_mail_that_waits(line, borrower, mailoutbox):
    move_campaigns(at=day(0))
    Notice.objects.update(created_at=day(0))
    answer_attestation(attestation=line, answer="have", by=borrower)
    move_campaigns(at=day(9))

    assert told() == [("attestation", borrower.email)]
    assert mails(mailoutbox) == []


def test_a_campaign_of_a_day_or_two_does_not_ask_and_remind_at_once(campaign, line):
    campaign.holders_until = timezone.localdate() + timedelta(days=1)
    campaign.save()

    move_campaigns(at=day(0))
    move_campaigns(at=day(0, 13))
    assert len(told()) == 1
    Notice.objects.update(created_at=day(0))
    move_campaigns(at=day(1))
    assert len(told()) == 2


def test_silence_goes_to_the_managers_of_the_doors_and_who_stands_in(line, manager, campaign, mailoutbox):
    """P42: after the holder, who is in charge of the doors."""
    deputy = PersonFactory()
    on = day(11).date()
    Delegation.objects.create(person=manager, deputy=deputy, since=on, until=on)
    other = AttestationFactory(campaign=campaign, loan__key__symbol=line.loan.key.symbol)

    move_campaigns(at=day(10))
    move_campaigns(at=day(11))
    move_campaigns(at=day(12))

    line.refresh_from_db()
    assert (line.stage, last_version(line)) == ("manager", (None, "no answer"))
    people = {address for kind, address in told() if kind == "attestation_others"}
    assert people == {manager.email, deputy.email}
    assert (manager.email, "Do people still have 2 keys?") in mails(mailoutbox)
    [body] = [mail.body for mail in mailoutbox if mail.to == [manager.email]]
    assert f"{settings.SITE_URL}/confirm/{campaign.pk}/others/" in body
    assert other.loan.borrower.email not in body


def test_then_to_the_contact_of_the_department_and_says_nothing_of_people(line, campaign, mailoutbox):
    """P42: at last the department, by its address."""
    move_campaigns(at=day(16))
    move_campaigns(at=day(17))

    line.refresh_from_db()
    assert line.stage == "contact"
    assert told() == [("attestation_contact", "contact@example.edu")]
    [(address, subject)] = mails(mailoutbox)
    assert (address, subject) == ("contact@example.edu", "Does somebody still have 1 key?")
    body = mailoutbox[0].body
    assert f"{settings.SITE_URL}/confirm/{campaign.pk}/others/" in body
    assert not {"AA1", line.loan.borrower.email} & set(body.split())


def test_what_is_answered_back_or_lost_stays_where_it_is(campaign, line, borrower, clerk):
    back = AttestationFactory(campaign=campaign)
    return_key(loan=back.loan, by=clerk)
    answer_attestation(attestation=line, answer="have", by=borrower)

    move_campaigns(at=day(11))

    assert set(Attestation.objects.values_list("stage", flat=True)) == {"holder"}


def test_it_closes_when_its_last_day_is_over(campaign, line, mailoutbox):
    move_campaigns(at=day(20, 23))
    campaign.refresh_from_db()
    assert campaign.is_open

    move_campaigns(at=day(21, 0))
    move_campaigns(at=day(21, 1))

    campaign.refresh_from_db()
    assert (campaign.closed_at, last_version(campaign)) == (day(21, 0), (None, "closed"))
    assert mails(mailoutbox) == []  # what was written and waits is pointless now
    assert campaign.history.filter(history_change_reason="closed").count() == 1


def test_a_clock_that_stood_still_asks_whoever_it_is_the_turn_of(line, manager):
    move_campaigns(at=day(18))

    line.refresh_from_db()
    assert line.stage == "contact"
    assert told() == [("attestation_contact", "contact@example.edu")]


@pytest.mark.parametrize("number", [0, 11, 16])
def test_the_statements_do_not_depend_on_how_many_are_asked(line, manager, campaign, number):
    asked = {0: 4, 11: 6, 16: 7}[number]
    with queries(exactly=asked):
        move_campaigns(at=day(number))
    Notice.objects.all().delete()
    Attestation.objects.update(stage="holder")
    for _more in range(2):
        AttestationFactory(campaign=campaign, loan__key__symbol=line.loan.key.symbol)

    with queries(exactly=asked):
        move_campaigns(at=day(number))


@pytest.mark.slow
def test_two_clocks_at_once_write_once(transactional_db):
    line = AttestationFactory(campaign__opened_at=day(0, 0))

    at_once(*(lambda: move_campaigns(at=day(0)),) * 2)
    at_once(*(lambda: move_campaigns(at=day(11)),) * 2)

    assert len(told()) == 1
    assert line.history.filter(history_type="~").count() == 1


@pytest.mark.slow
def test_a_campaign_that_was_opened_is_moved_the_whole_way(key_shop, loan):
    today = timezone.localdate()
    days = {"holders_until": today, "managers_until": today, "closes_on": today}
    campaign = open_campaign(name="Keys", scope="all", by=key_shop, **days)

    for number in range(3):
        move_campaigns(at=day(number))

    campaign.refresh_from_db()
    assert not campaign.is_open
