"""The ladder for assets, and one digest a day for keys and assets together."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from accounts.models import Notice, Person
from accounts.operations import send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import AssignmentReminder
from assets.operations import (
    assign_kit,
    extend,
    report_asset_found,
    report_asset_lost,
    take_back,
    transfer_assignment,
)
from assets.tests.factories import AssetFactory, AssignmentFactory, KitFactory, KitMemberFactory, SpaceFactory
from keys.models import Reminder
from keys.operations import remind_borrowers, return_key
from keys.tests.factories import LoanFactory
from keysite.tasks import CONTENTS
from keysite.tests.queries import queries
from keysite.tests.races import at_once

OUT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 17, tzinfo=UTC)  # closing time in Berlin
DAY = timedelta(days=1)


@pytest.fixture
def assignment(borrower):
    return AssignmentFactory(asset=AssetFactory(tag="L1"), person=borrower, out_at=OUT, due_at=DUE)


@pytest.fixture
def loan(key, borrower):
    return LoanFactory(key=key, borrower=borrower, out_at=OUT, due_at=DUE)


def morning(day):
    """Nine o'clock in Berlin, on that day of March."""
    return datetime(2026, 3, 1, 8, tzinfo=UTC) + (day - 1) * DAY


def remind(*days):
    for day in days:
        remind_borrowers(at=morning(day))


def steps(assignment):
    return [(row.at.day, row.step) for row in AssignmentReminder.objects.filter(assignment=assignment).order_by("pk")]


def send(day):
    """Send what waits, on that day; gives back the mails."""
    mail.outbox.clear()
    with time_machine.travel(morning(day), tick=False):
        send_notices(contents=CONTENTS, at=morning(day))
    return list(mail.outbox)


def reminders():
    return Notice.objects.filter(kind__endswith="_reminder")


def test_each_step_of_the_ladder_is_written_once(assignment, borrower):
    remind(*range(3, 32))

    assert steps(assignment) == [(7, -1), (10, 1), (12, 3), (16, 7), (23, 14)]
    assert reminders().count() == 5
    assert set(reminders().values_list("person", flat=True)) == {borrower.pk}


def test_keys_and_assets_of_a_day_come_in_one_mail(assignment, loan, borrower):
    AssignmentFactory(asset=AssetFactory(tag="L2"), person=borrower, out_at=OUT, due_at=DUE - 4 * DAY)
    remind(10, 10, 10)

    [message] = send(10)

    assert (Reminder.objects.count(), AssignmentReminder.objects.count(), reminders().count()) == (1, 2, 1)
    assert message.subject == "3 things are overdue"
    assert message.body.index("L2 Laptop: 5 days overdue") < message.body.index("AA1 1: 1 day overdue")
    assert message.body.index("AA1 1: 1 day overdue") < message.body.index("L1 Laptop: 1 day overdue")


@pytest.mark.parametrize(
    ("day", "subject", "sentence"),
    [
        (7, "1 thing is due soon", "This is due soon:"),
        (10, "1 thing is overdue", "This is overdue. Please bring it back"),
        (16, "1 thing is overdue", "This has been overdue for a week or more."),
        (23, "1 thing is overdue", "This has been overdue for two weeks or more."),
    ],
)
def test_only_an_asset_is_told_in_its_own_words(assignment, day, subject, sentence):
    remind(day)

    [message] = send(day)

    assert message.subject == subject
    assert sentence in message.body
    assert "key" not in message.body.replace("key desk", "").replace("keysite", "").lower()


def test_what_is_due_of_both_waits_for_the_same_tomorrow(loan, borrower):
    remind(10)
    assignment = AssignmentFactory(person=borrower, out_at=OUT, due_at=DUE)

    remind(10)
    assert steps(assignment) == []
    remind(11)
    assert steps(assignment) == [(11, 1)]


def test_an_asset_alone_reminds_of_the_key_too(assignment, key, borrower):
    LoanFactory(key=key, borrower=borrower, out_at=OUT, due_at=DUE - DAY)
    remind(9)
    send(9)
    remind(10)  # only the asset has reached a step

    [message] = send(10)

    assert message.subject == "2 things are overdue"
    assert "AA1 1: 2 days overdue" in message.body


def test_a_kit_is_one_thing(borrower, clerk):
    with time_machine.travel(OUT, tick=False):
        kit = KitFactory(name="Camera")
        KitMemberFactory(kit=kit, asset__tag="K1")
        KitMemberFactory(kit=kit, asset__tag="K2")
        row = assign_kit(kit=kit, person=borrower, by=clerk)
    Notice.objects.all().delete()

    remind(10)

    [message] = send(10)
    assert AssignmentReminder.objects.get().assignment == row
    assert "Camera: 1 day overdue" in message.body
    assert "K1" not in message.body


def test_without_a_due_date_or_in_a_room_nothing_is_ever_due(borrower):
    AssignmentFactory(person=borrower, out_at=OUT, due_at=None, term=None)
    AssignmentFactory(person=None, space=SpaceFactory(), out_at=OUT, due_at=DUE, term=None)

    remind(*range(7, 32))

    assert not reminders().exists()


@pytest.mark.parametrize(
    "deed",
    [
        lambda row, by: take_back(assets=[row.asset], by=by),
        lambda row, by: report_asset_lost(assignment=row, by=by),
        lambda row, by: transfer_assignment(assignment=row, by=by, space=SpaceFactory()),
    ],
    ids=["back", "lost", "handed on"],
)
def test_what_is_settled_before_the_mail_goes_out_is_not_told(assignment, clerk, deed):
    remind(10)
    deed(assignment, clerk)
    Notice.objects.filter(kind="asset_receipt").delete()

    assert send(10) == []
    assert Notice.objects.get().status == "Cancelled"


def test_of_two_only_the_one_that_is_still_out_is_told(assignment, loan, clerk):
    remind(10)
    return_key(loan=loan, by=clerk)
    Notice.objects.filter(kind="loan_receipt").delete()

    [message] = send(10)

    assert message.subject == "1 thing is overdue"
    assert "AA1 1" not in message.body


def test_found_again_it_is_due_as_before(assignment, clerk):
    report_asset_lost(assignment=assignment, by=clerk)
    remind(10)
    report_asset_found(assignment=assignment, by=clerk)

    remind(12)

    assert steps(assignment) == [(12, 3)]


def test_extended_it_climbs_the_ladder_anew(assignment, clerk):
    remind(7, 10)
    with time_machine.travel(morning(10), tick=False):
        extend(assignment=assignment, by=clerk, trust=3)  # due on the 17th

    remind(*range(10, 21))

    assert steps(assignment) == [(7, -1), (10, 1), (15, -1), (18, 1), (20, 3)]


def test_the_department_s_contact_is_told_of_both_in_one_mail(assignment, loan, borrower):
    borrower.department = DepartmentFactory(name="Physics", contact_email="office@example.edu")
    borrower.save()
    remind(22, 23, 23, 24)

    assert Notice.objects.filter(kind="department_reminder").count() == 1
    [told] = [message for message in send(23) if message.to == ["office@example.edu"]]
    assert told.subject == "2 things that your department has are long overdue"
    assert f"L1 Laptop: {borrower.name}, 14 days overdue" in told.body
    assert f"AA1 1: {borrower.name}, 14 days overdue" in told.body


def test_the_contact_hears_nothing_of_an_asset_that_is_back(assignment, borrower, clerk):
    borrower.department = DepartmentFactory(contact_email="office@example.edu")
    borrower.save()
    remind(23)
    take_back(assets=[assignment.asset], by=clerk)
    Notice.objects.exclude(kind="department_reminder").delete()

    assert send(23) == []


def test_of_somebody_inactive_only_the_contact_is_told(assignment, borrower):
    Person.objects.filter(pk=borrower.pk).update(
        is_active=False, deactivated_at=OUT, department=DepartmentFactory(contact_email="office@example.edu")
    )

    remind(10, 23, 24)

    assert [notice.kind for notice in reminders()] == ["department_reminder"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_writes_one(assignment, loan):
    at_once(*[lambda: remind(10)] * 4)

    assert (Reminder.objects.count(), AssignmentReminder.objects.count(), Notice.objects.count()) == (1, 1, 1)


def test_one_and_three_of_each_cost_the_same(assignment, loan):
    def digest(at, exactly):
        with queries(exactly=exactly):
            remind_borrowers(at=at)

    digest(morning(10), exactly=6)
    for _number in range(3):
        person = PersonFactory(department=DepartmentFactory(contact_email="office@example.edu"))
        LoanFactory(borrower=person, out_at=OUT, due_at=DUE)
        AssignmentFactory(person=person, out_at=OUT, due_at=DUE)
    digest(morning(12), exactly=6)
    digest(morning(23), exactly=7)  # the contacts, in one statement


def test_more_people_than_fit_one_chunk_are_all_told_once(monkeypatch, db):
    monkeypatch.setattr("keys.operations.clock.CHUNK", 2)
    for _number in range(4):
        person = PersonFactory()
        AssignmentFactory(person=person, out_at=OUT, due_at=DUE)
        LoanFactory(borrower=person, out_at=OUT, due_at=DUE)
    AssignmentFactory(out_at=OUT, due_at=DUE)

    remind(10)

    assert (Reminder.objects.count(), AssignmentReminder.objects.count(), Notice.objects.count()) == (4, 5, 5)
