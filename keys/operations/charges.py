"""Fees for keys that do not come back as they went: charged by rule or by hand, invoiced, appealed, waived."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from keys import notices
from keys.models import Charge, Event, FeeRule, Loan
from keys.operations.fees import MOST
from keys.operations.rules import RELATED
from keysite.ledger import BasketRefusal, Refusal, alone, lock, lock_all, record, record_changes, record_new

CHUNK = 200
FORGIVEN = "found in time"
WAIVER = ["waived_at", "waived_by", "waived_reason"]


def charge_for_losses(*, at):
    """Charge for lost and broken keys by the rule of the moment at which they were reported; each person is told."""
    while _charge_chunk(at) == CHUNK:
        pass


@transaction.atomic
def _charge_chunk(at):
    if not alone("charge_for_losses"):
        return 0
    due = Charge.objects.loans_to_charge()
    lock_all(Loan.objects.filter(pk__in=list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK])))
    loans = list(due.select_related("borrower").order_by("pk")[:CHUNK])
    charges = [
        Charge(person=loan.borrower, loan=loan, event=loan.loss, amount=loan.fee, rule_id=loan.fee_rule)
        for loan in loans
    ]
    for charge in charges:
        charge.charged_at = at
    record_new(charges, by=None, reason="charged by the clock")
    notices.charged(charges, by=None)
    return len(charges)


@transaction.atomic
def charge_kept(*, loan, by):
    """Somebody has left and has the key still: charge by the rule for that. Gives back the charge.

    Refused when the key is back or lost, when somebody was charged for it, and when no rule names a fee.
    """
    lock(loan, *RELATED)
    _refuse_unless_kept(loan)
    case = {"level": loan.key.symbol.level, "affiliation": loan.borrower.affiliation}
    rule = FeeRule.objects.for_case(Event.KEPT, **case, at=timezone.now()).first()
    if rule is None or not rule.amount:
        raise Refusal(_("No rule names a fee for keys like %(key)s. Charge by hand.") % {"key": loan.key})
    return _charge(loan, Event.KEPT, rule.amount, by, rule=rule)


@transaction.atomic
def charge_by_hand(*, loan, event, amount, note, by):
    """Charge what no rule names; ``note`` says why this amount. Gives back the charge.

    Refused without a note, for an amount that is none, when the key is not lost, broken or kept as ``event`` says,
    and when somebody was charged for this loan already.
    """
    lock(loan, *RELATED)
    if amount is None or not 0 < amount <= MOST:
        raise Refusal(_("Give an amount above 0, up to %(most)s.") % {"most": MOST})
    if not note:
        raise Refusal(_("Add a note that says why it costs so much."))
    if event == Event.KEPT:
        _refuse_unless_kept(loan)
    elif not (loan.is_lost and loan.loss == event) and not _came_back_broken(loan, event):
        words = {"key": loan.key, "event": Event(event).label}
        raise Refusal(_("“%(event)s” is not what happened to %(key)s. Report it lost or broken first.") % words)
    return _charge(loan, event, amount, by, note=note[:200])


def _came_back_broken(loan, event):
    return event == Event.BROKEN and not loan.is_open and loan.condition == Loan.Condition.BROKEN


def _refuse_unless_kept(loan):
    words = {"key": loan.key, "person": loan.borrower.name or loan.borrower.email}
    if not loan.is_running:
        raise Refusal(_("Key %(key)s is back, lost or paid for: nobody has kept it.") % words)
    last_day = loan.borrower.leaves_on
    if loan.borrower.is_active and last_day is None:
        raise Refusal(_("%(person)s is not leaving. Write down the last day first.") % words)
    if loan.borrower.is_active and last_day > timezone.localdate(timezone=settings.INSTITUTION_ZONE):
        words["day"] = date_format(last_day)
        raise Refusal(_("%(person)s is here until %(day)s. Nobody has kept the key before that day.") % words)


def _charge(loan, event, amount, by, **more):
    """Write the charge of a locked loan, unless there is one, for whatever reason: nobody pays for a key twice."""
    standing = Charge.objects.of_loan(loan).standing().first()
    if standing:
        words = {"key": loan.key, "fee": standing.fee, "day": date_format(timezone.localtime(standing.charged_at))}
        raise Refusal(_("%(fee)s were charged for %(key)s on %(day)s already.") % words)
    charge = Charge(person=loan.borrower, loan=loan, event=event, amount=amount, **more)
    charge.charged_at, charge.charged_by = timezone.now(), by
    record(charge, by=by, reason="charged")
    notices.charged([charge], by=by)
    return charge


@transaction.atomic
def mark_invoiced(*, charges, by):
    """Somebody has sent an invoice for these. Refused per charge when it is not open, was invoiced, or is appealed."""
    rows = lock_all(Charge.objects.filter(pk__in=[charge.pk for charge in charges]).for_list().order_by())
    if refused := {charge: sentence for charge in rows if (sentence := _why_not_invoiced(charge))}:
        raise BasketRefusal(refused)
    for charge in rows:
        charge.invoiced_at, charge.invoiced_by = timezone.now(), by
    record_changes(rows, ["invoiced_at", "invoiced_by"], by=by, reason="invoiced")


def _why_not_invoiced(charge):
    words = {"charge": charge}
    if not charge.is_open:
        return _("%(charge)s: nothing is open any more.") % words
    if charge.invoiced_at:
        return _("%(charge)s: this was invoiced already.") % words
    if charge.is_appealed:
        return _("%(charge)s: an appeal waits for an answer; that comes first.") % words
    return None


@transaction.atomic
def appeal_charge(*, charge, by, text, trust=Trust.PROVED):
    """The person asks in writing that the fee be waived; whoever may answer is told.

    Refused for anybody else, without words, when it is paid or waived, and after an appeal: there is one.
    """
    lock(charge, "loan__key__symbol", "person")
    words = {"desk": settings.DESK_CONTACT}
    if by.pk != charge.person_id:
        raise Refusal(_("Only whoever is charged can appeal."))
    refuse_settled(charge)
    if charge.is_appealed:
        raise Refusal(_("You appealed already, and nobody has answered yet."))
    if charge.appealed_at:
        raise Refusal(_("Your appeal was answered already. Is there something new? Tell %(desk)s.") % words)
    if not text.strip():
        raise Refusal(_("Say why the fee should be waived."))
    charge.appealed_at, charge.appeal = timezone.now(), text.strip()[:1000]
    record(charge, by=by, reason=with_trust("appealed", trust))
    notices.charge_appealed(charge, by=by)


@transaction.atomic
def reject_appeal(*, charge, by, reason):
    """The fee stands; the person reads why. Refused for one's own, unless an appeal waits, and without a reason."""
    lock(charge, "loan__key__symbol", "person")
    refuse_own(charge, by)
    refuse_settled(charge)
    if not charge.is_appealed:
        raise Refusal(_("No appeal waits for an answer here."))
    if not reason:
        raise Refusal(_("Say why: the person reads this."))
    charge.appeal_rejected_at, charge.appeal_rejected_by, charge.appeal_answer = timezone.now(), by, reason[:200]
    record(charge, by=by, reason=f"appeal rejected: {reason}")
    notices.appeal_rejected(charge, by=by)


@transaction.atomic
def waive_charge(*, charge, by, reason):
    """Nobody has to pay this; the person reads why. Refused for one's own, without a reason, and when it is paid or
    waived.
    """
    lock(charge, "loan__key__symbol", "person")
    refuse_own(charge, by)
    refuse_settled(charge)
    if not reason:
        raise Refusal(_("Say why: the person reads this."))
    charge.waived_at, charge.waived_by, charge.waived_reason = timezone.now(), by, reason[:200]
    record(charge, by=by, reason=f"waived: {reason}")
    notices.charge_waived(charge, by=by)


def refuse_own(charge, by):
    """Nobody decides about a fee of their own."""
    if by.pk == charge.person_id:
        words = {"key": charge.loan.key}
        raise Refusal(_("The fee for %(key)s is your own. Ask somebody else who may do this.") % words)


def refuse_settled(charge):
    """Refuse where a locked charge is paid or waived; the deeds that call this say what else there must be."""
    words = {"key": charge.loan.key, "fee": charge.fee}
    if charge.refunded_on:
        raise Refusal(_("The fee for %(key)s was paid and refunded: nothing is open.") % words)
    if charge.paid_on:
        raise Refusal(_("The fee for %(key)s (%(fee)s) has been paid.") % words)
    if charge.waived_at:
        raise Refusal(_("The fee for %(key)s (%(fee)s) has been waived.") % words)


def forgive_found(loans, *, by):
    """What nobody has paid yet for keys that are back in time is waived by itself; ``loans`` are locked and saved."""
    charges = lock_all(Charge.objects.open().forgiven().filter(loan__in=loans).for_list().order_by())
    for charge in charges:
        charge.waived_at, charge.waived_reason = timezone.now(), _("The key was found in time.")
    record_changes(charges, WAIVER, by=by, reason=FORGIVEN)
    for charge in charges:
        notices.charge_waived(charge, by=by)


def charge_again(loan, *, by, since):
    """The key is not back after all: what was waived by itself at ``since`` or later is open again, and the person is
    told.
    """
    gone = Charge.objects.of_loan(loan).waived().filter(waived_by__isnull=True, waived_at__gte=since)
    events = Charge.objects.of_loan(loan).standing().values_list("event", flat=True)
    charges = lock_all(gone.exclude(event__in=list(events)).for_list().order_by())
    for charge in charges:
        charge.waived_at, charge.waived_reason = None, ""
    record_changes(charges, WAIVER, by=by, reason="return undone")
    notices.charged(charges, by=by, again=since)
