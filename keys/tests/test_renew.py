"""Renew: a later due date, for those who may."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import Person, Trust
from accounts.tests.factories import LoanTermFactory
from keys.models import Key, Loan
from keys.operations import claim_return, record_payment, renew, renewed_until, report_found, report_lost, return_key
from keys.tests.factories import HoldFactory, LoanFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CLOSING_TIME = timedelta(hours=8)


@pytest.fixture
def term(db):
    return LoanTermFactory(name="Week", days=7, renewals_allowed=2, renewal_window_days=3)


@pytest.fixture
def loan(key, borrower, term):
    """Due on the 9th."""
    return LoanFactory(key=key, borrower=borrower, term=term, out_at=MONDAY, due_at=MONDAY + 7 * DAY + CLOSING_TIME)


def on_day(day, hour=9):
    return time_machine.travel(datetime(2026, 3, day, hour, tzinfo=UTC), tick=False)


@on_day(6)
def test_it_is_due_as_late_as_its_term_allows_from_now(loan, borrower, receipts):
    renew(loan=loan, by=borrower, trust=Trust.PROVED)

    loan.refresh_from_db()
    assert loan.due_at == datetime(2026, 3, 13, 17, tzinfo=UTC)
    [renewal] = loan.renewals.all()
    assert (renewal.at, renewal.by, renewal.trust) == (datetime(2026, 3, 6, 9, tzinfo=UTC), borrower, Trust.PROVED)
    assert (renewal.old_due_at, renewal.new_due_at) == (datetime(2026, 3, 9, 17, tzinfo=UTC), loan.due_at)
    assert last_version(loan) == (borrower, "renewed (proved)")
    assert last_version(renewal) == (borrower, "renewed (proved)")
    assert receipts() == [("renewed", borrower)]


@on_day(6)
def test_the_clerk_may_choose_term_and_day_and_says_why(loan, clerk):
    month = LoanTermFactory(days=30)

    renew(loan=loan, by=clerk, trust=Trust.STAFF, term=month, due_on=date(2026, 3, 20), why="Still needed " * 40)

    loan.refresh_from_db()
    assert loan.due_at == datetime(2026, 3, 20, 17, tzinfo=UTC)
    assert loan.term.name == "Week"
    assert loan.renewals.get().why == ("Still needed " * 40)[:200]
    assert last_version(loan)[1].startswith("renewed: Still needed")


@on_day(6)
def test_beyond_the_term_is_refused(loan, clerk):
    with refused("March 14, 2026 is too late: “Week” ends on March 13, 2026. Choose a day until then."):
        renew(loan=loan, by=clerk, trust=Trust.STAFF, due_on=date(2026, 3, 14))


@on_day(2)
def test_a_renewal_that_would_not_make_it_later_is_refused(loan, clerk):
    with refused("AA1 1 is due on March 9, 2026 already: renewing now would not make it later."):
        renew(loan=loan, by=clerk, trust=Trust.STAFF)


@on_day(5)
def test_before_the_window_opens_borrowers_wait_and_staff_do_not(loan, borrower, clerk):
    with refused("It is too early: you may set a later date from March 6, 2026 on."):
        renew(loan=loan, by=borrower, trust=Trust.PRESENT)

    renew(loan=loan, by=clerk, trust=Trust.STAFF)


@time_machine.travel(datetime(2026, 3, 5, 23, 30, tzinfo=UTC), tick=False)  # the 6th in Berlin
def test_the_window_opens_at_midnight_of_the_institution(loan, borrower):
    renew(loan=loan, by=borrower, trust=Trust.PROVED)


def test_borrowers_renew_as_often_as_the_term_allows_and_staff_renewals_do_not_count(loan, borrower, clerk):
    for day, trust in ((6, Trust.PROVED), (10, Trust.STAFF), (16, Trust.PROVED)):
        with on_day(day):
            renew(loan=loan, by=borrower, trust=trust)

    with (
        on_day(21),
        refused("“Week” lets you set 2 later dates by yourself, and you have. Ask the key desk for another."),
    ):
        renew(loan=loan, by=borrower, trust=Trust.PROVED)
    with on_day(21):
        renew(loan=loan, by=clerk, trust=Trust.STAFF)


@on_day(9, hour=18)
def test_an_overdue_loan_is_renewed_by_staff_only(loan, borrower, clerk):
    with refused("AA1 1 is overdue. Bring it back, or ask the key desk for a later date."):
        renew(loan=loan, by=borrower, trust=Trust.PROVED)

    renew(loan=loan, by=clerk, trust=Trust.STAFF)

    loan.refresh_from_db()
    assert loan.status == "Checked out"


@on_day(6)
@pytest.mark.parametrize(
    ("deeds", "sentence"),
    [
        ((return_key,), "Key AA1 1 is already back."),
        ((report_lost,), "Key AA1 1 was reported lost or broken; it cannot be renewed."),
        ((report_lost, record_payment), "Key AA1 1 was reported lost or broken; it cannot be renewed."),
        ((claim_return,), "Key AA1 1 is said to be back; it cannot be renewed."),
    ],
)
def test_what_is_not_running_is_refused(loan, stale, clerk, deeds, sentence):
    for deed in deeds:
        deed(loan=loan, by=clerk, **({"amount": 5, "note": "R1"} if deed is record_payment else {}))

    with refused(sentence):
        renew(loan=stale, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_a_found_key_is_renewed_again(loan, clerk):
    report_lost(loan=loan, by=clerk)
    report_found(loan=loan, by=clerk)

    renew(loan=loan, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_a_key_or_symbol_that_is_being_retired_is_refused(loan, clerk):
    sentence = "Key AA1 1 is being retired. Please bring it back to the key desk."
    symbol = loan.key.symbol
    symbol.retired_at, symbol.retired_reason = MONDAY, "Rekeyed"
    symbol.save()
    with refused(sentence):
        renew(loan=loan, by=clerk, trust=Trust.STAFF)

    symbol.retired_at, symbol.retired_reason = None, ""
    symbol.save()
    Key.objects.update(retired_at=MONDAY, retirement="lost", retired_reason="Gone")
    with refused(sentence):
        renew(loan=loan, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_a_key_that_somebody_else_waits_for_is_refused(loan, borrower, clerk):
    hold = HoldFactory(key=loan.key)
    with refused("Somebody else waits for AA1 1. Please bring it back to the key desk."):
        renew(loan=loan, by=clerk, trust=Trust.STAFF)

    hold.person = borrower
    hold.save()
    renew(loan=loan, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_who_may_not_borrow_may_not_renew(loan, borrower, clerk):
    Person.objects.filter(pk=borrower.pk).update(blocked_at=MONDAY, blocked_reason="Lost five")

    with refused(f"{borrower.name} is blocked from borrowing. Ask the key desk."):
        renew(loan=loan, by=clerk, trust=Trust.STAFF)


@on_day(6)
def test_a_stale_copy_renews_from_the_date_it_has_now(loan, stale, borrower):
    renew(loan=loan, by=borrower, trust=Trust.PROVED)

    with refused("It is too early: you may set a later date from March 10, 2026 on."):
        renew(loan=stale, by=borrower, trust=Trust.PROVED)
    assert Loan.objects.get().renewals.count() == 1


@on_day(6)
def test_until_when_is_asked_beforehand_by_the_same_rules(loan, borrower):
    assert renewed_until(loan=loan, trust=Trust.PROVED) == datetime(2026, 3, 13, 17, tzinfo=UTC)
    loan.term.renewals_allowed = 0
    with refused("“Week” has no later date that you could set by yourself. Ask the key desk for one."):
        renewed_until(loan=loan, trust=Trust.PROVED)


@on_day(6)
def test_what_it_costs(loan, borrower):
    with queries(exactly=9):
        renew(loan=loan, by=borrower, trust=Trust.PROVED)


@on_day(6)
def test_a_loan_until_the_end_of_a_semester_goes_on_to_the_next_end(loan, clerk):
    semester = LoanTermFactory(name="Semester", kind="calendar", days=None)
    for day in (date(2026, 3, 9), date(2026, 9, 30), date(2027, 3, 31)):
        semester.dates.create(on=day)

    renew(loan=loan, by=clerk, trust=Trust.STAFF, term=semester)

    loan.refresh_from_db()
    assert loan.due_at == datetime(2026, 9, 30, 16, tzinfo=UTC)


@on_day(9)
def test_a_loan_until_closing_time_goes_on_to_the_next_closing_time(loan, clerk):
    renew(loan=loan, by=clerk, trust=Trust.STAFF, term=LoanTermFactory(name="Day", kind="closing", days=None))

    loan.refresh_from_db()
    assert loan.due_at == datetime(2026, 3, 10, 17, tzinfo=UTC)
