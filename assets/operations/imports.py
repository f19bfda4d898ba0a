"""Taking over a list of assets from another system: what we own, where it is, who has it."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Affiliation, Department, Person
from assets.asset_columns import Reading
from assets.asset_list import CODES, ORDER, AssetList
from assets.locations import Locations
from assets.models import Asset, AssetModel, AssetType, Building, Manufacturer, Space, Supplier
from assets.operations.batches import Batch
from assets.operations.tags import next_tags
from assets.operations.takeovers import take_over
from keysite.ledger import Refusal, lock_word, record_import
from keysite.tables import Outcome, folded, narrow, some

CHUNK = 1000  # lines of which the rows are held at a time


@transaction.atomic
def import_assets(*, table, by, building="", affiliation="", dry_run=False):
    """Register the assets of ``table`` with the types, models, people and rooms they name; and who has which.

    A category becomes the type of a model; manufacturer, model and number together a model; a company an outside
    organisation; a location a room, found by building and number or made in ``building``; an end-of-life date the
    day until which it is expected to serve. Known assets are found by tag, else by model and serial number: what
    the list says otherwise is taken over, except tag, model, serial number and holder, which are only remarked; what
    it leaves empty is not touched. Who has an asset is found by address or registered with ``affiliation``, and gets
    no mail. An asset without a tag gets the next number.

    Left out are lines that repeat another and assets that are disposed of. A line is refused for a value that cannot
    be read, for an unknown building, and when it contradicts another line. All that is written can be taken back
    with ``undo_import``. With ``dry_run`` all is done, and then undone.
    """
    lock_word("import_assets")
    _refuse_useless(table)
    outcome, at = Outcome(table), timezone.now()
    takeover = _Import(outcome, by, at, building=building, affiliation=affiliation)
    for start in range(0, len(table.lines), CHUNK):
        takeover.take(table.lines[start : start + CHUNK])
    outcome.notes = takeover.notes()
    for remarks in (outcome.left_out, outcome.refused, outcome.remarked):
        remarks.sort()
    if dry_run:
        transaction.set_rollback(True)
    return outcome


class _Import:
    """One import on its way through the lines, so many at a time."""

    def __init__(self, outcome, by, at, *, building, affiliation):
        self.outcome, self.by, self.at = outcome, by, at
        buildings = list(Building.objects.all())
        self.locations = Locations(buildings, _building(buildings, building))
        self.reading = Reading(outcome.table.lines, self.locations)
        self.list = AssetList(_catalogue(), outcome, self.locations, _affiliation(affiliation))
        self.batch = Batch(outcome, by=by, at=at)
        self.made, self.assigned, self.untraced = dict.fromkeys(ORDER, 0), 0, 0

    def take(self, lines):
        """Judge these lines, and write what they bring."""
        lines = [line for line in lines if not self.list.is_repeated(line)]
        read = [(line, said) for line in lines if (said := self.reading.read(line, self.outcome))]
        self.list.begin(**_known([said for _line, said in read]))
        for line, said in read:
            self.list.take(line, said)
        for model in ORDER:
            self._write(model)
        rows = take_over(self.list.taken, self.outcome, by=self.by, at=self.at)
        self.batch.note(rows)
        self._count({row.asset_id for row in rows})

    def _write(self, model):
        made, changes = self.list.new(model), self.list.changes if model is Asset else {}
        if model is Asset:
            _number([asset for asset in made if not asset.tag])
        for row in made:
            if model is Department:
                row.accepted_at = self.at
            elif model is Person:
                row.set_unusable_password()
        record_import(made, changes, by=self.by, reason=self.outcome.reason)
        self.batch.note(made, changes)
        self.made[model] += len(made)
        if model is AssetModel:
            self.list.made.update(row.pk for row in made)

    def _count(self, assigned):
        for line in self.list.taken:
            if line.made:
                self.outcome.created += 1
            elif line.differs or line.asset.pk in assigned:
                self.outcome.changed += 1
            else:
                self.outcome.same += 1
        self.assigned += len(assigned)
        self.untraced += sum(line.made and not line.traced for line in self.list.taken)

    def notes(self):
        """What the desk should know besides the lines."""
        counts = {model: number for model, number in self.made.items() if number and model is not Asset}
        new = [f"{n} {m._meta.verbose_name if n == 1 else m._meta.verbose_name_plural}" for m, n in counts.items()]
        notes = [_("New besides assets: %(names)s.") % {"names": ", ".join(new)}] if new else []
        if self.assigned:
            sentence = ngettext("%(n)d assignment.", "%(n)d assignments.", self.assigned)
            notes.append(sentence % {"n": self.assigned})
        if self.untraced:
            sentence = ngettext(
                "%(n)d new asset has neither tag nor serial number: importing the list again would add it again.",
                "%(n)d new assets have neither tag nor serial number: importing the list again would add them again.",
                self.untraced,
            )
            notes.append(sentence % {"n": self.untraced})
        return notes + self._guesses()

    def _guesses(self):
        headings = self.outcome.table.headings
        days, prices = self.reading.guesses()
        notes = []
        if days:
            words = {"columns": some([headings[name] for name in days])}
            notes.append(_("Nothing tells whether day or month comes first in: %(columns)s. Month was taken.") % words)
        if prices:
            words = {"column": headings["price"]}
            notes.append(_("Points and commas in “%(column)s” were taken for thousands: no price shows cents.") % words)
        return notes


def _refuse_useless(table):
    """A list says what its assets are called, or of what model they are."""
    if not {"name", "model"} & set(table.headings):
        words = {"file": table.name, "found": ", ".join([*table.headings.values(), *table.unread])[:300]}
        sentence = _(
            "%(file)s has no column “name” (asset name, item name, name) or “model”. Its columns are: %(found)s. "
            "Is it the right file?"
        )
        raise Refusal(sentence % words)


def _building(rows, text):
    """The building of new rooms, given by code, name or both; None without one."""
    known = Locations(rows, None).buildings | {folded(str(row)): row for row in rows}
    if text and folded(text.strip()) not in known:
        words = {"building": text}
        raise Refusal(_("Building %(building)s is not in the register. Import it first, or correct it.") % words)
    return known.get(folded(text.strip()))


def _affiliation(text):
    rows = {folded(row.name): row for row in Affiliation.objects.select_related("loan_term")}
    if text and folded(text.strip()) not in rows:
        words = {"name": text, "names": some([row.name for row in rows.values()]) or _("none")}
        raise Refusal(_("There is no affiliation “%(name)s”. The register has: %(names)s.") % words)
    return rows.get(folded(text.strip()))


def _catalogue():
    """What an institution has so few of that all are read at once, by name."""
    departments = list(Department.objects.standing())
    named = {folded(narrow(row.name)): row for row in departments}
    rows = {Department: {folded(row.code): row for row in departments if row.code} | named}
    rows |= {
        model: {folded(narrow(row.name)): row for row in model.objects.all()} for model in (Manufacturer, Supplier)
    }
    types = AssetType.objects.select_related("loan_term")
    return rows | {AssetType: {folded(narrow(row.name)): row for row in types}}


def _known(said):
    """What the register has of all that these lines name, asked once however many they are."""

    def texts(*columns):
        return {folded(values[column]) for values in said for column in columns if values[column]}

    makes = AssetModel.objects.with_names(texts("model", "number", "type"))
    models = list(makes.select_related("manufacturer", "type__loan_term"))
    numbers = {folded(values[name].number) for values in said for name in ("home", "placed") if values[name]}
    people = Person.objects.with_addresses(texts("holder_email")).select_related("affiliation__loan_term")
    return {
        "models": models,
        "people": list(people),
        "assets": _assets(said, models),
        "spaces": list(Space.objects.with_numbers(numbers).select_related("building")),
    }


def _assets(said, models):
    """The assets that these lines may mean, or whose codes they repeat: each part is found through its own index."""
    upper = {name: {values[name].upper() for values in said if values[name]} for name in ("tag", *CODES)}
    serials = {folded(values["serial"]) for values in said if values["serial"]}
    found = [Asset.objects.alias(code=Upper("tag")).filter(code__in=upper["tag"])]
    made = Q(model__in=models) | Q(model__isnull=True)
    found.append(Asset.objects.alias(code=Lower("serial")).exclude(serial="").filter(made, code__in=serials))
    for name, codes in upper.items():
        if name != "tag":
            rows = Asset.objects.exclude(**{name: ""})
            found.append(
                rows.alias(code=(Lower if name == "mac" else Upper)(name)).filter(code__in=_cased(name, codes))
            )
    first, *others = (rows.values("pk") for rows in found)
    return list(
        Asset.objects.filter(pk__in=first.union(*others)).select_related(
            "model__type__loan_term", "model__manufacturer"
        )
    )


def _cased(name, codes):
    return {code.lower() for code in codes} if name == "mac" else codes


def _number(assets):
    for asset, tag in zip(assets, next_tags(len(assets)) if assets else [], strict=True):
        asset.tag = tag
