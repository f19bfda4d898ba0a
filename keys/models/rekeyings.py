"""New combinations for doors whose old ones cannot be trusted any more."""

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models.doors import Door, Pinning
from keys.models.exceptions import Hold
from keys.models.keysets import at_moment
from keys.models.loans import Loan
from keys.models.rekeyed import RekeyedDoor, RekeyedSymbol
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

    def of_symbol(self, symbol):
        """Those in which the symbol is replaced, or comes in its place."""
        about = RekeyedSymbol.objects.filter(Q(before=symbol) | Q(after=symbol))
        return self.filter(pk__in=about.values("rekeying"))

    def search(self, text):
        """Those whose doors, or whose symbols, old or new, ``text`` means; or its number, such as K12."""
        number = text.strip().lower().removeprefix("k")
        if number.isascii() and number.isdigit() and len(number) < 10:
            return self.filter(pk=number)
        symbols = KeySymbol.objects.search(text)
        about = RekeyedSymbol.objects.filter(Q(before__in=symbols) | Q(after__in=symbols)).values("rekeying")
        doors = RekeyedDoor.objects.filter(door__in=Door.objects.search(text)).values("rekeying")
        return self.filter(pk__in=about.union(doors))

    def with_progress(self):
        """Annotates how many ``doors_in`` it are, ``doors_open`` of them, ``swaps_in`` it, and ``swaps_open``."""
        doors, swaps = RekeyedDoor.objects.filter(dropped_at=None), KeySwap.objects.filter(dropped_at=None)
        return self.annotate(
            doors_in=_number_of(doors),
            doors_open=_number_of(RekeyedDoor.objects.open()),
            swaps_in=_number_of(swaps),
            swaps_open=_number_of(KeySwap.objects.open()),
        )

    def with_seen(self, person):
        """Annotates what of each ``person`` may see: ``doors_seen`` of the doors left, ``swaps_seen`` of the keys to
        swap, and ``losses_seen`` of the ``losses_in`` it.
        """
        losses = self.model._meta.get_field("losses").related_model.objects
        return self.annotate(
            doors_seen=_number_of(RekeyedDoor.objects.open().visible_to(person)),
            swaps_seen=_number_of(KeySwap.objects.open().visible_to(person)),
            losses_in=_number_of(losses.all()),
            losses_seen=_number_of(losses.visible_to(person)),
        )

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

    @property
    def status(self):
        if self.cancelled_at:
            return _("Cancelled")
        return _("Done") if self.done_at else _("Under way")

    def loans_to_swap(self, symbols):
        """Keys of these old symbols in the hands of people who have not left, and for which there is no swap yet."""
        known = KeySwap.objects.filter(rekeying=self, loan=OuterRef("pk"))
        loans = Loan.objects.running().filter(key__symbol__in=symbols, borrower__is_active=True)
        return loans.exclude(Exists(known)).select_related("key").order_by("pk")


class KeySwapQuerySet(models.QuerySet):
    def open(self):
        """The holder has not got the new key yet, or still has the old one, which will be of no use to them; a lost
        old key is not waited for.
        """
        here = RekeyedDoor.objects.open().filter(rekeying=OuterRef(OuterRef("rekeying")), door=OuterRef("door"))
        waits = Q(handed__isnull=True) | _OLD_IS_OUT & ~Exists(_opened_by_old().exclude(Exists(here)))
        return self.filter(waits, dropped_at__isnull=True)

    def outstanding(self):
        """The new key is not handed over yet."""
        return self.filter(handed__isnull=True, dropped_at__isnull=True)

    def to_bring_back(self):
        """They have the new key, and the old one, which opens nothing any more."""
        handed = self.filter(handed__isnull=False, dropped_at__isnull=True)
        return handed.filter(_OLD_IS_OUT).exclude(Exists(_opened_by_old()))

    def without_key(self, *, at):
        """Nothing is kept ready any more, and nothing is being cut: it was not picked up, or the key was retired."""
        kept = Q(hold__ended_at__isnull=True, hold__until__gt=at)
        return self.outstanding().filter(hold__isnull=False, job__done_at__isnull=False).exclude(kept)

    def pointless(self, *, at):
        """Nobody gets the new key any more: they have left, or handed the old one on, or gave it back while it was of
        use and no new one was ready, or brought it back and did not come, or all doors that it was for are left as
        they are.
        """
        left = Q(loan__borrower__is_active=False)
        back = Q(loan__returned_at__isnull=False)
        never_came = Q(pk__in=self.without_key(at=at).values("pk"))
        early = (Q(hold=None) | Q(hold__held_at__gt=F("loan__returned_at"))) & Exists(_opened_by_old_when_returned())
        handed_on = Exists(Loan.objects.filter(follows=OuterRef("loan")))
        return self.outstanding().filter(left | back & (never_came | early | handed_on) | ~_opens_or_will())

    def wanted_again(self):
        """The clock saw that nobody would get the new key, and they are here with the old one all the same: who had
        left is back, or the return was undone.
        """
        dropped = self.filter(dropped_at__isnull=False, handed=None, loan__borrower__is_active=True)
        versions = self.model.history.filter(id=OuterRef("pk")).order_by("-history_id")
        by_the_clock = dropped.alias(by=Subquery(versions.values("history_user")[:1])).filter(by__isnull=True)
        return by_the_clock.filter(_OLD_IS_OUT).filter(_opens_or_will())

    def in_vain(self):
        """They have the new key, and it opens nothing: the rekeying was cancelled."""
        return self.filter(rekeying__cancelled_at__isnull=False, handed__in=Loan.objects.running())

    def visible_to(self, person):
        """Those of the loans that they may see."""
        return self.filter(loan__in=Loan.objects.visible_to(person))

    def with_use(self):
        """Annotates ``old_opens``: the old key opens something now, so its holder cannot do without it yet."""
        return self.annotate(old_opens=Exists(_opened_by_old()))

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

    @property
    def person(self):
        return self.loan.borrower

    @property
    def old_is_out(self):
        """The old key is in their hands: neither back nor lost."""
        return self.loan.is_running


_OLD_IS_OUT = Q(loan__returned_at=None, loan__paid_on=None)
_OLD_IS_OUT &= Q(loan__lost_at__isnull=True) | Q(loan__found_at__isnull=False)


def _opened_by_old():
    """What the old key of a swap opens now."""
    symbol = {"keyset__operates__symbol": OuterRef("loan__key__symbol"), "keyset__operates__until__isnull": True}
    return Pinning.objects.now().filter(**symbol)


def _opened_by_old_when_returned():
    moment = OuterRef("loan__returned_at")
    turned = Q(keyset__operates__until=None) | Q(keyset__operates__until__gt=moment)
    turned &= Q(keyset__operates__since__lte=moment, keyset__operates__symbol=OuterRef("loan__key__symbol"))
    return Pinning.objects.filter(at_moment(moment), turned)


def _opens_or_will():
    """The new key of a swap opens a door, or one that is still to be done."""
    turned = {"operates__symbol": OuterRef("symbol"), "operates__until__isnull": True}
    opens = Pinning.objects.now().filter(**{f"keyset__{path}": value for path, value in turned.items()})
    planned = RekeyedDoor.objects.open().filter(
        rekeying=OuterRef("rekeying"), **{f"after__{path}": value for path, value in turned.items()}
    )
    return Exists(opens) | Exists(planned)


def _number_of(rows):
    counted = rows.filter(rekeying=OuterRef("pk")).order_by().values("rekeying").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)
