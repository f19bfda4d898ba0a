"""The symbols stamped on keys: all keys of one symbol open the same doors."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import KeyLevel, Trust
from assets.models import Building
from keys.models.systems import KeySystem
from keysite.ledger import kept_history
from keysite.search import beginning_with, first_found, words_of

SYMBOL_WORDS = words_of("symbol", "description")


class KeySymbolQuerySet(models.QuerySet):
    def with_symbol(self, symbol):
        """Symbols stamped so, whatever the case; several systems may use the same."""
        return self.alias(lower_symbol=Lower("symbol")).filter(lower_symbol=symbol.strip().lower())

    def with_symbols(self, symbols):
        """Symbols stamped with one of these, which are given in lower case."""
        return self.alias(lower_symbol=Lower("symbol")).filter(lower_symbol__in=symbols)

    def named(self, names):
        """Current symbols called so, as they are stamped, or with the code of their system before (“MAIN:AA1”)."""
        either = Q(pk__in=[])
        for system, colon, symbol in (name.strip().lower().rpartition(":") for name in names if name.isprintable()):
            meant = Q(lower_symbol=symbol.strip())
            either |= meant & Q(lower_system=system.strip()) if colon else meant
        rows = self.current().alias(lower_symbol=Lower("symbol"), lower_system=Lower("system__code"))
        return rows.filter(either).for_list()

    def current(self):
        return self.filter(retired_at__isnull=True)

    def retired(self):
        return self.filter(retired_at__isnull=False)

    def visible_to(self, person):
        if not person.has_perm("keys.view_keysymbol"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(pk__in=in_charge(person))

    def opening(self, doors):
        """Symbols whose keys open one of these doors now."""
        return self.filter(first_found("pk", openers(doors)))

    def opening_all(self, doors):
        """Symbols whose keys open every one of these doors now; of no door at all, none."""
        there = {"keyset__pinnings__until": None, "keyset__pinnings__door__in": doors}
        turned = self._turning().filter(**there).order_by().values("symbol")
        openers = turned.annotate(number=Count("keyset__pinnings")).filter(number=len(doors), number__gt=0)
        return self.filter(first_found("pk", openers.values("symbol")))

    def above(self, *symbols):
        """The parents of these symbols, their parents, and so on; parents are of a higher level, of which there are
        five."""
        path, up = "children", Q(children__in=symbols)
        for _step in range(len(KeyLevel) - 2):
            path += "__children"
            up |= Q(**{f"{path}__in": symbols})
        return self.filter(pk__in=self.model.objects.filter(up).values("pk"))

    def search(self, text):
        """Symbols that have a word beginning so, for each word of ``text``, in symbol or description."""
        query = beginning_with(text)
        return self.alias(words=SYMBOL_WORDS).filter(words=query) if query else self.none()

    def with_key_counts(self):
        """Annotates ``keys_in_use``, and ``keys_there``: how many of them anybody could take now."""
        key = self.model._meta.get_field("keys").related_model  # its module is above this one
        in_use = key.objects.in_use().filter(symbol=OuterRef("pk"))
        there = in_use.being(key.Availability.THERE)
        return self.annotate(keys_in_use=_number_of(in_use), keys_there=_number_of(there))

    def over_limit(self):
        """Symbols of which there are more keys than there may be."""
        key = self.model._meta.get_field("keys").related_model  # its module is above this one
        limited = key.objects.in_use().filter(symbol__most_copies__isnull=False).order_by()
        counted = limited.values("symbol", "symbol__most_copies").annotate(number=Count("pk"))
        return self.filter(pk__in=counted.filter(number__gt=F("symbol__most_copies")).values("symbol"))

    def opening_nothing(self):
        """Symbols of which keys are out that open no door."""
        key = self.model._meta.get_field("keys").related_model
        out = key._meta.get_field("loans").related_model.objects.running().filter(key__symbol=OuterRef("pk"))
        there = {"keyset__pinnings__until": None, "keyset__pinnings__isnull": False}
        return self.filter(Exists(out)).exclude(Exists(self._turning().filter(symbol=OuterRef("pk"), **there)))

    def with_door_counts(self):
        """Annotates ``doors_opened``: how many doors keys of the symbol open now."""
        there = {"keyset__pinnings__until": None, "keyset__pinnings__isnull": False}
        turned = self._turning().filter(symbol=OuterRef("pk"), **there).order_by().values("symbol")
        counted = turned.annotate(number=Count("keyset__pinnings")).values("number")
        return self.annotate(doors_opened=Coalesce(Subquery(counted), 0))

    def with_highest_child(self):
        """Annotates ``highest_child``, the level of the highest symbol directly below (None: there is none)."""
        below = self.model.objects.filter(parent=OuterRef("pk")).order_by("-level")
        return self.annotate(highest_child=Subquery(below.values("level")[:1]))

    def for_list(self):
        return self.select_related("system", "parent").order_by("symbol", "pk")

    def least_first(self):
        """As a list that begins with what opens the fewest doors."""
        return self.with_door_counts().for_list().order_by("doors_opened", "symbol", "pk")

    def _turning(self):
        """Which symbols turn which keysets now; that model is above this one."""
        return self.model._meta.get_field("operates").related_model.objects.now()


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


def _number_of(keys):
    counted = keys.order_by().values("symbol").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def openers(doors):
    """The symbols that turn the cylinder of one of these doors now."""
    operates = KeySymbol._meta.get_field("operates").related_model  # these models are above this one
    pinning = operates._meta.get_field("keyset").related_model._meta.get_field("pinnings").related_model
    keysets = pinning.objects.now().filter(door__in=doors).values("keyset")
    return operates.objects.now().filter(first_found("keyset", keysets)).values("symbol")


def in_charge(person):
    """The symbols that open a door of a building which ``person`` manages today."""
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    managed = Building.objects.managed_by(person, on=today)
    there = {"operates__until": None, "operates__keyset__pinnings__until": None}
    symbols = KeySymbol.objects.filter(operates__keyset__pinnings__door__building__in=managed, **there)
    return symbols.values("pk")
