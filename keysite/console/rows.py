"""The rows of a list as HTML. What all rows have in common is worked out once per page, not once per cell."""

from functools import cache
from types import SimpleNamespace

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from unfold.templatetags.unfold_list import CHECKBOX_CLASSES, LINK_CLASSES, ROW_CLASSES, result_headers
from unfold.utils import display_for_field, display_for_label, display_for_value

KEY = "KEY-OF-THE-ROW"  # stands where each row has its own key
CALENDAR = (models.DateField, models.TimeField, models.ForeignKey)


class Table:
    """The headings of a list, and its rows one by one; it looks as Unfold's own."""

    def __init__(self, changelist):
        self.list = changelist
        self.headings = list(result_headers(changelist))
        self.sorted = sum(bool(heading.get("sorted")) for heading in self.headings)

    def __iter__(self):
        cells = list(self._cells())
        for row in self.list.result_list:
            yield mark_safe("".join([cell(row) for cell in cells]))  # noqa: S308  each cell escapes what it shows

    def _cells(self):
        """For each column what makes a cell of a row."""
        tag = "th"
        for name, heading in zip(self.list.list_display, self.headings, strict=True):
            if name == "action_checkbox":
                yield self._checkbox()
            elif name in self.list.list_display_links:
                yield self._link(tag, name, heading)
                tag = "td"
            else:
                yield self._plain(name, heading)

    def _checkbox(self):
        box = self.list.model_admin.action_checkbox(SimpleNamespace(pk=KEY))
        label = _("Select record")
        cell = format_html('<td class="{}" data-label="{}">{}</td>', " ".join(CHECKBOX_CLASSES), label, box)
        start, end = cell.split(KEY)
        return lambda row: f"{start}{row.pk}{end}"

    def _link(self, tag, name, heading):
        page = self.list.url_for_result(SimpleNamespace(**{self.list.pk_attname: KEY}))
        context = {"preserved_filters": self.list.preserved_filters, "opts": self.list.opts}
        back = add_preserved_filters(context, page).removeprefix(page)
        link = format_html('<a href="{}" class="{}">', page, " ".join(LINK_CLASSES))
        start, end = link.split(KEY)
        begin, shown, back = self._begin(tag, name, heading), _shown(name, self.list), conditional_escape(back)
        end = end.replace('"', f'{back}"', 1)
        return lambda row: f"{begin}{start}{row.pk}{end}{conditional_escape(shown(row))}</a></{tag}>"

    def _plain(self, name, heading):
        begin, shown = self._begin("td", name, heading), _shown(name, self.list)
        return lambda row: f"{begin}{conditional_escape(shown(row))}</td>"

    def _begin(self, tag, name, heading):
        field = _field(name, self.list)
        classes = [f"field-{name}", *ROW_CLASSES, *(["nowrap"] if isinstance(field, CALENDAR) else [])]
        return format_html('<{} class="{}" data-label="{}">', tag, " ".join(classes), heading["text"])


def _field(name, changelist):
    """The field that a column shows, or None when it is a method or a property."""
    _label, attribute = label_for_field(name, changelist.model, changelist.model_admin, return_attr=True)
    return changelist.opts.get_field(name) if attribute is None else None


def _shown(name, changelist):
    """From a row to what one column shows of it."""
    empty, field = changelist.model_admin.get_empty_value_display(), _field(name, changelist)
    if isinstance(field, models.ForeignKey):
        return lambda row: empty if (other := getattr(row, name)) is None else other
    if isinstance(field, models.BooleanField):
        icon = cache(lambda value: display_for_field(value, field, empty))
        return lambda row: icon(getattr(row, name))
    if field is not None:
        return lambda row: display_for_field(getattr(row, name), field, empty)
    return _computed(name, changelist, empty)


def _computed(name, changelist, empty):
    """The same for a column that is a method of the page, or an attribute of the row."""
    method = str if name == "__str__" else getattr(changelist.model_admin, name, None)
    label, boolean = getattr(method, "label", None), getattr(method, "boolean", False)
    if label or boolean:  # a few different ones, each rendered once
        drawn = cache(
            lambda value: display_for_label(value, empty, label) if label else display_for_value(value, empty, True)
        )
        return lambda row: drawn(method(row))

    def shown(row):
        try:
            value = method(row) if method else getattr(row, name)
        except ObjectDoesNotExist:
            return empty
        return display_for_value(value() if callable(value) else value, empty)

    return shown
