"""How a thing drops out of use for a while, and how it leaves for good."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models.catalogue import DisposalType


class LifecycleQuerySet(models.QuerySet):
    def owned(self):
        """Not disposed of."""
        return self.filter(disposed_on__isnull=True)

    def disposed(self):
        return self.filter(disposed_on__isnull=False)

    def awaiting_approval(self):
        """Somebody has asked to dispose of it, and a second person has to agree."""
        return self.filter(disposal_asked_at__isnull=False)

    def in_service(self):
        return self.owned().filter(out_of_service_at__isnull=True)

    def out_of_service(self):
        return self.owned().filter(out_of_service_at__isnull=False)

    def warranty_ends(self, *, by, after):
        return self.owned().filter(warranty_until__gt=after, warranty_until__lte=by)

    def warranty_ends_soon(self, *, on):
        """Within the days before which departments are told."""
        return self.warranty_ends(by=on + timedelta(days=settings.WARRANTY_WARNING_DAYS), after=on - timedelta(days=1))

    def service_due(self, *, on):
        return self.owned().filter(service_due_on__lte=on)


class Lifecycle(models.Model):
    """In or out of service, and disposed of or not; each with its moment, who, and why.

    The disposal of what is worth much is asked for first, with type, reason and day, and done when another agrees.
    """

    out_of_service_at = models.DateTimeField(_("out of service since"), null=True, blank=True, editable=False)
    out_of_service_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("by")
    )
    out_of_service_reason = models.CharField(_("why out of service"), max_length=200, blank=True, editable=False)
    out_of_service_until = models.DateField(
        _("back in service"), null=True, blank=True, editable=False, help_text=_("As expected.")
    )
    disposed_on = models.DateField(_("disposed on"), null=True, blank=True, editable=False)
    disposal_type = models.ForeignKey(
        DisposalType,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="%(class)ss",
        verbose_name=_("disposal type"),
    )
    disposal_reason = models.CharField(_("why disposed of"), max_length=200, blank=True, editable=False)
    disposed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("disposed by")
    )
    disposal_approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("approved by")
    )

    disposal_asked_at = models.DateTimeField(_("disposal asked for"), null=True, blank=True, editable=False)
    disposal_asked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("asked by")
    )
    disposal_day = models.DateField(_("to be disposed of on"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    out_of_service_at__isnull=True,
                    out_of_service_by__isnull=True,
                    out_of_service_reason="",
                    out_of_service_until__isnull=True,
                )
                | (Q(out_of_service_at__isnull=False) & ~Q(out_of_service_reason="")),
                name="%(class)s_out_of_service_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    disposed_on__isnull=True,
                    disposed_by__isnull=True,
                    disposal_approved_by__isnull=True,
                )
                | (
                    Q(disposed_on__isnull=False, disposal_type__isnull=False, disposed_by__isnull=False)
                    & ~Q(disposal_reason="")
                ),
                name="%(class)s_disposed_with_type_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(disposal_approved_by__isnull=True) | ~Q(disposal_approved_by=F("disposed_by")),
                name="%(class)s_disposal_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(disposal_asked_at__isnull=True, disposal_asked_by__isnull=True, disposal_day__isnull=True)
                & (Q(disposed_on__isnull=False) | Q(disposal_type__isnull=True, disposal_reason=""))
                | Q(
                    disposal_asked_at__isnull=False,
                    disposal_asked_by__isnull=False,
                    disposal_day__isnull=False,
                    disposed_on__isnull=True,
                    disposal_type__isnull=False,
                )
                & ~Q(disposal_reason=""),
                name="%(class)s_disposal_asked_with_type_and_reason",
            ),
        ]

    @property
    def awaits_approval(self):
        return self.disposal_asked_at is not None

    @property
    def is_disposed(self):
        return self.disposed_on is not None

    @property
    def is_out_of_service(self):
        return self.out_of_service_at is not None
