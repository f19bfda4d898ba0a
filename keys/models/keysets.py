"""What cylinders are pinned to, and which keys turn them."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.models import Building
from keys.models.symbols import KeySymbol
from keys.models.systems import KeySystem
from keysite.ledger import kept_history
from keysite.search import beginning_with, words_of

KEYSET_WORDS = words_of("designation")
NOW = Q(until__isnull=True)
STEPS_UP = 4  # from a change key to the great grand master


def at_moment(moment):
    """Rows that hold at ``moment``, from ``since`` on and before ``until``; None: now."""
    return NOW if moment is None else Q(Q(until__isnull=True) | Q(until__gt=moment), since__lte=moment)


class KeysetQuerySet(models.QuerySet):
    def with_designation(self, designation):
        """Keysets called so, whatever the case; several systems may use the same."""
        return self.alias(lower=Lower("designation")).filter(lower=designation.strip().lower())

    def search(self, text):
        query = beginning_with(text)
        return self.alias(words=KEYSET_WORDS).filter(words=query) if query else self.none()

    def visible_to(self, person):
        if not person.has_perm("keys.view_keyset"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
        managed = Building.objects.managed_by(person, on=today)
        here = self.model.objects.filter(pinnings__until=None, pinnings__door__building__in=managed)
        return self.filter(pk__in=here.values("pk"))

    def crossed(self):
        return self.filter(kind=Keyset.Kind.CROSS)

    def unexplained(self):
        """Keysets that a key turns which the hierarchy does not explain."""
        return self.filter(pk__in=Operates.objects.unexplained().values("keyset"))

    def lacking_above(self):
        """Plain and cross-keyed ones that a symbol above their own does not turn, although it is not retired."""
        lacking, path = [], "own"
        keysets = self.model.objects.filter(kind__in=[Keyset.Kind.PLAIN, Keyset.Kind.CROSS])
        for _step in range(STEPS_UP):
            path += "__parent"
            it = Q(symbol=OuterRef(path)) | Q(symbol__replaces__before=OuterRef(path))
            turned = Operates.objects.now().filter(it, keyset=OuterRef("pk"))
            there = keysets.filter(**{f"{path}__isnull": False, f"{path}__retired_at": None})
            lacking.append(there.exclude(Exists(turned)).values("pk"))
        return self.filter(pk__in=lacking[0].union(*lacking[1:]))

    def turned_by(self, *symbols):
        return self.filter(pk__in=Operates.objects.now().filter(symbol__in=symbols).values("keyset"))

    def turned_by_nothing(self):
        return self.exclude(Exists(Operates.objects.now().filter(keyset=OuterRef("pk"))))

    def without_doors(self):
        here = self.model.objects.filter(pinnings__until=None, pinnings__isnull=False)
        return self.exclude(pk__in=here.values("pk"))

    def for_list(self):
        return self.select_related("system", "own").order_by("designation", "pk")


class Keyset(models.Model):
    """What a cylinder is pinned to: the doors of one keyset are keyed alike. Which keys turn it, ``Operates`` says."""

    class Kind(models.TextChoices):
        PLAIN = "plain", _("Plain")
        CROSS = "cross", _("Cross-keyed")
        NMK = "nmk", _("Not master-keyed")
        SKD = "skd", _("Single keyed")

    system = models.ForeignKey(KeySystem, models.PROTECT, related_name="keysets", verbose_name=_("key system"))
    designation = models.CharField(
        _("designation"), max_length=64, help_text=_("Such as AA1, XAA3 or AA1(NMK): what the chart calls it.")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PLAIN)
    own = models.ForeignKey(
        KeySymbol,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="own_keysets",
        verbose_name=_("own symbol"),
        help_text=_("Whose key it is made for; a cross-keyed cylinder may have none."),
    )
    history = kept_history()
    objects = KeysetQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("keyset"), _("keysets")
        ordering = ["designation", "pk"]
        permissions = [("rekey", "Can say what turns a keyset, and which keyset a door has")]
        indexes = [
            GinIndex(KEYSET_WORDS, name="keyset_by_words"),
            models.Index(fields=["designation", "id"], name="keyset_by_designation"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("designation"),
                "system",
                name="keyset_one_per_system_designation",
                violation_error_message=_("This system has a keyset of this designation already."),
            ),
            models.CheckConstraint(condition=~Q(designation=""), name="keyset_has_designation"),
            models.CheckConstraint(condition=Q(kind__in=["plain", "cross", "nmk", "skd"]), name="keyset_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="cross") | Q(own__isnull=False),
                name="keyset_without_own_symbol_is_crossed",
                violation_error_message=_("Say whose key turns it; only a cross-keyed keyset has no key of its own."),
            ),
        ]

    def __str__(self):
        return self.designation


class OperatesQuerySet(models.QuerySet):
    def now(self):
        return self.filter(NOW)

    def at(self, moment):
        """What turned what at ``moment``."""
        return self.filter(at_moment(moment))

    def unexplained(self):
        """Rows that the hierarchy would not make: not the keyset's own symbol, nor one above it.

        A row that says itself where it comes from (cross-keyed, selective) is explained. Parents are of a higher
        level, and there are five levels: so four steps up are all there can be. A symbol that replaces another at
        some doors stands there in its place, and the replaced one stands where it stood.
        """
        above, replaced = Q(symbol=F("keyset__own")), Q()
        path = "keyset__own"
        for _step in range(STEPS_UP):
            path += "__parent"
            above |= Q(symbol=F(path), keyset__kind__in=[Keyset.Kind.PLAIN, Keyset.Kind.CROSS])
            replaced |= Q(after=OuterRef("symbol"), before=OuterRef(path))
            replaced |= Q(before=OuterRef("symbol"), after=OuterRef(path))
        said = [Operates.Source.CROSS, Operates.Source.SELECTIVE]
        replacement = KeySymbol._meta.get_field("replaces").related_model  # its module is above this one
        rows = self.now().exclude(source__in=said).exclude(above)
        return rows.exclude(Exists(replacement.objects.filter(replaced)))

    def ended(self):
        return self.exclude(NOW)

    def opening(self, doors):
        """What turns the cylinders of these doors now; annotates ``door``, the number of the one."""
        here = {"keyset__pinnings__until": None, "keyset__pinnings__door__in": doors}
        return self.now().filter(**here).annotate(door=F("keyset__pinnings__door"))

    def visible_to(self, person):
        """All for a role without scope; for managers what turns the cylinders of their buildings."""
        if not person.has_perm("keys.view_operates"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(keyset__in=Keyset.objects.visible_to(person))

    def search(self, text):
        """Rows of the symbols, and of the keysets, that ``text`` means."""
        symbols = self.model.objects.filter(symbol__in=KeySymbol.objects.search(text))
        keysets = self.model.objects.filter(keyset__in=Keyset.objects.search(text))
        return self.filter(pk__in=symbols.values("pk").union(keysets.values("pk")))

    def for_list(self):
        return self.select_related("keyset__system", "symbol__system").order_by("symbol__symbol", "pk")

    def lowest_first(self):
        """As a list that begins with the symbols of the lowest level."""
        return self.for_list().order_by("symbol__level", "symbol__symbol", "pk")


class Operates(models.Model):
    """A key symbol turns a keyset, from one moment to another. What a key opens is always read from here."""

    class Source(models.TextChoices):
        OWN = "own", _("Own key")
        HIERARCHY = "hierarchy", _("Above it")
        CROSS = "cross", _("Cross-keyed")
        SELECTIVE = "selective", _("Selective master")
        LISTED = "listed", _("Taken from a list")
        MANUAL = "manual", _("Entered by hand")

    keyset = models.ForeignKey(Keyset, models.PROTECT, related_name="operates", verbose_name=_("keyset"))
    symbol = models.ForeignKey(KeySymbol, models.PROTECT, related_name="operates", verbose_name=_("key symbol"))
    source = models.CharField(_("because"), max_length=16, choices=Source)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    history = kept_history()
    objects = OperatesQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("key that turns it"), _("keys that turn it")
        indexes = [
            models.Index(fields=["symbol", "keyset"], condition=NOW, name="operates_now_by_symbol"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["keyset", "symbol"], condition=NOW, name="operates_once_now"),
            models.CheckConstraint(condition=NOW | Q(until__gt=F("since")), name="operates_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(source__in=["own", "hierarchy", "cross", "selective", "listed", "manual"]),
                name="operates_source_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.symbol} → {self.keyset}"
