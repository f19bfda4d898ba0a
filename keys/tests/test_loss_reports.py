"""A lost key is an exposure from the report until it is found, through whichever deed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from keys.models import Key, Loan, LossReport
from keys.operations import check_out, reinstate_key, report_found, report_lost, retire_key, return_key, undo
from keys.tests.factories import KeyFactory, LoanFactory, LossReportFactory
from keysite.ledger import BasketRefusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def loan():
    return LoanFactory()


def test_a_lost_key_becomes_an_exposure_in_its_holders_words(loan):
    report_lost(loan=loan, by=loan.borrower, words="Left on the bus", police="7/26")
    report = LossReport.objects.get()
    assert (report.key, report.loan, report.source) == (loan.key, loan, LossReport.Source.HOLDER)
    assert (report.circumstances, report.police_reference) == ("Left on the bus", "7/26")
    assert report.history.get().history_user == loan.borrower


def test_the_desk_reports_for_the_holder(loan, clerk):
    report_lost(loan=loan, by=clerk)
    assert LossReport.objects.get().source == LossReport.Source.DESK


def test_a_broken_key_exposes_nothing(loan, clerk):
    report_lost(loan=loan, by=clerk, loss=Loan.Loss.BROKEN)
    assert not LossReport.objects.exists()


@pytest.mark.parametrize("deed", [report_found, return_key])
def test_a_key_that_is_found_exposes_nothing_any_more(loan, clerk, deed):
    report_lost(loan=loan, by=clerk)
    deed(loan=loan, by=clerk)
    report = LossReport.objects.get()
    assert not report.is_open
    assert report.ending == LossReport.Ending.FOUND


def test_an_undone_return_exposes_again(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return_key(loan=loan, by=clerk)
    undo(loan=loan, by=clerk)
    assert LossReport.objects.get().is_open


def test_a_key_lost_twice_has_two_reports(loan, clerk):
    report_lost(loan=loan, by=clerk)
    report_found(loan=loan, by=clerk)
    report_lost(loan=loan, by=clerk)
    assert [report.is_open for report in LossReport.objects.order_by("pk")] == [False, True]


def test_a_key_retired_as_lost_stays_one_exposure(loan, clerk):
    report_lost(loan=loan, by=clerk, words="Left on the bus")
    retire_key(key=loan.key, by=clerk, retirement=Key.Retirement.LOST, reason="gone for good")
    assert LossReport.objects.get().is_open


def test_a_key_gone_from_its_cabinet_is_an_exposure_until_it_is_back(clerk):
    key = KeyFactory()
    retire_key(key=key, by=clerk, retirement=Key.Retirement.LOST, reason="not on its hook")
    assert LossReport.objects.open().get().loan is None
    reinstate_key(key=key, by=clerk, reason="behind the cabinet")
    assert not LossReport.objects.open().exists()


def test_what_was_said_of_a_loss_stays_when_the_key_is_retired(loan, clerk):
    report_lost(loan=loan, by=clerk, words="Left on the bus", police="7/26")
    retire_key(key=loan.key, by=clerk, retirement=Key.Retirement.LOST, reason="gone for good")

    report = LossReport.objects.get()

    assert (report.circumstances, report.police_reference) == ("Left on the bus", "7/26")


def test_a_key_that_is_found_after_it_was_closed_counts_against_the_limit_again(loan, clerk):
    report_lost(loan=loan, by=clerk)
    decided = {"decision": "rekey", "decided_at": timezone.now(), "decided_by": clerk, "decision_reason": "Archive"}
    LossReport.objects.update(ending="rekeyed", closed_at=timezone.now(), **decided)
    assert LossReport.objects.settled().exists()

    report_found(loan=loan, by=clerk)
    other = KeyFactory(symbol=loan.key.symbol)

    with pytest.raises(BasketRefusal, match="A second one needs an exception"):
        check_out(keys=[other], borrower=loan.borrower, by=clerk, trust=Trust.STAFF)


def test_a_key_retired_as_disposed_of_exposes_nothing():
    retire_key(key=KeyFactory(), by=PersonFactory(), retirement=Key.Retirement.DISPOSED, reason="worn")
    assert not LossReport.objects.exists()


def test_an_accepted_risk_says_until_which_day_as_people_read_it(clerk):
    day = timezone.localdate() + timedelta(days=400)
    decided = {"decided_at": timezone.now(), "decided_by": clerk, "decision_reason": "A broom cupboard"}
    report = LossReportFactory(decision="accept", accepted_until=day, **decided)

    assert report.status == f"Accepted until {date_format(day)}"
