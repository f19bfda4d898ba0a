"""What happens by itself. The clock only says “look now”: what is due follows from the facts, so that a tick that
is missed, late or doubled changes nothing."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from accounts.models import Department, Notice, Person
from accounts.notices import post_all, post_to_all
from assets.models import Assignment, AssignmentReminder
from keys.models import Hold, Key, Loan, LoanException, Reminder
from keys.notices import CONTACT_FROM
from keys.operations.holds import end_holds
from keysite.ledger import alone, insert_from, lock_all, record_changes

DUE_SOON = -1
LADDER = (1, 3, 7, 14)  # days overdue
CHUNK = 5000  # loans and assignments: a clerk's return waits a tenth of a second at most


def remind_borrowers(*, at):
    """Put one digest per person and day into the outbox for keys and assets that have reached a step of the ladder.

    The ladder is: due soon, then 1, 3, 7 and 14 days overdue; after a pause only the step that fits now is written.
    From 14 days on the department's backup contact is told too, also of people who are inactive and get no mail.
    Not before ``REMINDERS_FROM`` in the institution's time zone; what is lost, paid for or said to be back is left
    alone, and so is what is put up in a space. A kit counts as one.
    """
    if at.astimezone(settings.INSTITUTION_ZONE).time() < settings.REMINDERS_FROM:
        return
    last = 0
    while last is not None:
        last = _remind_chunk(at, last)


@transaction.atomic
def _remind_chunk(at, last):
    """Remind the next holders in the order of ``pk``; gives back the last of them, None when there are no more.

    One statement writes the steps of each kind and one the digests, however many there are: row by row took five times
    as long. Whoever has today's digest already waits until tomorrow: a step that no mail tells of is not written down.
    """
    if not alone("remind_borrowers"):
        return None
    today = at.astimezone(settings.INSTITUTION_ZONE).date()
    last_of_chunk = _last_of_chunk(at, last)
    reached = [ladder.climb(at, today, last, last_of_chunk) for ladder in LADDERS]
    _write_digests(reached, at, today)
    post_all(_to_contacts(reached, at, today))
    return last_of_chunk


def _last_of_chunk(at, last):
    """The person at whom a chunk that begins after ``last`` is full; None when it takes in all the others."""
    first, *others = (ladder.lent.to_remind(at=at).filter(**{f"{ladder.person}__gt": last}) for ladder in LADDERS)
    people = first.order_by().values_list(LADDERS[0].person)
    others = (rows.order_by().values_list(ladder.person) for rows, ladder in zip(others, LADDERS[1:], strict=True))
    full = people.union(*others, all=True).order_by(LADDERS[0].person)[CHUNK - 1 : CHUNK].first()
    return full and full[0]


class Ladder(NamedTuple):
    """What is lent, keys or assets, and the steps that it has reached."""

    lent: models.QuerySet
    steps: models.QuerySet
    name: str  # what a step belongs to
    person: str  # who has it
    open: dict  # which steps belong to something that is still out, so that an index finds them

    def climb(self, at, today, after, until):
        """Write the steps that what people between ``after`` and ``until`` have has newly reached; gives back these."""
        digest = Concat(Value(f"reminder:{today}:"), OuterRef(self.person), output_field=models.CharField())
        told = Notice.objects.filter(dedupe_key=digest).values("pk")[:1]  # looked up one by one, as no join would be
        due = self._worth_reminding(at, today).alias(told=Subquery(told)).filter(told__isnull=True)
        rows = due.filter(**_between(self.person, after, until)).values_list("pk", "due_at", "step", Value(at))
        insert_from(self.steps.model, [self.name, "due_at", "step", "at"], rows)
        return self.steps.filter(at=at, **_between(f"{self.name}__{self.person}", after, until), **self.open)

    def people(self, reached):
        return reached.order_by().values(f"{self.name}__{self.person}")

    def _worth_reminding(self, at, today):
        """What is due soon or overdue, annotated with the ``step`` of the ladder that it has newly reached."""
        same = {self.name: OuterRef("pk"), "due_at": OuterRef("due_at")}
        newest = self.steps.filter(**same).order_by("-step").values("step")
        steps = [When(due_at__lt=_midnight(today, step - 1), then=step) for step in reversed(LADDER)]
        return (
            self.lent.to_remind(at=at)
            .annotate(step=Case(*steps, When(due_at__gt=at, then=DUE_SOON), output_field=models.SmallIntegerField()))
            .filter(step__gt=Coalesce(Subquery(newest[:1]), DUE_SOON - 1))
        )


LADDERS = (
    Ladder(
        Loan.objects.all(),
        Reminder.objects.all(),
        "loan",
        "borrower",
        {"loan__returned_at": None, "loan__paid_on": None},
    ),
    Ladder(
        Assignment.objects.all(),
        AssignmentReminder.objects.all(),
        "assignment",
        "person",
        {"assignment__returned_at": None},
    ),
)


def _between(name, after, until):
    return {f"{name}__gt": after} | ({f"{name}__lte": until} if until else {})


def _midnight(today, days):
    """When the day began that is ``days`` before ``today``, in the institution's time zone."""
    return datetime.combine(today - timedelta(days=days), time.min, settings.INSTITUTION_ZONE)


def _write_digests(reached, at, today):
    first, *others = (ladder.people(rows) for ladder, rows in zip(LADDERS, reached, strict=True))
    people = Person.objects.active().filter(pk__in=first.union(*others))
    post_to_all(people, kind="loan_reminder", once_per=f"reminder:{today}:", at=at)


def _to_contacts(reached, at, today):
    long = [(ladder, rows.filter(step__gte=CONTACT_FROM)) for ladder, rows in zip(LADDERS, reached, strict=True)]
    first, *others = (rows.order_by().values(f"{ladder.name}__{ladder.person}__department") for ladder, rows in long)
    departments = Department.objects.exclude(contact_email="").filter(pk__in=first.union(*others))
    return [
        Notice(
            kind="department_reminder",
            address=department.contact_email,
            facts={"department": department.pk},
            dedupe_key=f"department:{department.pk}:{today}",
            next_try_at=at,
        )
        for department in departments
    ]


def retire_keys(*, at):
    """Retire keys that are back and whose symbol is retired, and keys that are lost or broken and paid for."""
    while _retire_chunk(at):
        pass


@transaction.atomic
def _retire_chunk(at):
    if not alone("retire_keys"):
        return 0
    candidates = list(Key.objects.to_retire().order_by("pk").values_list("pk", flat=True)[:CHUNK])
    held = lock_all(Key.objects.filter(pk__in=candidates))
    due = Key.objects.to_retire().select_related("open_loan")
    keys = list(due.filter(pk__in=[key.pk for key in held]))  # as they are under the lock
    for key in keys:
        key.retired_at = at
        key.retirement = key.open_loan.loss if key.is_lost else Key.Retirement.DISPOSED
        key.retired_reason = f"{key.retirement} and paid for" if key.is_lost else "symbol retired"
    record_changes(keys, ["retired_at", "retirement", "retired_reason"], by=None, reason="retired by the clock")
    end_holds(keys, at=at, by=None, reason="key retired")
    return len(keys)


@transaction.atomic
def lift_expired_exceptions(*, at):
    """End exceptions whose last day is over, so that lists show only live ones; the limit ignores them already."""
    today = timezone.localdate(at, settings.INSTITUTION_ZONE)
    expired = lock_all(LoanException.objects.expired(on=today))
    for exception in expired:
        exception.ended_at = at
    record_changes(expired, ["ended_at"], by=None, reason="expired")


@transaction.atomic
def release_expired_holds(*, at):
    """End holds that have run out, so that the key shows as free."""
    expired = Hold.objects.expired(at=at)
    lock_all(Key.objects.filter(pk__in=expired.values("key")))
    run_out = list(expired.all())
    for hold in run_out:
        hold.ended_at = at
    record_changes(run_out, ["ended_at"], by=None, reason="ran out")
