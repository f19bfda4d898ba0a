"""Where keys hang, and when somebody last looked whether they do."""

from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history


class CabinetQuerySet(models.QuerySet):
    def with_last_count(self):
        """Annotates ``last_counted_at`` (None: never)."""
        return self.annotate(last_counted_at=Max("counts__counted_at"))

    def longest_uncounted_first(self):
        """As a list that begins with what nobody has counted."""
        newest = CabinetCount.objects.filter(cabinet=OuterRef("pk")).order_by("-counted_at", "-pk")
        rows = self.with_last_count().annotate(last_missing=Subquery(newest.values("missing")[:1]))
        return rows.select_related("space__building").order_by(F("last_counted_at").asc(nulls_first=True), "name", "pk")


class Cabinet(models.Model):
    """Where keys hang. Labels inside never name a door."""

    name = models.CharField(_("name"), max_length=64)
    space = models.ForeignKey(
        "assets.Space", models.PROTECT, null=True, blank=True, related_name="cabinets", verbose_name=_("space")
    )
    history = kept_history()
    objects = CabinetQuerySet.as_manager()

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


class CabinetCountQuerySet(models.QuerySet):
    def for_list(self):
        return self.select_related("cabinet", "counted_by").order_by("-counted_at", "-pk")


class CabinetCount(models.Model):
    """Somebody has looked which of the keys that should hang in a cabinet do; the missing ones are lost reports."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="counts", verbose_name=_("cabinet"))
    counted_at = models.DateTimeField(_("counted"))
    counted_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("counted by"))
    expected = models.PositiveIntegerField(_("keys that should hang there"))
    missing = models.PositiveIntegerField(_("missing"))
    history = kept_history()
    objects = CabinetCountQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("count of a cabinet"), _("counts of cabinets")
        ordering = ["-counted_at", "-pk"]
        permissions = [("count_keys", "Can count the keys of a cabinet")]
        constraints = [
            models.CheckConstraint(condition=Q(missing__lte=F("expected")), name="cabinetcount_misses_what_it_expects")
        ]

    def __str__(self):
        return f"{self.cabinet} · {self.counted_at:%Y-%m-%d}"
