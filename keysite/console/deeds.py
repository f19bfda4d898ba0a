"""Buttons and actions: a click in the console that calls one deed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold import forms as actions

from accounts.forms import new_once
from accounts.operations import once
from keysite.console.fields import Asking
from keysite.ledger import BasketRefusal, Refusal


def always(row):
    return True


def itself(row):
    return row


@dataclass(frozen=True)
class Deed:
    """An operation as staff reach it: who may, when its button is there, what it asks, what it says afterwards.

    The rules are the operation's; ``shown`` only keeps buttons away that would be refused. Where the operation takes
    something else than the row, ``given`` says under which names. A ``basket`` is given many rows at once, so that each
    person gets one message of them; ``line`` says what of a row the operation calls refused.
    """

    operation: Callable[..., Any]
    permission: str
    label: str
    done: str
    row: str = ""  # the name under which the operation takes the row
    given: Callable[..., dict[str, Any]] | None = None
    form: type[Asking] = Asking
    fixed: dict[str, Any] = field(default_factory=dict)
    shown: Callable[[Any], bool] = always
    intro: str = ""
    icon: str = ""
    confirm: bool = False  # asks once more although nothing is to be typed
    bulk: bool = False
    grave: bool = False
    basket: bool = False
    line: Callable[[Any], Any] = itself
    removes: bool = False  # the row is gone afterwards
    once: str = ""  # a template that shows what the operation gave back, in this answer only
    called: str = ""  # where one operation is two deeds to whoever does them
    tone: str = ""  # a class for the look of its button and its question

    @property
    def name(self):
        return self.called or self.operation.__name__

    @property
    def asks(self):
        return self.confirm or bool(set(self.form.base_fields) - {"once", "version"})

    def do(self, rows, by, values):
        """To one row, or to all of a basket."""
        taken = self.given(*rows) if self.given else {self.row: rows[0]}
        return self.operation(**taken, by=by, **self.fixed, **values)


class ActionForm(actions.ActionForm):
    """Which action, with the one-time key for those that ask nothing more."""

    once = forms.CharField(label="", widget=forms.HiddenInput, required=False, initial=new_once)


class Doing:
    """The part of ``ConsoleAdmin`` that shows deeds as buttons and actions, and does them."""

    deeds = ()
    action_form = ActionForm

    def get_urls(self):
        info = self.opts.app_label, self.opts.model_name
        pages = [
            path(
                f"<path:object_id>/{deed.name}/",
                self.admin_site.admin_view(self._view(deed)),
                name=f"{info[0]}_{info[1]}_{deed.name}",
            )
            for deed in self.deeds
        ]
        return pages + super().get_urls()

    def _view(self, deed):
        def view(request, object_id):
            return self.deed_view(request, deed, object_id)

        return view

    def deed_view(self, request, deed, object_id):
        """Ask what the deed needs, then do it once. POST only changes anything."""
        row = self._row(request, deed, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = deed.form(request.POST if request.method == "POST" else None, person=request.user, row=row)
        if form.is_bound and form.is_valid():
            if deed.once:
                return self._show_once(request, deed, row, form)
            address = form.perform(
                owner=f"console:{request.user.pk}:{deed.name}:{row.pk}",
                deed=lambda: self._do(request, deed, row, form),
            )
            if address:
                return redirect(address)
        return self._ask(request, deed, [row], form)

    def _row(self, request, deed, object_id):
        if not request.user.has_perm(deed.permission) or not self.has_view_permission(request):
            raise PermissionDenied
        return super().get_object(request, unquote(object_id))

    def _do(self, request, deed, row, form):
        key = row.pk
        deed.do([row], request.user, form.asked())
        self.message_user(request, deed.done % {"row": row}, messages.SUCCESS)
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{page}_changelist") if deed.removes else reverse(f"{page}_change", args=[key])

    def _show_once(self, request, deed, row, form):
        """What only this answer carries: nothing of it is kept, and doing it again gives a new one."""
        try:
            secret = deed.do([row], request.user, form.asked())
        except Refusal as refusal:
            form.refuse(refusal)
            return self._ask(request, deed, [row], form)
        context = self._deed_context(request, deed, [row]) | {"secret": secret, "site": settings.SITE_URL}
        return TemplateResponse(request, deed.once, context)

    def _ask(self, request, deed, rows, form, **context):
        context |= self._deed_context(request, deed, rows) | {"form": form, "media": self.media + form.media}
        return TemplateResponse(request, "console/deed.html", context)

    def _deed_context(self, request, deed, rows):
        request.current_app = self.admin_site.name
        one = rows[0] if len(rows) == 1 else None
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": deed.label,
            "subtitle": str(one) if one else None,
            "deed": deed,
            "rows": rows,
            "original": one,
        }

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            version = getattr(obj, "version", None)
            context["deeds"] = [
                {"deed": deed, "address": self._address(deed, obj), "once": new_once(), "version": version}
                for deed in self.deeds
                if request.user.has_perm(deed.permission) and deed.shown(obj)
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _address(self, deed, row):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{deed.name}", args=[row.pk])

    def get_actions(self, request):
        actions = super().get_actions(request)
        for deed in self.deeds:
            if deed.bulk and request.user.has_perm(deed.permission):
                actions[deed.name] = (self._action(deed), deed.name, deed.label)
        return actions

    def _action(self, deed):
        def action(model_admin, request, queryset):
            return self._do_all(request, deed, list(queryset))

        return action

    def _do_all(self, request, deed, rows):
        """Ask what the deed needs, then do it to each row on its own, once."""
        asked = "console_asked" in request.POST
        form = deed.form(request.POST if asked or not deed.asks else None, person=request.user)
        if rows and not (form.is_bound and form.is_valid()):
            return self._ask(request, deed, rows, form, action=deed.name, checkbox=ACTION_CHECKBOX_NAME)
        try:
            if self._is_new(request, deed):
                self._report(request, deed, rows, form)
            else:
                messages.info(request, _("This was done already; the list shows the result."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect(request.get_full_path())

    def _is_new(self, request, deed):
        """Claim the one-time key of this POST: of the same POST twice, only the first acts."""
        first = []
        once(
            key=request.POST.get("once", ""),
            owner=f"console:{request.user.pk}:{deed.name}",
            values={"rows": sorted(request.POST.getlist(ACTION_CHECKBOX_NAME))},
            deed=lambda: first.append(True) or deed.name,
        )
        return bool(first)

    def _report(self, request, deed, rows, form):
        """Do the deed to each row, and say how many it was done to and why not to the others."""
        gone = len(set(request.POST.getlist(ACTION_CHECKBOX_NAME))) - len(rows)
        do = self._do_together if deed.basket else self._do_one_by_one
        done, refused = do(deed, rows, request.user, form.asked()) if rows else (0, [])
        for sentence in refused:
            messages.warning(request, sentence)
        if gone:
            said = ngettext("%(n)d chosen row is", "%(n)d chosen rows are", gone) % {"n": gone}
            messages.warning(request, _("%(rows)s not in this list any more.") % {"rows": said})
        if done:
            words = {"label": deed.label, "done": done}
            messages.success(request, ngettext("%(label)s: %(done)d done.", "%(label)s: %(done)d done.", done) % words)

    def _do_one_by_one(self, deed, rows, person, values):
        """Each row on its own; gives back how many that was, and why the others are refused."""
        refused = []
        for row in rows:
            try:
                deed.do([row], person, values)
            except Refusal as refusal:
                refused.append(f"{capfirst(str(row))}: {refusal}")
        return len(rows) - len(refused), refused

    def _do_together(self, deed, rows, person, values):
        """All rows at once, without those that are refused; gives back how many that was, and why these are."""
        sentences = []
        try:
            deed.do(rows, person, values)
        except BasketRefusal as refusal:
            sentences = [str(sentence) for sentence in refusal.lines.values()]
            rows = [row for row in rows if deed.line(row) not in refusal.lines]
            if rows:
                deed.do(rows, person, values)
        return len(rows), sentences
