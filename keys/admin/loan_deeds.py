"""What the desk does about a loan from its page: each a button that asks what the deed needs."""

from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import LoanTerm, Trust
from keys.models import Charge, Event, Loan
from keys.models.loans import UNDO_TIME
from keys.operations import (
    charge_by_hand,
    record_payment,
    reject_claim,
    renew,
    report_found,
    report_lost,
    return_key,
    transfer,
    undo,
)
from keysite.console import Deed
from keysite.console.fields import Amount, Asking, Choice, Day, Few, Row, Text, Words, why

AMOUNT = format_lazy(_("Amount ({currency})"), currency=settings.CURRENCY)


class TakeBack(Asking):
    condition = Choice(label=_("Condition"), choices=Loan.Condition.choices, help_text=_("A broken key is retired."))


class Renew(Asking):
    due_on = Day(label=_("Due on"), required=False, help_text=_("Empty: as late as the term allows."))
    term = Few(LoanTerm, label=_("Term"), required=False, empty_label=_("As before"))
    why = why(_("Why"), required=False)


class Lost(Asking):
    loss = Choice(label=_("What happened"), choices=Loan.Loss.choices)
    words = Words(label=_("How it happened"), max_length=500, required=False)
    police = Text(label=_("Police reference"), max_length=64, required=False, help_text=_("If it was stolen."))


class Paid(Asking):
    amount = Amount(label=AMOUNT, max_digits=9, decimal_places=2)
    paid_on = Day(label=_("Paid on"), required=False, help_text=_("Empty: today."))
    note = Text(label=_("Note"), max_length=200, help_text=_("The number of the receipt, say."))

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        charges = row and list(Charge.objects.of_loan(row).standing())
        if charges:
            self.initial["amount"] = next((charge.amount for charge in charges if charge.is_open), 0)


class Fee(Asking):
    event = Choice(label=_("What happened"), choices=Event.choices)
    amount = Amount(label=AMOUNT, max_digits=9, decimal_places=2)
    note = Text(label=_("Note"), max_length=200, help_text=_("Why it costs so much; the person reads this."))


class HandOn(Asking):
    borrower = Row(Loan, "borrower", label=_("To"))
    term = Few(LoanTerm, label=_("Term"), required=False, empty_label=_("That of the affiliation"))
    due_on = Day(label=_("Due on"), required=False, help_text=_("Empty: as late as the term allows."))


STAFF = {"trust": Trust.STAFF}


def _deed(operation, label, done, *, permission=None, **options):
    permission = f"keys.{permission or operation.__name__}"
    return Deed(operation, row="loan", permission=permission, label=label, done=done, **options)


def may_be_charged(loan):
    """Lost, came back broken, or not back from somebody who leaves."""
    kept = loan.is_running and (loan.borrower.leaves_on or not loan.borrower.is_active)
    return loan.is_lost or kept or loan.condition == Loan.Condition.BROKEN


LOAN_DEEDS = [
    _deed(
        return_key,
        _("Take back"),
        _("%(row)s: the key is back."),
        form=TakeBack,
        fixed=STAFF,
        icon="keyboard_return",
        bulk=True,
        shown=lambda loan: loan.is_open,
    ),
    _deed(
        renew,
        _("Renew"),
        _("%(row)s: the loan is renewed."),
        form=Renew,
        fixed=STAFF,
        icon="event_repeat",
        bulk=True,
        shown=lambda loan: loan.is_running,
    ),
    _deed(
        report_lost,
        _("Lost or broken"),
        _("%(row)s: the key is reported lost or broken."),
        form=Lost,
        fixed=STAFF,
        icon="report",
        bulk=True,
        shown=lambda loan: loan.is_running,
    ),
    _deed(
        record_payment,
        _("Paid"),
        _("%(row)s: the payment is recorded."),
        form=Paid,
        icon="payments",
        bulk=True,
        shown=lambda loan: loan.is_lost and not loan.paid_on,
    ),
    Deed(
        charge_by_hand,
        "keys.charge",
        _("Charge"),
        _("%(row)s: the fee is charged."),
        row="loan",
        form=Fee,
        intro=_("For what no rule names: fees by rule are charged by the clock."),
        icon="request_quote",
        shown=may_be_charged,
    ),
    _deed(
        report_found,
        _("Found"),
        _("%(row)s: the key is found, and the loan goes on."),
        fixed=STAFF,
        icon="search_check",
        bulk=True,
        shown=lambda loan: loan.is_lost and not loan.paid_on,
    ),
    _deed(
        reject_claim,
        _("Not there"),
        _("%(row)s: the key is not back; reminders go on."),
        permission="return_key",
        intro=_("The borrower said that the key is back, and it is not in the cabinet."),
        icon="unpublished",
        confirm=True,
        bulk=True,
        shown=lambda loan: loan.is_open and loan.claimed_at is not None,
    ),
    _deed(
        transfer,
        _("Hand on"),
        _("%(row)s: the key is handed on."),
        form=HandOn,
        icon="swap_horiz",
        shown=lambda loan: loan.is_running,
    ),
    _deed(
        undo,
        _("Undo"),
        _("%(row)s: undone."),
        intro=_("Takes back the last check-out or return of this loan; the history keeps both."),
        icon="undo",
        confirm=True,
        bulk=True,
        shown=lambda loan: timezone.now() - (loan.returned_at or loan.out_at) <= UNDO_TIME,
    ),
]
