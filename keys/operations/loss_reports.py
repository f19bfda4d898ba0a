"""What is done about a lost key: who is asked, what is decided, and how the exposure ends."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import with_trust
from keys import notices
from keys.models import LossReport
from keys.models.approvals import today
from keys.operations.exposures import close_reports
from keysite.ledger import Refusal, lock, lock_all, record, record_changes

LONGEST = 366  # days for which a risk is accepted
ASKED = ["asked_at", "escalated_at"]


@transaction.atomic
def decide_loss(*, report, by, trust, decision, reason, until=None):
    """Decide to rekey, or to live with the exposure ``until`` a day, that day included.

    Rekeying is planned afterwards. Decided again when the day is over, or when the rekeying came to an end and left
    doors exposed. Refused when the report is closed or decided, for whoever is not in charge of it, without a reason,
    and to accept without a day, until a day that is over, or for more than a year.
    """
    lock(report, "key__symbol", "loan__borrower", "rekeying")
    _refuse_decided(report)
    if not LossReport.objects.in_charge_of(by, trust=trust).filter(pk=report.pk).exists():
        raise Refusal(_why_not_theirs(report, by))
    if decision not in LossReport.Decision.values:
        raise Refusal(_("Say what is to be done: rekey, or accept the risk."))
    if not reason.strip():
        raise Refusal(_("Say why it is so decided: it stays with the report."))
    report.accepted_until = _accepted_until(decision, until)
    report.decision, report.decision_reason, report.rekeying = decision, reason.strip()[:500], None
    report.decided_at, report.decided_by = timezone.now(), by
    report.asked_at = report.escalated_at = None
    record(report, by=by, reason=with_trust(f"decided: {decision}", trust))


@transaction.atomic
def ask_about_losses(*, at):
    """Ask whoever is in charge what is done about a lost key; who has not answered ``APPROVAL_DAYS`` later is asked
    once more, and the key office, too.
    """
    on = timezone.localdate(at, settings.INSTITUTION_ZONE)
    new = lock_all(LossReport.objects.to_ask_about(on=on))
    for report in new:
        report.asked_at = at
    record_changes(new, ASKED, by=None, reason="asked for a decision")
    late = lock_all(LossReport.objects.late(on=on, asked_before=at - timedelta(days=settings.APPROVAL_DAYS)))
    for report in late:
        report.escalated_at = at
    record_changes(late, ASKED, by=None, reason="nobody has decided")
    notices.losses_to_decide([report.pk for report in new + late])


@transaction.atomic
def close_losses(*, at):
    """End the reports of keys that open nothing any more of what they opened; nothing else is left to do about them."""
    harmless = LossReport.objects.made_harmless()
    close_reports(harmless.values("key"), by=None, ending=LossReport.Ending.REKEYED)


def _refuse_decided(report):
    if not report.is_open:
        words = {"key": report.key, "ending": report.get_ending_display().lower()}
        raise Refusal(_("The report on key %(key)s is closed (%(ending)s): there is nothing to decide.") % words)
    if not report.is_undecided:
        words = {"key": report.key, "person": report.decided_by, "status": report.status}
        raise Refusal(_("%(person)s has decided about key %(key)s: %(status)s.") % words)


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
