"""Pictures of what we own."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models.assets import Asset
from keysite.ledger import kept_history


class AssetPhotoQuerySet(models.QuerySet):
    def of(self, asset):
        return self.filter(asset=asset)

    def own(self, person):
        """Those of what the person owns or has."""
        return self.filter(Q(asset__owner=person) | Q(asset__in=Asset.objects.held_by(person)))

    def visible_to(self, person):
        """Those of the assets that the person may see."""
        return self.filter(asset__in=Asset.objects.visible_to(person))

    def for_list(self):
        return self.select_related("asset", "added_by").order_by("added_at", "pk")


class AssetPhoto(models.Model):
    """A picture of an asset, made anew from what was uploaded: without a place or a camera in it."""

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="photos", verbose_name=_("asset"))
    image = models.FileField(_("photo"), upload_to="assets/", max_length=100)
    thumbnail = models.FileField(_("thumbnail"), upload_to="assets/", max_length=100)
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("added by"))
    objects = AssetPhotoQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("photo"), _("photos")
        ordering = ["added_at", "pk"]

    def __str__(self):
        return self.caption or str(self.asset)


class AssetReminderQuerySet(models.QuerySet):
    def still_true(self):
        """Of what we still own, and whose date is still the one that is told."""
        warranty = Q(kind=AssetReminder.Kind.WARRANTY, on=F("asset__warranty_until"))
        service = Q(kind=AssetReminder.Kind.SERVICE, on=F("asset__service_due_on"))
        return self.filter(warranty | service, asset__disposed_on__isnull=True)

    def for_list(self):
        """By date, with what a list shows of the asset."""
        return self.select_related("asset__home__building", "asset__model").order_by("kind", "on", "asset__tag", "pk")


class AssetReminder(models.Model):
    """A date of an asset (its warranty ends, its service is due) that was told to its department."""

    class Kind(models.TextChoices):
        WARRANTY = "warranty", _("Warranty ends")
        SERVICE = "service", _("Service is due")

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="reminders", verbose_name=_("asset"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    on = models.DateField(_("date"), help_text=_("When the warranty ends or the service is due."))
    at = models.DateTimeField(_("told"))
    objects = AssetReminderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("asset reminder"), _("asset reminders")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["asset", "kind", "on"], name="assetreminder_once_per_date")]

    def __str__(self):
        return f"{self.asset} · {self.get_kind_display()}"
