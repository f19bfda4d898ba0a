"""The rules of key control about loss and fees, P34 to P41; ``docs/policy-rules.md`` has the table of all of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import KeyLevel, Trust
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.models import Charge, CuttingJob, Hold, KeySwap, LossReport
from keys.operations import (
    add_fee_rule,
    appeal_charge,
    approve_request,
    ask_about_losses,
    change_fee_rule,
    charge_for_losses,
    check_out,
    decide_loss,
    pay_charge,
    record_payment,
    refund_charge,
    reject_appeal,
    rekey_door,
    report_found,
    report_lost,
    return_key,
    waive_charge,
)
from keys.tests.factories import KeyFactory, KeySymbolFactory, LoanFactory, LossReportFactory, opening
from keys.tests.rekeyings import Shop, later, opens
from keys.tests.requests import Campus
from keysite.tests.history import last_version, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(db):
    return Campus()


def charged(loan):
    """What the clock charges for the loan."""
    charge_for_losses(at=timezone.now())
    return Charge.objects.for_list().get(loan=loan)


def lost_keys(lost, out, *, kind="office", level=KeyLevel.CHANGE, **door):
    """So many keys of one symbol lost and in hand, which open a door of that kind; a report of one that is lost."""
    symbol = KeySymbolFactory(level=level)
    opening(symbol, kind=kind, **door)
    for serial in range(1, out + 1):
        LoanFactory(key=KeyFactory(symbol=symbol, serial=serial))
    reports = [LossReportFactory(key=KeyFactory(symbol=symbol, serial=out + n + 1)) for n in range(lost)]
    return reports[0]


def test_p34_a_loss_is_an_exposure_from_the_report_on_with_what_happened(loan):
    """The moment, the words and the number of a report to the police stay with it."""
    report_lost(loan=loan, by=loan.borrower, trust=Trust.PROVED, words="Stolen with the bag", police="K 7/26")

    report = LossReport.objects.open().get()
    assert (report.circumstances, report.police_reference) == ("Stolen with the bag", "K 7/26")
    assert abs(report.reported_at - timezone.now()) < timedelta(minutes=1)


def test_p34_whoever_decides_is_asked_at_once_and_the_key_office_when_nobody_does(campus):
    """The clock's next look asks those in charge; after the days of the setting the office is asked, too."""
    loan = LoanFactory(key=campus.key("AA1"), borrower=campus.person)
    report_lost(loan=loan, by=campus.person, trust=Trust.PROVED)
    report, now = LossReport.objects.get(), timezone.now()

    ask_about_losses(at=now)
    report.refresh_from_db()
    assert (report.asked_at, report.escalated_at) == (now, None)
    ask_about_losses(at=now + timedelta(days=30))

    report.refresh_from_db()
    assert report.escalated_at == now + timedelta(days=30)


def test_p35_a_replacement_is_a_request_like_the_first(campus, clerk):
    """Once the loss is settled the holder asks again, and those in charge agree again."""
    key, _first = campus.key("AA1"), campus.approve_all(campus.ask("101"))
    [loan] = check_out(keys=[key], borrower=campus.person, by=clerk, trust=Trust.STAFF)
    report_lost(loan=loan, by=campus.person, trust=Trust.PROVED)
    with refused(
        f"{campus.person.name} has lost a key AA1, and the loss is not settled. Ask the key desk about it first."
    ):
        campus.ask("101")
    record_payment(loan=loan, by=clerk, amount=50, note="Receipt 7")

    second = campus.ask("101")

    [step] = campus.steps(second)
    assert (second.status, step.decided_at) == ("submitted", None)
    assert not Hold.objects.filter(ended_at=None).exists()
    approve_request(approval=step, by=campus.manager)
    assert CuttingJob.objects.queued().count() == 1


@pytest.mark.parametrize(("level", "amount"), [(KeyLevel.CHANGE, 50), (KeyLevel.MASTER, 250)])
def test_p36_fees_go_by_the_level_of_the_key(administrator, level, amount):
    """A rule names event, level and affiliation; the clock charges by the one that fits best, and says so by mail."""
    add_fee_rule(event="lost", amount=50, by=administrator)
    add_fee_rule(event="lost", level=KeyLevel.MASTER, amount=250, by=administrator)
    loan = LoanFactory(key__symbol__level=level)
    report_lost(loan=loan, by=loan.borrower)

    charge = charged(loan)

    assert (charge.amount, charge.person, charge.is_open) == (amount, loan.borrower, True)


def test_p36_and_by_what_somebody_is_here(administrator):
    """A rule for an affiliation comes before one for a level; another amount counts for what happens from then on."""
    student = AffiliationFactory(name="Student")
    add_fee_rule(event="lost", level=KeyLevel.CHANGE, amount=50, by=administrator)
    rule = add_fee_rule(event="lost", affiliation=student, amount=20, by=administrator)
    before, after = (LoanFactory(borrower=PersonFactory(affiliation=student)) for _n in range(2))
    report_lost(loan=before, by=before.borrower)

    change_fee_rule(rule=rule, amount=30, by=administrator)
    report_lost(loan=after, by=after.borrower)
    charge_for_losses(at=timezone.now())

    assert {charge.loan: charge.amount for charge in Charge.objects.for_list()} == {before: 20, after: 30}


def test_p37_the_fee_is_given_back_when_the_key_is_found_in_time(loan, administrator, clerk):
    """Paid, found within the days of the setting, refunded."""
    add_fee_rule(event="lost", amount=50, by=administrator)
    report_lost(loan=loan, by=loan.borrower)
    charge = charged(loan)
    pay_charge(charge=charge, by=clerk, note="Receipt 7")
    return_key(loan=loan, by=clerk)

    refund_charge(charge=charge, by=administrator, note="Receipt 8")

    charge.refresh_from_db()
    assert charge.refunded_on == timezone.localdate()
    assert last_version(charge) == (administrator, "refunded")


def test_p37_what_is_not_paid_yet_is_dropped(loan, administrator):
    """Nobody pays for a key that has turned up."""
    add_fee_rule(event="lost", amount=50, by=administrator)
    report_lost(loan=loan, by=loan.borrower)
    charge = charged(loan)

    report_found(loan=loan, by=loan.borrower)

    charge.refresh_from_db()
    assert not charge.is_open


def test_p37_but_not_once_a_door_is_rekeyed_for_it(key_shop, administrator, clerk):
    """The cost was there by then, and the fee stays."""
    add_fee_rule(event="lost", amount=50, by=administrator)
    shop = Shop(key_shop)
    rekeying = shop.plan(report=shop.report())
    charge = charged(shop.lost)
    pay_charge(charge=charge, by=clerk, note="Receipt 7")
    rekey_door(rekeyed=shop.row(rekeying), by=key_shop)
    return_key(loan=shop.lost, by=clerk)

    with refused(
        "A fee is refunded for a key that was found within 365 days and for which no door was rekeyed before; "
        f"that is not so for {shop.lost.key}."
    ):
        refund_charge(charge=charge, by=administrator, note="Receipt 8")


@pytest.mark.parametrize("answer", [waive_charge, reject_appeal])
def test_p38_an_appeal_in_writing_is_answered_with_a_reason(loan, administrator, answer):
    """Whoever is charged says why not, once; the answer has a reason, whichever it is."""
    add_fee_rule(event="lost", amount=50, by=administrator)
    report_lost(loan=loan, by=loan.borrower)
    charge = charged(loan)
    with refused("Say why the fee should be waived."):
        appeal_charge(charge=charge, by=loan.borrower, text=" ")
    appeal_charge(charge=charge, by=loan.borrower, text="It was stolen from the desk")

    with refused("Say why: the person reads this."):
        answer(charge=charge, by=administrator, reason="")
    answer(charge=charge, by=administrator, reason="As the report says")

    charge.refresh_from_db()
    assert (charge.is_open, charge.is_appealed) == (answer is reject_appeal, False)


@pytest.mark.parametrize(("kind", "limit"), [("exterior", 10), ("office", 5), ("classroom", 20), ("lab", 15)])
def test_p40_from_a_share_of_lost_keys_on_a_rekeying_is_due(kind, limit):
    """So many of the issued keys of an entrance, an office, a classroom, a laboratory; just below it not yet."""
    enough = lost_keys(1, 100 // limit - 1, kind=kind)
    too_few = lost_keys(1, 100 // limit, kind=kind)

    assert list(LossReport.objects.past_threshold().filter(pk__in=[enough.pk, too_few.pk])) == [enough]


@pytest.mark.parametrize(
    "what", [{"criticality": 4}, {"kind": "computer"}, {"kind": "residence"}, {"level": KeyLevel.SUB_MASTER}]
)
def test_p40_of_some_keys_one_is_enough(what):
    """Critical rooms, computers, residences, and masters of any kind."""
    report = lost_keys(1, 30, **what)

    assert list(LossReport.objects.past_threshold()) == [report]


def test_p40_whoever_the_level_names_decides_with_a_reason(campus):
    """To rekey, or to live with it until a day, which comes back when that is over; the holder never decides."""
    loan = LoanFactory(key=campus.key("AA1"), borrower=campus.person)
    report_lost(loan=loan, by=campus.person)
    report, today = LossReport.objects.get(), timezone.localdate()
    accept = {"report": report, "trust": Trust.PROVED, "decision": "accept", "until": today + timedelta(days=30)}
    with refused("You had key AA1 1 yourself: somebody else decides."):
        decide_loss(by=campus.person, reason="Fine", **accept)

    decide_loss(by=campus.manager, reason="The hall is rebuilt in March", **accept)

    assert list(LossReport.objects.accepted(on=today)) == [report]
    assert list(LossReport.objects.undecided(on=today + timedelta(days=31))) == [report]


def test_p41_everybody_with_the_old_key_gets_the_new_one_against_it(key_shop):
    """A rekeying has a new key cut for each holder; the doors change, and the old key is asked for."""
    shop = Shop(key_shop)
    rekeying = shop.plan(report=shop.report())
    swap = shop.swap(rekeying)
    assert (swap.loan.borrower, KeySwap.objects.count()) == (shop.colleague, 1)

    new = shop.hand_over(swap)
    rekey_door(rekeyed=shop.row(rekeying), by=key_shop)

    assert (opens(new.key.symbol), opens(shop.symbols["AA1"])) == (["101"], [])
    assert list(KeySwap.objects.to_bring_back()) == [swap]
    assert not LossReport.objects.open().exists()
    assert later() > rekeying.planned_at
