"""New combinations for doors whose old ones cannot be trusted any more."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models.doors import Door
from keys.models.exceptions import Hold
from keys.models.keysets import Keyset
from keys.models.loans import Loan
from keys.models.symbols import KeySymbol
from keysite.ledger import kept_history

OPEN = Q(done_at__isnull=True, cancelled_at__isnull=True)


class RekeyingQuerySet(models.QuerySet):
    def open(self):
        return self.filter(OPEN)

    def done(self):
        return self.filter(done_at__isnull=False)

    def cancelled(self):
        return self.filter(cancelled_at__isnull=False)

    def to_close(self):
        """Open, every door has its new cylinder, and nobody has an old key to swap."""
        doors = RekeyedDoor.objects.open().filter(rekeying=OuterRef("pk"))
        swaps = KeySwap.objects.open().filter(rekeying=OuterRef("pk"))
        return self.open().exclude(Exists(doors)).exclude(Exists(swaps))

    def visible_to(self, person):
        """All for a role without scope; for managers those with a door of their buildings."""
        if not person.has_perm("keys.view_rekeying"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        theirs = RekeyedDoor.objects.filter(door__in=Door.objects.visible_to(person))
        return self.filter(pk__in=theirs.values("rekeying"))

    def for_list(self):
        return self.select_related("planned_by").order_by("-pk")


class Rekeying(models.Model):
    """Chosen doors get new keysets, some symbols are replaced by new ones, and who has an old key gets a new one for
    it. Done by itself when no door and no holder is left.
    """

    reason = models.CharField(_("why"), max_length=500)
    estimate = models.DecimalField(_("estimated cost"), max_digits=11, decimal_places=2, null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=11, decimal_places=2, null=True, blank=True)
    planned_at = models.DateTimeField(_("planned"))
    planned_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("planned by"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    cancelled_reason = models.CharField(_("why cancelled"), max_length=200, blank=True, editable=False)
    history = kept_history()
    objects = RekeyingQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("rekeying"), _("rekeyings")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], condition=OPEN, name="rekeying_open")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="rekeying_says_why"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(cancelled_at__isnull=True), name="rekeying_done_or_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, cancelled_reason="")
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancelled_reason=""),
                name="rekeying_cancelled_by_someone_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(estimate__isnull=True) | Q(estimate__gte=0)) & (Q(cost__isnull=True) | Q(cost__gte=0)),
                name="rekeying_costs_nothing_or_more",
            ),
        ]

    def __str__(self):
        return f"K{self.pk}"

    @property
    def is_open(self):
        return self.done_at is None and self.cancelled_at is None


class RekeyedDoorQuerySet(models.QuerySet):
    def open(self):
        """Still with the old cylinder."""
        return self.filter(done_at__isnull=True, dropped_at__isnull=True)

    def for_list(self):
        return self.select_related("door__building", "before", "after", "done_by").order_by(
            "door__building__code", "door__label", "pk"
        )


class RekeyedDoor(models.Model):
    """A door of a rekeying: from which keyset to which, and when that was done."""

    rekeying = models.ForeignKey(Rekeying, models.PROTECT, related_name="doors", verbose_name=_("rekeying"))
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

    rekeying = models.ForeignKey(Rekeying, models.PROTECT, related_name="symbols", verbose_name=_("rekeying"))
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


class KeySwapQuerySet(models.QuerySet):
    def open(self):
        """The holder still has the old key, or not the new one yet; a lost old key is not waited for."""
        waits = Q(handed__isnull=True) | Q(loan__returned_at__isnull=True, loan__lost_at__isnull=True)
        return self.filter(waits, dropped_at__isnull=True)

    def outstanding(self):
        """The new key is not handed over yet."""
        return self.filter(handed__isnull=True, dropped_at__isnull=True)

    def for_list(self):
        rows = ("loan__key__symbol", "loan__borrower", "symbol", "hold__key__symbol", "handed__key__symbol")
        return self.select_related(*rows).order_by("loan__borrower__last_name", "loan__borrower__first_name", "pk")


class KeySwap(models.Model):
    """Somebody who has an old key gets a new one for it: its cutting job or hold, and at last its loan."""

    rekeying = models.ForeignKey(Rekeying, models.PROTECT, related_name="swaps", verbose_name=_("rekeying"))
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="swaps", verbose_name=_("loan of the old key"))
    symbol = models.ForeignKey(KeySymbol, models.PROTECT, related_name="swaps", verbose_name=_("new symbol"))
    hold = models.OneToOneField(
        Hold, models.PROTECT, null=True, blank=True, related_name="swap", verbose_name=_("hold")
    )
    handed = models.OneToOneField(
        Loan, models.PROTECT, null=True, blank=True, related_name="swapped_in", verbose_name=_("loan of the new key")
    )
    dropped_at = models.DateTimeField(_("not wanted any more"), null=True, blank=True)
    history = kept_history()
    objects = KeySwapQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("key to swap"), _("keys to swap")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rekeying", "loan"], name="keyswap_once_per_loan"),
            models.CheckConstraint(
                condition=Q(handed__isnull=True) | ~Q(handed=F("loan")), name="keyswap_for_another_key"
            ),
        ]

    def __str__(self):
        return f"{self.loan} → {self.symbol}"
