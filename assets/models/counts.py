"""Going through the rooms and counting what is there."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Person
from assets.models.assets import Asset
from assets.models.places import Building, Space
from keysite.ledger import kept_history


class StockTakeQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def closed(self):
        return self.filter(closed_at__isnull=False)

    def visible_to(self, person):
        return self if person.has_perm("assets.view_stocktake") else self.none()

    def with_progress(self):
        """How many assets are ``expected``, and how many of them were ``counted``; asked for each row that is read."""
        lines = Count.objects.filter(stock_take=models.OuterRef("pk"), expected=True)
        return self.annotate(expected=_number_of(lines), counted=_number_of(lines.filter(COUNTED)))

    def for_list(self):
        return self.select_related("building", "department", "opened_by").order_by("-opened_at", "-pk")


def _number_of(rows):
    number = rows.order_by().values("stock_take").annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(number), 0)


class StockTake(models.Model):
    """A stock-take: what should be in a building or belong to a department, and what was found of it."""

    name = models.CharField(_("name"), max_length=100)
    building = models.ForeignKey(
        Building,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stock_takes",
        verbose_name=_("building"),
        help_text=_("Empty: all buildings."),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stock_takes",
        verbose_name=_("department"),
        help_text=_("Empty: all departments."),
    )
    opened_at = models.DateTimeField(_("opened"), editable=False)
    opened_by = models.ForeignKey(Person, models.PROTECT, editable=False, related_name="+", verbose_name=_("opened by"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("closed by")
    )
    objects = StockTakeQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("stock-take"), _("stock-takes")
        permissions = [("count", "Can open a stock-take, count assets and close it")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="stocktake_closed_by_someone",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="stocktake_has_name"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_open(self):
        return self.closed_at is None


COUNTED, IN_PLACE = Q(counted_at__isnull=False), Q(space=F("expected_in"))
NOWHERE = Q(expected_in__isnull=True) | Q(space__isnull=True)  # nobody can say that it is in the wrong room
RESULTS = {
    "missing": Q(expected=True, counted_at__isnull=True),
    "elsewhere": Q(expected=True) & COUNTED & ~NOWHERE & ~IN_PLACE,
    "unexpected": Q(expected=False, asset__isnull=False),
    "unknown": Q(asset__isnull=True),
    "found": Q(expected=True) & COUNTED & (NOWHERE | IN_PLACE),
}


class CountQuerySet(models.QuerySet):
    def of(self, stock_take):
        return self.filter(stock_take=stock_take)

    def being(self, result):
        """The lines of which ``Count.result`` says so."""
        return self.filter(RESULTS[result])

    def found(self):
        """Expected, and found where it should be."""
        return self.being("found")

    def elsewhere(self):
        """Expected, and found in another room."""
        return self.being("elsewhere")

    def missing(self):
        return self.being("missing")

    def unexpected(self):
        """In the register, but not expected here."""
        return self.being("unexpected")

    def unknown(self):
        """A code that is not in the register."""
        return self.being("unknown")

    def totals(self):
        """How many lines there are of each result, in one question."""
        return self.aggregate(**{result: models.Count("pk", filter=condition) for result, condition in RESULTS.items()})

    def with_assets(self):
        """With each asset as its own list shows it: where it is now, and who has it."""
        rows = self.select_related("space__building", "expected_in__building", "counted_by")
        rows = rows.prefetch_related(models.Prefetch("asset", queryset=Asset.objects.for_list()))
        return rows.order_by("-counted_at", "pk")

    def visible_to(self, person):
        return self.filter(stock_take__in=StockTake.objects.visible_to(person))

    def search(self, text):
        """Counts of the assets that ``text`` means, and of codes that begin so."""
        return self.filter(Q(asset__in=Asset.objects.search(text)) | Q(code__istartswith=text))

    def for_list(self):
        return self.select_related(
            "stock_take", "asset__model", "space__building", "expected_in__building", "counted_by"
        ).order_by("-counted_at", "pk")


class Count(models.Model):
    """One line of a stock-take: an asset that was expected, was found, or both; or a code nobody knows."""

    class Result(models.TextChoices):
        MISSING = "missing", _("Missing")
        ELSEWHERE = "elsewhere", _("Found elsewhere")
        UNEXPECTED = "unexpected", _("Not expected")
        UNKNOWN = "unknown", _("Unknown codes")
        FOUND = "found", _("Found")

    stock_take = models.ForeignKey(
        StockTake, models.PROTECT, related_name="counts", verbose_name=_("stock-take"), editable=False
    )
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="counts", verbose_name=_("asset")
    )
    code = models.CharField(_("code"), max_length=64, blank=True)
    expected = models.BooleanField(_("expected"), default=False)
    expected_in = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("expected in")
    )
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True)
    counted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("counted by")
    )
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("found in")
    )
    objects = CountQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("count"), _("counts")
        constraints = [
            models.UniqueConstraint(fields=["stock_take", "asset"], name="count_one_per_asset"),
            models.UniqueConstraint(
                "stock_take", Upper("code"), condition=Q(asset__isnull=True), name="count_one_per_unknown_code"
            ),
            models.CheckConstraint(
                condition=Q(asset__isnull=False, code="") | (Q(asset__isnull=True) & ~Q(code="")),
                name="count_of_an_asset_or_a_code",
            ),
            models.CheckConstraint(
                condition=Q(counted_at__isnull=True, counted_by__isnull=True, expected=True, space__isnull=True)
                | Q(counted_at__isnull=False, counted_by__isnull=False),
                name="count_expected_or_counted",
            ),
        ]

    def __str__(self):
        return f"{self.stock_take} · {self.asset or self.code}"

    @property
    def result(self):
        """One word for the line."""
        if self.asset_id is None:
            return Count.Result.UNKNOWN
        if not self.expected:
            return Count.Result.UNEXPECTED
        if self.counted_at is None:
            return Count.Result.MISSING
        elsewhere = self.space_id and self.expected_in_id and self.space_id != self.expected_in_id
        return Count.Result.ELSEWHERE if elsewhere else Count.Result.FOUND

    @property
    def may_be_moved(self):
        """Found where it does not belong by now, and with nobody; for a line that was read ``with_assets``."""
        if self.asset is None or self.space_id is None or self.asset.is_disposed:
            return False
        held = getattr(self.asset, "open_assignment", None)
        if held:
            return held.person_id is None and held.space_id != self.space_id
        return self.asset.home_id != self.space_id
