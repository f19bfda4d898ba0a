"""Stock-takes: what should be there, and what was found."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.admin.sections import lines_of
from assets.models import Asset, Count, StockTake
from assets.operations import close_stock_take, move_to_found, open_stock_take
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Tabs, display


class StockTakeTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]
    otherwise = "open"

    def choose(self, stock_takes, value):
        return getattr(stock_takes, value)()


@admin.register(StockTake)
class StockTakeAdmin(ConsoleAdmin):
    """A stock-take is opened here and counted at the desk; it is never changed."""

    list_display = ["name", "building", "department", "opened_at", "opened_by", "state"]
    list_filter = [StockTakeTabs]
    search_fields = ["name"]
    fields = ["name", ("building", "department"), ("opened_at", "opened_by"), ("closed_at", "closed_by")]
    deeds = [
        Deed(
            close_stock_take,
            "assets.count",
            _("Close"),
            _("The stock-take %(row)s is closed."),
            row="stock_take",
            intro=_("Nothing is counted in it any more; what was not found stays missing in it."),
            icon="lock",
            confirm=True,
            shown=lambda stock_take: stock_take.closed_at is None,
        )
    ]

    def has_add_permission(self, request):
        return request.user.has_perm("assets.count")

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.fields[:2]

    def get_readonly_fields(self, request, obj=None):
        return ["opened_at", "opened_by", "closed_at", "closed_by"]

    def links(self, request, stock_take):
        if stock_take.is_open:
            yield _("Count"), reverse("stock_take", args=[stock_take.pk])

    def add(self, row, by):
        opened = open_stock_take(name=row.name, building=row.building, department=row.department, by=by)
        row.pk = opened.pk

    def sections(self, request, stock_take):
        if request.user.has_perm("assets.view_count"):
            yield lines_of(stock_take)

    @display(description=_("state"), label={"open": "warning", "closed": "success"})
    def state(self, stock_take):
        return ("closed", _("Closed")) if stock_take.closed_at else ("open", _("Open"))


class CountTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("all", _("All")), *Count.Result.choices]
    otherwise = "all"

    def choose(self, counts, value):
        return counts if value == "all" else counts.being(value)


class OfStockTake(Related):
    title, parameter_name, path, related_model = _("stock-take"), "stock_take", "stock_take", StockTake


class OfAsset(Related):
    title, parameter_name, path, related_model = _("asset"), "asset", "asset", Asset


@admin.register(Count)
class CountAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["what", "stock_take", "state", "expected_in", "space", "counted_at", "counted_by"]
    list_filter = [CountTabs, OfStockTake, OfAsset]
    search_fields = ["code"]
    search_help_text = _("Asset, or an unknown code")
    fields = ["stock_take", ("asset", "code"), ("expected", "expected_in"), "space", ("counted_at", "counted_by")]
    deeds = [
        Deed(
            move_to_found,
            "assets.move",
            _("It belongs there"),
            _("%(row)s: it belongs where it was found."),
            row="count",
            intro=_("From now on it belongs where it was found."),
            icon="move_location",
            confirm=True,
            bulk=True,
            shown=lambda count: bool(count.asset_id and count.space_id and count.space_id != count.expected_in_id),
        )
    ]

    @display(description=_("what"))
    def what(self, count):
        return count.asset or count.code

    @display(
        description=_("result"),
        label={
            "found": "success",
            "elsewhere": "warning",
            "missing": "danger",
            "unexpected": "info",
            "unknown": "info",
        },
    )
    def state(self, count):
        return count.result.value, count.result.label
