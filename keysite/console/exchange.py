"""Lists that leave as a CSV file and come back as one, in the scope and under the rules of everything else."""

import base64
import binascii
import csv
from functools import partial
from itertools import chain

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin, ImportMixin
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.forms import new_once
from accounts.operations import once
from keysite import tables
from keysite.console.scope import offered
from keysite.ledger import Refusal
from keysite.spreadsheet import workbook

CALCULATED = tuple("=+-@\t\r\n＝＋－＠")  # what a spreadsheet takes for the beginning of a formula
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 1_500_000  # bytes
CHUNK = 2000


def harmless(value):
    """``value`` as a cell that no spreadsheet calculates; reading it back, ``keysite.tables`` drops the apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(CALCULATED) else text


class _Echo:
    def write(self, line):
        return line


def csv_file(name, lines):
    """The answer that downloads ``lines``, lists of values, as they are asked for; its cells are ``harmless``."""
    write = csv.writer(_Echo()).writerow
    cells = ([harmless(value) for value in line] for line in lines)
    texts = chain(["\ufeff"], (write(line) for line in cells))
    response = StreamingHttpResponse(texts, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _as_file(f"{name}-{timezone.localdate():%Y-%m-%d}.csv")
    return response


def xlsx_file(name, lines):
    """The answer that downloads ``lines`` as a workbook; a text is ``harmless`` there, too, when somebody edits it."""
    cells = ([harmless(value) if isinstance(value, str) else value for value in line] for line in lines)
    response = HttpResponse(workbook(cells), content_type=XLSX)
    response["Content-Disposition"] = _as_file(f"{name}-{timezone.localdate():%Y-%m-%d}.xlsx")
    return response


def _as_file(name):
    return f'attachment; filename="{name}"'


class Exporting(ExportMixin):
    """Offers the list, as it is filtered and as far as the person sees it, as a CSV file."""

    import_export_change_list_template = "console/change_list.html"

    def export_action(self, request):
        return self._export(request, csv_file)

    def _export(self, request, file):
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            return redirect(f"{self._list_address()}?{ERROR_FLAG}=1")
        return file(self.opts.model_name, self._lines(rows))

    def _lines(self, rows):
        resource = self.resource_classes[0]()
        yield resource.get_export_headers()
        for row in rows.iterator(chunk_size=CHUNK):
            yield resource.export_resource(row)

    def _list_address(self):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


class ExportingWorkbook(Exporting):
    """Offers it as an XLSX file, too."""

    exports_workbook = True

    def get_urls(self):
        page = self.admin_site.admin_view(self.export_workbook)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export_xlsx"
        return [path("export/xlsx/", page, name=name), *super().get_urls()]

    def export_workbook(self, request):
        return self._export(request, xlsx_file)


class Upload(forms.Form):
    """A file to be taken over; pages add what else the deed wants to know."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=gettext_lazy("In any usual encoding, with a line of headings. Nothing is written before you agree."),
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = offered(field.queryset.model, person)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("The file is larger than 1.5 MB. Split it, or let an administrator import it on the server.")
            )
        return file

    def options(self):
        """What the deed is told besides the table, as texts."""
        return {name: str(value or "") for name, value in self.cleaned_data.items() if name != "file"}


class Importing(ImportMixin):
    """Takes over a CSV file by one deed: first as a dry run, which shows what would become of each line."""

    import_deed = None
    import_columns = ()
    import_form = Upload

    def import_action(self, request):
        """Show what the file would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = self.import_form(*sent, person=request.user)
        if not form.is_valid():
            return self._import_page(request, form=form)
        file = form.cleaned_data["file"]
        sent = {"file": base64.b64encode(file.read()).decode(), "name": file.name[:100], **form.options()}
        try:
            outcome = self._take(sent, request.user, dry_run=True)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
            return self._import_page(request, form=form)
        return self._import_page(request, outcome=outcome, sent=sent, once=new_once())

    @method_decorator(require_POST)
    def process_import(self, request):
        """Take the file over, once."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        sent = {name: request.POST.get(name, "") for name in ("file", "name", *self._option_names())}
        take = partial(self._taken, request, sent)
        owner = f"console:{request.user.pk}:import:{self.opts.label_lower}"
        try:
            return redirect(once(key=request.POST.get("once", ""), owner=owner, values=sent, deed=take))
        except Refusal as refusal:
            form = self.import_form(person=request.user)
            messages.error(request, str(refusal))
            return self._import_page(request, form=form)

    def _taken(self, request, sent):
        outcome = self._take(sent, request.user, dry_run=False)
        words = {"new": outcome.created, "changed": outcome.changed, "refused": outcome.lines_refused}
        messages.success(request, _("Imported: %(new)d new, %(changed)d changed, %(refused)d lines refused.") % words)
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _take(self, sent, person, *, dry_run):
        try:
            data = base64.b64decode(sent["file"], validate=True)
        except binascii.Error:
            raise Refusal(_("The file got lost on its way. Choose it again.")) from None
        table = tables.read(data, name=sent["name"], columns=self.import_columns)
        options = {name: sent[name] for name in self._option_names()}
        return type(self).import_deed(table=table, by=person, dry_run=dry_run, **options)

    def _option_names(self):
        return [name for name in self.import_form.base_fields if name != "file"]

    def _import_page(self, request, **context):
        request.current_app = self.admin_site.name
        context |= self.admin_site.each_context(request)
        context |= {"title": _("Import"), "subtitle": self.opts.verbose_name_plural, "opts": self.opts}
        return TemplateResponse(request, "console/import.html", context | {"columns": self.import_columns})


class Exchanging(Importing, Exporting):
    """Both ways."""

    import_export_change_list_template = "console/change_list.html"
