"""Paying for a key, and getting the money back: what a loan and its charge say of it is one truth."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keys import notices
from keys.models import Charge
from keys.operations.charges import refuse_own, refuse_settled
from keys.operations.fees import MOST
from keys.operations.rules import RELATED
from keysite.ledger import Refusal, lock, record

PAYMENT = {"paid_on": None, "paid_by": None, "paid_amount": None, "paid_note": ""}


@transaction.atomic
def record_payment(*, loan, by, amount, note, paid_on=None):
    """The key is paid for: it counts no longer against what the borrower may hold, and the clock retires it.

    ``amount`` is in the institution's currency; it pays the open charge, and becomes one where nobody was charged.
    Where a fee for this loan was paid before the key was lost, that one pays for the key, and the amount is 0.
    Refused unless the key is lost and unpaid, without a note (the receipt's number), for a negative amount, for
    another amount than is still to be paid, and for a day that is not here yet.
    """
    lock(loan, *RELATED)
    if not loan.is_lost:
        raise Refusal(_("Key %(key)s is not reported lost: there is nothing to pay.") % {"key": loan.key})
    if loan.paid_on:
        raise Refusal(_("Key %(key)s has been paid for.") % {"key": loan.key})
    if amount is None or not 0 <= amount <= MOST:
        raise Refusal(_("Give the amount that was paid, from 0 to %(most)s.") % {"most": MOST})
    paid_on = _refuse_receipt(note, paid_on)
    charge = _charge_of(loan, amount, by)
    if charge and charge.is_open:
        _pay(charge, by, note, paid_on)
    _settle(loan, by, charge.amount if charge else amount, note, paid_on)


@transaction.atomic
def pay_charge(*, charge, by, note, paid_on=None):
    """The whole fee is paid; if the key is lost, so is the key (as ``record_payment`` says).

    Refused when it is paid or waived, without a note (the receipt's number), and for a day that is not here yet.
    A part of a fee is not taken: waive it and charge what is agreed on.
    """
    loan = charge.loan
    lock(loan, *RELATED)
    lock(charge)
    charge.loan = loan
    refuse_settled(charge)
    paid_on = _refuse_receipt(note, paid_on)
    _pay(charge, by, note, paid_on)
    if loan.is_lost and not loan.paid_on:
        _settle(loan, by, charge.amount, note, paid_on)
    else:
        notices.payment_recorded(loan, by=by)


@transaction.atomic
def refund_charge(*, charge, by, note, why=""):
    """The money is given back; ``note`` is the receipt's number. The person is told.

    Refused for one's own, unless it is paid, without a note, and unless the key was found in time and no door was
    rekeyed for it before; with a reason (``why``) it is refunded all the same, and a key that is not back is unpaid
    again.
    """
    loan = charge.loan
    lock(loan, *RELATED)
    lock(charge, "person")
    charge.loan = loan
    refuse_own(charge, by)
    words = {"key": loan.key, "fee": charge.fee}
    if charge.refunded_on:
        raise Refusal(_("The fee for %(key)s was refunded already.") % words)
    if not charge.paid_on:
        raise Refusal(_("Nobody has paid the fee for %(key)s: there is nothing to give back.") % words)
    if not note:
        raise Refusal(_("Add a note, such as the number of the receipt."))
    if not why and not Charge.objects.to_refund().filter(pk=charge.pk).exists():
        raise Refusal(_why_not_refunded(charge))

    charge.refunded_on, charge.refunded_by, charge.refunded_note = _today(), by, note[:200]
    record(charge, by=by, reason=f"refunded: {why}" if why else "refunded")
    if loan.is_open and loan.paid_on:
        for name, value in PAYMENT.items():
            setattr(loan, name, value)
        record(loan, by=by, reason="payment refunded")
    notices.charge_refunded(charge, by=by)


def refuse_refunded(loan):
    """Refuse to undo the return of a key whose fee was given back since."""
    if loan.paid_on and Charge.objects.of_loan(loan).refunded().exists():
        raise Refusal(_("The fee for %(key)s was refunded since. Check the key out again instead.") % {"key": loan.key})


def _why_not_refunded(charge):
    words = {"key": charge.loan.key, "days": settings.REFUND_DAYS}
    if charge.loan.is_open:
        return _("Key %(key)s is not back. Take it back first; then the fee is refunded.") % words
    sentence = ngettext(
        "A fee is refunded for a key that was found within %(days)d day and for which no door was rekeyed before; "
        "that is not so for %(key)s.",
        "A fee is refunded for a key that was found within %(days)d days and for which no door was rekeyed before; "
        "that is not so for %(key)s.",
        settings.REFUND_DAYS,
    )
    return sentence % words


def _refuse_receipt(note, paid_on):
    """The day of the payment."""
    if not note:
        raise Refusal(_("Add a note, such as the number of the receipt."))
    if paid_on and paid_on > _today():
        raise Refusal(_("The day of payment is still to come. Give today or an earlier day."))
    return paid_on or _today()


def _charge_of(loan, amount, by):
    """The charge that pays for a locked loan: that of before, or a new one; None where nothing was charged or paid."""
    standing = Charge.objects.of_loan(loan).standing().select_for_update(no_key=True)
    charges = sorted(standing, key=lambda charge: (not charge.is_open, charge.event != loan.loss))
    charge = charges[0] if charges else None
    if charge and charge.is_open and charge.amount != amount:
        words = {"key": loan.key, "fee": charge.fee}
        raise Refusal(
            _("The fee for %(key)s is %(fee)s. Take that amount, or waive the fee and charge another by hand.") % words
        )
    if charge and not charge.is_open and amount:
        words = {"key": loan.key, "fee": charge.fee, "day": date_format(charge.paid_on)}
        raise Refusal(
            _("%(fee)s were paid for %(key)s on %(day)s already. Give 0: nobody pays for a key twice.") % words
        )
    if charge or not amount:
        return charge
    new = {"charged_at": timezone.now(), "charged_by": by}
    return Charge(person=loan.borrower, loan=loan, event=loan.loss, amount=amount, **new)


def _pay(charge, by, note, paid_on):
    charge.paid_on, charge.paid_by, charge.paid_note = paid_on, by, note[:200]
    record(charge, by=by, reason="paid")


def _settle(loan, by, amount, note, paid_on):
    """Write down that a locked, lost loan is paid for."""
    loan.paid_on, loan.paid_by, loan.paid_amount, loan.paid_note = paid_on, by, amount, note[:200]
    record(loan, by=by, reason="paid")
    notices.payment_recorded(loan, by=by)


def _today():
    return timezone.localdate(timezone=settings.INSTITUTION_ZONE)
