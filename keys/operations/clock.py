"""What happens by itself. The clock only says “look now”: what is due follows from the facts, so that a tick that
is missed, late or doubled changes nothing."""

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import post_all
from keys.models import Hold, Key, Loan, LoanException, Reminder
from keys.notices import CONTACT_FROM
from keys.operations.holds import end_holds
from keysite.ledger import alone, lock_all, record_changes

DUE_SOON = -1
LADDER = (1, 3, 7, 14)  # days overdue
CHUNK = 1000


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

    Whoever has today's digest already waits until tomorrow: a step that no mail tells of is not written down.
    """
    if not alone("remind_borrowers"):
        return None
    today = at.astimezone(settings.INSTITUTION_ZONE).date()
    due = _worth_reminding(at).exclude(borrower__notices__dedupe_key__startswith=f"reminder:{today}:")
    borrowers = list(
        due.filter(borrower__gt=last).order_by("borrower").values_list("borrower", flat=True).distinct()[:CHUNK]
    )
    loans = list(due.filter(borrower__in=borrowers).select_related("borrower__department").order_by("borrower", "pk"))
    reminders = [
        Reminder(loan=loan, due_at=loan.due_at, step=step, at=at)
        for loan in loans
        if (step := _step(loan.due_at, at)) is not None and step > loan.last_step
    ]
    Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
    post_all(_digests(reminders, at, today) + _to_contacts(reminders, at, today))
    return borrowers[-1] if len(borrowers) == CHUNK else None


def _worth_reminding(at):
    """Loans due soon or overdue that have not reached the end of the ladder."""
    newest = Reminder.objects.filter(loan=OuterRef("pk"), due_at=OuterRef("due_at")).order_by("-step").values("step")
    loans = Loan.objects.to_remind(at=at).annotate(last_step=Coalesce(Subquery(newest[:1]), DUE_SOON - 1))
    return loans.filter(last_step__lt=LADDER[-1])


def _step(due_at, at):
    """The highest step that a loan due at ``due_at`` has reached; between two steps, the lower one."""
    if due_at > at:
        return DUE_SOON
    days = (at.astimezone(settings.INSTITUTION_ZONE).date() - due_at.astimezone(settings.INSTITUTION_ZONE).date()).days
    return max((step for step in LADDER if step <= days), default=None)


def _digests(reminders, at, today):
    borrowers = {reminder.loan.borrower_id for reminder in reminders if reminder.loan.borrower.is_active}
    return [
        Notice(kind="loan_reminder", person_id=person, dedupe_key=f"reminder:{today}:{person}", next_try_at=at)
        for person in sorted(borrowers)
    ]


def _to_contacts(reminders, at, today):
    departments = {
        reminder.loan.borrower.department
        for reminder in reminders
        if reminder.step >= CONTACT_FROM and reminder.loan.borrower.department
    }
    return [
        Notice(
            kind="department_reminder",
            address=department.contact_email,
            facts={"department": department.pk},
            dedupe_key=f"department:{department.pk}:{today}",
            next_try_at=at,
        )
        for department in sorted(departments, key=lambda department: department.pk)
        if department.contact_email
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
