"""What an import wrote, row by row, and taking the whole of it back."""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges

from accounts.models import Department, Person
from assets.models import (
    Asset,
    AssetModel,
    AssetType,
    Assignment,
    ImportBatch,
    ImportedRow,
    Manufacturer,
    Space,
    Supplier,
)
from assets.operations.claims import claims_broken_without, reserved_sentence
from keysite.ledger import Refusal, lock, lock_all, record, record_changes, remove_all
from keysite.tables import some

# In the order of locks; what an import makes refers only to what stands further right in REMOVED.
TABLES = {model._meta.label: model for model in (Person, AssetModel, Asset, Assignment, Department, Manufacturer)}
TABLES |= {model._meta.label: model for model in (Supplier, AssetType, Space)}
REMOVED = (Assignment, Asset, AssetModel, Person, Space, AssetType, Supplier, Manufacturer, Department)


class Batch:
    """The book of one import; there is none when nothing was written."""

    def __init__(self, outcome, *, by, at):
        self.row = ImportBatch(file_name=outcome.table.name[:200], imported_by=by, imported_at=at)
        self.by, self.reason = by, outcome.reason

    def note(self, made, changed=()):
        """Write down rows of one model that were just saved, each with the version that this left."""
        rows = [*made, *changed]
        if not rows:
            return
        if self.row.pk is None:
            record(self.row, by=self.by, reason=self.reason)
        table, new = type(rows[0]), {row.pk for row in made}
        versions = _latest(table, [row.pk for row in rows])
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(batch=self.row, table=table._meta.label, row=pk, version=versions[pk], made=pk in new)
                for pk in new.union(row.pk for row in changed)
            ],
            batch_size=1000,
        )


@transaction.atomic
def undo_import(*, batch, by):
    """Take a whole import back: what it made is removed, what it changed is again as it was before.

    The history of all rows stays. Refused when it is undone already, when anything has happened since to one of its
    rows, when something else refers to a row that it made, and when a reservation would lose its unit; the sentence
    names the first of them.
    """
    lock(batch)
    if batch.undone_at:
        raise Refusal(_("This import is undone already."))
    rows = _Rows(batch)
    rows.refuse_touched()
    rows.refuse_referred_to()
    rows.refuse_promised()
    reason = f"import of {batch.file_name} undone"
    for model in REMOVED:
        _set_back(rows.changed[model], rows.of(model), by=by, reason=reason)
    for model in REMOVED:
        remove_all(rows.made[model], by=by, reason=reason)
    batch.undone_at, batch.undone_by = timezone.now(), by
    record(batch, by=by, reason="undone")


class _Rows:
    """The rows of a batch, held: those that it made so firmly that nothing new can refer to them."""

    def __init__(self, batch):
        self.batch, self.made, self.changed, self.gone = batch, defaultdict(list), defaultdict(list), []
        for model in TABLES.values():
            noted = self.of(model)
            made = model._base_manager.filter(pk__in=noted.filter(made=True).values("row"))
            if model is Asset:  # what is promised of their models may change
                lock_all(AssetModel.objects.filter(pk__in=made.values("model")))
            self.made[model] = list(made.select_for_update(of=("self",)).order_by("pk"))
            self.changed[model] = lock_all(model._base_manager.filter(pk__in=noted.filter(made=False).values("row")))

    def of(self, model):
        return ImportedRow.objects.filter(batch=self.batch, table=model._meta.label)

    def refuse_touched(self):
        touched = []
        for model in TABLES.values():
            left = dict(self.of(model).values_list("row", "version"))
            now = _latest(model, self.of(model).values("row"))
            there = {row.pk: row for row in (*self.made[model], *self.changed[model])}
            later = [pk for pk, version in left.items() if now.get(pk) != version or pk not in there]
            touched += [str(there.get(pk) or f"{model._meta.verbose_name} {pk}") for pk in later]
        if touched:
            words = {"rows": some(touched)}
            raise Refusal(_("Something has happened since to: %(rows)s. Nothing was undone.") % words)

    def refuse_referred_to(self):
        found = [row for model in TABLES.values() if self.made[model] for row in self._referring(model)]
        if found:
            names = [f"{row._meta.verbose_name} {row}" for row in found]
            words = {"rows": some(list(dict.fromkeys(names)))}
            raise Refusal(_("Rows of this import are in use since: %(rows)s. Nothing was undone.") % words)

    def _referring(self, model):
        """Rows of any app that refer to one that the import made, and were neither made nor changed by it."""
        made, fields = self.of(model).filter(made=True).values("row"), defaultdict(list)
        for relation in model._meta.get_fields(include_hidden=True):
            if relation.is_relation and relation.auto_created and not relation.concrete and not _is_history(relation):
                fields[relation.related_model].append(relation.field.name)
        for other, names in fields.items():
            rows = other._base_manager.filter(reduce(or_, (Q(**{f"{name}__in": made}) for name in names)))
            if other in REMOVED:
                rows = rows.exclude(pk__in=self.of(other).values("row"))
            yield from rows[:20]

    def refuse_promised(self):
        broken = claims_broken_without(self.made[Asset]) if self.made[Asset] else []
        if broken:
            raise Refusal(reserved_sentence(broken[0]))


def _is_history(relation):
    """Whether no constraint stands behind it: histories keep numbers of rows that are gone."""
    return relation.field.many_to_many or issubclass(relation.related_model, HistoricalChanges)


def _latest(model, keys):
    """The number of the newest version of each of these rows."""
    versions = model.history.filter(id__in=keys).order_by().values_list("id")
    return dict(versions.annotate(newest=Max("history_id")))


def _set_back(rows, noted, *, by, reason):
    """Give locked rows the values of the version before the one that the import left."""
    if not rows:
        return
    history = type(rows[0]).history
    earlier = history.filter(id=OuterRef("row"), history_id__lt=OuterRef("version")).order_by("-history_id")
    before = noted.filter(made=False).annotate(before=Subquery(earlier.values("history_id")[:1])).values("before")
    versions = {version.id: version for version in history.filter(history_id__in=before)}
    names = [field.attname for field in history.model.tracked_fields if not field.primary_key]
    different = set()
    for row in rows:
        for name in names:
            value = getattr(versions[row.pk], name)
            if getattr(row, name) != value:
                setattr(row, name, value)
                different.add(type(row)._meta.get_field(name).name)
    record_changes(rows, sorted(different), by=by, reason=reason)
