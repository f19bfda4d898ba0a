"""The site of the staff console: Unfold's look, its own policy for scripts, and pages that no input upsets."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from keysite.console.lists import LONGEST_SEARCH
from keysite.console.scope import listed

# Unfold's scripts are interpreted by Alpine, and its pages carry styles; no page carries a script of its own.
POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


FOUND_PER_MODEL = 5


class ScopedAutocomplete(AutocompleteJsonView):
    """What a field offers as one types: rows the person may see, for foreign keys only."""

    def process_request(self, request):
        term, model_admin, field, to_field_name = super().process_request(request)
        if not (field.concrete and field.many_to_one):
            raise PermissionDenied
        return term[:200], model_admin, field, to_field_name

    def get_queryset(self):
        return listed(super().get_queryset())


class ConsoleSite(UnfoldAdminSite):
    """Where staff work."""

    index_title = _("Today")
    empty_value_display = "–"
    index_template = "console/index.html"

    def admin_view(self, view, cacheable=False):
        return csp_replace(POLICY)(super().admin_view(view, cacheable))

    def autocomplete_view(self, request):
        return ScopedAutocomplete.as_view(admin_site=self)(request)

    def search(self, request, extra_context=None):
        """What Ctrl+K finds: pages of the console, and rows that the words mean."""
        words = request.GET.get("s", "").strip()[:LONGEST_SEARCH]
        found = [*self._pages(request, words), *self._rows(request, words)] if words else []
        context = {"results": found, "page_counter": 0, "page_obj": {"count": len(found)}}
        template = "unfold/helpers/command_results.html" if found else "console/_nothing_found.html"
        return TemplateResponse(request, template, context)

    def _pages(self, request, words):
        entries = [entry for group in self.get_sidebar_list(request) for entry in group["items"]]
        for entry in entries:
            if entry["has_permission"] and words.lower() in str(entry["title"]).lower():
                yield SearchResult(
                    title=str(entry["title"]), description=_("Page"), link=entry["link"], icon=entry["icon"]
                )

    def _rows(self, request, words):
        for model, page in self._registry.items():
            if page.found_by_palette and page.has_view_permission(request):
                rows, _duplicates = page.get_search_results(request, page.for_list(request), words)
                for row in rows[:FOUND_PER_MODEL]:
                    link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
                    kind = str(model._meta.verbose_name)
                    yield SearchResult(title=str(row), description=kind, link=link, icon=page.found_by_palette)
