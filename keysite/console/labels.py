"""Tags: what is stuck on a thing so that it can be scanned."""

import segno
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path, reverse


class Tagged:
    """The part of a page that draws the tag of its row, and shows it alone for the printer."""

    change_form_outer_after_template = "console/tag_section.html"
    tag_page = ""  # where the tag leads whoever scans it; empty: it carries the bare code
    tag_says = ""  # what they learn there
    tag_invites = ""  # what the tag itself says; empty: where to bring what is found

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_tag"
        return [
            path("<path:object_id>/tag/", self.admin_site.admin_view(self.tag_view), name=name),
            *super().get_urls(),
        ]

    def tag_view(self, request, object_id):
        """The tag of one row, for the printer."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {"row": row, "opts": self.opts, "tag": self._tag(row, scale=6), "found": bool(self.tag_page)}
        context["invites"] = self.tag_invites
        return TemplateResponse(request, "console/tag.html", context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_tag", args=[obj.pk])
            context |= {"tag": self._tag(obj, scale=4), "tag_says": self.tag_says, "tag_address": address}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _tag(self, row, *, scale):
        """The QR code that leads to the page of the tag, or says its code."""
        code = row.public_code
        text = f"{settings.SITE_URL}{reverse(self.tag_page, args=[code])}" if self.tag_page else code
        return segno.make(text, error="m", micro=False).svg_inline(scale=scale, border=2, light="white")
