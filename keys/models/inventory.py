"""The symbols stamped on keys, and the cut keys."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, ExpressionWrapper, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import KeyLevel, Trust
from assets.models import new_public_code
from keys.models.cabinets import Hook
from keys.models.systems import KeySystem
from keysite.ledger import kept_history
from keysite.search import beginning_with, pieces, words_of

SYMBOL_WORDS = words_of("symbol", "description")


class KeySymbolQuerySet(models.QuerySet):
    def with_symbol(self, symbol):
        """Symbols stamped so, whatever the case; several systems may use the same."""
        return self.alias(lower_symbol=Lower("symbol")).filter(lower_symbol=symbol.strip().lower())

    def with_symbols(self, symbols):
        """Symbols stamped with one of these, which are given in lower case."""
        return self.alias(lower_symbol=Lower("symbol")).filter(lower_symbol__in=symbols)

    def current(self):
        return self.filter(retired_at__isnull=True)

    def retired(self):
        return self.filter(retired_at__isnull=False)

    def visible_to(self, person):
        if not person.has_perm("keys.view_keysymbol"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(_in_charge(person, "")).distinct()

    def search(self, text):
        """Symbols that have a word beginning so, for each word of ``text``, in symbol or description."""
        query = beginning_with(text)
        return self.alias(words=SYMBOL_WORDS).filter(words=query) if query else self.none()

    def with_key_counts(self):
        """Annotates ``keys_in_use``, and ``keys_there``: how many of them anybody could take now."""
        in_use = Key.objects.in_use().filter(symbol=OuterRef("pk"))
        there = in_use.being(Key.Availability.THERE)
        return self.annotate(keys_in_use=_number_of(in_use), keys_there=_number_of(there))

    def for_list(self):
        return self.select_related("system", "parent").order_by("symbol", "pk")


class KeySymbol(models.Model):
    """What is stamped on a key, the key type: all keys of one symbol open the same doors."""

    system = models.ForeignKey(KeySystem, models.PROTECT, related_name="symbols", verbose_name=_("key system"))
    symbol = models.CharField(_("symbol"), max_length=32, help_text=_("What is stamped on the key, such as AA1."))
    description = models.CharField(_("description"), max_length=200, blank=True)
    level = models.PositiveSmallIntegerField(_("level"), choices=KeyLevel, default=KeyLevel.CHANGE)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    most_copies = models.PositiveIntegerField(
        _("most keys"), null=True, blank=True, help_text=_("No more keys of this symbol than this; empty: no limit.")
    )
    self_service = models.BooleanField(
        _("self-service"), default=False, help_text=_("People may check it out without a clerk.")
    )
    least_trust = models.PositiveSmallIntegerField(
        _("least trust"),
        choices=Trust,
        default=Trust.PRESENT,
        help_text=_("How sure we must be who takes it."),
    )
    claim_closes = models.BooleanField(
        _("claim closes the loan"),
        default=False,
        help_text=_("For honesty boxes: a return typed from afar closes the loan without the desk."),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    retired_reason = models.CharField(_("why retired"), max_length=200, blank=True, editable=False)

    objects = KeySymbolQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("key symbol"), _("key symbols")
        permissions = [
            ("retire_keysymbol", "Can retire a key symbol"),
            ("import_keysymbol", "Can import key symbols"),
            ("export_keysymbol", "Can export key symbols"),
        ]
        indexes = [
            GinIndex(SYMBOL_WORDS, name="keysymbol_by_words"),
            models.Index(fields=["symbol", "id"], name="keysymbol_by_symbol"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("symbol"),  # first, so that the index finds a symbol whatever its system
                "system",
                name="keysymbol_one_per_system_symbol",
                violation_error_message=_("This system has a symbol of this name already."),
            ),
            models.CheckConstraint(condition=~Q(symbol=""), name="keysymbol_has_symbol"),
            models.CheckConstraint(
                condition=Q(least_trust__gte=Trust.PROVED, least_trust__lte=Trust.STAFF),
                name="keysymbol_never_for_a_typed_address",
                violation_error_message=_("Nobody takes a key with an address that was only typed."),
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_reason="", retired_by__isnull=True)
                | (Q(retired_at__isnull=False) & ~Q(retired_reason="")),
                name="keysymbol_retired_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="keysymbol_not_own_parent",
                violation_error_message=_("A symbol is not its own parent."),
            ),
            models.CheckConstraint(condition=Q(level__in=KeyLevel.values), name="keysymbol_level_is_known"),
        ]

    def __str__(self):
        return self.symbol


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
        return self.filter(_in_charge(person, "symbol__")).distinct()

    def for_list(self):
        return self.select_related("symbol__system", "hook__cabinet").order_by("symbol__symbol", "serial", "pk")


class Key(models.Model):
    """One cut key: symbol and serial, which is stamped on it and never used again."""

    class Retirement(models.TextChoices):
        LOST = "lost", _("Lost")
        BROKEN = "broken", _("Broken")
        DISPOSED = "disposed", _("Disposed of")

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
    def availability(self):
        """Where the key is, in one word; for a key that was read ``with_availability``."""
        if self.retired_at:
            return Key.Availability.RETIRED
        if self.is_out:
            return Key.Availability.LOST if self.is_lost else Key.Availability.OUT
        return Key.Availability.HELD if self.is_held else Key.Availability.THERE


def _number_of(keys):
    counted = keys.order_by().values("symbol").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _in_charge(person, path):
    """Symbols that open a room in a building which ``person`` manages today."""
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    appointments = Q(**{f"{path}listed_spaces__space__building__managers__person": person}) & Q(
        **{f"{path}listed_spaces__space__building__managers__since__lte": today}
    )
    last_day = f"{path}listed_spaces__space__building__managers__until"
    return appointments & (Q(**{f"{last_day}__isnull": True}) | Q(**{f"{last_day}__gte": today}))
