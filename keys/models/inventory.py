"""The cut keys."""

from django.db import models
from django.db.models import ExpressionWrapper, FilteredRelation, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.models import new_public_code
from keys.models.cabinets import Hook
from keys.models.symbols import KeySymbol, in_charge, openers
from keysite.ledger import kept_history
from keysite.search import first_found, pieces


class KeyQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(retired_at__isnull=True)

    def with_code(self, *codes):
        """The keys whose tags carry these codes, typed in any case."""
        return self.filter(public_code__in=[code.strip().upper() for code in codes if code.isprintable()])

    def stamped(self, stamps):
        """Keys of these (symbol, serial) pairs, whatever the case of the symbol and whichever its system."""
        either = Q(pk__in=[])
        for symbol, serial in stamps:
            either |= Q(lower_symbol=symbol.lower(), serial=serial)
        return self.alias(lower_symbol=Lower("symbol__symbol")).filter(either)

    def with_availability(self):
        """Joins the open loan and the hold of each key; annotates ``is_out``, ``is_lost`` and ``is_held``."""
        lost = Q(open_loan__lost_at__isnull=False, open_loan__found_at__isnull=True)
        held = Q(open_hold__until__gt=timezone.now())
        return self.annotate(
            open_loan=FilteredRelation("loans", condition=Q(loans__returned_at__isnull=True)),
            open_hold=FilteredRelation("holds", condition=Q(holds__ended_at__isnull=True)),
            is_out=ExpressionWrapper(Q(open_loan__isnull=False), models.BooleanField()),
            is_lost=ExpressionWrapper(Q(open_loan__isnull=False) & lost, models.BooleanField()),
            is_held=ExpressionWrapper(Q(open_hold__isnull=False) & held, models.BooleanField()),
        )

    def being(self, availability):
        """Keys of which ``Key.availability`` says so."""
        keys = self.with_availability()
        if availability == Key.Availability.RETIRED:
            return keys.exclude(retired_at=None)
        keys = keys.in_use().filter(is_out=availability in (Key.Availability.OUT, Key.Availability.LOST))
        if availability in (Key.Availability.OUT, Key.Availability.LOST):
            return keys.filter(is_lost=availability == Key.Availability.LOST)
        return keys.filter(is_held=availability == Key.Availability.HELD)

    def hanging(self):
        """In use and not in anybody's hands: each should hang on its hook, on hold or not."""
        return self.in_use().with_availability().filter(is_out=False)

    def of_cabinet(self, cabinet):
        """Those with a hook there, wherever they are."""
        return self.filter(hook__cabinet=cabinet)

    def by_hook(self):
        """As a list in the order of the hooks."""
        return self.select_related("symbol", "hook").order_by("hook__label", "symbol__symbol", "serial", "pk")

    def search(self, text):
        """Keys that ``text`` means: the code on the tag, symbol and serial (“AA1 12”), or words of the symbol."""
        *words, last = pieces(text) or [""]
        meant = self.model.objects.filter(symbol__in=KeySymbol.objects.search(text))
        stamped = Q(pk__in=[])
        if last.isdecimal() and len(last) <= 6:
            stamped = Q(symbol__in=KeySymbol.objects.search(" ".join(words)), serial=int(last))
        both = self.model.objects.filter(stamped), self.model.objects.with_code(text)
        return self.filter(pk__in=meant.values("pk").union(*(keys.values("pk") for keys in both)))

    def to_retire(self):
        """Keys that the clock retires: back in the cabinet with a retired symbol, or lost and paid for."""
        return (
            self.in_use()
            .with_availability()
            .filter(
                Q(symbol__retired_at__isnull=False, is_out=False) | Q(is_lost=True, open_loan__paid_on__isnull=False)
            )
        )

    def visible_to(self, person):
        if not person.has_perm("keys.view_key"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(symbol__in=in_charge(person))

    def opening(self, doors):
        """Keys that open one of these doors now, wherever they are; destroyed ones open nothing."""
        return self.filter(first_found("symbol", openers(doors))).exclude(retirement__in=Key.DESTROYED)

    def exposed(self):
        """Lost and not found: whoever has one may open what it opens, until that is rekeyed."""
        lost = self.model.objects.filter(loans__loss="lost", loans__lost_at__isnull=False, loans__found_at=None)
        return self.filter(first_found("pk", lost.values("pk")) | Q(retirement=Key.Retirement.LOST))

    def by_stamp(self):
        """As a list of where they hang, in the order of what is stamped on them."""
        return self.select_related("symbol", "hook__cabinet").order_by("symbol__symbol", "serial", "pk")

    def for_list(self):
        return self.select_related("symbol__system", "hook__cabinet").order_by("symbol__symbol", "serial", "pk")


class Key(models.Model):
    """One cut key: symbol and serial, which is stamped on it and never used again."""

    class Retirement(models.TextChoices):
        LOST = "lost", _("Lost")
        BROKEN = "broken", _("Broken")
        DISPOSED = "disposed", _("Disposed of")

    DESTROYED = (Retirement.BROKEN, Retirement.DISPOSED)

    class Availability(models.TextChoices):
        THERE = "there", _("In the cabinet")
        OUT = "out", _("Out")
        LOST = "lost", _("Lost")
        HELD = "held", _("On hold")
        RETIRED = "retired", _("Retired")

    symbol = models.ForeignKey(KeySymbol, models.PROTECT, related_name="keys", verbose_name=_("key symbol"))
    serial = models.PositiveIntegerField(_("serial"))
    hook = models.ForeignKey(Hook, models.PROTECT, null=True, blank=True, related_name="keys", verbose_name=_("hook"))
    public_code = models.CharField(_("tag code"), max_length=16, default=new_public_code, unique=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    retirement = models.CharField(_("retired as"), max_length=16, choices=Retirement, blank=True, editable=False)
    retired_reason = models.CharField(_("why retired"), max_length=200, blank=True, editable=False)

    objects = KeyQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("key"), _("keys")
        permissions = [
            ("retire_key", "Can retire a key"),
            ("hold_key", "Can put a key on hold"),
            ("import_key", "Can import keys"),
            ("export_key", "Can export keys"),
        ]
        indexes = [models.Index(fields=["symbol"], condition=Q(retirement="lost"), name="key_retired_as_lost")]
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "serial"],
                name="key_one_per_symbol_serial",
                violation_error_message=_("A key of this symbol and serial exists; serials are never used again."),
            ),
            models.CheckConstraint(
                condition=Q(serial__gte=1, serial__lte=999_999),
                name="key_serial_in_range",
                violation_error_message=_("Serials go from 1 to 999999."),
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retirement="", retired_reason="", retired_by__isnull=True)
                | (Q(retired_at__isnull=False, retirement__in=["lost", "broken", "disposed"]) & ~Q(retired_reason="")),
                name="key_retired_with_kind_and_reason",
            ),
        ]

    def __str__(self):
        return f"{self.symbol.symbol} {self.serial}"

    @property
    def opens_something(self):
        """It is not destroyed, so it opens what its symbol opens, wherever it is."""
        return self.retirement not in Key.DESTROYED

    @property
    def availability(self):
        """Where the key is, in one word; for a key that was read ``with_availability``."""
        if self.retired_at:
            return Key.Availability.RETIRED
        if self.is_out:
            return Key.Availability.LOST if self.is_lost else Key.Availability.OUT
        return Key.Availability.HELD if self.is_held else Key.Availability.THERE
