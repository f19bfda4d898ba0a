"""Mail that came in and waits for somebody to look at it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history
from tickets.models.tickets import Ticket


class ParkedMailQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(decided_at__isnull=True)


class ParkedMail(models.Model):
    """A mail that is not known to belong to a ticket: staff make one of it, add it to one, or throw it away."""

    message_id = models.CharField(_("message"), max_length=500, unique=True)
    sender = models.CharField(_("from"), max_length=300)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=20000, blank=True)
    why = models.CharField(_("why parked"), max_length=200)
    received_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="parked_mail", verbose_name=_("ticket")
    )
    objects = ParkedMailQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("parked mail"), _("parked mail")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, ticket__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="parkedmail_decided_by_someone",
            )
        ]

    def __str__(self):
        return self.subject or self.sender
