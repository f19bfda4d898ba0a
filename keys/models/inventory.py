"""Key systems, the symbols stamped on keys, and the cut keys."""

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, FilteredRelation, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import KeyLevel, Trust
from assets.models import new_public_code
from keys.models.cabinets import Hook
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


class KeySymbolQuerySet(models.QuerySet):
    def with_symbol(self, symbol):
        """Symbols stamped so, whatever the case; several systems may use the same."""
        return self.alias(lower_symbol=Lower("symbol")).filter(lower_symbol=symbol.strip().lower())

    def current(self):
        return self.filter(retired_at__isnull=True)

    def visible_to(self, person):
        if not person.has_perm("keys.view_keysymbol"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(_in_charge(person, "")).distinct()

    def for_list(self):
        return self.select_related("system", "parent").order_by("system__code", "symbol", "pk")


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
            models.CheckConstraint(condition=~Q(parent=F("id")), name="keysymbol_not_own_parent"),
            models.CheckConstraint(condition=Q(level__in=KeyLevel.values), name="keysymbol_level_is_known"),
        ]

    def __str__(self):
        return self.symbol


class SymbolSpace(models.Model):
    """A room that, by the institution's key list, keys of this symbol open."""

    symbol = models.ForeignKey(KeySymbol, models.PROTECT, related_name="listed_spaces", verbose_name=_("key symbol"))
    space = models.ForeignKey("assets.Space", models.PROTECT, related_name="listed_symbols", verbose_name=_("space"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("listed room"), _("listed rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "space"],
                name="symbolspace_once",
                violation_error_message=_("This room is listed for this symbol already."),
            )
        ]

    def __str__(self):
        return f"{self.symbol} · {self.space}"


class KeyQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(retired_at__isnull=True)

    def with_code(self, *codes):
        """The keys whose tags carry these codes, typed in any case."""
        return self.filter(public_code__in=[code.strip().upper() for code in codes])

    def stamped(self, stamps):
        """Keys of these (symbol, serial) pairs, whatever the case of the symbol and whichever its system."""
        either = Q(pk__in=[])
        for symbol, serial in stamps:
            either |= Q(lower_symbol=symbol.lower(), serial=serial)
        return self.alias(lower_symbol=Lower("symbol__symbol")).filter(either)

    def with_availability(self):
        """Joins the open loan and the hold of each key; annotates ``is_out``, ``is_lost`` and ``is_held``."""
        lost = Q(open_loan__lost_at__isnull=False, open_loan__found_at__isnull=True)
        return self.annotate(
            open_loan=FilteredRelation("loans", condition=Q(loans__returned_at__isnull=True)),
            open_hold=FilteredRelation("holds", condition=Q(holds__ended_at__isnull=True)),
            is_out=ExpressionWrapper(Q(open_loan__isnull=False), models.BooleanField()),
            is_lost=ExpressionWrapper(Q(open_loan__isnull=False) & lost, models.BooleanField()),
            is_held=ExpressionWrapper(Q(open_hold__until__gt=timezone.now()), models.BooleanField()),
        )

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


def _in_charge(person, path):
    """Symbols that open a room in a building which ``person`` manages today."""
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    appointments = Q(**{f"{path}listed_spaces__space__building__managers__person": person}) & Q(
        **{f"{path}listed_spaces__space__building__managers__since__lte": today}
    )
    last_day = f"{path}listed_spaces__space__building__managers__until"
    return appointments & (Q(**{f"{last_day}__isnull": True}) | Q(**{f"{last_day}__gte": today}))
