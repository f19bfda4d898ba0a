"""When a loan is due, asked of the database: the day that was wished, or as late as the term allows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import ClosedDay, LoanTerm, TermDate
from accounts.operations import due_moment
from accounts.tests.factories import LoanTermFactory
from keysite.ledger import Refusal
from keysite.tests.queries import queries

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday, ten in Berlin
CLOSING_TIMES = {day: datetime(2026, 3, day, 17, tzinfo=UTC) for day in range(1, 29)}


@pytest.fixture
def week(db):
    return LoanTermFactory(name="Week", days=7)


@pytest.fixture
def semester(db):
    return LoanTermFactory(name="Semester", kind=LoanTerm.Kind.CALENDAR, days=None)


def test_as_late_as_the_term_allows(week):
    ClosedDay.objects.create(on=date(2026, 3, 9))

    assert due_moment(term=week, now=NOW) == CLOSING_TIMES[10]


@pytest.mark.parametrize("day", [2, 3, 8, 9])
def test_any_open_day_until_then(week, day):
    assert due_moment(term=week, now=NOW, due_on=date(2026, 3, day)) == CLOSING_TIMES[day]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 3, 1), "March 1, 2026 is past. Choose a day until March 9, 2026."),
        (date.min, "Jan. 1, 0001 is past. Choose a day until March 9, 2026."),
        (date(2026, 3, 4), "The desk is closed on March 4, 2026. Choose another day until March 9, 2026."),
        (
            date(2026, 3, 10),
            "March 10, 2026 is too late: “Week” ends on March 9, 2026. Choose a day until then.",
        ),
        (date.max, "Dec. 31, 9999 is too late: “Week” ends on March 9, 2026. Choose a day until then."),
    ],
)
def test_other_days_are_refused(week, day, sentence):
    ClosedDay.objects.create(on=date(2026, 3, 4))

    with pytest.raises(Refusal) as refusal:
        due_moment(term=week, now=NOW, due_on=day)

    assert str(refusal.value) == sentence


def test_today_is_past_after_closing_time(week):
    with pytest.raises(Refusal, match="March 2, 2026 is past"):
        due_moment(term=week, now=CLOSING_TIMES[2], due_on=date(2026, 3, 2))


def test_today_is_the_institutions_today(week, settings):
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past midnight in Berlin

    assert due_moment(term=week, now=late) == CLOSING_TIMES[10]


def test_closing_time_is_a_setting(week, settings):
    settings.CLOSING_TIME = time(20, 30)

    assert due_moment(term=week, now=NOW) == datetime(2026, 3, 9, 19, 30, tzinfo=UTC)


def test_a_semester_ends_on_its_own_next_date(semester, week):
    for term, day in ((semester, 1), (semester, 20), (semester, 27), (week, 15)):
        TermDate.objects.create(term=term, on=date(2026, 3, day))
    ClosedDay.objects.create(on=date(2026, 3, 20))

    assert due_moment(term=semester, now=NOW) == CLOSING_TIMES[19]


def test_a_calendar_that_has_run_out_is_refused(semester):
    TermDate.objects.create(term=semester, on=date(2026, 3, 1))

    with pytest.raises(Refusal, match="The calendar of “Semester” has no date left. Ask the desk to add one."):
        due_moment(term=semester, now=NOW)


def test_it_asks_once_whatever_the_term(semester, week):
    for number in range(3):
        ClosedDay.objects.create(on=date(2026, 4, 1) + timedelta(days=number))
        TermDate.objects.create(term=semester, on=date(2026, 5, 1) + timedelta(days=number))

    with queries(exactly=1):
        due_moment(term=week, now=NOW)
    with queries(exactly=1):
        due_moment(term=semester, now=NOW)
