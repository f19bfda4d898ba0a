"""What imports wrote, and taking a whole one back."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assets.models import ImportBatch
from assets.operations import undo_import
from keysite.console import ConsoleAdmin, Deed, ReadOnly, display


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["file_name", "imported_at", "imported_by", "state"]
    search_fields = ["file_name"]
    fields = ["file_name", ("imported_at", "imported_by"), ("undone_at", "undone_by")]
    deeds = [
        Deed(
            undo_import,
            "assets.undo_import",
            _("Undo"),
            _("The import of %(row)s is undone."),
            row="batch",
            intro=_("What it made is removed, and what it changed is as it was before. The history stays."),
            icon="undo",
            confirm=True,
            grave=True,
            shown=lambda batch: batch.undone_at is None,
        )
    ]

    @display(description=_("state"), label={"done": "success", "undone": ""})
    def state(self, batch):
        return ("undone", _("Undone")) if batch.undone_at else ("done", _("Imported"))
