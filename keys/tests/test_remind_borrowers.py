"""The ladder of reminders: who is written to when, and who is not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import Notice, Person
from accounts.operations import send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import Loan, Reminder
from keys.operations import claim_return, record_payment, remind_borrowers, renew, report_found, report_lost, return_key
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.tasks import CONTENTS
from keysite.tests.queries import queries
from keysite.tests.races import at_once

OUT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 17, tzinfo=UTC)  # closing time in Berlin
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def loan(key, borrower):
    return LoanFactory(key=key, borrower=borrower, out_at=OUT, due_at=DUE)


def morning(day):
    """Nine o'clock in Berlin, on that day of March (32 is the first of April)."""
    return datetime(2026, 3, 1, 8, tzinfo=UTC) + (day - 1) * DAY


def remind(*days):
    for day in days:
        remind_borrowers(at=morning(day))


def steps(loan):
    return [(reminder.at.day, reminder.step) for reminder in loan_steps(loan)]


def loan_steps(loan):
    return Reminder.objects.filter(loan=loan).order_by("pk")


def send(day):
    """Send what waits, on that day; gives back the mails."""
    mail.outbox.clear()
    with time_machine.travel(morning(day), tick=False):
        send_notices(contents=CONTENTS, at=morning(day))
    return list(mail.outbox)


def test_each_step_of_the_ladder_is_written_once(loan, borrower):
    remind(*range(3, 32))

    assert steps(loan) == [(7, -1), (10, 1), (12, 3), (16, 7), (23, 14)]
    assert list(Notice.objects.order_by("pk").values_list("kind", "person", "dedupe_key")) == [
        ("loan_reminder", borrower.pk, f"reminder:2026-03-{day}:{borrower.pk}")
        for day in ("07", "10", "12", "16", "23")
    ]


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 3, 10, 6, 59, tzinfo=UTC), 0),  # 07:59 in Berlin
        (datetime(2026, 3, 10, 7, tzinfo=UTC), 1),
        (datetime(2026, 3, 10, 22, 59, tzinfo=UTC), 1),
        (datetime(2026, 3, 10, 23, tzinfo=UTC), 0),  # midnight
    ],
)
def test_nobody_is_woken(loan, at, written):
    remind_borrowers(at=at)

    assert Notice.objects.count() == written


def test_it_begins_as_early_as_is_set(loan, settings):
    settings.REMINDERS_FROM = settings.REMINDERS_FROM.replace(hour=6)
    settings.DUE_SOON_DAYS = 4

    remind_borrowers(at=datetime(2026, 3, 5, 5, tzinfo=UTC))

    assert steps(loan) == [(5, -1)]


def test_days_overdue_are_days_of_the_calendar(loan):
    remind_borrowers(at=DUE + timedelta(hours=2))
    assert steps(loan) == []

    remind(10)
    assert steps(loan) == [(10, 1)]


def test_many_ticks_a_day_write_one_digest_for_all_keys_of_a_person(loan, borrower):
    second = LoanFactory(borrower=borrower, out_at=OUT, due_at=DUE - 2 * DAY)
    third = LoanFactory(borrower=borrower, out_at=OUT, due_at=DUE + 2 * DAY)
    other = LoanFactory(out_at=OUT, due_at=DUE)

    remind(10, 10, 10)

    assert [steps(each) for each in (loan, second, third, other)] == [[(10, 1)], [(10, 3)], [(10, -1)], [(10, 1)]]
    assert {notice.person for notice in Notice.objects.all()} == {borrower, other.borrower}
    assert Notice.objects.count() == 2


def test_what_comes_later_on_a_day_with_a_digest_waits_until_tomorrow(loan, borrower):
    remind(10)
    second = LoanFactory(borrower=borrower, out_at=OUT, due_at=DUE)

    remind(10)
    assert steps(second) == []
    remind(11)
    assert steps(second) == [(11, 1)]


@pytest.mark.parametrize(("days", "written"), [((3, 12), [(12, 3)]), ((7, 20), [(7, -1), (20, 7)])])
def test_after_days_of_absence_there_is_one_notice(loan, days, written):
    remind(*days, days[-1])

    assert steps(loan) == written
    assert Notice.objects.count() == len(written)


def test_what_went_out_today_is_not_called_due_soon(key, borrower):
    loan = LoanFactory(key=key, borrower=borrower, out_at=morning(8) - timedelta(minutes=30), due_at=DUE)

    remind(8)
    assert steps(loan) == []
    remind(9)
    assert steps(loan) == [(9, -1)]


def test_a_renewed_loan_climbs_the_ladder_anew(loan, clerk):
    remind(7, 10)
    with time_machine.travel(morning(10), tick=False):
        renew(loan=loan, by=clerk, trust=3)  # due on the 17th

    remind(*range(10, 21))

    assert steps(loan) == [(7, -1), (10, 1), (15, -1), (18, 1), (20, 3)]


@pytest.mark.parametrize("deeds", [[return_key], [claim_return], [report_lost], [report_lost, record_payment]])
def test_who_is_not_expected_to_bring_it_is_left_alone(loan, clerk, deeds):
    for deed in deeds:
        deed(loan=loan, by=clerk, **({"amount": 5, "note": "R1"} if deed is record_payment else {}))

    remind(7, 10, 23)

    assert not Notice.objects.exclude(kind="loan_receipt").exists()
    assert not Reminder.objects.exists()


def test_a_found_key_is_due_as_before(loan, clerk):
    report_lost(loan=loan, by=clerk)
    remind(10)
    report_found(loan=loan, by=clerk)

    remind(12)

    assert steps(loan) == [(12, 3)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_writes_one(loan):
    results = at_once(*[lambda: remind(10)] * 4)

    assert results == [None] * 4
    assert (Reminder.objects.count(), Notice.objects.count()) == (1, 1)


def test_the_departments_contact_is_told_from_the_fourteenth_day(loan, borrower):
    borrower.department = DepartmentFactory(name="Physics", contact_email="office@example.edu")
    borrower.save()
    LoanFactory(borrower=PersonFactory(department=borrower.department), out_at=OUT, due_at=DUE)

    remind(16, 22)
    assert not Notice.objects.filter(kind="department_reminder").exists()
    remind(23, 23, 24)

    [notice] = Notice.objects.filter(kind="department_reminder")
    assert (notice.address, notice.person) == ("office@example.edu", None)
    [told] = [message for message in send(23) if message.to == ["office@example.edu"]]
    assert "AA1 1" in told.body
    assert borrower.name in told.body


def test_without_a_contact_only_the_borrower_is_told(loan, borrower):
    borrower.department = DepartmentFactory()
    borrower.save()

    remind(23)

    assert [notice.kind for notice in Notice.objects.all()] == ["loan_reminder"]


def test_of_somebody_inactive_only_the_contact_is_told(loan, borrower):
    Person.objects.filter(pk=borrower.pk).update(
        is_active=False, deactivated_at=OUT, department=DepartmentFactory(contact_email="office@example.edu")
    )

    remind(10, 23, 24)

    assert [notice.kind for notice in Notice.objects.all()] == ["department_reminder"]


def test_the_digest_says_what_is_overdue_and_due_soon_when_it_is_sent(loan, borrower):
    LoanFactory(key=KeyFactory(symbol__symbol="BB2", serial=2), borrower=borrower, out_at=OUT, due_at=DUE + 2 * DAY)
    LoanFactory(key=KeyFactory(symbol__symbol="CC3", serial=3), borrower=borrower, out_at=OUT, due_at=DUE + 9 * DAY)
    remind(10)

    [message] = send(10)

    assert message.to == [borrower.email]
    assert message.subject == "1 key is overdue"
    assert message.body.index("AA1 1") < message.body.index("BB2 2")
    assert "CC3" not in message.body


@pytest.mark.parametrize("deeds", [[return_key], [claim_return], [report_lost]])
def test_a_digest_that_has_become_pointless_is_not_sent(loan, clerk, deeds):
    remind(10)
    for deed in deeds:
        deed(loan=loan, by=clerk)
    Notice.objects.filter(kind="loan_receipt").delete()

    assert send(10) == []
    assert Notice.objects.get().status == "Cancelled"


def test_a_digest_leaves_out_what_was_settled_since(loan, borrower, clerk):
    other = LoanFactory(key=KeyFactory(symbol__symbol="BB2"), borrower=borrower, out_at=OUT, due_at=DUE)
    remind(10)
    return_key(loan=other, by=clerk)
    Notice.objects.filter(kind="loan_receipt").delete()

    [message] = send(10)

    assert "AA1 1" in message.body
    assert "BB2" not in message.body


def test_the_contact_hears_nothing_of_what_was_settled_since(loan, borrower, clerk):
    borrower.department = DepartmentFactory(contact_email="office@example.edu")
    borrower.save()
    remind(23)
    return_key(loan=loan, by=clerk)
    Notice.objects.exclude(kind="department_reminder").delete()

    assert send(23) == []


def test_times_are_those_of_the_borrower(loan, borrower):
    Person.objects.update(time_zone="America/New_York")
    remind(7)

    [message] = send(7)

    assert "1 p.m." in message.body


def test_one_loan_and_three_cost_the_same(loan, borrower):
    def digest(at, exactly):
        with queries(exactly=exactly):
            remind_borrowers(at=at)

    digest(morning(10), exactly=6)
    for _number in range(3):
        person = PersonFactory(department=DepartmentFactory(contact_email="office@example.edu"))
        LoanFactory(borrower=person, out_at=OUT, due_at=DUE)
    digest(morning(12), exactly=6)
    digest(morning(23), exactly=7)  # the contacts, in one statement


def test_more_borrowers_than_fit_one_chunk_are_all_told(monkeypatch, db):
    monkeypatch.setattr("keys.operations.clock.CHUNK", 2)
    for _number in range(5):
        LoanFactory(out_at=OUT, due_at=DUE)

    remind(10)

    assert (Reminder.objects.count(), Notice.objects.count()) == (5, 5)
    assert Loan.objects.overdue(at=morning(10)).count() == 5


@pytest.mark.parametrize("due_at", [datetime(2026, 3, 28, 17, tzinfo=UTC), datetime(2026, 10, 24, 16, tzinfo=UTC)])
def test_when_clocks_change_in_the_night_the_steps_come_at_eight_all_the_same(key, borrower, due_at):
    loan = LoanFactory(key=key, borrower=borrower, out_at=due_at - 7 * DAY, due_at=due_at)

    for hours in range(24 * 3 + 15):
        remind_borrowers(at=due_at + timedelta(hours=hours))

    moments = [(reminder.step, timezone.localtime(reminder.at, BERLIN)) for reminder in loan_steps(loan)]
    saturday = due_at.day
    assert [(step, at.day, at.hour) for step, at in moments] == [(1, saturday + 1, 8), (3, saturday + 3, 8)]
