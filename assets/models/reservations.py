"""Who has asked for what, from when to when."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Trust
from assets.models.assets import Asset
from assets.models.assignments import Assignment, Only, Span
from assets.models.catalogue import AssetModel
from keysite.ledger import kept_history

LIVE = Q(ended_at__isnull=True)


class ReservationQuerySet(models.QuerySet):
    def live(self):
        """Asked for or confirmed, and not over: these hold their time."""
        return self.filter(LIVE)

    def waiting(self):
        """Asked for, and not decided."""
        return self.live().filter(confirmed_at__isnull=True)

    def confirmed(self):
        return self.live().filter(confirmed_at__isnull=False)

    def to_pick_up(self, start, end):
        """Confirmed, and beginning in [start, end)."""
        return self.confirmed().filter(starts_at__gte=start, starts_at__lt=end)

    def upcoming(self, *, at):
        """Confirmed, and still to begin."""
        return self.confirmed().filter(starts_at__gte=at)

    def ended(self):
        return self.exclude(LIVE)

    def overlapping(self, start, end):
        """Those that share a moment with [start, end); without ``end`` it goes on for ever."""
        rows = self.filter(ends_at__gt=start)
        return rows.filter(starts_at__lt=end) if end else rows

    def run_out(self, *, at):
        """Not picked up in time, or not decided before they began."""
        late = Q(ends_at__lte=at) | Q(starts_at__lte=at - timedelta(hours=settings.NO_SHOW_HOURS))
        return self.live().filter(late | Q(confirmed_at__isnull=True, starts_at__lte=at))

    def of_model(self, model):
        """For any one of a model, or for an asset of it."""
        return self.filter(Q(model=model) | Q(asset__model=model))

    def touching(self, assets, *, person=None):
        """Of these assets, of their models, or the person's own: each part is found through its own index."""
        models = {asset.model_id for asset in assets} - {None}
        parts = [self.filter(asset__in=assets), self.filter(model__in=models), self.filter(asset__model__in=models)]
        parts += [self.made_for(person)] if person else []
        first, *others = (rows.values("pk") for rows in parts)
        return self.model.objects.filter(pk__in=first.union(*others))

    def made_for(self, person):
        return self.filter(person=person)

    def visible_to(self, person):
        """All for a role without scope, otherwise one's own."""
        if person.has_perms(["assets.view_reservation", "accounts.see_everything"]):
            return self
        return self.filter(person=person)

    def search(self, text):
        people, models_meant = Person.objects.search(text), AssetModel.objects.search(text)
        return self.filter(Q(person__in=people) | Q(model__in=models_meant) | Q(asset__in=Asset.objects.search(text)))

    def for_list(self):
        return self.select_related("asset__model", "model", "person").order_by("starts_at", "pk")


class Reservation(models.Model):
    """A person's claim to one asset, or to any one of a model, from one moment to another (that one left out)."""

    class Outcome(models.TextChoices):
        HANDED_OUT = "handed_out", _("Handed out")
        CANCELLED = "cancelled", _("Cancelled")
        REJECTED = "rejected", _("Rejected")
        NO_SHOW = "no_show", _("Not picked up")
        UNAVAILABLE = "unavailable", _("No longer available")

    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="reservations", verbose_name=_("asset")
    )
    model = models.ForeignKey(
        AssetModel, models.PROTECT, null=True, blank=True, related_name="reservations", verbose_name=_("asset model")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="reservations", verbose_name=_("person"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    reserved_at = models.DateTimeField(_("reserved"))
    reserved_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("reserved by"))
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    outcome_reason = models.CharField(_("why"), max_length=200, blank=True)
    assignment = models.OneToOneField(
        Assignment, models.PROTECT, null=True, blank=True, related_name="reservation", verbose_name=_("assignment")
    )
    objects = ReservationQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        permissions = [("reserve", "Can reserve for others, and decide on what people ask for")]
        indexes = [
            models.Index(fields=["model", "ends_at"], condition=LIVE, name="reservation_live_of_model"),
            models.Index(fields=["asset", "ends_at"], condition=LIVE, name="reservation_live_of_asset"),
            models.Index(fields=["starts_at", "id"], condition=LIVE, name="reservation_live_by_start"),
        ]
        constraints = [
            ExclusionConstraint(
                name="reservation_one_at_a_time_per_asset",
                expressions=[
                    (Only("asset"), RangeOperators.OVERLAPS),
                    (Span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=LIVE & Q(asset__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(asset__isnull=False, model__isnull=True) | Q(asset__isnull=True, model__isnull=False),
                name="reservation_of_asset_or_model",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="reservation_ends_after_start"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(confirmed_by__isnull=True),
                name="reservation_confirmed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(
                    ended_at__isnull=True, outcome="", outcome_reason="", ended_by__isnull=True, assignment__isnull=True
                )
                | Q(
                    ended_at__isnull=False,
                    outcome__in=["handed_out", "cancelled", "rejected", "no_show", "unavailable"],
                ),
                name="reservation_ended_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(assignment__isnull=True) | Q(outcome="handed_out"),
                name="reservation_assignment_when_handed_out",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="rejected") | ~Q(outcome_reason=""), name="reservation_rejected_with_reason"
            ),
            models.CheckConstraint(condition=Q(trust__in=Trust.values), name="reservation_trust_is_known"),
        ]

    def __str__(self):
        return f"{self.item} · {self.person}"

    @property
    def item(self):
        """The asset or the model."""
        return self.asset if self.asset_id else self.model

    @property
    def model_meant(self):
        """The model of which one is reserved, whichever or this one; an asset may have none."""
        return self.asset.model if self.asset_id else self.model

    @property
    def is_live(self):
        return self.ended_at is None

    @property
    def status(self):
        if self.outcome == self.Outcome.NO_SHOW and self.confirmed_at is None:
            return _("Not decided in time")
        if not self.is_live:
            return self.Outcome(self.outcome).label
        return _("Confirmed") if self.confirmed_at else _("Waiting for the desk")


class CalendarFeedQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(revoked_at__isnull=True)


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads one's own dates, or those of one model."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="calendar_feeds", verbose_name=_("person"))
    model = models.ForeignKey(
        AssetModel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calendar_feeds",
        verbose_name=_("asset model"),
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    objects = CalendarFeedQuerySet.as_manager()
    history = kept_history(excluded_fields=["token_digest"])

    class Meta:
        verbose_name, verbose_name_plural = _("calendar feed"), _("calendar feeds")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "model"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="calendarfeed_one_in_use",
            )
        ]

    def __str__(self):
        return f"{self.person} · {self.model or '–'}"
