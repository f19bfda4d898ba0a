"""Lists that stay quick with a million rows, and whose filters take nothing but what they offer."""

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.contrib.filters.admin import RadioFilter
from unfold.views import ChangeList

from keysite.console.pages import AFTER, BEFORE, NoSuchPlace, columns_of, page_at, place_in
from keysite.console.rows import Table
from keysite.console.scope import listed, offered, row_id

COUNTED = 10_000
LONGEST_SEARCH = 200


class Counted(Paginator):
    """How long a list is: counts up to ten thousand rows, or to what its question says, and says “more than” beyond."""

    template_name = "console/_pages.html"

    @property
    def most(self):
        return getattr(self.object_list, "counted_to", None) or COUNTED

    @cached_property
    def counted(self):
        return self.object_list.order_by()[: self.most + 1].count()

    @property
    def count(self):
        return min(self.counted, self.most)

    @property
    def more(self):
        return self.counted > self.most


class ConsoleList(ChangeList):
    """A list with the joins of its model, in pages by key, without the lookups that Django's takes from the address."""

    def get_filters_params(self, params=None):
        given = super().get_filters_params(params)
        if set(given) - self.model_admin.filter_names(self.request):
            raise IncorrectLookupParameters
        return given

    def get_queryset(self, request, exclude_parameters=None):
        self.request = request
        for name in (AFTER, BEFORE):  # what a link of this page changes in the list, it shows from its beginning
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        self.root_queryset = self.model_admin.for_list(request)
        queryset = super().get_queryset(request, exclude_parameters)
        self.tabs = next((spec for spec in self.filter_specs if isinstance(spec, Tabs)), None)
        self.related = [spec for spec in self.filter_specs if isinstance(spec, Related)]
        self.has_filters = any(spec is not self.tabs and spec not in self.related for spec in self.filter_specs)
        return queryset

    def get_ordering_field_columns(self):
        """The one column that the list is sorted by because somebody clicked on it, and which way."""
        _before, sign, number = self.params.get(ORDER_VAR, "").split(".")[0].rpartition("-")
        names = dict(zip(map(str, range(len(self.list_display))), self.list_display, strict=True))
        return {int(number): "desc" if sign else "asc"} if names.get(number) in self.sortable_by else {}

    def get_ordering(self, request, queryset):
        """That column, else the order of the list; either ends in the key, so that pages have a place in it."""
        for column, direction in self.get_ordering_field_columns().items():
            sign = "-" if direction == "desc" else ""
            return [f"{sign}{self.list_display[column]}", f"{sign}pk"]
        order = list(queryset.query.order_by or self._get_default_ordering())
        return order if order[-1:] in (["pk"], ["-pk"]) else [*order, "-pk"]

    def get_results(self, request):
        """Count, and see where the page begins. The rows are read when they are shown: an action needs none."""
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.result_count = self.full_result_count = self.paginator.count
        self.can_show_all = self.result_count <= self.list_max_show_all
        self.multi_page = self.result_count > self.list_per_page
        self.show_admin_actions = True
        self.columns = columns_of(self.queryset)
        try:
            self.place = place_in(self.columns, request.GET)
        except NoSuchPlace:
            raise IncorrectLookupParameters from None
        if PAGE_VAR in request.GET:
            raise IncorrectLookupParameters

    @cached_property
    def page(self):
        size = self.list_max_show_all if self.show_all and self.can_show_all else self.list_per_page
        total = None if self.paginator.more else self.result_count
        return page_at(self.place, self.queryset, columns=self.columns, size=size, total=total)

    @property
    def result_list(self):
        return self.page.rows

    @property
    def page_links(self):
        """The pages around this one, as pairs of label and address; None where there is none."""
        before, after = self.page.before, self.page.after
        yield _("First"), before and self.get_query_string()
        yield _("Previous"), before and self.get_query_string({BEFORE: before})
        yield _("Next"), after and self.get_query_string({AFTER: after})
        yield _("Last"), after and self.get_query_string({BEFORE: ""})

    @property
    def table(self):
        return Table(self)

    @cached_property
    def summary(self):
        return self.model_admin.summary(self.queryset)

    @property
    def tab_choices(self):
        return list(self.tabs.choices(self))

    @property
    def related_choices(self):
        return [choice for spec in self.related for choice in spec.choices(self)]


class Listing:
    """The part of ``ConsoleAdmin`` that lists and finds rows."""

    paginator = Counted
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    list_filter_submit = True
    list_disable_select_all = True
    change_list_template = "console/change_list.html"
    list_before_template = "console/_tabs.html"
    sortable_by = ()

    def get_changelist(self, request, **kwargs):
        return ConsoleList

    def for_list(self, request):
        """The rows the person may see, with all that the list shows of them."""
        return listed(self.get_queryset(request))

    def summary(self, rows):
        """What is said above the list of all its rows, such as what they come to."""
        return ""

    def filter_names(self, request):
        return {spec.parameter_name for spec in self.get_list_filter(request)}

    def lookup_allowed(self, lookup, value, request):
        return lookup in self.filter_names(request)

    def changelist_view(self, request, extra_context=None):
        if ERROR_FLAG in request.GET:
            messages.warning(
                request, _("The address asked for a filter or page that does not exist: this is the list.")
            )
        return super().changelist_view(request, extra_context)

    def get_search_results(self, request, queryset, search_term):
        words = search_term.strip()[:LONGEST_SEARCH]
        if "\0" in words:
            return queryset.none(), False
        if words and hasattr(queryset, "search"):
            return queryset.search(words), False
        return super().get_search_results(request, queryset, words)

    def response_action(self, request, queryset):
        chosen = [key for key in request.POST.getlist("_selected_action") if row_id(key)]
        request.POST = request.POST.copy()
        request.POST.setlist("_selected_action", chosen[: self.list_per_page])
        request.POST.pop("select_across", None)
        return super().response_action(request, queryset)


class Pick(RadioFilter):
    """A filter with a few choices: ``choose`` gives back the rows of each."""

    choices_offered = ()  # (value, label)
    otherwise = None  # the value meant when the address names none

    def lookups(self, request, model_admin):
        return self.choices_offered

    def value(self):
        given = super().value()
        return given if given in dict(self.choices_offered) else self.otherwise

    def queryset(self, request, queryset):
        return self.choose(queryset, self.value()) if self.value() else queryset

    def choose(self, queryset, value):
        raise NotImplementedError


class PickRow(Pick):
    """A filter by one of a handful of other rows, of which the person is offered those they may see."""

    path = related_model = None

    def lookups(self, request, model_admin):
        self.choices_offered = [(str(row.pk), str(row)) for row in offered(self.related_model, request.user)]
        return self.choices_offered

    def choose(self, queryset, value):
        return queryset.filter(**{self.path: value})


class Tabs(Pick):
    """One-click choices above the list."""

    template = "console/_nothing.html"

    def choices(self, changelist):
        for value, label in self.choices_offered:
            asked = {self.parameter_name: value}
            yield {
                "label": label,
                "address": changelist.get_query_string(asked),
                "chosen": value == self.value(),
            }


class Related(SimpleListFilter):
    """Only the rows of one other row, which a link names: said above the list, with a way back."""

    template = "console/_nothing.html"
    path = ""  # from the listed model to the other row

    def __init__(self, request, params, model, model_admin):
        self.person = request.user
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return ()

    def has_output(self):
        return bool(super().value())

    @cached_property
    def other(self):
        key = row_id(super().value())
        return key and offered(self.related_model, self.person).filter(pk=key).first()

    def queryset(self, request, queryset):
        if not super().value():
            return queryset
        return self.narrow(queryset, self.other) if self.other else queryset.none()

    def narrow(self, rows, other):
        """The rows that belong to the other; lists that ask more than a column say it here."""
        return rows.filter(**{self.path: other})

    def choices(self, changelist):
        address = changelist.get_query_string(remove=[self.parameter_name])
        yield {"title": self.title, "other": self.other, "address": address}
