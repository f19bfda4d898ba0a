"""Who leaves: the list, what is open, the mails, and the clearance."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from accounts.models import Notice, Trust
from accounts.operations import send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from assets.tests.factories import AssignmentFactory, BuildingFactory, ReservationFactory
from keys.models import Charge, Loan, Separation
from keys.operations import (
    begin_separations,
    charge_what_is_kept,
    check_out,
    clear_person,
    mark_invoiced,
    pay_charge,
    record_payment,
    refund_charge,
    remind_leavers,
    report_found,
    report_lost,
    return_key,
    waive_clearance,
)
from keys.tests.factories import ChargeFactory, FeeRuleFactory, KeyFactory, LoanFactory
from keysite.ledger import Refusal
from keysite.tasks import CONTENTS
from keysite.tests.queries import queries
from keysite.tests.races import at_once

pytestmark = pytest.mark.django_db
LAST_DAY = date(2026, 3, 31)


def morning(day):
    """Nine o'clock in Berlin, so many days after the last day."""
    return datetime(2026, 3, 31, 8, tzinfo=UTC) + timedelta(days=day)


@pytest.fixture(autouse=True)
def two_weeks_before():
    with time_machine.travel(morning(-14), tick=False) as clock:
        yield clock


@pytest.fixture
def leaver(borrower):
    borrower.leaves_on = LAST_DAY
    borrower.save()
    return borrower


@pytest.fixture
def separation(leaver):
    return Separation.objects.create(person=leaver, leaves_on=LAST_DAY, begun_at=morning(-14))


def mails(day=-14):
    mail.outbox.clear()
    send_notices(contents=CONTENTS, at=morning(day))
    return mail.outbox


def test_who_leaves_within_two_weeks_is_on_the_list(leaver):
    PersonFactory(leaves_on=LAST_DAY + timedelta(days=1))
    begin_separations(at=morning(-14))
    row = Separation.objects.get()
    assert (row.person, row.leaves_on) == (leaver, LAST_DAY)
    assert row.history.get().history_change_reason == "last day is near"


def test_a_second_look_changes_nothing(leaver):
    begin_separations(at=morning(-14))
    begin_separations(at=morning(-13))
    assert Separation.objects.count() == 1


def test_a_last_day_that_moves_is_followed(leaver, separation):
    leaver.leaves_on = date(2026, 9, 30)
    leaver.save()
    begin_separations(at=morning(-13))
    separation.refresh_from_db()
    assert separation.leaves_on == date(2026, 9, 30)


def test_who_stays_is_on_the_list_no_longer(leaver, separation):
    leaver.leaves_on = None
    leaver.save()
    begin_separations(at=morning(-13))
    assert not Separation.objects.exists()
    assert Separation.history.first().history_change_reason == "no last day any more"


def test_who_is_cleared_comes_back_with_something_new_only(leaver, separation, clerk):
    clear_person(separation=separation, by=clerk)
    begin_separations(at=morning(-12))
    assert not Separation.objects.open().exists()
    LoanFactory(borrower=leaver)
    begin_separations(at=morning(-11))
    assert Separation.objects.open().get().person == leaver


def test_what_was_waived_does_not_come_back_but_what_comes_later_does(leaver, separation, administrator):
    for give in (hold_key, hold_asset, reserve, manage, lead, sponsor, owe):
        give(leaver)
    waive_clearance(separation=separation, by=administrator, reason="moved abroad")
    begin_separations(at=morning(-12))
    assert not Separation.objects.open().exists()
    LoanFactory(borrower=leaver, out_at=morning(-11), due_at=morning(0))
    begin_separations(at=morning(-10))
    assert Separation.objects.open().get().person == leaver


def test_a_building_that_is_given_after_the_waiver_is_something_new(leaver, separation, administrator):
    hold_key(leaver)
    waive_clearance(separation=separation, by=administrator, reason="moved abroad")
    BuildingManager.objects.create(building=BuildingFactory(), person=leaver, since=LAST_DAY)
    begin_separations(at=morning(0))
    assert Separation.objects.open().exists()


def test_who_is_cleared_comes_back_when_the_charge_for_a_key_is_waived(leaver, separation, clerk, administrator):
    loan = LoanFactory(borrower=leaver)
    charge = ChargeFactory(loan=loan, event="kept", invoiced_at=morning(-14), invoiced_by=clerk)
    clear_person(separation=separation, by=clerk)
    Charge.objects.filter(pk=charge.pk).update(waived_at=morning(-13), waived_by=administrator, waived_reason="wrong")
    begin_separations(at=morning(-12))
    assert Separation.objects.open().exists()


def test_who_is_inactive_and_holds_a_key_is_on_the_list(leaver):
    LoanFactory(borrower=leaver)
    leaver.is_active, leaver.deactivated_at = False, morning(-20)
    leaver.save()
    begin_separations(at=morning(5))
    assert Separation.objects.get().person == leaver


def hold_key(person):
    LoanFactory(borrower=person)


def hold_asset(person):
    AssignmentFactory(person=person)


def reserve(person):
    ReservationFactory(person=person)


def manage(person):
    BuildingManager.objects.create(building=BuildingFactory(), person=person, since="2020-01-01")


def lead(person):
    DepartmentFactory(head=person)


def sponsor(person):
    PersonFactory(sponsor=person)


def owe(person):
    ChargeFactory(loan__borrower=person, loan__returned_at=morning(-14), loan__condition="good")


OPEN = [
    (hold_key, "1 key"),
    (hold_asset, "1 asset"),
    (reserve, "1 reservation"),
    (manage, "1 building to hand over"),
    (lead, "1 department to hand over"),
    (sponsor, "1 person to answer for"),
    (owe, "1 fee that is not invoiced"),
]


@pytest.mark.parametrize(("give", "said"), OPEN)
def test_nobody_is_cleared_while_something_is_open(leaver, separation, clerk, give, said):
    give(leaver)
    with pytest.raises(Refusal, match=f"Still open: {said}."):
        clear_person(separation=separation, by=clerk)
    assert list(Separation.objects.with_something_open()) == [separation]
    assert not Separation.objects.to_clear().exists()


def test_all_that_is_open_is_said_at_once(leaver, separation, clerk):
    hold_key(leaver)
    hold_asset(leaver)
    with pytest.raises(Refusal, match="Still open: 1 key and 1 asset."):
        clear_person(separation=separation, by=clerk)


def test_an_appointment_that_ends_in_time_is_not_open(leaver, separation, clerk):
    managed = BuildingManager(building=BuildingFactory(), person=leaver, since="2020-01-01", until=LAST_DAY)
    managed.save()
    clear_person(separation=separation, by=clerk)
    assert not separation.is_open


def test_a_key_that_is_lost_is_open_until_it_is_charged_for(leaver, separation, clerk):
    loan = LoanFactory(borrower=leaver)
    report_lost(loan=loan, by=clerk)
    with pytest.raises(Refusal, match="1 key"):
        clear_person(separation=separation, by=clerk)
    ChargeFactory(loan=loan, invoiced_at=morning(-14), invoiced_by=clerk)
    clear_person(separation=separation, by=clerk)
    assert not separation.is_open


def test_a_key_that_is_found_is_open_again_though_it_was_charged_for(leaver, separation, clerk):
    loan = LoanFactory(borrower=leaver)
    report_lost(loan=loan, by=clerk)
    ChargeFactory(loan=loan, invoiced_at=morning(-500), invoiced_by=clerk, charged_at=morning(-500))
    Loan.objects.filter(pk=loan.pk).update(out_at=morning(-600), lost_at=morning(-500))
    report_found(loan=loan, by=clerk)
    assert Charge.objects.standing().exists()
    with pytest.raises(Refusal, match="1 key"):
        clear_person(separation=separation, by=clerk)


def test_a_key_that_was_charged_for_as_kept_is_settled_when_it_is_lost_too(leaver, separation, clerk):
    loan = LoanFactory(borrower=leaver)
    ChargeFactory(loan=loan, event="kept", invoiced_at=morning(-14), invoiced_by=clerk)
    report_lost(loan=loan, by=clerk)
    clear_person(separation=separation, by=clerk)
    assert not separation.is_open


def test_a_key_that_is_paid_for_is_settled(leaver, separation, clerk):
    loan = LoanFactory(borrower=leaver)
    report_lost(loan=loan, by=clerk)
    record_payment(loan=loan, by=clerk, amount=50, note="receipt 7")
    clear_person(separation=separation, by=clerk)
    assert not separation.is_open


def test_a_fee_that_was_refunded_settles_nothing(leaver, separation, clerk):
    charge = ChargeFactory(loan__borrower=leaver, event="kept")
    pay_charge(charge=charge, by=clerk, note="R1")
    assert not Separation.objects.with_something_open().exists()
    refund_charge(charge=charge, by=clerk, note="R2", why="Booked for the wrong key")
    with pytest.raises(Refusal, match="Still open: 1 key."):
        clear_person(separation=separation, by=clerk)


def test_what_is_kept_is_charged_by_the_rule_and_settled_by_the_invoice(two_weeks_before, leaver, separation, clerk):
    two_weeks_before.move_to(morning(0))
    FeeRuleFactory(event="kept", amount=25)
    charged, other = LoanFactory(borrower=leaver), LoanFactory(borrower=leaver)
    ChargeFactory(loan=charged, event="kept")
    late = ChargeFactory(loan__borrower=leaver, event="lost").loan  # found too late to be waived
    charge_what_is_kept(separation=separation, by=clerk)
    assert Charge.objects.get(loan=other).amount == 25
    with pytest.raises(Refusal, match="no key that is not charged for"):
        charge_what_is_kept(separation=separation, by=clerk)
    mark_invoiced(charges=list(Charge.objects.all()), by=clerk)
    return_key(loan=late, by=clerk)
    clear_person(separation=separation, by=clerk)
    assert not separation.is_open


def test_nothing_is_charged_without_a_rule(two_weeks_before, leaver, separation, clerk):
    two_weeks_before.move_to(morning(0))
    LoanFactory(borrower=leaver)
    with pytest.raises(Refusal, match="No rule names a fee"):
        charge_what_is_kept(separation=separation, by=clerk)
    assert not Charge.objects.exists()


def test_who_has_settled_everything_is_cleared(separation, clerk):
    clear_person(separation=separation, by=clerk)
    separation.refresh_from_db()
    assert (separation.cleared_by, separation.cleared_at) == (clerk, morning(-14))
    assert separation.history.latest().history_user == clerk
    assert list(Separation.objects.cleared()) == [separation]


def test_nobody_is_cleared_twice(separation, clerk):
    stale = Separation.objects.get(pk=separation.pk)
    clear_person(separation=separation, by=clerk)
    for deed in (clear_person, lambda **it: waive_clearance(reason="left", **it)):
        with pytest.raises(Refusal, match="is cleared already"):
            deed(separation=stale, by=clerk)


def test_what_is_open_may_be_waived_with_a_reason(leaver, separation, administrator):
    hold_key(leaver)
    waive_clearance(separation=separation, by=administrator, reason="moved abroad; the dean knows")
    assert separation.waived_reason == "moved abroad; the dean knows"
    assert separation.history.latest().history_change_reason == "waived with 1 key"
    assert list(Separation.objects.waived()) == [separation]


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_waived_without_a_reason(leaver, separation, administrator, reason):
    hold_key(leaver)
    with pytest.raises(Refusal, match="Say why"):
        waive_clearance(separation=separation, by=administrator, reason=reason)


def test_nothing_is_waived_where_nothing_is_open(separation, administrator):
    with pytest.raises(Refusal, match="Nothing is open any more"):
        waive_clearance(separation=separation, by=administrator, reason="left")


def test_the_leaver_reads_what_is_open(leaver, separation):
    hold_key(leaver)
    remind_leavers(at=morning(-14))
    (letter,) = mails()
    assert letter.to == [leaver.email]
    assert "March 31, 2026" in letter.body
    assert "- 1 key" in letter.body


def test_each_step_is_written_once(leaver, separation):
    hold_key(leaver)
    for day in range(-15, 8):
        remind_leavers(at=morning(day))
        remind_leavers(at=morning(day))
    assert Notice.objects.filter(kind="leaving").count() == 4


def test_from_the_last_day_on_the_contact_is_told_too(leaver, separation):
    leaver.department = DepartmentFactory(contact_email="contact@example.edu")
    leaver.save()
    hold_key(leaver)
    remind_leavers(at=morning(-7))
    assert [letter.to for letter in mails(-7)] == [[leaver.email]]
    remind_leavers(at=morning(0))
    assert {letter.to[0] for letter in mails(0)} == {leaver.email, "contact@example.edu"}


def test_the_contact_reads_nothing_of_fees_requests_and_guests(leaver, separation):
    leaver.department = DepartmentFactory(contact_email="contact@example.edu")
    leaver.save()
    owe(leaver)
    sponsor(leaver)
    hold_key(leaver)
    remind_leavers(at=morning(0))
    letters = {letter.to[0]: letter.body for letter in mails(0)}
    assert "- 1 fee" in letters[leaver.email]
    assert "- 1 person to answer for" in letters[leaver.email]
    assert letters["contact@example.edu"].count("\n- ") == 1
    assert "- 1 key" in letters["contact@example.edu"]


def test_the_contact_hears_nothing_where_only_a_fee_is_open(leaver, separation):
    leaver.department = DepartmentFactory(contact_email="contact@example.edu")
    leaver.save()
    owe(leaver)
    remind_leavers(at=morning(0))
    assert [letter.to for letter in mails(0)] == [[leaver.email]]


def test_who_has_nothing_open_hears_nothing(separation):
    remind_leavers(at=morning(0))
    assert not Notice.objects.exists()


def test_what_was_settled_before_the_mail_goes_out_is_not_written(leaver, separation, clerk):
    loan = LoanFactory(borrower=leaver)
    remind_leavers(at=morning(-14))
    return_key(loan=loan, by=clerk)
    assert not [letter for letter in mails() if "leave" in letter.subject]


def test_nothing_is_written_at_night(leaver, separation):
    hold_key(leaver)
    remind_leavers(at=morning(-14) - timedelta(hours=4))
    assert not Notice.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_a_look_at_the_list_costs_the_same_for_any_number(number, clerk):
    for _n in range(number):
        hold_key(PersonFactory(leaves_on=LAST_DAY))
    with queries(exactly=5):
        begin_separations(at=morning(-14))
    with queries(exactly=2):
        remind_leavers(at=morning(-14))
    with queries(exactly=1):
        list(Separation.objects.open().with_counts().for_list())


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_a_key_while_being_cleared(leaver, separation, clerk, roles):
    key = KeyFactory()
    outcomes = at_once(
        lambda: clear_person(separation=Separation.objects.get(), by=clerk),
        lambda: check_out(keys=[key], borrower=leaver, by=clerk, trust=Trust.STAFF),
    )
    begin_separations(at=morning(-14))
    assert len([outcome for outcome in outcomes if isinstance(outcome, Refusal)]) <= 1
    assert Separation.objects.open().filter(person=leaver).exists()
