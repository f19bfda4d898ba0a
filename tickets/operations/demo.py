"""Filling an empty register with an invented university."""

from itertools import chain

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Affiliation, Department, LoanTerm, Notice, Person
from accounts.operations import anonymise, assign_roles, propose_department, sync_roles
from assets.models import Building
from keys.models import ApprovedDoor, Door, KeySymbol, KeySystem, LossReport
from keys.operations import plan_rekeying, rekey_door
from keysite import images
from keysite.ledger import Refusal, analyze, lock_word, record_past
from tickets.models import Category, Ticket
from tickets.operations.reports import number_after

REAL = (Person, Affiliation, Department, LoanTerm, Building, KeySystem, KeySymbol, Category, Ticket)
MARK = "invented for the demo"


@transaction.atomic
def make_demo(*, invent):
    """Fill the register with the rows that ``invent`` gives for this moment, and their past; None when that was done.

    Refused when anything else is in the register: what is invented never mixes with what is real.
    """
    lock_word("demo")
    if KeySystem.history.filter(history_change_reason=MARK).exists():
        return None
    counts = {model._meta.verbose_name_plural: model._base_manager.count() for model in REAL}
    if any(counts.values()):
        found = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        raise Refusal(_("This register is in use (%(found)s). The demo needs an empty one.") % {"found": found})
    university = invent(timezone.now())
    sync_roles()
    for photo, file in university.pictures():
        images.store(photo, images.read(ContentFile(file)))
    for batch in chain(university.batches, university.requests.batches):
        record_past([told.row for told in batch], [told.versions() for told in batch])
    ApprovedDoor.objects.bulk_create(university.requests.doors)
    for log in university.logs:
        type(log[0]).objects.bulk_create(log, batch_size=1000)
    _backdate([told for batch in university.batches for told in batch if isinstance(told.row, Person)])
    _write_notices(university.notices())
    number_after(Ticket.objects.count())
    analyze()
    _finish(university.people, university.repairs.technicians)
    return university


def _backdate(people):
    """They have been known since they were registered, which was not just now."""
    for told in people:
        told.row.joined_at = told.chapters[0][0]
    Person.objects.bulk_update([told.row for told in people], ["joined_at"], batch_size=1000)


def _write_notices(notices):
    written = [notice.created_at for notice in notices]
    Notice.objects.bulk_create(notices, batch_size=1000)
    for notice, at in zip(notices, written, strict=True):
        notice.created_at = at
    Notice.objects.bulk_update(notices, ["created_at"], batch_size=1000)


def _finish(people, technicians):
    """What is done today, by the deeds themselves."""
    administrator = people.staff["administrator"].row
    roles = {told.row: role for role, told in people.staff.items() if role} | dict.fromkeys(technicians, "technician")
    for person, role in roles.items():
        assign_roles(person=person, roles=[role], by=None)
    anonymise(person=people.forgotten, by=administrator)
    _rekey(people.staff["key_shop"].row)
    propose_department(
        name="Marine Ecology",
        kind=Department.Kind.DEPARTMENT,
        contact_name="Tide Station office",
        contact_email="tide-station@example.edu",
        by=people.by_affiliation["Staff"][5],
    )


def _rekey(by):
    """The doors of a lost key get new cylinders; the first has its own already."""
    for report in LossReport.objects.to_rekey().filter(rekeying=None).order_by("pk")[:1]:
        doors = Door.objects.opened_by([report.key.symbol_id]).current().filter(electronic_only=False)
        symbol, reason = report.key.symbol, "A laboratory key is lost."
        plan = {"doors": doors, "replaced": [symbol], "reason": reason, "report": report}
        rekeying = plan_rekeying(**plan, estimate=48 * len(doors), by=by)
        if len(doors) > 1:
            rekey_door(rekeyed=rekeying.doors.order_by("pk").first(), by=by)
