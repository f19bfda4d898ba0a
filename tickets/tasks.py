"""What happens to tickets by itself. Beat only says “look now”; all of these may run twice."""

from celery import shared_task
from django.utils import timezone

from tickets import operations


@shared_task
def wake_tickets():
    """Take up again what was stalled until today."""
    operations.wake_tickets(at=timezone.now())


@shared_task
def confirm_silent_tickets():
    """Confirm what nobody has said anything about since it was resolved."""
    operations.confirm_silent_tickets(at=timezone.now())


@shared_task
def remind_of_tickets():
    """Remind of tickets that lie about, and write to the reviewers once a day."""
    operations.remind_of_tickets(at=timezone.now())


@shared_task
def make_scheduled_tickets():
    """Make the tickets of schedules that are due."""
    operations.make_scheduled_tickets(at=timezone.now())


@shared_task
def fetch_mail():
    """Take the answers that have come to the mailbox of tickets."""
    operations.fetch_mail()


@shared_task
def purge_tickets():
    """Forget tickets that the retention setting no longer keeps."""
    operations.purge_tickets(at=timezone.now())
