"""What a list of assets says, judged line by line against what is known: nothing is asked or written here."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Department, Person
from assets.asset_columns import DAYS, place_column
from assets.models import Asset, AssetModel, AssetType, Manufacturer, Space, Supplier
from keysite.ledger import Refusal
from keysite.tables import Line, Wrong, folded

ORDER = (Department, Manufacturer, Supplier, AssetType, AssetModel, Space, Person, Asset)  # each after what it names
PLAIN = ("name", "colour", "description", "order_number", "warranty_notes", *DAYS[:3], "price")
CODES = ("mac", "barcode", "rfid")  # each is on one asset only
IDENTITY = ("model", "serial")  # an import fills these in and never replaces them
TO_PERSON = {"user", "users", "person", "people", "employee", "staff", "student"}
TO_PLACE = {"location", "place", "room", "space"}
OTHER = "Other"  # the type of a new model whose list names none


class Holder(NamedTuple):
    """Who has an asset or where it stands, as a list says; since when and until when, if it says that."""

    person: Person | None
    space: Space | None
    out_on: date | None
    due_on: date | None


class Taken(NamedTuple):
    """A line that is taken: its asset, whether the list makes it or says of it what is new, and who has it.

    It is traced when it can be found again by what the list says.
    """

    line: Line
    asset: Asset
    made: bool
    differs: bool
    traced: bool
    holder: Holder | None


class AssetList:
    """The lines that are taken, and what they bring.

    ``rows`` holds by model what is known and what the lines add: by name in lower case, a model by manufacturer, name
    and number, a person by address. ``changes`` are the new values of known assets.
    """

    def __init__(self, rows, outcome, locations, affiliation):
        self.rows, self.outcome, self.locations, self.affiliation = rows, outcome, locations, affiliation
        self.first = {}  # the number of the first line that says this
        self.made = set()  # the keys of models that lines before have made

    def begin(self, *, models, people, assets, spaces):
        """Go on with the next lines: these are the rows in the register that they may mean."""
        self.rows[AssetModel] = {_make(row.manufacturer, row.name, row.number): row for row in models}
        self.named = defaultdict(list)
        for row in models:
            self.named[folded(row.name)] += [row] if row.pk not in self.made else []
        self.rows[Person] = {folded(row.email): row for row in people}
        self.tagged = {row.tag.upper(): row for row in assets}
        self.serials = defaultdict(list)
        for row in assets:
            self.serials[folded(row.serial)].append(row)
        self.coded = {(name, getattr(row, name).upper()): row for row in assets for name in CODES}
        self.locations.learn(spaces)
        self.assets, self.changes, self.taken = [], {}, []

    def new(self, model):
        if model is Asset:
            return self.assets
        rows = self.locations.rows if model is Space else self.rows[model]
        return [row for row in rows.values() if row.pk is None]

    def take(self, line, said):
        """Judge the line by the rules; if nothing stands against it, remember what it brings."""
        try:
            codes = {(name, (said[name] or "").upper()): (name, said[name]) for name in ("tag", *CODES)}
            self._refuse_repeated(line, codes)
            asset, brought = self._asset(said)
            self._refuse_same(line, said, asset, brought["model"])
            if asset.is_disposed:
                sentence = _("%(asset)s was disposed of. Restore it in the console first.")
                return self.outcome.leave_out(line, "tag", sentence % {"asset": asset})
            self._refuse_taken_codes(asset, said)
            holder = self._holder(line, said)
        except Wrong as wrong:
            return self.outcome.refuse(line, wrong.column, wrong)
        holder = self._keep(brought, holder)
        self._remark_type(line, said, brought["model"])
        made, values = asset.pk is None, self._values(line, said, asset, brought)
        for name, value in values.items() if made else ():
            setattr(asset, name, value)
        if made:
            self.assets.append(asset)
        elif values:
            self.changes[asset] = values
        traced = bool(said["tag"] or said["serial"])
        return self.taken.append(Taken(line, asset, made, bool(values), traced, holder))

    def is_repeated(self, line):
        """Whether a line before says just the same."""
        first = self.first.setdefault(("", *line.values.values()), line.number)
        if first != line.number:
            self.outcome.leave_out(line, "", _("The same as line %(line)s.") % {"line": first})
        return first != line.number

    def _refuse_repeated(self, line, facts):
        """Two lines of one asset contradict each other; nobody here knows which is right."""
        for key, (column, value) in facts.items():
            first = self.first.get(key, line.number) if key[1] else line.number
            if first != line.number:
                words = {"line": first, "value": value}
                raise Wrong(column, _("Line %(line)s has “%(value)s” too. Keep one of the two lines.") % words)
        self.first.update({key: line.number for key in facts if key[1]})

    def _refuse_same(self, line, said, asset, model):
        """Nor is one of them found by its tag and the other by its serial number."""
        make = model and _make(model.manufacturer, model.name, model.number)
        facts = {("serial", said["serial"] and (make, folded(said["serial"]))): ("serial", said["serial"])}
        facts[("asset", asset.pk)] = ("tag" if said["tag"] else "serial", asset)
        self._refuse_repeated(line, facts)

    def _asset(self, said):
        """The asset that is meant, known or new, with the rows that it refers to."""
        try:
            brought = {
                "department": self._department(said),
                "home": said["home"] and self.locations.space(said["home"]),
            }
        except Wrong:
            raise
        except Refusal as refusal:
            raise Wrong(place_column(said), refusal) from None
        brought["supplier"] = self._named(Supplier, said["supplier"])
        known = self._known(said)
        model = brought["model"] = self._model(said, known)
        if not (said["name"] or model or known):
            raise Wrong("name", _("Give the name of the asset, or its model."))
        return known or Asset(tag=said["tag"], name=said["name"] or model and model.name), brought

    def _known(self, said):
        """The asset in the register with this tag, else with this serial number and such a model; or None."""
        tagged, found = self.tagged.get(said["tag"].upper()), self.serials[folded(said["serial"])]
        same = next((row for row in found if said["serial"] and _is_such(row.model, said)), None)
        if tagged and same and tagged != same:
            words = {"serial": said["serial"], "asset": same}
            raise Wrong("serial", _("%(serial)s is the serial number of %(asset)s. Correct one of the two.") % words)
        return tagged or same

    def _model(self, said, known):
        """The make; a list that names none but a category means any of that category.

        A list that leaves out manufacturer or number means the model that the asset has, or the only such one that
        was in the register before.
        """
        name = _model_name(said)
        if not name:
            return None
        maker = self._named(Manufacturer, said["manufacturer"])
        exact = self.rows[AssetModel].get(_make(maker, name, said["number"]))
        such = [row for row in self.named[folded(name)] if _is_such(row, said)]
        if exact is None and known and known.model and _is_such(known.model, said):
            return known.model
        if exact or len(such) == 1:
            return exact or such[0]
        kind = self._named(AssetType, said["type"] or OTHER)
        about = {"number": said["number"], "description": said["model_notes"]}
        return AssetModel(name=name, manufacturer=maker, type=kind, **about)

    def _named(self, model, name):
        return (self.rows[model].get(folded(name)) or model(name=name)) if name else None

    def _department(self, said):
        column = "department" if said["department"] else "company"
        known = self.rows[Department].get(folded(said[column]))
        if known and known.pk and known.accepted_at is None:
            sentence = _("“%(name)s” is only proposed. Accept it in the console first.")
            raise Wrong(column, sentence % {"name": known})
        if known or not said[column]:
            return known
        kind = Department.Kind.DEPARTMENT if column == "department" else Department.Kind.OUTSIDE
        return Department(name=said[column], kind=kind)

    def _refuse_taken_codes(self, asset, said):
        for name in CODES:
            owner = self.coded.get((name, (said[name] or "").upper())) if said[name] else None
            if owner and owner != asset:
                words = {"code": said[name], "asset": owner}
                raise Wrong(name, _("%(code)s is on %(asset)s already. Correct one of the two.") % words)

    def _holder(self, line, said):
        """Who has it, known or new; None when the list does not say, or says it of somebody without an address."""
        kind = folded(said["holder_kind"])
        name = f"{said['holder_first']} {said['holder_last']}".strip() or said["holder_name"]
        since = (said["out_on"], said["due_on"])
        if said["holder_email"] and kind not in TO_PLACE:
            return Holder(self._person(said, name), None, *since)
        if said["placed"] and kind not in TO_PERSON:
            try:
                return Holder(None, self.locations.space(said["placed"]), *since)
            except Refusal as refusal:
                raise Wrong("holder_place", refusal) from None
        if kind or name:
            words = {"who": name or said["holder_kind"]}
            sentence = _("Not assigned to “%(who)s”: the list gives no e-mail address. Assign it at the desk.")
            self.outcome.remark(line, "holder_email", sentence % words)
        return None

    def _person(self, said, name):
        first, last = said["holder_first"], said["holder_last"]
        if not (first or last):
            first, _space, last = name.rpartition(" ")
        made = Person(email=said["holder_email"], first_name=first[:100], last_name=last[:100])
        made.affiliation = self.affiliation
        return self.rows[Person].get(folded(made.email), made)

    def _keep(self, brought, holder):
        """The line is taken: what it names is known from now on. Gives back the holder, in a room that is kept."""
        model, department, supplier = brought["model"], brought["department"], brought["supplier"]
        if model:
            self.rows[AssetModel].setdefault(_make(model.manufacturer, model.name, model.number), model)
            self.rows[AssetType].setdefault(folded(model.type.name), model.type)
        named = ((Manufacturer, model and model.manufacturer), (Supplier, supplier), (Department, department))
        for table, row in named:
            if row:
                self.rows[table].setdefault(folded(row.name), row)
        brought["home"] = brought["home"] and self.locations.keep(brought["home"])
        if holder and holder.space:
            return holder._replace(space=self.locations.keep(holder.space))
        if holder and holder.person:
            self.rows[Person].setdefault(folded(holder.person.email), holder.person)
        return holder

    def _values(self, line, said, asset, brought):
        """What the list says otherwise than the register; what it leaves empty is no value."""
        said = said | brought
        names = (*PLAIN, *CODES, "department", "home", "supplier", *IDENTITY)
        values = {
            name: said[name] for name in names if said[name] not in (None, "") and not _is(asset, name, said[name])
        }
        for name in IDENTITY:
            if asset.pk and name in values and getattr(asset, name):
                words = {"here": getattr(asset, name), "there": values.pop(name)}
                self.outcome.remark(
                    line, name, _("Here it is “%(here)s” and stays so; the list says “%(there)s”.") % words
                )
        if asset.pk and said["tag"] and asset.tag.upper() != said["tag"].upper():
            words = {"tag": asset.tag}
            self.outcome.remark(line, "tag", _("In the register this asset has the tag %(tag)s, and keeps it.") % words)
        return values

    def _remark_type(self, line, said, model):
        """A model is of one type: the one in the register, else the one that the list names first."""
        if model and said["type"] and folded(model.type.name) != folded(said["type"]):
            words = {"model": model, "type": model.type}
            self.outcome.remark(line, "type", _("Model “%(model)s” is of the type “%(type)s”, and stays so.") % words)


def _is(asset, name, value):
    """Whether the asset has this value; compared by key where it is a row."""
    attribute = Asset._meta.get_field(name).attname
    if name in ("serial", *CODES):
        return folded(getattr(asset, name)) == folded(value)
    if attribute == name:
        return getattr(asset, name) == value
    return value.pk is not None and getattr(asset, attribute) == value.pk


def _model_name(said):
    return said["model"] or said["number"] or said["type"]


def _is_such(model, said):
    """Whether what the list says of a model, and perhaps not of all its parts, is true of this one."""
    if model is None:
        return not _model_name(said)
    parts = ((model.name, _model_name(said)), (str(model.manufacturer or ""), said["manufacturer"]))
    return all(folded(here) == folded(there) or not there for here, there in (*parts, (model.number, said["number"])))


def _make(manufacturer, name, number):
    """What tells models apart."""
    return folded(str(manufacturer or "")), folded(name), folded(number)
