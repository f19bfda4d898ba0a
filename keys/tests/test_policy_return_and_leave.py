"""The rules of key control about returning and leaving, P29 to P33; ``docs/policy-rules.md`` has the table of all."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from keys.models import CuttingJob, Key, Loan, LossReport, Separation
from keys.operations import (
    add_fee_rule,
    add_key,
    add_to_request,
    approve_request,
    begin_separations,
    charge_kept,
    check_cut_key,
    clear_person,
    cut_key,
    decide_loss,
    mark_invoiced,
    remind_leavers,
    report_lost,
    retire_key,
    return_key,
    take_back,
    waive_clearance,
)
from keys.tests.factories import KeyFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.tests.history import last_version, refused
from keysite.tests.reading import text_of


@pytest.fixture
def leaver(borrower):
    """Somebody whose last day is in two weeks."""
    borrower.leaves_on = timezone.localdate() + timedelta(days=14)
    borrower.save()
    return borrower


def test_p29_cleared_when_everything_is_back(leaver, loan, clerk):
    """Before that, a key in hand stands in the way, and its holder is reminded of it."""
    begin_separations(at=timezone.now())
    separation = Separation.objects.get(person=leaver)
    with refused("Still open: 1 key. Settle that first."):
        clear_person(separation=separation, by=clerk)
    with time_machine.travel(timezone.now().replace(hour=11)):
        remind_leavers(at=timezone.now())
    assert Notice.objects.filter(person=leaver, kind="leaving").exists()

    return_key(loan=loan, by=clerk)
    clear_person(separation=separation, by=clerk)

    assert (separation.is_open, last_version(separation)) == (False, (clerk, "cleared"))


def test_p29_or_somebody_says_why_not(leaver, loan, clerk):
    """Clearance without the key is a decision with a name and a reason; the key stays on the person's list."""
    begin_separations(at=timezone.now())
    separation = Separation.objects.get(person=leaver)

    with refused(f"Say why {leaver} is cleared although something is open."):
        waive_clearance(separation=separation, by=clerk, reason=" ")
    waive_clearance(separation=separation, by=clerk, reason="Moves to the partner institute, keeps the key")

    assert last_version(separation) == (clerk, "waived with 1 key")
    assert Loan.objects.held_by(leaver).get() == loan


def test_p30_what_a_leaver_keeps_is_charged(leaver, loan, administrator, clerk):
    """By the rule for that; the fee is open until it is paid or invoiced, and so is the separation."""
    add_fee_rule(event="kept", amount=25, by=administrator)
    leaver.leaves_on = timezone.localdate()
    leaver.save()
    begin_separations(at=timezone.now())

    charge = charge_kept(loan=loan, by=clerk)

    separation = Separation.objects.get(person=leaver)
    assert (charge.amount, charge.person) == (25, leaver)
    with refused("Still open: 1 key and 1 fee that is not invoiced. Settle that first."):
        clear_person(separation=separation, by=clerk)
    mark_invoiced(charges=[charge], by=administrator)
    clear_person(separation=separation, by=clerk)


def test_p31_a_leavers_missing_key_may_change_the_lock(clerk):
    """It is reported lost like any other, and whoever is in charge of the doors decides to rekey them."""
    campus = Campus()
    loan = LoanFactory(key=campus.key("AA1"), borrower=campus.member(leaves_on=timezone.localdate()))
    report_lost(loan=loan, by=clerk, words="Left without giving it back")
    report = LossReport.objects.get()

    decide_loss(report=report, by=campus.manager, trust=Trust.PROVED, decision="rekey", reason="A laboratory")

    assert list(LossReport.objects.to_rekey()) == [report]
    assert last_version(report)[0] == campus.manager


def test_p32_whoever_finds_a_key_reads_where_to_bring_it(client, key, settings):
    """The tag leads a stranger to the desk; it tells neither whose key it is nor what it opens."""
    LoanFactory(key=key, borrower__last_name="Novak")

    page = text_of(client.get(reverse("key_tag", args=[key.public_code])))

    assert f"Please bring it to {settings.DESK_CONTACT}. Thank you." in page
    assert "Novak" not in page
    assert "AA1" not in page


def test_p32_a_key_that_is_brought_is_taken_back_from_whoever_lost_it(loan, clerk, receipts):
    """Anybody may bring it: the loss is over, and the borrower is told."""
    report_lost(loan=loan, by=loan.borrower)

    take_back(keys=[loan.key], by=clerk)

    loan.refresh_from_db()
    assert (loan.status, loan.found_by, loan.is_lost) == ("Returned", clerk, False)
    assert receipts()[-1] == ("returned", loan.borrower)


@pytest.mark.parametrize("retirement", [Key.Retirement.BROKEN, Key.Retirement.DISPOSED])
def test_p33_a_destroyed_key_keeps_its_serial(key, key_shop, retirement):
    """It stays in the register with who destroyed it and why, and no other key ever gets its number."""
    retire_key(key=key, by=key_shop, retirement=retirement, reason="Filed down")

    with refused("There was a key AA1 1 before: serials are never used again."):
        add_key(key=Key(symbol=key.symbol, serial=1), by=key_shop)
    assert last_version(key) == (key_shop, "retired: Filed down")
    assert str(Key.objects.get()) == "AA1 1"


def test_p33_a_new_key_gets_the_number_after_the_last_even_if_that_is_destroyed(key_shop):
    """The shop never fills a gap."""
    campus = Campus()
    for serial in (1, 2):
        key = campus.key("AA1", serial=serial)
        retire_key(key=key, by=key_shop, retirement=Key.Retirement.DISPOSED, reason="Worn")

    key = KeyFactory.build(symbol=campus.symbols["AA1"], serial=3)
    add_key(key=key, by=key_shop)

    assert Key.objects.in_use().get() == key


def test_p33_a_master_passes_through_two_hands(key_shop, administrator):
    """Whoever has cut a master does not check it."""
    campus = Campus()
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["A"]))
    people = {"office": administrator, "head": administrator}
    for step in campus.steps(request):
        managers = {campus.north.pk: campus.manager, campus.south.pk: campus.other_manager}
        approve_request(approval=step, by=people.get(step.kind) or managers[step.building_id])
    job = CuttingJob.objects.get()
    cut_key(job=job, by=key_shop)

    with refused("A is a master: somebody else than who has cut it checks it."):
        check_cut_key(job=job, by=key_shop)
