"""What happens to assets by itself. Beat only says “look now”; all of these may run twice."""

from celery import shared_task
from django.utils import timezone

from assets import operations


@shared_task
def expire_reservations():
    """End reservations that nobody picked up, and requests that nobody decided in time."""
    operations.expire_reservations(at=timezone.now())


@shared_task
def remind_of_dates():
    """Tell departments of warranties that end and services that are due."""
    operations.remind_of_dates(at=timezone.now())


@shared_task
def sweep_photos():
    """Delete files of photos that never came to be."""
    operations.sweep_photos(at=timezone.now())
