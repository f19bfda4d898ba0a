"""Warranties that end and services that are due are told once, to who should know."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from accounts.models import Notice, Person
from accounts.operations import send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import Asset, AssetReminder
from assets.notices import CONTENTS
from assets.operations import dispose, remind_of_dates
from assets.tests.factories import AssetFactory, DisposalTypeFactory
from keysite.tests.queries import queries
from keysite.tests.races import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def morning(day):
    """Nine o'clock in Berlin on that day of March."""
    return datetime(2026, 3, 1, 8, tzinfo=UTC) + (day - 1) * DAY


def remind(*days):
    for day in days:
        remind_of_dates(at=morning(day))


def told():
    return [(reminder.asset.tag, reminder.kind, reminder.at.day) for reminder in AssetReminder.objects.order_by("pk")]


def readers():
    return [notice.address or notice.person.email for notice in Notice.objects.order_by("pk")]


def send(day):
    mail.outbox.clear()
    send_notices(contents=CONTENTS, at=morning(day))
    return list(mail.outbox)


@pytest.fixture
def physics(db):
    return DepartmentFactory(name="Physics", contact_email="office@example.edu")


def asset(tag="T1", **fields):
    return AssetFactory(tag=tag, **fields)


def test_a_warranty_is_told_thirty_days_before_it_ends_and_once(physics):
    asset(department=physics, warranty_until=date(2026, 4, 10))

    remind(10, 11, 12, 13, 30)

    assert told() == [("T1", "warranty", 11)]
    assert readers() == ["office@example.edu"]


def test_a_service_is_told_when_it_is_due_and_again_for_the_next_date(physics):
    lamp = asset(department=physics, service_due_on=date(2026, 3, 5))

    remind(4, 5, 6)
    Asset.objects.update(service_due_on=date(2026, 3, 9))
    remind(8, 9, 10)

    assert told() == [("T1", "service", 5), ("T1", "service", 9)]
    assert lamp.reminders.count() == 2


def test_what_is_over_or_far_or_gone_is_not_told(physics, clerk):
    asset("T1", department=physics, warranty_until=date(2026, 2, 28))
    asset("T2", department=physics, warranty_until=date(2027, 1, 1))
    gone = asset("T3", department=physics, service_due_on=date(2026, 3, 1))
    dispose(asset=gone, by=clerk, type=DisposalTypeFactory(), reason="old")
    asset("T4", department=physics)

    remind(2)

    assert told() == []


def test_the_contact_comes_first_then_that_of_the_owner_then_the_owner(physics):
    chemistry = DepartmentFactory(name="Chemistry", contact_email="chemistry@example.edu")
    owner = PersonFactory(email="owner@example.edu")
    due = {"service_due_on": date(2026, 3, 1)}
    asset("T1", department=physics, owner=owner, **due)
    asset("T2", owner=PersonFactory(department=chemistry), **due)
    asset("T3", department=DepartmentFactory(name="Poor"), owner=owner, **due)
    asset("T4", owner=owner, **due)

    remind(2)

    assert sorted(readers()) == ["chemistry@example.edu", "office@example.edu", "owner@example.edu"]
    assert len(told()) == 4


def test_without_anybody_to_tell_it_waits(physics):
    asset("T1", service_due_on=date(2026, 3, 1))
    asset("T2", service_due_on=date(2026, 3, 1), owner=PersonFactory(is_active=False, deactivated_at=morning(1)))

    remind(2)
    assert told() == []
    Asset.objects.filter(tag="T1").update(department=physics)
    remind(3)

    assert told() == [("T1", "service", 3)]


def test_two_departments_with_one_contact_get_one_mail(physics):
    other = DepartmentFactory(name="Optics", contact_email="Office@example.edu")
    for number, department in enumerate((physics, other)):
        asset(f"T{number}", department=department, service_due_on=date(2026, 3, 1))

    remind(2)

    [message] = send(2)
    assert "T0 Laptop" in message.body
    assert "T1 Laptop" in message.body


def test_what_comes_later_on_a_day_with_a_digest_waits_until_tomorrow(physics):
    asset("T1", department=physics, service_due_on=date(2026, 3, 1))
    remind(2)
    asset("T2", department=physics, service_due_on=date(2026, 3, 1))

    remind(2)
    assert told() == [("T1", "service", 2)]
    remind(3)

    assert told() == [("T1", "service", 2), ("T2", "service", 3)]
    assert Notice.objects.count() == 2


def test_nobody_is_woken(physics):
    asset(department=physics, service_due_on=date(2026, 3, 1))

    remind_of_dates(at=datetime(2026, 3, 2, 6, 59, tzinfo=UTC))

    assert told() == []


def test_the_mail_says_which_date_of_what_and_where(physics):
    asset("T1", department=physics, warranty_until=date(2026, 3, 20), serial="SN7")
    asset("T2", department=physics, service_due_on=date(2026, 3, 1))

    remind(2)
    [message] = send(2)

    assert message.subject == "Warranties that end and services that are due"
    assert "* March 20, 2026: T1 Laptop" in message.body
    assert "serial number SN7" in message.body
    assert (
        message.body.index("Service is due:")
        < message.body.index("T2 Laptop")
        < message.body.index("The warranty ends")
    )


def test_what_has_changed_meanwhile_is_left_out(physics, clerk):
    asset("T1", department=physics, service_due_on=date(2026, 3, 1))
    asset("T2", department=physics, service_due_on=date(2026, 3, 1))
    remind(2)
    Asset.objects.filter(tag="T2").update(service_due_on=date(2027, 3, 1))

    [message] = send(2)
    assert "T2" not in message.body

    remind(3)
    Asset.objects.update(service_due_on=None)
    assert send(3) == []


def test_the_owner_reads_it_in_their_own_mail(db):
    owner = PersonFactory(email="owner@example.edu")
    asset(owner=owner, service_due_on=date(2026, 3, 1))

    remind(2)

    assert [message.to for message in send(2)] == [["owner@example.edu"]]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_writes_one():
    department = DepartmentFactory(contact_email="office@example.edu")
    asset(department=department, service_due_on=date(2026, 3, 1))

    at_once(*[lambda: remind(2)] * 4)

    assert (AssetReminder.objects.count(), Notice.objects.count()) == (1, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_one_and_three_cost_the_same(count, physics):
    for number in range(count):
        asset(f"T{number}", department=physics, service_due_on=date(2026, 3, 1))
        asset(f"U{number}", owner=PersonFactory(), warranty_until=date(2026, 3, 9))

    with queries(5):
        remind(2)

    assert (len(told()), Notice.objects.count()) == (2 * count, 1 + count)
    assert Person.objects.count() >= count
