"""Work that comes round again: its rules, and the tickets that are made of it."""

from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from keysite.ledger import Refusal, lock, record
from tickets.models import Occurrence, Schedule, Ticket
from tickets.operations.moves import accept
from tickets.operations.reports import next_number
from tickets.recurrence import after_completion, days, read_rule

DAY = timedelta(days=1)
FURTHEST = 10 * 366 * DAY
WORDS = {"title": 120, "description": 5000}  # characters at most
SAID = {"category", "space", "asset", "priority", "team", "technician", "starts_on", "rule", "basis", *WORDS}


@transaction.atomic
def add_schedule(*, by, **fields):
    """Make tickets again and again: ``fields`` are those of a schedule. The days before today are left out.

    Refused without title, category or first day, for a technician who is none, and for a rule that is none: finer than
    a day, one that never comes, one that ends by a number while it is counted from completion. Gives back the schedule.
    """
    schedule = Schedule()
    _fill(schedule, fields)
    record(schedule, by=by, reason="added")
    _leave_out_the_past(schedule)
    return schedule


@transaction.atomic
def change_schedule(*, schedule, by, **fields):
    """Make them otherwise from today on; ``fields`` and refusals as when it is added. Tickets that are there stay."""
    lock(schedule)
    _fill(schedule, fields)
    record(schedule, by=by, reason="changed")
    _leave_out_the_past(schedule)


@transaction.atomic
def pause_schedule(*, schedule, by):
    """Make no tickets until it is resumed. Paused twice is paused."""
    lock(schedule)
    if schedule.paused_at is None:
        schedule.paused_at = timezone.now()
        record(schedule, by=by, reason="paused")


@transaction.atomic
def resume_schedule(*, schedule, by):
    """Make tickets again from today on; the days of the pause are left out. Resumed twice is resumed."""
    lock(schedule)
    if schedule.paused_at:
        schedule.paused_at = None
        record(schedule, by=by, reason="resumed")
        _leave_out_the_past(schedule)


def make_scheduled_tickets(*, at):
    """Make the tickets that are due on the day of ``at`` or before; accepted already, since nobody has to ask for them.

    Of days that were missed only the last makes a ticket. While the last ticket is open, or when the asset has been
    disposed of, the day is left out. Two ticks at the same moment make one ticket.
    """
    today = timezone.localdate(at, settings.INSTITUTION_ZONE)
    for schedule in Schedule.objects.running().with_last_day():
        if _due_day(schedule, today):
            _see_to(schedule, today, at)


@transaction.atomic
def _see_to(schedule, today, at):
    lock(schedule, "asset", "technician", "category")
    schedule = Schedule.objects.with_last_day().get(pk=schedule.pk)
    day = None if schedule.paused_at else _due_day(schedule, today)
    if day is None:  # somebody else was quicker, or has changed it
        return
    gone = schedule.asset is not None and schedule.asset.is_disposed
    ticket = None if gone or Ticket.objects.open().of(schedule).exists() else _ticket_of(schedule)
    record(Occurrence(schedule=schedule, on=day, at=at, ticket=ticket), by=None, reason="seen to")


def _ticket_of(schedule):
    """The next ticket of a schedule that is held; a technician who has left is passed over."""
    now = timezone.now()
    ticket = Ticket(trust=Trust.STAFF, number=next_number(), reported_at=now, moved_at=now, touched_at=now)
    for name in ("title", "description", "category", "space", "asset", "priority"):
        setattr(ticket, name, getattr(schedule, name))
    record(ticket, by=None, reason="made by its schedule")
    technician = schedule.technician if _may_work(schedule.technician) else None
    how = {"category": schedule.category, "team": schedule.team, "priority": schedule.priority}
    accept(ticket=ticket, by=None, technician=technician, **how)
    return ticket


def next_days(schedule, n=10):
    """The days from today on that are known to come, ``n`` at most; of one counted from completion that is the next."""
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    if schedule.basis == Schedule.Basis.COMPLETION:
        day = _day_after_completion(schedule, _last_occurrence(schedule))
        return [max(day, today)] if day else []
    after = max(today - DAY, _last_day(schedule) or today - DAY)
    return list(islice(days(schedule.rule, schedule.starts_on, after=after), n))


def _fill(schedule, fields):
    """Put ``fields`` into a schedule; refused when it makes no sense."""
    for name in SAID & fields.keys():
        setattr(schedule, name, fields[name])
    for name, most in WORDS.items():
        setattr(schedule, name, getattr(schedule, name).strip()[:most])
    if not schedule.title:
        raise Refusal(_("Say in a few words what is to be done."))
    if schedule.category_id is None:
        raise Refusal(_("Choose a category."))
    if schedule.technician_id and not _may_work(schedule.technician):
        words = {"person": schedule.technician.name or schedule.technician.email}
        raise Refusal(_("%(person)s does not work on tickets. Choose a technician.") % words)
    _refuse_dates(schedule)


def _refuse_dates(schedule):
    """Refuse a first day far off, and a rule that is none or never comes."""
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    if schedule.starts_on is None or abs(schedule.starts_on - today) > FURTHEST:
        raise Refusal(_("Give the first day, at most ten years from today."))
    schedule.rule = read_rule(schedule.rule)
    if schedule.basis == Schedule.Basis.COMPLETION and "COUNT=" in schedule.rule:
        raise Refusal(_("A rule counted from completion cannot end by COUNT: give UNTIL, or pause it."))
    if next(days(schedule.rule, schedule.starts_on, after=schedule.starts_on - DAY), None) is None:
        raise Refusal(_("This rule never comes: no day is like that. Look at its days and months."))


def _may_work(person):
    return bool(person and person.is_active and person.has_perm("tickets.work"))


def _leave_out_the_past(schedule):
    """Nothing is made up for: the last planned day before today counts as seen to."""
    if schedule.basis == Schedule.Basis.PLAN:
        yesterday = timezone.localdate(timezone=settings.INSTITUTION_ZONE) - DAY
        day = _last_planned(schedule, _last_day(schedule), yesterday)
        if day:
            row = Occurrence(schedule=schedule, on=day, at=timezone.now())
            record(row, by=None, reason="left out")


def _due_day(schedule, today):
    """The day that is to be seen to by ``today``, or None; ``schedule`` comes with its last day."""
    if schedule.basis == Schedule.Basis.PLAN:
        return _last_planned(schedule, schedule.last_day, today)
    day = _day_after_completion(schedule, schedule.last_day and _last_occurrence(schedule))
    return day if day and day <= today else None


def _last_planned(schedule, seen, until):
    """The last day of the plan until ``until`` that comes after ``seen``, the last one that was seen to, or None."""
    first = schedule.starts_on - DAY
    planned = list(days(schedule.rule, schedule.starts_on, after=max(seen or first, first), until=until))
    return planned[-1] if planned else None


def _day_after_completion(schedule, last):
    """When it is due again; None while the last ticket is open, and when the rule has ended."""
    if last is None:
        return next(days(schedule.rule, schedule.starts_on, after=schedule.starts_on - DAY), None)
    if last.ticket is None:
        return after_completion(schedule.rule, last.on)
    if last.ticket.is_open:
        return None
    done = last.ticket.resolved_at or last.ticket.deleted_at or last.ticket.moved_at
    return after_completion(schedule.rule, timezone.localdate(done, settings.INSTITUTION_ZONE))


def _last_day(schedule):
    last = _last_occurrence(schedule)
    return last and last.on


def _last_occurrence(schedule):
    return Occurrence.objects.filter(schedule=schedule.pk).select_related("ticket").order_by("-on").first()
