"""The doors of a rekeying, and the symbols that are replaced at them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models.doors import Door
from keys.models.keysets import Keyset
from keys.models.symbols import KeySymbol
from keysite.ledger import kept_history


class RekeyedDoorQuerySet(models.QuerySet):
    def open(self):
        """Still with the old cylinder."""
        return self.filter(done_at__isnull=True, dropped_at__isnull=True)

    def done(self):
        return self.filter(done_at__isnull=False)

    def visible_to(self, person):
        """Those of the doors that they may see."""
        return self.filter(door__in=Door.objects.visible_to(person))

    def for_list(self):
        return self.select_related("door__building", "before", "after", "done_by").order_by(
            "door__building__code", "door__label", "pk"
        )


class RekeyedDoor(models.Model):
    """A door of a rekeying: from which keyset to which, and when that was done."""

    rekeying = models.ForeignKey("Rekeying", models.PROTECT, related_name="doors", verbose_name=_("rekeying"))
    door = models.ForeignKey(Door, models.PROTECT, related_name="rekeyed", verbose_name=_("door"))
    before = models.ForeignKey(Keyset, models.PROTECT, related_name="+", verbose_name=_("keyset before"))
    after = models.ForeignKey(Keyset, models.PROTECT, related_name="+", verbose_name=_("new keyset"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    dropped_at = models.DateTimeField(_("left as it is"), null=True, blank=True)
    history = kept_history()
    objects = RekeyedDoorQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("rekeyed door"), _("rekeyed doors")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rekeying", "door"], name="rekeyeddoor_once_per_rekeying"),
            models.UniqueConstraint(
                fields=["door"],
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
                name="rekeyeddoor_one_open_per_door",
            ),
            models.CheckConstraint(condition=~Q(before=F("after")), name="rekeyeddoor_to_another_keyset"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, dropped_at__isnull=True),
                name="rekeyeddoor_done_by_someone",
            ),
        ]

    def __str__(self):
        return f"{self.door}: {self.before} → {self.after}"


class RekeyedSymbol(models.Model):
    """A symbol that a new one replaces at the doors of a rekeying."""

    rekeying = models.ForeignKey("Rekeying", models.PROTECT, related_name="symbols", verbose_name=_("rekeying"))
    before = models.ForeignKey(KeySymbol, models.PROTECT, related_name="replaced_by", verbose_name=_("old symbol"))
    after = models.OneToOneField(KeySymbol, models.PROTECT, related_name="replaces", verbose_name=_("new symbol"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("replaced symbol"), _("replaced symbols")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rekeying", "before"], name="rekeyedsymbol_once_per_rekeying"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="rekeyedsymbol_by_another"),
        ]

    def __str__(self):
        return f"{self.before} → {self.after}"
