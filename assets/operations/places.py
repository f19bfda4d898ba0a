"""What is done with places, and when it is refused."""

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import Building
from keysite.ledger import lock_word, record_import
from keysite.tables import Column, Outcome, folded

BUILDING_COLUMNS = (
    Column("code", ("bldg no", "building no", "building number", "building code", "code", "number", "no"), 32, True),
    Column("name", ("building name", "bldg name", "name", "building", "description"), 200, True),
)


@transaction.atomic
def import_buildings(*, table, by, dry_run=False):
    """Register the buildings of ``table`` and take over changed names; gives back what became of each line.

    A line without a number is a heading or a total and left out, as is one that repeats another. A line is refused
    without a name, and when it names a building otherwise than a line before. No building is ever removed. With
    ``dry_run`` all is done, and then undone.
    """
    lock_word("import_buildings")
    outcome = Outcome(table)
    lines = _first_of_each(outcome)
    known = {folded(building.code): building for building in Building.objects.with_codes(lines)}
    new, changes = [], {}
    for code, line in lines.items():
        building, name = known.get(code), line.values["name"]
        if building is None and not name:
            outcome.refuse(line, "name", _("Give the name of building %(code)s.") % line.values)
        elif building is None:
            new.append(Building(**line.values))
        elif name in ("", building.name):
            outcome.same += 1
        else:
            changes[building] = {"name": name}
    outcome.created, outcome.changed = len(new), len(changes)
    record_import(new, changes, by=by, reason=outcome.reason)
    if dry_run:
        transaction.set_rollback(True)
    return outcome


def _first_of_each(outcome):
    """The lines by building; one without a building or with one named before has its remark."""
    lines = {}
    for line in outcome.table.lines:
        first = lines.setdefault(folded(line.values["code"]), line) if line.values["code"] else None
        if first is None:
            words = {"name": line.values["name"] or _("no name either")}
            outcome.leave_out(line, "code", _("No building number: a heading or a total (%(name)s).") % words)
        elif first is not line and first.values["name"] == line.values["name"]:
            outcome.leave_out(line, "", _("The same as line %(line)s.") % {"line": first.number})
        elif first is not line:
            words = first.values | {"line": first.number}
            sentence = _("Line %(line)s calls building %(code)s “%(name)s”. Keep one of the two lines.")
            outcome.refuse(line, "name", sentence % words)
    return lines
