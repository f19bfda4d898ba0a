"""Where keys hang."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history


class Cabinet(models.Model):
    """Where keys hang. Labels inside never name a door."""

    name = models.CharField(_("name"), max_length=64)
    space = models.ForeignKey(
        "assets.Space", models.PROTECT, null=True, blank=True, related_name="cabinets", verbose_name=_("space")
    )
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("cabinet"), _("cabinets")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="cabinet_one_per_name",
                violation_error_message=_("There is a cabinet of this name already."),
            )
        ]

    def __str__(self):
        return self.name


class HookQuerySet(models.QuerySet):
    def with_labels(self, labels):
        """Hooks of one of these labels in any cabinet; the labels are given in lower case."""
        return self.alias(lower_label=Lower("label")).filter(lower_label__in=labels)

    def for_list(self):
        return self.select_related("cabinet").order_by("cabinet__name", "label", "pk")


class Hook(models.Model):
    """A numbered place in a cabinet; several keys of one symbol may share it."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="hooks", verbose_name=_("cabinet"))
    label = models.CharField(_("label"), max_length=32)
    objects = HookQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("hook"), _("hooks")
        ordering = ["cabinet", "label", "pk"]
        constraints = [
            models.UniqueConstraint(
                "cabinet",
                Lower("label"),
                name="hook_one_per_cabinet_label",
                violation_error_message=_("This cabinet has a hook of this label already."),
            )
        ]

    def __str__(self):
        return f"{self.cabinet.name}:{self.label}"
