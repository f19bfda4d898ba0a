"""Families of keys."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history


class KeySystem(models.Model):
    """A family of keys and cylinders made to work together: one manufacturer, one hierarchy."""

    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=100, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=100, blank=True)
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("key system"), _("key systems")
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                name="keysystem_one_per_code",
                violation_error_message=_("There is a key system of this code already."),
            ),
            models.CheckConstraint(condition=~Q(code=""), name="keysystem_has_code"),
        ]

    def __str__(self):
        return self.code
