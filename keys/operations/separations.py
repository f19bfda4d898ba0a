"""Leaving: what somebody holds or is in charge of comes back or is handed over before they are cleared."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import Person
from keys import notices
from keys.models import Charge, Loan, Separation
from keys.models.separations import LEAVING_STEPS, THINGS_SAID, things_of_leavers
from keys.operations.charges import charge_kept
from keys.operations.rules import RELATED
from keysite.ledger import Refusal, alone, lock, lock_all, record, record_changes, record_new, remove_all


@transaction.atomic
def begin_separations(*, at):
    """Put everybody whose last day is near or over on the list of separations, and follow a last day that moves.

    Who is cleared comes back on it only with something that is open again, and where that was waived with something
    that has come to them since; who has no last day any more stays here, and is on it no longer.
    """
    if not alone("begin_separations"):
        return
    _follow_moved_days()
    horizon = timezone.localdate(at, settings.INSTITUTION_ZONE) - timedelta(days=LEAVING_STEPS[0])
    known = Separation.objects.filter(person=OuterRef("pk"))
    of_day = known.filter(leaves_on=OuterRef("leaves_on"))
    leaving = Person.objects.filter(leaves_on__lte=horizon, anonymised_at=None).exclude(Exists(known.open()))
    new = leaving.active().exclude(Exists(of_day))
    back = leaving.alias(waived_at=Subquery(of_day.last_waived())).filter(_something_new())
    people = Person.objects.filter(Q(pk__in=new.values("pk")) | Q(pk__in=back.values("pk")))
    rows = [Separation(person=person, leaves_on=person.leaves_on, begun_at=at) for person in people.order_by("pk")]
    record_new(rows, by=None, reason="last day is near")


@transaction.atomic
def remind_leavers(*, at):
    """Write to who leaves two weeks and one before the last day, on it, and three days after, while something is open.

    From the last day on the department's backup contact is told, too. After a pause only the step that fits now is
    written; not before ``REMINDERS_FROM`` in the institution's time zone.
    """
    local = at.astimezone(settings.INSTITUTION_ZONE)
    if local.time() < settings.REMINDERS_FROM:
        return
    first = local.date() - timedelta(days=LEAVING_STEPS[-1] + 1)
    due = Separation.objects.with_something_open().filter(leaves_on__gte=first).for_list()
    steps = {row: _step_of(row, local.date()) for row in due}
    notices.leaving({row: step for row, step in steps.items() if step is not None})


@transaction.atomic
def clear_person(*, separation, by):
    """Nothing is open: the person may leave. Refused when cleared already, and while anything is open."""
    _begin(separation)
    if still := _what_is_open(separation):
        raise Refusal(_("Still open: %(things)s. Settle that first.") % {"things": still})
    _clear(separation, by, "cleared")


@transaction.atomic
def waive_clearance(*, separation, by, reason):
    """The person may leave although something is open. Refused when cleared already, without a reason, and when
    nothing is open.
    """
    _begin(separation)
    if not reason.strip():
        raise Refusal(_("Say why %(person)s is cleared although something is open.") % {"person": separation.person})
    still = _what_is_open(separation)
    if not still:
        raise Refusal(_("Nothing is open any more: clear the person without a reason."))
    separation.waived_reason = reason.strip()[:500]
    _clear(separation, by, f"waived with {still}"[:200])


@transaction.atomic
def charge_what_is_kept(*, separation, by):
    """Charge for every key that the person has still, by the rule for keys that are not returned when leaving.

    What is charged before, for whatever reason, stays as it is. Refused before the last day, when there is no other
    key, and when no rule names a fee for one.
    """
    _begin(separation)
    charged = Charge.objects.standing().of(separation.person).values("loan")
    kept = Loan.objects.running().borrowed_by(separation.person).exclude(pk__in=charged)
    loans = lock_all(kept.select_related(*RELATED))
    if not loans:
        raise Refusal(_("%(person)s has no key that is not charged for.") % {"person": separation.person})
    for loan in loans:
        charge_kept(loan=loan, by=by)


def _begin(separation):
    lock(separation.person)
    lock(separation, "person")
    if not separation.is_open:
        raise Refusal(_("%(person)s is cleared already.") % {"person": separation.person})


def _clear(separation, by, reason):
    separation.cleared_at, separation.cleared_by = timezone.now(), by
    record(separation, by=by, reason=reason)


def _what_is_open(separation):
    """In words, such as “2 keys, 1 building to hand over”; nothing when nothing is."""
    numbers = {kind: rows.count() for kind, rows in separation.things().items()}
    return get_text_list([THINGS_SAID[kind] % {"n": n} for kind, n in numbers.items() if n], _("and"))


def _something_new():
    """What is open of a person, but not what it was before their clearance was waived."""
    found = Q()
    for things in things_of_leavers(OuterRef("leaves_on")).values():
        found |= Q(Exists(things.of(OuterRef("pk"))), waived_at=None)
        found |= Q(Exists(things.newer_of(OuterRef("pk"), OuterRef("waived_at"))))
    return found


def _follow_moved_days():
    rows = lock_all(Separation.objects.moved().select_related("person"))
    stay = [row for row in rows if row.person.leaves_on is None]
    others = [row for row in rows if row.person.leaves_on is not None]
    for row in others:
        row.leaves_on = row.person.leaves_on
    record_changes(others, ["leaves_on"], by=None, reason="last day moved")
    remove_all(stay, by=None, reason="no last day any more")


def _step_of(separation, today):
    """The step that the day has reached, or None before the first."""
    days = (today - separation.leaves_on).days
    return max((step for step in LEAVING_STEPS if step <= days), default=None)
