"""Found in time: what nobody has paid is waived, what is paid is given back, and undoing a return puts that back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Notice
from keys.models import Charge, Loan, Operates, RekeyedSymbol
from keys.operations import (
    charge_by_hand,
    pay_charge,
    record_payment,
    refund_charge,
    report_found,
    report_lost,
    return_key,
    take_back,
    undo,
    waive_charge,
)
from keys.tests.factories import ChargeFactory, KeysetFactory, KeySymbolFactory, LoanFactory, RekeyedDoorFactory
from keysite.tests.history import last_version, refused

DAY = timedelta(days=1)
SENTENCE = (
    "A fee is refunded for a key that was found within 365 days and for which no door was rekeyed before; "
    "that is not so for AA1 1."
)


@pytest.fixture
def loan(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return loan


@pytest.fixture
def charge(loan):
    return ChargeFactory(loan=loan, amount=Decimal("50.00"))


@pytest.fixture
def paid(charge, clerk):
    pay_charge(charge=charge, by=clerk, note="R1")
    return charge


def lost_before(loan, days):
    Loan.objects.filter(pk=loan.pk).update(lost_at=timezone.now() - days * DAY, out_at=timezone.now() - 2 * days * DAY)


def rekey(loan, by, *, at):
    """A door that this key opened gets another keyset, whichever loss that is for."""
    symbol = loan.key.symbol
    done = RekeyedDoorFactory(before=opened_by(symbol), done_at=at, done_by=by)
    RekeyedSymbol.objects.create(rekeying=done.rekeying, before=symbol, after=KeySymbolFactory())


def opened_by(symbol):
    keyset = KeysetFactory()
    Operates.objects.create(keyset=keyset, symbol=symbol, source="own", since=timezone.now() - 9 * DAY)
    return keyset


def test_an_unpaid_fee_is_waived_by_itself(charge, loan, borrower, clerk):
    return_key(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert (charge.status, charge.waived_by, charge.waived_reason) == ("Waived", None, "The key was found in time.")
    assert last_version(charge) == (clerk, "found in time")
    assert Notice.objects.get(kind="charge").facts == {"charge": charge.pk, "event": "waived"}


def test_by_each_way_in_which_it_is_found(loan, charge, clerk, borrower):
    others = [ChargeFactory(loan=LoanFactory(lost_at=timezone.now(), loss="lost")) for _number in range(2)]
    report_found(loan=loan, by=borrower)
    take_back(keys=[other.loan.key for other in others], by=clerk)

    assert [row.status for row in Charge.objects.all()] == ["Waived"] * 3


def test_a_broken_key_is_paid_although_it_comes_back(loan, clerk):
    broken = LoanFactory(lost_at=timezone.now(), loss="broken")
    charge_by_hand(loan=broken, event="broken", amount=5, note="Bent", by=clerk)

    return_key(loan=broken, by=clerk, condition="broken")

    assert Charge.objects.get().is_open


def test_found_too_late_it_stays_open(charge, loan, clerk, settings):
    lost_before(loan, 366)

    return_key(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert charge.is_open


def test_found_after_the_doors_were_rekeyed_it_stays_open(charge, loan, clerk):
    rekey(loan, clerk, at=timezone.now())

    return_key(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert charge.is_open


def test_what_was_rekeyed_before_it_was_lost_does_not_count(charge, loan, clerk):
    rekey(loan, clerk, at=loan.lost_at - DAY)

    return_key(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert charge.status == "Waived"


def test_nor_does_a_door_that_the_key_did_not_open(charge, loan, clerk):
    rekey(loan, clerk, at=timezone.now())
    Operates.objects.update(symbol=KeySymbolFactory())

    return_key(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert charge.status == "Waived"


def test_undoing_the_return_puts_the_fee_back(charge, loan, clerk):
    return_key(loan=loan, by=clerk)

    undo(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert (charge.status, charge.waived_reason) == ("Charged", "")
    assert last_version(charge) == (clerk, "return undone")


def test_and_says_so_each_time(charge, loan, borrower, clerk):
    told = Notice.objects.filter(kind="charge", person=borrower, facts={"charge": charge.pk, "event": "charged"})
    for number in (1, 2):
        return_key(loan=loan, by=clerk)
        undo(loan=loan, by=clerk)

        assert told.count() == number


def test_but_not_what_somebody_has_waived(charge, loan, clerk, administrator):
    waive_charge(charge=charge, by=administrator, reason="Stolen")
    return_key(loan=loan, by=clerk)

    undo(loan=loan, by=clerk)

    charge.refresh_from_db()
    assert charge.waived_reason == "Stolen"


def test_a_paid_fee_waits_to_be_refunded(paid, loan, borrower, clerk):
    assert not Charge.objects.to_refund().exists()
    return_key(loan=loan, by=clerk)
    assert list(Charge.objects.to_refund()) == [paid]

    refund_charge(charge=paid, by=clerk, note="R9")

    assert (paid.status, paid.refunded_by, paid.refunded_note) == ("Refunded", clerk, "R9")
    assert (last_version(paid), Charge.objects.to_refund().count()) == ((clerk, "refunded"), 0)
    assert Notice.objects.filter(kind="charge", person=borrower, facts__event="refunded").count() == 1


def test_what_was_paid_without_a_fee_is_refunded_too(loan, clerk):
    record_payment(loan=loan, by=clerk, amount=5, note="R1")
    return_key(loan=loan, by=clerk)

    refund_charge(charge=Charge.objects.get(), by=clerk, note="R9")


def test_nothing_is_refunded_before_the_key_is_back(paid, clerk):
    with refused("Key AA1 1 is not back. Take it back first; then the fee is refunded."):
        refund_charge(charge=paid, by=clerk, note="R9")


def test_nothing_is_refunded_after_the_time(paid, loan, clerk):
    lost_before(loan, 366)
    return_key(loan=loan, by=clerk)

    assert not Charge.objects.to_refund().exists()
    with refused(SENTENCE):
        refund_charge(charge=paid, by=clerk, note="R9")


def test_nothing_is_refunded_once_the_doors_were_rekeyed(paid, loan, clerk):
    rekey(loan, clerk, at=timezone.now())
    return_key(loan=loan, by=clerk)

    assert not Charge.objects.to_refund().exists()
    with refused(SENTENCE):
        refund_charge(charge=paid, by=clerk, note="R9")


def test_but_it_is_when_they_were_rekeyed_later(paid, loan, clerk):
    return_key(loan=loan, by=clerk)
    rekey(loan, clerk, at=timezone.now() + DAY)

    refund_charge(charge=paid, by=clerk, note="R9")


def test_with_a_reason_it_is_refunded_all_the_same_and_the_key_is_unpaid(paid, loan, administrator):
    refund_charge(charge=paid, by=administrator, note="R9", why="Booked for the wrong person")

    loan.refresh_from_db()
    assert (loan.status, loan.paid_on, loan.paid_amount, loan.paid_note) == ("Lost/Broken", None, None, "")
    assert last_version(paid) == (administrator, "refunded: Booked for the wrong person")
    assert last_version(loan) == (administrator, "payment refunded")
    record_payment(loan=loan, by=administrator, amount=50, note="R10")
    assert [row.status for row in Charge.objects.order_by("pk")] == ["Refunded", "Paid"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"note": ""}, "Add a note, such as the number of the receipt."),
        ({"note": "", "why": "Wrong"}, "Add a note, such as the number of the receipt."),
    ],
)
def test_a_refund_has_a_receipt(paid, clerk, values, sentence):
    with refused(sentence):
        refund_charge(charge=paid, by=clerk, **values)


def test_what_nobody_has_paid_is_not_given_back(charge, clerk):
    with refused("Nobody has paid the fee for AA1 1: there is nothing to give back."):
        refund_charge(charge=charge, by=clerk, note="R9")


@pytest.mark.parametrize("why", ["", "Booked for the wrong person"])
def test_nobody_refunds_their_own_fee(paid, loan, borrower, clerk, why):
    return_key(loan=loan, by=clerk)

    with refused("The fee for AA1 1 is your own. Ask somebody else who may do this."):
        refund_charge(charge=paid, by=borrower, note="R9", why=why)


def test_nobody_gets_it_back_twice(paid, loan, clerk):
    return_key(loan=loan, by=clerk)
    stale = Charge.objects.get()
    refund_charge(charge=paid, by=clerk, note="R9")

    with refused("The fee for AA1 1 was refunded already."):
        refund_charge(charge=stale, by=clerk, note="R9")


def test_a_return_whose_fee_was_given_back_stays(paid, loan, clerk):
    return_key(loan=loan, by=clerk)
    refund_charge(charge=paid, by=clerk, note="R9")

    with refused("The fee for AA1 1 was refunded since. Check the key out again instead."):
        undo(loan=loan, by=clerk)
