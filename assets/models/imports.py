"""What an import wrote, so that the whole of it can be taken back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, person):
        return self if person.has_perm("assets.view_importbatch") else self.none()

    def for_list(self):
        return self.select_related("imported_by", "undone_by").order_by("-imported_at", "-pk")


class ImportBatch(models.Model):
    """One file that was imported; it can be undone as long as nothing has happened to its rows since."""

    file_name = models.CharField(_("file"), max_length=200)
    imported_at = models.DateTimeField(_("imported"))
    imported_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("imported by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    objects = ImportBatchQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("import"), _("imports")
        permissions = [("undo_import", "Can undo an import")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) | Q(undone_by__isnull=True), name="importbatch_undone_at_a_moment"
            )
        ]

    def __str__(self):
        return self.file_name


class ImportedRow(models.Model):
    """A row that an import made or changed, and the version of it that the import left."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="rows")
    table = models.CharField(_("table"), max_length=64, help_text=_("The label of the model, such as assets.Asset."))
    row = models.BigIntegerField(_("row"))
    version = models.BigIntegerField(_("version"), help_text=_("The row of its history that the import wrote."))
    made = models.BooleanField(_("made by the import"))

    class Meta:
        verbose_name, verbose_name_plural = _("imported row"), _("imported rows")
        constraints = [models.UniqueConstraint(fields=["batch", "table", "row"], name="importedrow_once_per_batch")]

    def __str__(self):
        return f"{self.table} {self.row}"
