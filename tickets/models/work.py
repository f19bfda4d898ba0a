"""What is done on a ticket, by whom, and what it is connected with."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Asset
from keysite.ledger import kept_history
from tickets.models.tickets import Ticket


class WorkEntryQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Of the tickets that ``person`` may see, for whose role has something to do with work."""
        if not person.has_perm("tickets.view_workentry"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(ticket__in=Ticket.objects.visible_to(person))

    def for_list(self):
        return self.select_related("ticket", "person").order_by("-at", "-pk")


class WorkEntry(models.Model):
    """Time, parts and money that a repair took."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="work", verbose_name=_("ticket"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="work", verbose_name=_("person"))
    at = models.DateTimeField(_("entered"))
    minutes = models.PositiveIntegerField(_("minutes"))
    parts = models.CharField(_("parts"), max_length=500, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=9, decimal_places=2, null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    objects = WorkEntryQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("work entry"), _("work entries")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__lte=60 * 24 * 31), name="workentry_minutes_of_a_month"),
            models.CheckConstraint(condition=Q(cost__isnull=True) | Q(cost__gte=0), name="workentry_cost_not_negative"),
        ]

    def __str__(self):
        return f"{self.ticket} · {self.minutes} min"


class Check(models.Model):
    """A line of the ticket's own checklist, as its category had it when the ticket was accepted."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="checks", verbose_name=_("ticket"))
    text = models.CharField(_("what to check"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("check"), _("checks")
        ordering = ["ticket", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="check_done_by_someone",
            )
        ]

    def __str__(self):
        return self.text


class Helper(models.Model):
    """Somebody who works on a ticket besides its technician."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="helpers", verbose_name=_("ticket"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="helping", verbose_name=_("person"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("helper"), _("helpers")
        ordering = ["ticket", "pk"]
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="helper_once_per_ticket")]

    def __str__(self):
        return f"{self.ticket} · {self.person}"


class LinkQuerySet(models.QuerySet):
    def of(self, ticket):
        """From it and to it, but not to what is deleted."""
        rows = self.filter(Q(ticket=ticket) | Q(other=ticket))
        rows = rows.filter(ticket__deleted_at__isnull=True, other__deleted_at__isnull=True)
        return rows.select_related("ticket", "other").order_by("pk")

    def removable(self):
        """Not made by a merge, which is taken back as a whole."""
        return self.exclude(kind="duplicate")

    def between(self, tickets):
        """Both ends are among ``tickets``, those that somebody may see: the title of the other one tells something."""
        return self.filter(ticket__in=tickets.values("pk"), other__in=tickets.values("pk"))


class Link(models.Model):
    """Two tickets that belong together: the one is a duplicate of the other, related to it, or follows it."""

    class Kind(models.TextChoices):
        DUPLICATE = "duplicate", _("Duplicate of")
        RELATED = "related", _("Related to")
        FOLLOWS = "follows", _("Follows")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="links", verbose_name=_("ticket"))
    other = models.ForeignKey(Ticket, models.PROTECT, related_name="linked_from", verbose_name=_("other ticket"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    objects = LinkQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("link"), _("links")
        ordering = ["ticket", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once_per_pair_and_kind"),
            models.UniqueConstraint(fields=["ticket"], condition=Q(kind="duplicate"), name="link_duplicate_of_one"),
            models.CheckConstraint(condition=~Q(ticket=F("other")), name="link_to_another"),
            models.CheckConstraint(
                condition=Q(kind__in=["duplicate", "related", "follows"]), name="link_kind_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.ticket} → {self.other}"


class Outage(models.Model):
    """A ticket took an asset out of service at this moment. Somebody else's outage is not the tickets' to end."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="outages", verbose_name=_("ticket"))
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="outages", verbose_name=_("asset"))
    out_at = models.DateTimeField(_("out of service since"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("outage"), _("outages")
        ordering = ["-out_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["asset", "out_at"], name="outage_of_one_ticket")]

    def __str__(self):
        return f"{self.asset} · {self.out_at:%Y-%m-%d %H:%M}"
