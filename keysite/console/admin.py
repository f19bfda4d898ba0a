"""``ConsoleAdmin``: what every page of the staff console has in common."""

from dataclasses import dataclass, field

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import PaginationInlineFormSet

from keysite.console.changes import history_of, versions
from keysite.console.deeds import Doing
from keysite.console.lists import Listing
from keysite.console.saving import Removable, Saving
from keysite.console.scope import Autocomplete, Scoped, row_id

VERSIONS_PER_PAGE = 50
ROWS_PER_PAGE = 20


class Remembering:
    """The part of ``ConsoleAdmin`` that shows a row's history. It is read only: no version is ever put back by it."""

    def history_view(self, request, object_id, extra_context=None):
        """Who changed the row, when, why and how, newest first."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        if history_of(self.model) is None:
            return super().history_view(request, object_id, extra_context)
        rows = history_of(self.model).filter(**{self.opts.pk.attname: row.pk})
        start = row_id(request.GET.get("from", ""))
        if start:
            rows = rows.filter(history_id__lte=start)
        shown = list(rows[: VERSIONS_PER_PAGE + 1])  # the last one is what the one before it is compared with
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "start": start,
            "older": shown[-1].history_id if len(shown) > VERSIONS_PER_PAGE else None,
            "versions": versions(shown, request.user)[:VERSIONS_PER_PAGE],
        }
        return TemplateResponse(request, "console/history.html", context)


@dataclass
class Section:
    """Rows of another model under a row's own form: ``lines`` are (address, cells)."""

    title: str
    headings: list[str]
    lines: list = field(default_factory=list)
    empty: str = ""
    more: str = ""
    address: str = ""

    @property
    def rows(self):
        return [
            {"address": address, "cells": list(zip(self.headings, cells, strict=True))} for address, cells in self.lines
        ]


class ConsoleAdmin(Remembering, Doing, Saving, Listing, Scoped, ModelAdmin):
    """A page of the console: limited to what the person may see, saved once and never blindly, with its history."""

    show_facets = ShowFacets.NEVER
    change_form_template = "console/change_form.html"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    warn_unsaved_form = True
    found_by_palette = ""  # the icon of its rows among what Ctrl+K finds; empty: they are not among it
    state = None  # a ``display`` of (code, words) with the colours of the codes: a column, and the page's badge

    def links(self, request, row):
        """Where the page of a row leads besides, as pairs of label and address."""
        return ()

    def sections(self, request, row):
        """What else the page of a row shows."""
        return ()

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["show_save_and_add_another"] = add
        if change:
            context["links"], context["sections"] = list(self.links(request, obj)), list(self.sections(request, obj))
            if self.state:
                code, words = self.state(obj)
                context["badge"] = {"text": words, "type": self.state.label.get(code)}
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnly:
    """Rows that only deeds make and change."""

    def has_add_permission(self, request, *args):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class ConsoleRows(PaginationInlineFormSet):
    """The rows of an inline, a page of them at a time, and their foreign keys looked up at once."""

    def get_page_num(self):
        key = self.get_pagination_key()
        return row_id(self.request.GET.get(key, "")) or row_id(self.request.POST.get(key, "")) or 1

    @cached_property
    def forms(self):
        forms = super().forms
        for form in forms:
            self.fk.set_cached_value(form.instance, self.instance)  # its name is in the name of each row
        for name, offered in self.form.base_fields.items():
            if name != self.fk.name and isinstance(_bare(offered), Autocomplete):
                chosen = {row_id(str(form[name].value())) for form in forms} - {None}
                known = offered.queryset.in_bulk(chosen)
                for form in forms:
                    _bare(form.fields[name]).known = known
        return forms


def _bare(field):
    """The widget of ``field`` without the links that Django's admin wraps around it."""
    return getattr(field.widget, "widget", field.widget)


class ConsoleInline(Removable, Scoped, TabularInline):
    """Rows that are edited on the page of another."""

    extra = 0
    per_page, max_num = ROWS_PER_PAGE, 2 * ROWS_PER_PAGE
    formset = ConsoleRows

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)
