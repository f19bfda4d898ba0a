"""What happens by itself. The clock only says “look now”: what is due follows from the facts, so that a tick that
is missed, late or doubled changes nothing."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from accounts.models import Department, Notice, Person
from accounts.notices import post_all
from keys.models import Hold, Key, Loan, LoanException, Reminder
from keys.notices import CONTACT_FROM
from keys.operations.holds import end_holds
from keysite.ledger import alone, insert_from, lock_all, record_changes

DUE_SOON = -1
LADDER = (1, 3, 7, 14)  # days overdue
CHUNK = 5000  # loans: a clerk's return waits a tenth of a second at most


def remind_borrowers(*, at):
    """Put one digest per person and day into the outbox for loans that have reached a step of the ladder.

    The ladder is: due soon, then 1, 3, 7 and 14 days overdue; after a pause only the step that fits now is written.
    From 14 days on the department's backup contact is told too, also of people who are inactive and get no mail.
    Not before ``REMINDERS_FROM`` in the institution's time zone; lost, paid and claimed loans are left alone.
    """
    if at.astimezone(settings.INSTITUTION_ZONE).time() < settings.REMINDERS_FROM:
        return
    last = 0
    while last is not None:
        last = _remind_chunk(at, last)


@transaction.atomic
def _remind_chunk(at, last):
    """Remind the next borrowers in the order of ``pk``; gives back the last of them, None when there are no more.

    One statement writes the steps and one the digests, however many there are: row by row took five times as long.
    Whoever has today's digest already waits until tomorrow: a step that no mail tells of is not written down.
    """
    if not alone("remind_borrowers"):
        return None
    today = at.astimezone(settings.INSTITUTION_ZONE).date()
    digest = Concat(Value(f"reminder:{today}:"), OuterRef("borrower"), output_field=models.CharField())
    due = _worth_reminding(at, today).exclude(Exists(Notice.objects.filter(dedupe_key=digest)))
    people = Loan.objects.to_remind(at=at).filter(borrower__gt=last).order_by("borrower")
    last_of_chunk = people.values_list("borrower", flat=True)[CHUNK - 1 : CHUNK].first()
    due = due.filter(borrower__gt=last, **({"borrower__lte": last_of_chunk} if last_of_chunk else {}))
    insert_from(Reminder, ["loan", "due_at", "step", "at"], due.values_list("pk", "due_at", "step", Value(at)))
    reached = Reminder.objects.filter(at=at, loan__returned_at=None, loan__paid_on=None)
    _write_digests(reached, at, today, last, last_of_chunk)
    post_all(_to_contacts(reached, at, today))
    return last_of_chunk


def _worth_reminding(at, today):
    """Loans due soon or overdue, annotated with the ``step`` of the ladder that they have newly reached."""
    newest = Reminder.objects.filter(loan=OuterRef("pk"), due_at=OuterRef("due_at")).order_by("-step").values("step")
    steps = [When(due_at__lt=_midnight(today, step - 1), then=step) for step in reversed(LADDER)]
    return (
        Loan.objects.to_remind(at=at)
        .annotate(step=Case(*steps, When(due_at__gt=at, then=DUE_SOON), output_field=models.SmallIntegerField()))
        .filter(step__gt=Coalesce(Subquery(newest[:1]), DUE_SOON - 1))
    )


def _midnight(today, days):
    """When the day began that is ``days`` before ``today``, in the institution's time zone."""
    return datetime.combine(today - timedelta(days=days), time.min, settings.INSTITUTION_ZONE)


def _write_digests(reached, at, today, after, until):
    people = Person.objects.active().filter(Exists(reached.filter(loan__borrower=OuterRef("pk"))), pk__gt=after)
    if until:
        people = people.filter(pk__lte=until)
    columns = {
        "public_id": RandomUUID(),
        "kind": Value("loan_reminder"),
        "person": F("pk"),
        "address": Value(""),
        "facts": Value({}, output_field=models.JSONField()),
        "dedupe_key": Concat(Value(f"reminder:{today}:"), F("pk"), output_field=models.CharField()),
        "created_at": Value(at),
        "next_try_at": Value(at),
        "tries": Value(0),
        "last_error": Value(""),
        "sent_to": Value(""),
        "subject": Value(""),
        "text": Value(""),
    }
    insert_from(Notice, columns, people.values_list(*columns.values()))


def _to_contacts(reached, at, today):
    departments = Department.objects.exclude(contact_email="").filter(
        Exists(reached.filter(step__gte=CONTACT_FROM, loan__borrower__department=OuterRef("pk")))
    )
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
    """Retire keys that are back and whose symbol is retired, and keys that are lost and paid for."""
    while _retire_chunk(at):
        pass


@transaction.atomic
def _retire_chunk(at):
    if not alone("retire_keys"):
        return 0
    candidates = list(Key.objects.to_retire().order_by("pk").values_list("pk", flat=True)[:CHUNK])
    held = lock_all(Key.objects.filter(pk__in=candidates))
    keys = list(Key.objects.to_retire().filter(pk__in=[key.pk for key in held]))  # as they are under the lock
    for key in keys:
        key.retired_at = at
        key.retirement = Key.Retirement.LOST if key.is_lost else Key.Retirement.DISPOSED
        key.retired_reason = "lost and paid for" if key.is_lost else "symbol retired"
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
