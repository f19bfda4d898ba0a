"""What somebody says about keys that they, or those they answer for, should have."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from keys.models import Attestation, Campaign, Loan, LossReport
from keys.operations.losses import report_found, report_lost
from keys.operations.returns import claim_return, speaks_for_holder, unclaim
from keys.operations.rules import RELATED
from keysite.ledger import BasketRefusal, Refusal, lock_all, record_changes

Answer = Attestation.Answer
ANSWER = ["answer", "answered_at", "answered_by"]


def answer_attestation(*, attestation, answer, by, trust=Trust.STAFF):
    """Say whether one key is still there, as ``answer_attestations`` does for several."""
    try:
        answer_attestations(answers={attestation: answer}, by=by, trust=trust)
    except BasketRefusal as refusal:
        raise Refusal(str(refusal)) from None


@transaction.atomic
def answer_attestations(*, answers, by, trust=Trust.STAFF):
    """Say whether keys are still there: ``answers`` has one answer for each attestation; another replaces it.

    A lost one becomes a loss report, one that is said to be back a claim that the desk looks at, and one that they
    never had waits for the desk. Refused without an answer, and per line (``BasketRefusal.lines``): when the campaign
    is closed, for whoever is not asked about this key, for others than the holder and the desk what somebody else has
    answered, and when the key is back at the desk or lost meanwhile. All or nothing. Gives back how many are new.
    """
    if not answers:
        raise Refusal(_("Choose an answer for at least one key."))
    campaigns = lock_all(Campaign.objects.filter(pk__in={row.campaign_id for row in answers}))
    rows = lock_all(Attestation.objects.filter(pk__in=[row.pk for row in answers]))
    _attach(rows, campaigns)
    said = {row.pk: answer for row, answer in answers.items()}
    changed = [row for row in rows if row.answer != said[row.pk]]
    _refuse(changed, said, by, trust)
    for row in changed:
        _follow_up(row, said[row.pk], by, trust)
        row.answer, row.answered_at, row.answered_by = said[row.pk], timezone.now(), by
    record_changes(changed, ANSWER, by=by, reason=with_trust("answered", trust))
    return len(changed)


def _attach(rows, campaigns):
    """Put the locked campaign and the locked loan of each row to it."""
    campaigns = {campaign.pk: campaign for campaign in campaigns}
    loans = lock_all(Loan.objects.filter(pk__in={row.loan_id for row in rows}).select_related(*RELATED))
    loans = {loan.pk: loan for loan in loans}
    for row in rows:
        row.campaign, row.loan = campaigns[row.campaign_id], loans[row.loan_id]


def _refuse(rows, said, by, trust):
    asked = Attestation.objects.answerable_by(by, trust=trust).filter(pk__in=[row.pk for row in rows])
    allowed = set(asked.values_list("pk", flat=True)) if rows else set()
    refused = {row: _why_not(row, said[row.pk], row.pk in allowed) or _not_theirs(row, by, trust) for row in rows}
    if lines := {row: sentence for row, sentence in refused.items() if sentence}:
        raise BasketRefusal(lines)


def _why_not(row, answer, allowed):
    """Why this answer cannot be taken, or nothing."""
    words = {"key": row.loan.key, "name": row.campaign}
    if not allowed:
        return _("You are not asked about key %(key)s.") % words
    if not row.campaign.is_open:
        return _("“%(name)s” is closed: nothing is answered in it any more. Tell the desk.") % words
    if answer not in Answer.values:
        return _("Choose one of the answers for key %(key)s.") % words
    if not row.loan.is_open:
        return _("Key %(key)s is back at the desk by now: nothing has to be answered.") % words
    if row.loan.is_lost and row.answer != Answer.LOST and answer != Answer.LOST:
        return _("Key %(key)s was reported lost meanwhile. Report it found first.") % words
    return ""


def _not_theirs(row, by, trust):
    """A manager or a contact speaks where the holder keeps silent, and against nobody who has spoken."""
    if not row.answer or row.answered_by_id == by.pk or speaks_for_holder(row.loan, by, trust):
        return ""
    words = {"key": row.loan.key}
    return _("Somebody else has answered for key %(key)s. If that is wrong, tell the holder or the desk.") % words


def _follow_up(row, answer, by, trust):
    """Do what the answer means for the loan, and take back what the answer before it meant."""
    loan, before = row.loan, row.answer
    if before == Answer.LOST and answer in {Answer.HAVE, Answer.RETURNED} and loan.is_lost:
        report_found(loan=loan, by=by, trust=trust)
    if loan.claimed_at and _takes_claim_back(row, answer, by, trust):
        unclaim(loan, by=by, reason=with_trust("not back after all", trust))
    if answer == Answer.LOST and not loan.is_lost:
        report_lost(loan=loan, by=by, trust=trust, source=LossReport.Source.CAMPAIGN, words=str(row.campaign))
    if answer == Answer.RETURNED and not loan.claimed_at:
        claim_return(loan=loan, by=by, trust=trust)


def _takes_claim_back(row, answer, by, trust):
    """That it is there contradicts whatever was claimed before; what the holder claims others leave to the desk."""
    if answer == Answer.HAVE:
        return row.loan.claimed_by_id == by.pk or speaks_for_holder(row.loan, by, trust)
    return answer == Answer.NEVER and row.answer == Answer.RETURNED
