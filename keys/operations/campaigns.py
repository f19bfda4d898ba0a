"""Asking everybody, or a sample, whether they still have their keys."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext as _

from keys import notices
from keys.models import Attestation, Campaign, Candidate, Loan
from keys.models.approvals import today
from keys.models.campaigns import always_asked
from keys.sampling import sample_size
from keysite.ledger import Refusal, insert_from, lock, lock_all, record, record_all, record_from

Stage, Stratum = Attestation.Stage, Attestation.Stratum
LINE = ["campaign", "loan", "stratum", "stage", "answer"]
LONGEST = timedelta(days=366)
NAMED = {Campaign.Scope.DEPARTMENT: "department", Campaign.Scope.BUILDING: "building"}


@transaction.atomic
def open_campaign(*, name, scope, by, department=None, building=None, confidence=None, tolerated=None, **days):
    """Ask about all keys that are out in ``scope``; the clock writes to their holders within ten minutes.

    ``days`` are the last ones on which holders, managers and departments answer: ``holders_until``,
    ``managers_until``, ``closes_on``. With a ``confidence`` only masters and keys to critical doors are all asked
    about, and of the others as many are drawn as make it so sure, in percent, that no wrong line among them means less
    than ``tolerated`` percent are wrong. Refused without a name, for days that are past, out of order or more than a
    year away, for a department or building that does not go with the scope, for half a sample, for one of masters
    only, and when no key is out there. Gives back the campaign.
    """
    campaign = Campaign(scope=scope, department=department, building=building, **days)
    campaign.name, campaign.confidence, campaign.tolerated = " ".join(name.split())[:100], confidence, tolerated
    campaign.opened_at, campaign.opened_by = timezone.now(), by
    _refuse_days(campaign)
    _refuse_scope(campaign)
    campaign.seed = secrets.randbits(62) if campaign.is_sample else None
    record(campaign, by=by, reason="opened")
    campaign.population = _draw_up(campaign, by)
    if not campaign.population:
        raise Refusal(_("No key is out there: there is nobody to ask."))
    record(campaign, by=by, reason="list drawn up")
    return campaign


@transaction.atomic
def close_campaign(*, campaign, by):
    """Nobody answers it any more; what is not answered stays so. Refused when it is closed already."""
    lock(campaign)
    if not campaign.is_open:
        raise Refusal(_("“%(name)s” is closed already.") % {"name": campaign})
    _close(campaign, at=timezone.now(), by=by)


def move_campaigns(*, at):
    """Ask the managers where holders keep silent, then the departments; close what is over.

    Whoever is asked gets one mail per campaign, not before ``REMINDERS_FROM``, and holders a reminder before their
    last day; the state of the rows says who is asked, so that late or doubled ticks change nothing.
    """
    for pk in Campaign.objects.open().order_by("pk").values_list("pk", flat=True):
        _move(pk, at)


@transaction.atomic
def _move(pk, at):
    """One campaign, which nobody answers while it is moved."""
    for campaign in lock_all(Campaign.objects.open().filter(pk=pk)):
        day = timezone.localdate(at, settings.INSTITUTION_ZONE)
        if day > campaign.closes_on:
            _close(campaign, at=at, by=None)
            return
        lines = Attestation.objects.of(campaign).live()
        stage = _stage_on(campaign, day)
        earlier = {Stage.HOLDER: [], Stage.MANAGER: [Stage.HOLDER], Stage.CONTACT: [Stage.HOLDER, Stage.MANAGER]}
        _hand_on(lines.filter(stage__in=earlier[stage]), stage)
        if at.astimezone(settings.INSTITUTION_ZONE).time() >= settings.REMINDERS_FROM:
            notices.ask_for_answers(campaign, stage, at=at, day=day)


def _stage_on(campaign, day):
    if day <= campaign.holders_until:
        return Stage.HOLDER
    return Stage.MANAGER if day <= campaign.managers_until else Stage.CONTACT


def _hand_on(lines, stage):
    if lines.exists():
        record_all(lines, by=None, reason="no answer", stage=stage)


def _close(campaign, *, at, by):
    campaign.closed_at = at
    record(campaign, by=by, reason="closed")


def _refuse_days(campaign):
    if not campaign.name:
        raise Refusal(_("Name the campaign, such as Keys 2026."))
    if campaign.holders_until < today():
        raise Refusal(_("The last day for the holders is past. Give them some days from today on."))
    if not campaign.holders_until <= campaign.managers_until <= campaign.closes_on:
        raise Refusal(_("First the holders answer, then the managers, then the departments: put the days in order."))
    if campaign.closes_on > today() + LONGEST:
        raise Refusal(_("The last day is more than a year away. Choose an earlier one."))


def _refuse_scope(campaign):
    given = [name for name in NAMED.values() if getattr(campaign, f"{name}_id")]
    if campaign.scope not in Campaign.Scope.values:
        raise Refusal(_("Choose which keys the campaign is about."))
    if given != ([NAMED[campaign.scope]] if campaign.scope in NAMED else []):
        raise Refusal(_("Name the department or the building, and only with that scope."))
    if (campaign.confidence is None) != (campaign.tolerated is None):
        raise Refusal(_("A sample needs both: the confidence, and the share of wrong lines that must not stay hidden."))
    if campaign.is_sample and campaign.scope == Campaign.Scope.MASTERS:
        raise Refusal(_("Masters and keys to critical doors are always all asked about: leave the sample empty."))
    if campaign.is_sample and not (50 <= campaign.confidence <= 99 and 0 < campaign.tolerated <= 50):
        raise Refusal(_("A sample has a confidence from 50 to 99 and a share above 0, at most 50."))


def _draw_up(campaign, by):
    """Write down whom to ask, in a number of statements that does not depend on how many; gives back the population."""
    if not campaign.is_sample:
        return _ask_about(campaign, campaign.loans, Stratum.ALL, by)
    always = _ask_about(campaign, campaign.loans.filter(always_asked()), Stratum.ALL, by)
    others = campaign.loans.exclude(attestations__campaign=campaign).order_by()
    insert_from(Candidate, ["campaign", "loan"], others.values_list(Value(campaign.pk), "pk"))
    candidates = campaign.candidates.count()
    size = sample_size(candidates, confidence=campaign.confidence, tolerated=campaign.tolerated)
    # Not only what is out still: whatever came back since would be missing from a sample of this size.
    _ask_about(campaign, Loan.objects.filter(pk__in=campaign.drawn(size)), Stratum.SAMPLE, by)
    return always + candidates


def _ask_about(campaign, loans, stratum, by):
    line = Value(campaign.pk), "pk", Value(stratum), Value(Stage.HOLDER), Value("")
    reason = "drawn" if stratum == Stratum.SAMPLE else "asked"
    return record_from(Attestation, LINE, loans.order_by().values_list(*line), by=by, reason=reason)
