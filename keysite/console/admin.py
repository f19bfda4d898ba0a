"""``ConsoleAdmin``: what every page of the staff console has in common."""

from dataclasses import dataclass, field

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline

from keysite.console.changes import history_of, versions
from keysite.console.deeds import Doing
from keysite.console.lists import Counted, Listing
from keysite.console.saving import Removable, Saving
from keysite.console.scope import Scoped

VERSIONS_PER_PAGE = 50


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
        page = Counted(rows, VERSIONS_PER_PAGE).get_page(request.GET.get("p"))
        shown = rows[page.start_index() - 1 if page else 0 :][: len(page) + 1]
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "page": page,
            "versions": versions(shown, request.user)[: len(page)],
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


class ConsoleInline(Removable, Scoped, TabularInline):
    """Rows that are edited on the page of another."""

    extra = 0
