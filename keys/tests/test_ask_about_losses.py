"""By itself: whoever is in charge of a lost key is asked, asked again, and not asked any more when it is harmless."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.tests.factories import PersonFactory
from assets.models import BuildingManager
from keys.models import LossReport
from keys.models.approvals import today
from keys.operations import (
    ask_about_losses,
    close_losses,
    decide_loss,
    pin_door,
    report_found,
    report_lost,
)
from keys.tests.factories import KeysetFactory, LoanFactory, opening
from keysite.tasks import CONTENTS
from keysite.tests.history import last_version
from keysite.tests.queries import queries

NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def door(symbol):
    return opening(symbol)


@pytest.fixture
def manager(door):
    person = PersonFactory()
    BuildingManager.objects.create(building=door.building, person=person, since=today() - DAY)
    return person


@pytest.fixture
def report(loan, manager):
    report_lost(loan=loan, by=loan.borrower)
    return LossReport.objects.get()


def asked():
    """Who was asked, and how, in order."""
    notices = Notice.objects.filter(kind="loss_report").order_by("pk")
    return [(notice.person, notice.facts["event"]) for notice in notices]


def mail():
    notice = Notice.objects.filter(kind="loss_report").latest("pk")
    return CONTENTS["loss_report"](notice)


def test_whoever_is_in_charge_is_asked_once(report, manager):
    ask_about_losses(at=NOW)
    ask_about_losses(at=NOW + DAY)

    assert asked() == [(manager, "reported")]
    report.refresh_from_db()
    assert (report.asked_at, report.escalated_at) == (NOW, None)
    assert last_version(report) == (None, "asked for a decision")


def test_the_mail_says_what_is_at_risk_and_leads_to_the_page(report):
    ask_about_losses(at=NOW)

    message = mail()

    assert message.subject == "Key AA1 1 is lost: please decide what is done"
    assert "Whoever finds it can open one door." in message.text
    assert f"/losses/{report.pk}/" in message.text


def test_no_mail_about_what_is_decided_meanwhile(report, manager):
    ask_about_losses(at=NOW)
    decide_loss(report=report, by=manager, trust=Trust.PROVED, decision="rekey", reason="Archive")

    assert mail() is None


def test_nothing_is_asked_about_what_is_found(report, clerk):
    report_found(loan=report.loan, by=clerk)

    ask_about_losses(at=NOW)

    assert asked() == []


def test_the_key_office_is_asked_where_nobody_answers_once(report, manager, administrator, settings):
    late = NOW + settings.APPROVAL_DAYS * DAY
    ask_about_losses(at=NOW)
    assert not LossReport.objects.in_charge_of(administrator).exists()

    ask_about_losses(at=late - timedelta(minutes=1))
    ask_about_losses(at=late)
    ask_about_losses(at=late + 30 * DAY)

    assert asked() == [(manager, "reported"), (manager, "waiting"), (administrator, "waiting")]
    assert mail().subject == "Lost key AA1 1 still waits for a decision"
    report.refresh_from_db()
    assert (report.asked_at, report.escalated_at) == (NOW, late)
    assert list(LossReport.objects.in_charge_of(administrator)) == [report]


def test_it_is_asked_again_when_the_day_is_over(report, manager):
    ask_about_losses(at=NOW)
    decide_loss(report=report, by=manager, trust=Trust.PROVED, decision="accept", reason="Soon", until=today() + DAY)

    ask_about_losses(at=NOW + DAY)
    assert asked() == [(manager, "reported")]
    ask_about_losses(at=NOW + 2 * DAY)
    ask_about_losses(at=NOW + 3 * DAY)

    assert asked() == [(manager, "reported"), (manager, "again")]


def test_a_mail_that_was_written_is_not_written_again(report, manager):
    ask_about_losses(at=NOW)
    LossReport.objects.update(asked_at=None)

    ask_about_losses(at=NOW)

    assert asked() == [(manager, "reported")]


@pytest.mark.parametrize("number", [1, 3])
def test_asking_costs_so_much_per_report_and_nothing_without(manager, symbol, number):
    for _more in range(number):
        loan = LoanFactory(key__symbol=symbol)
        report_lost(loan=loan, by=loan.borrower)

    with queries(exactly=6 + 2 * number):
        ask_about_losses(at=NOW)
    with queries(exactly=2):
        ask_about_losses(at=NOW)


def test_a_key_that_opens_nothing_any_more_is_harmless(report, door):
    pin_door(door=door, keyset=KeysetFactory(own__system=report.key.symbol.system), by=None)

    close_losses(at=NOW)
    close_losses(at=NOW)

    report.refresh_from_db()
    assert (report.status, report.ending) == ("Rekeyed", "rekeyed")
    assert last_version(report) == (None, "rekeyed")


def test_as_long_as_it_opens_one_door_it_is_not(report, door, symbol):
    opening(symbol)
    pin_door(door=door, keyset=KeysetFactory(own__system=symbol.system), by=None)

    close_losses(at=NOW)

    report.refresh_from_db()
    assert report.is_open


def test_a_key_that_never_opened_anything_waits_for_somebody(loan):
    report_lost(loan=loan, by=loan.borrower)

    close_losses(at=NOW)

    assert LossReport.objects.get().is_open
