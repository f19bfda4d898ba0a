"""Time, parts and money that a repair takes, and what has to be checked."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, lock, record
from tickets.models import WorkEntry
from tickets.operations.rules import allow, begin, save

MOST_MINUTES, MOST_COST = 60 * 24 * 31, 9_999_999


@transaction.atomic
def add_work(*, ticket, by, minutes, parts="", cost=None, note="", version=None):
    """Write down what a repair took.

    Refused while it may not be changed, for time or money out of range, and without the permission to work on tickets.
    """
    begin(ticket, version=version)
    allow(by, "tickets.work")
    entry = enter(ticket, by=by, minutes=minutes, parts=parts, cost=cost, note=note)
    save(ticket, by=by, reason="work entered")
    return entry


def enter(ticket, *, by, minutes, parts="", cost=None, note=""):
    """A work entry of a ticket that is held."""
    if minutes is None or not 0 <= minutes <= MOST_MINUTES:
        raise Refusal(_("Give the minutes that it took, from 0 to %(most)s.") % {"most": MOST_MINUTES})
    if cost is not None and not 0 <= cost <= MOST_COST:
        raise Refusal(_("Give what it cost, from 0 to %(most)s, or nothing.") % {"most": MOST_COST})
    entry = WorkEntry(ticket=ticket, person=by, at=timezone.now(), minutes=minutes, cost=cost)
    entry.parts, entry.note = parts[:500], note[:500]
    record(entry, by=by, reason="work entered")
    return entry


@transaction.atomic
def tick(*, check, by, done=True):
    """A line of the checklist is done, or is not after all. Refused while the ticket may not be changed."""
    begin(check.ticket)
    allow(by, "tickets.work")
    lock(check)
    check.done_at, check.done_by = (timezone.now(), by) if done else (None, None)
    record(check, by=by, reason="checked" if done else "unchecked")
