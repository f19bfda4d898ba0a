"""What the clock asks about tickets."""

from django.db import models
from django.db.models import Q


class TicketsByTime(models.QuerySet):
    """Which tickets have waited too long, and which are over for good."""

    def of(self, schedule):
        return self.filter(occurrence__schedule=schedule)

    def untouched(self, *, before):
        """Nobody has begun, and nothing has happened since ``before``."""
        return self.filter(deleted_at=None, status__in=["new", "accepted"], touched_at__lt=before)

    def long_in_progress(self, *, before):
        """In progress since ``before``."""
        return self.filter(deleted_at=None, status="in_progress", moved_at__lt=before)

    def to_forget(self, *, before):
        """Over or deleted since ``before``; what was mended has been confirmed."""
        over = Q(status__in=["confirmed", "rejected", "duplicate"], moved_at__lt=before)
        return self.filter(Q(deleted_at=None) & over | Q(deleted_at__lt=before))
