"""What happens at the key desk by itself. Beat only says “look now”; all of these may run twice."""

from celery import shared_task
from django.utils import timezone

from keys import operations


@shared_task
def remind_borrowers():
    """Write to people whose keys are due soon or overdue."""
    operations.remind_borrowers(at=timezone.now())


@shared_task
def retire_keys():
    """Retire keys whose symbol is retired, and keys that are lost and paid for."""
    operations.retire_keys(at=timezone.now())


@shared_task
def lift_expired_exceptions():
    """End exceptions whose last day is over."""
    operations.lift_expired_exceptions(at=timezone.now())


@shared_task
def release_expired_holds():
    """End holds that have run out."""
    operations.release_expired_holds(at=timezone.now())


@shared_task
def propose_waiting():
    """Choose the keys of requests for many doors."""
    last = 0
    while last is not None:
        last = operations.propose_waiting(at=timezone.now(), after=last)


@shared_task
def escalate_approvals():
    """Ask the key office, too, where a request has waited for too long."""
    operations.escalate_approvals(at=timezone.now())


@shared_task
def expire_requests():
    """End requests whose keys nobody picked up."""
    operations.expire_requests(at=timezone.now())


@shared_task
def close_losses():
    """End reports of lost keys that open nothing any more of what they opened."""
    operations.close_losses(at=timezone.now())


@shared_task
def ask_about_losses():
    """Ask whoever is in charge what is done about lost keys."""
    operations.ask_about_losses(at=timezone.now())


@shared_task
def revalidate_requests():
    """Ask anew where the keys of a request open more than was agreed to."""
    operations.revalidate_requests(at=timezone.now())


@shared_task
def begin_separations():
    """Put people whose last day is near on the list of separations."""
    operations.begin_separations(at=timezone.now())


@shared_task
def remind_leavers():
    """Write to people who leave while something is open."""
    operations.remind_leavers(at=timezone.now())


@shared_task
def move_campaigns():
    """Ask about keys that nobody has confirmed, and close campaigns that are over."""
    operations.move_campaigns(at=timezone.now())


@shared_task
def charge_for_losses():
    """Charge for lost and broken keys by the rules of fees."""
    operations.charge_for_losses(at=timezone.now())


@shared_task
def close_rekeyings():
    """See to rekeyings under way: keys that were not fetched, old keys that are wanted back, and what is done."""
    operations.close_rekeyings(at=timezone.now())
