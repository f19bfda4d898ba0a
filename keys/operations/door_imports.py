"""Taking over a plain list of what keys open."""

from django.db import transaction
from django.utils.translation import gettext as _

from keys.door_list import DoorList
from keys.models import Door, KeySystem
from keys.operations.imports import default_row, known_openings, known_rows, take_over
from keysite.ledger import Refusal, lock_word
from keysite.tables import Column, Outcome, clean

DOOR_COLUMNS = (
    Column("symbol", ("symbol", "key symbol", "key type", "key code", "key number", "key"), 32, True),
    Column("building", ("building", "bldg", "building number", "building no", "bldg no", "building code"), 200, True),
    Column("room", ("room", "room number", "room no", "space"), 32, True),
    Column("floor", ("floor", "storey"), 16),
    Column("door", ("door", "door label", "door number"), 64),
    Column("system", ("system", "key system"), 32),
    Column("description", ("description", "remarks"), 200),
    Column("level", ("level", "key level"), 32),
)


@transaction.atomic
def import_doors(*, table, by, system="", dry_run=False):
    """Register the doors of ``table`` with the rooms they lead into, and let the symbols it names open them.

    Each line says that keys of a symbol open a room of a building, and, where it has several, which ``door``. Doors
    that the same symbols open get one keyset. What opens a door already goes on to do so; nothing is taken away.
    ``system`` is that of lines that name none; left empty, the only one in the register. A line is refused without a
    symbol, building or room, for an unknown building, a retired symbol, a room of several doors, and when it
    contradicts another. The file is refused when it does not say which system is meant. With ``dry_run`` all is done,
    and then undone.
    """
    lock_word("import_keys")
    outcome = Outcome(table)
    rows = known_rows(table.lines)
    default = default_row(rows[KeySystem], system, KeySystem(code=clean(system)), 32)
    if default is None and not any(line.values["system"] for line in table.lines):
        raise Refusal(_("%(file)s does not say of which key system its keys are. Name one.") % {"file": table.name})
    doors = DoorList(rows, known_openings(rows), outcome, system=default)
    for line in table.lines:
        doors.take(line)
    take_over(doors, but=Door, by=by, dry_run=dry_run)
    return outcome
