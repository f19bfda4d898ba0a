"""What is done about a lost key: who is asked, what is decided, and how the exposure ends."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import with_trust
from keys import notices
from keys.models import Door, LossReport, RekeyedDoor
from keys.models.approvals import today
from keys.operations.exposures import close_reports, reopen_rekeyed
from keysite.ledger import Refusal, alone, lock, lock_all, record, record_changes

CHUNK = 500
LONGEST = 366  # days for which a risk is accepted
ASKED = ["asked_at", "escalated_at"]


@transaction.atomic
def decide_loss(*, report, by, trust, decision, reason, until=None):
    """Decide to rekey, or to live with the exposure ``until`` a day, that day included.

    Rekeying is planned afterwards; until it is, the other way may be chosen. Decided again when the day is over, or
    when the rekeying came to an end and left doors exposed. Refused when the report is closed or decided so, for
    whoever is not in charge of it, without a reason, to rekey where no door can be planned, and to accept without a
    day, until a day that is over, or for more than a year.
    """
    lock(report, "key__symbol", "loan__borrower", "rekeying")
    _refuse_decided(report, decision)
    if not LossReport.objects.in_charge_of(by, trust=trust).filter(pk=report.pk).exists():
        raise Refusal(_why_not_theirs(report, by))
    if decision not in LossReport.Decision.values:
        raise Refusal(_("Say what is to be done: rekey, or accept the risk."))
    if not reason.strip():
        raise Refusal(_("Say why it is so decided: it stays with the report."))
    if decision == LossReport.Decision.REKEY:
        _refuse_unplannable(report.key)
    report.accepted_until = _accepted_until(decision, until)
    report.decision, report.decision_reason, report.rekeying = decision, reason.strip()[:500], None
    report.decided_at, report.decided_by = timezone.now(), by
    report.asked_at = report.escalated_at = None
    record(report, by=by, reason=with_trust(f"decided: {decision}", trust))


def ask_about_losses(*, at):
    """Ask whoever is in charge what is done about lost keys; who has not answered ``APPROVAL_DAYS`` later is asked
    once more, and the key office, too.
    """
    while CHUNK in _ask_chunk(at):
        pass


@transaction.atomic
def _ask_chunk(at):
    """Ask about the next ones; gives back how many are new, and about how many nobody has decided."""
    if not alone("ask_about_losses"):
        return 0, 0
    on = timezone.localdate(at, settings.INSTITUTION_ZONE)
    new = _held(LossReport.objects.to_ask_about(on=on))
    for report in new:
        report.asked_at = at
    record_changes(new, ASKED, by=None, reason="asked for a decision")
    late = _held(LossReport.objects.late(on=on, asked_before=at - timedelta(days=settings.APPROVAL_DAYS)))
    for report in late:
        report.escalated_at = at
    record_changes(late, ASKED, by=None, reason="nobody has decided")
    notices.losses_to_decide([report.pk for report in new + late], at=at)
    return len(new), len(late)


def _held(due):
    """The first rows of a question, as they are under the lock."""
    return lock_all(due.filter(pk__in=list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK])))


@transaction.atomic
def close_losses(*, at):
    """End the reports of keys that open nothing any more of what they opened; nothing else is left to do about them.

    A report that was ended so is open again where its key opens something after all.
    """
    harmless = LossReport.objects.made_harmless()
    close_reports(harmless.values("key"), by=None, ending=LossReport.Ending.REKEYED)
    reopen_rekeyed(by=None)


def _refuse_decided(report, decision):
    if not report.is_open:
        words = {"key": report.key, "ending": report.get_ending_display().lower()}
        raise Refusal(_("The report on key %(key)s is closed (%(ending)s): there is nothing to decide.") % words)
    if not report.is_undecided and (report.rekeying or report.decision == decision):
        words = {"key": report.key, "person": report.decided_by, "status": report.status}
        raise Refusal(_("%(person)s has decided about key %(key)s: %(status)s.") % words)


def _refuse_unplannable(key):
    doors = Door.objects.opened_by([key.symbol_id]).current().filter(electronic_only=False)
    planned = RekeyedDoor.objects.open().filter(door__in=doors).values("door")
    if key.symbol.retired_at or not doors.exclude(pk__in=planned).exists():
        sentence = _(
            "No door of key %(key)s can be rekeyed now, or its symbol is retired. Accept the risk until a day."
        )
        raise Refusal(sentence % {"key": key})


def _why_not_theirs(report, by):
    words = {"key": report.key, "desk": settings.DESK_CONTACT}
    if report.loan and report.loan.borrower_id == by.pk:
        return _("You had key %(key)s yourself: somebody else decides.") % words
    sentence = _("Key %(key)s is not yours to decide about. For the key office sign in as staff, or ask %(desk)s.")
    return sentence % words


def _accepted_until(decision, until):
    if decision != LossReport.Decision.ACCEPT:
        return None
    last = today() + timedelta(days=LONGEST)
    if until is None:
        raise Refusal(_("Say until which day the risk is accepted."))
    if not today() <= until <= last:
        words = {"first": date_format(today()), "last": date_format(last)}
        raise Refusal(_("A risk is accepted until a day from %(first)s to %(last)s.") % words)
    return until
