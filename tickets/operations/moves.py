"""The life of a ticket: each edge of ``tickets.models.MOVES`` is one deed."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from keysite.ledger import Refusal, record_new
from tickets import notices
from tickets.models import Check
from tickets.operations.repairs import give_back, hold, take_out
from tickets.operations.rules import begin, move, save
from tickets.operations.work import enter

LONGEST_STALL = timedelta(days=366)


@transaction.atomic
def accept(*, ticket, by, category=None, team=None, technician=None, priority=None, due_at=None, version=None):
    """It will be mended: ``category``, else that of the report, gives the team, technician, priority and due date that
    are not named.

    The ticket gets the checklist of the category, and its asset is not lent from now on if the category says so.
    Refused unless it is new.
    """
    hold(ticket, version=version, locked_too=True)
    move(ticket, "accept", by=by)
    category = category or ticket.category
    if category is None:
        raise Refusal(_("Choose a category."))
    ticket.category, ticket.priority = category, priority or category.priority
    ticket.team, ticket.technician = team, technician
    if team is None and technician is None:
        ticket.team, ticket.technician = category.team, category.technician
    ticket.due_at = due_at or (category.days and timezone.now() + timedelta(days=category.days))
    take_out(ticket, by=by)
    save(ticket, by=by, reason="accepted")
    _copy_checklist(ticket, by=by)
    notices.accepted(ticket, by=by)


@transaction.atomic
def reject(*, ticket, by, reason, version=None):
    """It will not be mended; the reporter reads why. Refused unless it is new, and without a reason."""
    begin(ticket, version=version, locked_too=True)
    move(ticket, "reject", by=by)
    ticket.reason = _required(reason, _("Say why: the reporter reads it."))
    save(ticket, by=by, reason="rejected")
    notices.rejected(ticket, by=by)


@transaction.atomic
def start(*, ticket, by, version=None):
    """Somebody is at it, again if it was stalled; without a technician it is whoever starts it."""
    begin(ticket, version=version)
    move(ticket, "start", by=by)
    ticket.technician = ticket.technician or by
    ticket.reason = ""
    save(ticket, by=by, reason="started")
    notices.started(ticket, by=by)


@transaction.atomic
def stall(*, ticket, by, reason, wake_on, version=None):
    """It has to wait until a day, for a reason that the reporter reads. Refused without either, and for a past day."""
    begin(ticket, version=version)
    move(ticket, "stall", by=by)
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    ticket.reason = _required(reason, _("Say what it waits for: the reporter reads it."))
    if wake_on is None or not today < wake_on <= today + LONGEST_STALL:
        raise Refusal(_("Give the day on which to look at it again, from tomorrow to a year from now."))
    ticket.wake_on = wake_on
    save(ticket, by=by, reason="stalled")
    notices.stalled(ticket, by=by)


@transaction.atomic
def resolve(*, ticket, by, note, minutes, parts="", cost=None, version=None):
    """It is mended; the reporter confirms it or sends it back. Refused without what was done, and how long it took."""
    hold(ticket, version=version)
    move(ticket, "resolve", by=by)
    ticket.resolution = _required(note, _("Say what was done: the reporter reads it."), most=2000)
    if minutes is None:
        raise Refusal(_("Say how many minutes it took; 0 is an answer."))
    ticket.resolved_at, ticket.resolved_by, ticket.reason = timezone.now(), by, ""
    enter(ticket, by=by, minutes=minutes, parts=parts, cost=cost)
    save(ticket, by=by, reason=_resolved_with(ticket))
    give_back(ticket.asset, by=by)
    notices.resolved(ticket, by=by)


@transaction.atomic
def confirm(*, ticket, by, trust=Trust.STAFF, version=None):
    """It works again, says the reporter or a reviewer, or silence does (``by`` None). Refused unless resolved."""
    begin(ticket, version=version, locked_too=True)
    move(ticket, "confirm", by=by)
    ticket.confirmed_at, ticket.confirmed_by = timezone.now(), by
    save(ticket, by=by, reason=f"confirmed ({Trust(trust).name.lower()})" if by else "confirmed by silence")
    notices.confirmed(ticket, by=by)


@transaction.atomic
def send_back(*, ticket, by, reason, trust=Trust.STAFF, version=None):
    """It is still broken. Refused unless resolved, and without a reason."""
    hold(ticket, version=version, locked_too=True)
    move(ticket, "send_back", by=by)
    ticket.reason = _required(reason, _("Say what is still broken."))
    ticket.resolved_at = ticket.resolved_by = None
    take_out(ticket, by=by)
    save(ticket, by=by, reason=f"sent back ({Trust(trust).name.lower()})")
    notices.sent_back(ticket, by=by)


@transaction.atomic
def reopen(*, ticket, by, reason, version=None):
    """What was confirmed is broken again. Refused unless it is confirmed, and without a reason."""
    hold(ticket, version=version, locked_too=True)
    move(ticket, "reopen", by=by)
    ticket.reason = _required(reason, _("Say why it is opened again."))
    ticket.resolved_at = ticket.resolved_by = ticket.confirmed_at = ticket.confirmed_by = None
    take_out(ticket, by=by)
    save(ticket, by=by, reason="reopened")
    notices.reopened(ticket, by=by)


@transaction.atomic
def reconsider(*, ticket, by, version=None):
    """What was rejected is looked at anew. Refused unless it is rejected."""
    begin(ticket, version=version, locked_too=True)
    move(ticket, "reconsider", by=by)
    save(ticket, by=by, reason="reconsidered")


def _copy_checklist(ticket, *, by):
    """The lines of its category; those that it has since it was accepted before stay as they are."""
    known = set(ticket.checks.values_list("text", flat=True))
    lines = [line.text for line in ticket.category.checks.all()]
    checks = [Check(ticket=ticket, text=text, position=n) for n, text in enumerate(lines) if text not in known]
    record_new(checks, by=by, reason="accepted")


def _resolved_with(ticket):
    """What the history says: that the checklist is not done, too, which is allowed."""
    checks = list(ticket.checks.values_list("done_at", flat=True))
    left = checks.count(None)
    return f"resolved; {left} of {len(checks)} checks not done" if left else "resolved"


def _required(text, sentence, most=500):
    text = (text or "").strip()
    if not text:
        raise Refusal(sentence)
    return text[:most]
