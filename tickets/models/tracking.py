"""How somebody without an account follows a ticket."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history
from tickets.models.tickets import Ticket


def new_seed():
    return secrets.token_urlsafe(24)


class TrackingLinkQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(revoked_at__isnull=True)

    def of(self, person):
        return self.filter(person=person)

    def where_goes_on(self, ticket):
        """To what a duplicate goes on in."""
        return self.in_use().filter(ticket__linked_from__ticket=ticket, ticket__linked_from__kind="duplicate")

    def silent(self):
        """Of people who want no more mails about the ticket."""
        return self.in_use().filter(silent_at__isnull=False)

    def ended(self):
        return self.filter(revoked_at__isnull=False)

    def visible_to(self, person):
        """Of the tickets that ``person`` may see, for staff who look after them."""
        if not person.has_perm("tickets.view_trackinglink"):
            return self.none()
        return self.filter(ticket__in=Ticket.objects.visible_to(person))

    def for_list(self):
        return self.select_related("ticket", "person").order_by("-pk")


class TrackingLink(models.Model):
    """The secret address under which one person follows one ticket; nobody else's address leads here.

    The token is nowhere in the database: it follows from ``seed`` and the secret key; ``token_digest`` finds the row.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="tracking_links", verbose_name=_("ticket"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="tracking_links", verbose_name=_("person"))
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    silent_at = models.DateTimeField(_("mails stopped"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    objects = TrackingLinkQuerySet.as_manager()
    history = kept_history(excluded_fields=["seed", "token_digest"])

    class Meta:
        verbose_name, verbose_name_plural = _("tracking link"), _("tracking links")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "person"], condition=Q(revoked_at__isnull=True), name="trackinglink_one_in_use"
            )
        ]

    def __str__(self):
        return f"{self.ticket} · {self.person}"
