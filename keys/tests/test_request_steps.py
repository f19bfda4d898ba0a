"""The five steps that whoever asked reads, each with its day and a mail; and who hears of what they have to decide."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from assets.models import BuildingManager
from keys.models import Approval, CuttingJob, Hold, KeyRequest
from keys.operations import (
    add_to_request,
    approve_request,
    check_cut_key,
    check_out,
    cut_key,
    delegate_approvals,
    deliver_key,
    escalate_approvals,
    expire_requests,
    release_expired_holds,
    write_message,
)
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal
from keysite.tasks import CONTENTS
from keysite.tests.history import refused
from keysite.tests.reading import text_of

TODAY = timezone.localdate
NOT_IN_CHARGE = "You are not in charge of this today. Ask the key office to correct that."


@pytest.fixture
def campus(db):
    return Campus()


def told(person, kind="key_request"):
    notices = Notice.objects.filter(kind=kind, person=person).order_by("pk")
    return [notice.facts.get("event", kind) for notice in notices]


def test_five_steps_with_their_days_and_a_mail_at_each(campus, client, clerk, key_shop, mailoutbox):
    """A key that has to be cut; each step is done on a day of its own."""
    client.force_login(campus.person)
    days, deeds = datetime(2026, 3, 2, 9, tzinfo=UTC), []
    job = CuttingJob.objects.all()
    deeds.append(lambda: campus.ask("101"))
    deeds.append(lambda: campus.approve_all(KeyRequest.objects.get()))
    deeds.append(lambda: cut_key(job=job.get(), by=key_shop))
    deeds.append(lambda: check_cut_key(job=job.get(), by=key_shop))
    deeds.append(lambda: deliver_key(job=job.get(), by=key_shop))
    deeds.append(lambda: check_out(keys=[job.get().key], borrower=campus.person, by=clerk, trust=Trust.STAFF))
    BuildingManager.objects.update(since=days.date())
    headings = []
    for n, deed in enumerate(deeds):
        with time_machine.travel(days + timedelta(days=n), tick=False):
            deed()
            send_notices(contents=CONTENTS, at=timezone.now())
            client.force_login(campus.person)
            shown = text_of(client.get(reverse("key_request", args=[KeyRequest.objects.get().pk])))
            headings.append(re.search(r"Request R\d+: (.*?) How far", shown)[1])

    assert headings == [
        "Key Requested",
        "Key being Fabricated",
        "Key being Fabricated",
        "Key Available (waiting for delivery)",
        "Key Ready for Pickup",
        "Keys handed over",
    ]
    for words in (
        "Key Requested 03/02/2026 10 a.m.",
        "Key Approved 03/03/2026 10 a.m.",
        "Key being Fabricated AA1 since 03/03/2026, cut on 03/04/2026",
        "Key Available (waiting for delivery) AA1 since 03/05/2026, at the desk since 03/06/2026",
        "Key Ready for Pickup AA1 1 handed over on 03/07/2026",
    ):
        assert words in shown
    subjects = [mail.subject for mail in mailoutbox if mail.to == [campus.person.email] and "Request" in mail.subject]
    request = KeyRequest.objects.get()
    assert subjects == [
        f"Request {request} for keys has arrived",
        f"Request {request} is approved",
        f"Request {request}: a key is being fabricated",
        f"Request {request}: a key is available and waits for delivery",
        f"Request {request}: ready to be picked up",
    ]
    assert told(campus.person) == ["sent", "approved", "cutting", "available", "ready"]


def test_each_mail_says_which_keys(campus, key_shop, mailoutbox):
    campus.key("AA2")
    campus.approve_all(campus.ask("101", "102"))
    send_notices(contents=CONTENTS, at=timezone.now())
    bodies = {mail.subject.partition(": ")[2] or "approved": mail.body for mail in mailoutbox}

    assert "\n- AA1\n" in bodies["a key is being fabricated"]
    assert "AA2" not in bodies["a key is being fabricated"]
    assert "\n- AA2 1 (kept until" in bodies["ready to be picked up"]
    mailoutbox.clear()
    cut_key(job=CuttingJob.objects.get(), by=key_shop)
    check_cut_key(job=CuttingJob.objects.get(), by=key_shop)
    send_notices(contents=CONTENTS, at=timezone.now())

    [mail] = mailoutbox
    assert "\n- AA1\n" in mail.body


def test_a_question_to_nobody_goes_to_the_key_office(campus, administrator):
    """All have agreed and the keys are being cut: somebody still reads what the requester writes."""
    request = campus.approve_all(campus.ask("101"))

    write_message(request=request, by=campus.person, text="Is it ready?")

    assert told(administrator) == ["message"]
    assert told(campus.manager) == ["wanted"]


def test_a_question_goes_to_those_who_have_not_decided(campus, administrator):
    request = campus.ask("101", "201")
    campus.agree(campus.steps(request)[0])

    write_message(request=request, by=campus.person, text="How long?")

    assert told(campus.manager) == ["wanted"]
    assert told(campus.other_manager) == ["wanted", "message"]
    assert told(administrator) == []


def test_what_waits_too_long_is_asked_of_the_key_office_once(campus, administrator, settings):
    settings.APPROVAL_DAYS = 3
    request = campus.ask("101", "201")
    at = timezone.now()

    escalate_approvals(at=at + timedelta(days=2, hours=23))
    assert not Approval.objects.filter(escalated_at__isnull=False).exists()
    for _tick in range(3):
        escalate_approvals(at=at + timedelta(days=3, minutes=1))

    assert told(administrator) == ["escalated"]  # one mail for both steps
    assert Approval.objects.filter(escalated_at__isnull=False).count() == 2
    approve_request(approval=campus.steps(request)[0], by=administrator)
    campus.agree(campus.steps(request)[1])
    request.refresh_from_db()
    assert request.status == "approved"


def test_nothing_that_is_decided_or_over_is_escalated(campus, administrator):
    campus.approve_all(campus.ask("101"))

    escalate_approvals(at=timezone.now() + timedelta(days=30))

    assert told(administrator) == []


def test_a_delegation_ends_with_its_last_day(campus, client):
    """Then the deputy decides and sees nothing any more, and is not told of new requests."""
    deputy = PersonFactory()
    delegate_approvals(by=campus.manager, deputy=deputy, since=TODAY(), until=TODAY() + timedelta(days=1))
    request = campus.ask("101")
    [step] = campus.steps(request)
    assert told(deputy) == ["wanted"]

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert Approval.objects.open().in_charge_of(deputy).get() == step
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        with refused(NOT_IN_CHARGE):
            approve_request(approval=step, by=deputy)
        client.force_login(deputy)
        assert client.get(reverse("approval", args=[step.pk])).status_code == 404
        assert not KeyRequest.objects.visible_to(deputy).exists()
        campus.ask("102")
    assert told(deputy) == ["wanted"]


def test_a_delegation_that_is_still_to_come_gives_nothing_yet(campus):
    deputy = PersonFactory()
    day = TODAY() + timedelta(days=3)
    delegate_approvals(by=campus.manager, deputy=deputy, since=day, until=day)
    request = campus.ask("101")

    assert not Approval.objects.open().in_charge_of(deputy).exists()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        campus.agree(campus.steps(request)[0], deputy)
        assert Approval.objects.get().approved


def test_who_decided_for_somebody_still_sees_what_they_decided(campus, client):
    deputy = PersonFactory()
    delegate_approvals(by=campus.manager, deputy=deputy, since=TODAY(), until=TODAY())
    request = campus.ask("101")
    approve_request(approval=campus.steps(request)[0], by=deputy)

    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert KeyRequest.objects.visible_to(deputy).get() == request


@pytest.mark.parametrize(
    ("trust", "sees"), [(Trust.STAFF, True), (Trust.PRESENT, False), (Trust.PROVED, False), (Trust.TYPED, False)]
)
def test_the_key_office_sees_requests_with_a_staff_sign_in_only(campus, administrator, auditor, trust, sees):
    """As anybody else, a clerk who signed in with a code sees what is their own."""
    request = campus.ask("101")
    own = campus.ask("102", by=administrator_as_borrower(campus, administrator))

    for person in (administrator, auditor):
        assert (request in KeyRequest.objects.visible_to(person, trust=trust)) is sees
    assert own in KeyRequest.objects.visible_to(administrator, trust=trust)
    assert request in KeyRequest.objects.visible_to(campus.manager, trust=trust)
    assert not KeyRequest.objects.visible_to(campus.colleague, trust=trust).exists()


def administrator_as_borrower(campus, administrator):
    administrator.affiliation, administrator.department = campus.affiliation, campus.department
    administrator.save()
    return administrator


def test_what_is_needed_later_is_kept_from_that_day_on_and_handed_over_then(campus, clerk, mailoutbox):
    key, first = campus.key("AA1"), TODAY() + timedelta(days=60)
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    campus.approve_all(campus.send(request, needed_from=first))
    send_notices(contents=CONTENTS, at=timezone.now())

    assert timezone.localdate(Hold.objects.get().until) == first + timedelta(days=7)
    [ready] = [mail for mail in mailoutbox if "ready to be picked up" in mail.subject]
    assert "please do not come before that day" in ready.body
    hand_out = {"keys": [key], "borrower": campus.person, "by": clerk, "trust": Trust.STAFF}
    with pytest.raises(BasketRefusal, match=f"Key AA1 1 is needed from .* on .request {request}.: hand it out then."):
        check_out(**hand_out)
    later = timezone.now() + timedelta(days=60)
    release_expired_holds(at=later)
    expire_requests(at=later)
    with time_machine.travel(later):
        check_out(**hand_out)
    request.refresh_from_db()
    assert request.status == "done"


def test_only_who_has_a_part_in_a_request_writes_on_it(campus, administrator, clerk, auditor, key_shop):
    request = campus.ask("101")

    for person in (auditor, key_shop, campus.colleague, campus.other_manager):
        with refused(f"You have no part in request {request}: nobody expects a word of you."):
            write_message(request=request, by=person, text="Hello")
    with refused(f"You have no part in request {request}: nobody expects a word of you."):
        write_message(request=request, by=clerk, text="Hello", trust=Trust.PROVED)
    for person in (clerk, administrator, campus.manager, campus.person):
        write_message(request=request, by=person, text="Hello")

    assert request.messages.count() == 4


def test_only_who_has_to_decide_today_asks_back(campus, clerk):
    request = campus.ask("101", "201")
    campus.agree(campus.steps(request)[0])
    BuildingManager.objects.filter(building=campus.south).delete()

    for person in (clerk, campus.manager):  # who has no part, and who has agreed already
        with refused(NOT_IN_CHARGE):
            write_message(request=request, by=person, text="Why?", ask_back=True)
    with refused(f"You have no part in request {request}: nobody expects a word of you."):
        write_message(request=request, by=campus.other_manager, text="Why?", ask_back=True)

    assert KeyRequest.objects.get().asked_back_at is None


def test_what_waits_for_an_answer_of_who_asked_is_not_escalated(campus, administrator):
    request = campus.ask("101")
    write_message(request=request, by=campus.manager, text="What for?", ask_back=True)

    escalate_approvals(at=timezone.now() + timedelta(days=30))
    assert told(administrator) == []

    write_message(request=request, by=campus.person, text="My office")
    escalate_approvals(at=timezone.now() + timedelta(days=30))
    assert told(administrator) == ["escalated"]


@pytest.mark.parametrize("rows", [1, 3])
def test_escalating_asks_as_often_however_much_waits(campus, administrator, rows):
    for label in ["101", "102", "103"][:rows]:
        campus.ask(label)

    with CaptureQueriesContext(connection) as asked:
        escalate_approvals(at=timezone.now() + timedelta(days=30))

    of_requests = [query["sql"] for query in asked if 'FROM "keys_keyrequest"' in query["sql"]]
    assert len(of_requests) == 1
