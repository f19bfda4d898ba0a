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
    unpin_door,
)
from keys.operations.settling import to_decide
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
def test_asking_costs_the_same_however_many_are_lost(manager, symbol, number):
    for _more in range(number):
        loan = LoanFactory(key__symbol=symbol, borrower__department=None)
        report_lost(loan=loan, by=loan.borrower)

    with queries(exactly=13):
        ask_about_losses(at=NOW)
    with queries(exactly=3):
        ask_about_losses(at=NOW)


def test_who_decides_about_several_gets_one_letter(report, manager, symbol):
    other = LoanFactory(key__symbol=symbol)
    report_lost(loan=other, by=other.borrower)

    ask_about_losses(at=NOW)

    assert asked() == [(manager, "reported")]
    message = mail()
    assert message.subject == "2 keys are lost: please decide what is done"
    assert "- AA1 1: " in message.text
    assert f"/losses/{report.pk}/" in message.text
    assert f"- {other.key}: " in message.text
    assert "Whoever finds them can open one door." in message.text


def test_more_than_fit_one_chunk_are_all_asked_about(monkeypatch, report, symbol):
    monkeypatch.setattr("keys.operations.loss_reports.CHUNK", 1)
    other = LoanFactory(key__symbol=symbol)
    report_lost(loan=other, by=other.borrower)

    ask_about_losses(at=NOW)

    assert not LossReport.objects.filter(asked_at=None).exists()
    assert len(asked()) == 2


def test_it_is_asked_again_when_a_rekeying_left_doors_exposed_so_often(report, manager):
    for day in range(3):
        ask_about_losses(at=NOW + day * DAY)
        decide_loss(report=report, by=manager, trust=Trust.PROVED, decision="rekey", reason="Archive")
        to_decide(LossReport.objects.all(), by=None, reason="left doors exposed")

    assert asked() == [(manager, "reported"), (manager, "again"), (manager, "again")]


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


def test_a_door_without_a_keyset_waits_to_be_pinned(report, door):
    keyset = door.pinnings.get().keyset
    unpin_door(door=door, by=None)

    close_losses(at=NOW)
    assert LossReport.objects.open().exists()

    pin_door(door=door, keyset=keyset, by=None)
    close_losses(at=NOW)
    assert LossReport.objects.open().exists()


def test_a_key_that_opens_something_after_all_is_an_exposure_again(report, door, manager):
    keyset = door.pinnings.get().keyset
    ask_about_losses(at=NOW)
    pin_door(door=door, keyset=KeysetFactory(own__system=report.key.symbol.system), by=None)
    close_losses(at=NOW)
    pin_door(door=door, keyset=keyset, by=None)

    close_losses(at=NOW + DAY)

    report.refresh_from_db()
    assert (report.is_open, report.ending, report.asked_at) == (True, "", None)
    assert last_version(report) == (None, "opens something again")
    ask_about_losses(at=NOW + DAY)
    assert len(asked()) == 2


def test_a_key_that_was_found_meanwhile_stays_closed(report, door, clerk):
    keyset = door.pinnings.get().keyset
    pin_door(door=door, keyset=KeysetFactory(own__system=report.key.symbol.system), by=None)
    close_losses(at=NOW)
    report_found(loan=report.loan, by=clerk)
    pin_door(door=door, keyset=keyset, by=None)

    close_losses(at=NOW)

    assert not LossReport.objects.open().exists()


def test_an_old_key_whose_doors_were_rekeyed_before_it_was_lost_is_harmless(loan, door, symbol):
    pin_door(door=door, keyset=KeysetFactory(own__system=symbol.system), by=None)
    report_lost(loan=loan, by=loan.borrower)

    ask_about_losses(at=NOW)
    assert asked() == []
    close_losses(at=NOW)

    assert LossReport.objects.get().ending == "rekeyed"
