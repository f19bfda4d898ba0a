"""The rules of key control about audits, P42 to P47; ``docs/policy-rules.md`` has the table of all of them."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeyLevel, Trust
from accounts.operations import anonymise, clean_up
from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import Loan, LossReport
from keys.models.results import results_of
from keys.operations import (
    answer_attestation,
    check_out,
    count_cabinet,
    move_campaigns,
    open_campaign,
    return_key,
)
from keys.tests.factories import HookFactory, KeyFactory, KeySymbolFactory, LoanFactory, opening
from keys.tests.requests import Campus
from keysite.tests.history import refused
from keysite.tests.reading import text_of

NOT_ASKED = "You are not asked about key AA1 1."


@pytest.fixture
def campus(db):
    return Campus()


def begin(by, **more):
    """Holders have ten days, managers five more, departments five more."""
    days = {"holders_until": 10, "managers_until": 15, "closes_on": 20}
    days = {name: timezone.localdate() + timedelta(days=number) for name, number in days.items()}
    return open_campaign(**{"name": "Keys 2026", "scope": "all", "by": by} | days | more)


def test_p42_holders_confirm_then_managers_then_departments(campus, key_shop):
    """Who is silent is answered for by the next; nobody is asked before it is their turn."""
    campus.department.contact_email = PersonFactory(email="contact@example.edu").email
    campus.department.save()
    loan = LoanFactory(key=campus.key("AA1"), borrower=campus.person)
    line = begin(key_shop).attestations.get()
    have = {"attestation": line, "answer": "have", "trust": Trust.PROVED}
    with refused(NOT_ASKED):
        answer_attestation(by=campus.manager, **have)

    now = timezone.now()
    move_campaigns(at=now + timedelta(days=11))
    line.refresh_from_db()
    assert line.stage == "manager"
    move_campaigns(at=now + timedelta(days=16))
    line.refresh_from_db()
    assert line.stage == "contact"
    with refused(NOT_ASKED):
        answer_attestation(by=campus.other_manager, **have)
    answer_attestation(by=campus.manager, **have)

    line.refresh_from_db()
    assert (line.answer, line.answered_by, line.loan) == ("have", campus.manager, loan)


def test_p43_masters_and_critical_keys_are_asked_about_by_themselves(key_shop):
    """So they can be confirmed twice a year, and the rest once."""
    LoanFactory()
    master, critical = LoanFactory(key__symbol=KeySymbolFactory(level=KeyLevel.MASTER)), LoanFactory()
    opening(critical.key.symbol, criticality=4)

    campaign = begin(key_shop, scope="masters")

    assert {line.loan for line in campaign.attestations.select_related("loan")} == {master, critical}


def test_p44_a_cabinet_is_reconciled_with_the_register(key_shop):
    """What should hang there and does not is reported lost; what was handed out is not missing."""
    hook = HookFactory()
    there, gone, out = (KeyFactory(hook=hook) for _n in range(3))
    LoanFactory(key=out)

    count = count_cabinet(cabinet=hook.cabinet, there=[there], by=key_shop)

    assert (count.expected, count.missing) == (2, 1)
    assert [report.key for report in LossReport.objects.open()] == [gone]


def test_p45_records_are_kept_for_the_time_of_the_setting(loan, clerk, settings):
    """Old versions go when the setting says so; the loan and its last version stay."""
    settings.HISTORY_KEPT_DAYS = 365
    return_key(loan=loan, by=clerk)

    clean_up(at=timezone.now() + timedelta(days=360))
    assert loan.history.count() >= 1
    before = loan.history.count()
    clean_up(at=timezone.now() + timedelta(days=367))

    assert (loan.history.count(), loan.history.first().history_change_reason) == (1, "returned (staff)")
    assert before >= loan.history.count()
    assert Loan.objects.get().borrower == loan.borrower


def test_p45_and_people_are_forgotten_but_not_their_loans(loan, clerk, administrator):
    """By law a person's data goes when nothing is out any more; the register still knows where the key was."""
    with refused(f"{loan.borrower} still holds keys: take them back first."):
        anonymise(person=loan.borrower, by=administrator)
    return_key(loan=loan, by=clerk)

    anonymise(person=loan.borrower, by=administrator)

    borrower = Loan.objects.get().borrower
    assert (borrower.name, borrower.email) == ("", f"anonymised-{borrower.pk}@invalid")


def test_p46_departments_sign_their_numbers_and_what_is_missing_is_a_loss(campus, client, key_shop):
    """Each department has a page to print with its keys; “lost” becomes a loss report at once."""
    loan = LoanFactory(key=campus.key("AA1"), borrower=campus.person)
    LoanFactory(borrower=PersonFactory(department=DepartmentFactory()))
    campaign = begin(key_shop)

    line = campaign.attestations.get(loan=loan)
    answer_attestation(attestation=line, answer="lost", by=campus.person, trust=Trust.PROVED)

    report = LossReport.objects.open().get()
    assert (report.loan, report.source) == (loan, LossReport.Source.CAMPAIGN)
    numbers = {name: (tally.total, tally.wrong) for _pk, name, tally in results_of(campaign).departments}
    assert (len(numbers), numbers[campus.department.name]) == (2, (1, 1))
    client.force_login(key_shop)
    page = client.get(reverse("campaign_summary", args=[campaign.pk]), {"department": campus.department.pk})
    assert (campus.department.name in text_of(page), "AA1 1" in text_of(page)) == (True, True)


def test_p47_a_sample_says_how_sure_it_makes(key_shop):
    """Drawn by a seed that is kept: the same keys for whoever looks again, masters always among them."""
    for _n in range(40):
        LoanFactory()
    master = LoanFactory(key__symbol=KeySymbolFactory(level=KeyLevel.MASTER))

    campaign = begin(key_shop, confidence=95, tolerated=10)

    drawn = campaign.attestations.sampled().count()
    assert 0 < drawn < 40
    assert campaign.attestations.get(loan=master).stratum == "all"
    assert set(campaign.drawn(drawn)) == set(campaign.attestations.sampled().values_list("loan", flat=True))


def test_p47_whoever_is_looked_up_at_the_desk_is_asked(campus, clerk, key_shop):
    """The desk may answer for who shows the key there, with a staff sign-in."""
    [loan] = check_out(keys=[campus.key("AA1")], borrower=campus.person, by=clerk, trust=Trust.STAFF)
    line = begin(key_shop).attestations.get(loan=loan)

    with time_machine.travel(timezone.now() + timedelta(days=3)):
        answer_attestation(attestation=line, answer="have", by=clerk, trust=Trust.STAFF)

    line.refresh_from_db()
    assert line.answered_by == clerk
