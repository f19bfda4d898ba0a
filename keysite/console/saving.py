"""How the console saves: each form once, never over what somebody else has just done, never without a reason."""

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models
from django.forms.models import _get_foreign_key
from django.utils.translation import gettext as _

from accounts.forms import new_once
from accounts.operations import once
from keysite.console.changes import changes_since, history_of, version_of
from keysite.console.scope import listed
from keysite.ledger import Refusal, lock, record, remove

NOT_VALUES = {"_save", "_continue", "_addanother", "csrfmiddlewaretoken", "console_once"}


class ConsoleForm(forms.ModelForm):
    """A form that also says why it cannot be saved just now, whatever was typed."""

    refusals = ()

    def _post_clean(self):
        super()._post_clean()
        said = self.non_field_errors()
        for sentence in self.refusals:
            if sentence not in said:
                self.add_error(None, sentence)


class NotSaved(Exception):
    """The form was shown again: there is nothing to remember of this POST."""

    def __init__(self, response):
        self.response = response


class Removable:
    """Most rows stay for ever; only such as nothing hangs on (``removable``) go again, one at a time."""

    removable = False

    def has_delete_permission(self, request, obj=None):
        return self.removable and self.has_change_permission(request, obj)


class Saving(Removable):
    """The part of ``ConsoleAdmin`` that adds and changes rows."""

    form = ConsoleForm
    locks_first = True  # not where a deed saves the row, which takes other locks before

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if "_saveasnew" in request.POST:  # would add under the address of a change
            request.POST = request.POST.copy()
            del request.POST["_saveasnew"]
        try:
            if object_id is None:
                return self._add_once(request, form_url, extra_context)
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            request.console_refusals = [str(refusal)]
        except IntegrityError as error:  # somebody was faster, or the form does not know the column
            request.console_refusals = [_sentence_of(error)]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _add_once(self, request, form_url, extra_context):
        """Add one row for this one-time key; a repeat of the same POST ends on the same page."""
        values = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_VALUES}
        owner = f"console:{request.user.pk}:{self.model._meta.label_lower}"
        done = []

        def add():
            done.append(super(Saving, self).changeform_view(request, None, form_url, extra_context))
            if not hasattr(request, "console_added"):
                raise NotSaved(done.pop())
            return str(request.console_added.pk)

        try:
            key = once(key=request.POST.get("console_once", ""), owner=owner, values=values, deed=add)
        except NotSaved as shown_again:
            return shown_again.response
        return done[0] if done else self.response_add(request, self.model._default_manager.get(pk=key))

    def log_addition(self, request, obj, message):
        request.console_added = obj
        return self._log(super().log_addition, request, obj, message)

    def log_change(self, request, obj, message):
        return self._log(super().log_change, request, obj, message)

    def log_deletions(self, request, queryset):
        return self._log(super().log_deletions, request, queryset)

    def _log(self, write, *what):
        """Django's own log is for rows without a history: it would keep the names of people who are anonymised."""
        return write(*what) if history_of(self.model) is None else None

    def for_page(self, request):
        """The rows the person may see, with all that the page of one of them shows."""
        return listed(self.get_queryset(request))

    def get_object(self, request, object_id, from_field=None):
        field = self.opts.get_field(from_field) if from_field else self.opts.pk
        try:
            obj = self.for_page(request).filter(**{field.name: field.to_python(object_id)}).first()
        except (ValidationError, ValueError):
            return None
        if obj is not None and self.locks_first and request.method == "POST" and connection.in_atomic_block:
            try:
                lock(obj)
            except self.model.DoesNotExist:
                return None
        return obj

    def get_changeform_initial_data(self, request):
        """What the address says to begin with; a moment that is none is left out: its widget cannot show it."""
        initial = super().get_changeform_initial_data(request)
        for field in self.opts.fields:
            if isinstance(field, models.DateTimeField) and field.name in initial:
                try:
                    initial[field.name] = field.to_python(initial[field.name])
                except ValidationError:
                    del initial[field.name]
        return initial

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if request.method == "POST":
            if not hasattr(request, "console_refusals"):
                request.console_refusals = self._conflicts(request, obj) if change else []
            form.refusals = request.console_refusals
        return form

    def _conflicts(self, request, obj):
        """What was done to the row since the page was shown, as sentences."""
        parts, shown = self._parts(request, obj), request.POST.get("console_version", "")
        if shown == version_of(parts):
            return []
        request.console_stale = True
        return changes_since(shown, parts, request.user)

    def _parts(self, request, obj):
        """The rows that this page edits and that keep a history: its own, and those of its inlines."""
        parts = [(self.model, {self.model._meta.pk.attname: obj.pk})]
        for inline in self.get_inline_instances(request, obj):
            if inline.has_add_permission(request, obj) or inline.has_change_permission(request, obj):
                key = _get_foreign_key(self.model, inline.model, fk_name=inline.fk_name)
                parts.append((inline.model, {key.attname: obj.pk}))
        return [(model, rows) for model, rows in parts if history_of(model) is not None]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        version = request.POST.get("console_version", "")
        if change and (request.method != "POST" or hasattr(request, "console_stale")):
            version = version_of(self._parts(request, obj))
        context |= {"console_version": version, "console_once": new_once()}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            self.add(obj, by=request.user)
        elif form.has_changed():
            self.change(obj, form.changed_data, by=request.user)

    def add(self, row, by):
        """Save a new row; pages of rows that come into being by a deed call it here."""
        record(row, by=by, reason="added")

    def change(self, row, names, by):
        """Save the columns ``names`` of a row; pages of rows that are changed by a deed call it here."""
        record(row, by=by, reason=_changed(row, names))

    def save_formset(self, request, form, formset, change):
        formset.save(commit=False)
        for row in formset.deleted_objects:
            remove(row, by=request.user, reason="taken out")
        for row in formset.new_objects:
            record(row, by=request.user, reason="added")
        for row, names in formset.changed_objects:
            record(row, by=request.user, reason=_changed(row, names))

    def delete_model(self, request, obj):
        remove(obj, by=request.user, reason="taken out")

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def _sentence_of(error):
    """What the constraint that the database saw broken says of it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    broken = (constraint for model in apps.get_models() for constraint in model._meta.constraints)
    constraint = next((constraint for constraint in broken if constraint.name == name), None)
    if constraint is None or constraint.violation_error_message == constraint.default_violation_error_message:
        return _("Somebody else saved something at this moment. Check and save again.")
    return str(constraint.violation_error_message)


def _changed(row, names):
    """What was changed, for the history."""
    return "changed: " + ", ".join(str(row._meta.get_field(name).verbose_name) for name in names)
