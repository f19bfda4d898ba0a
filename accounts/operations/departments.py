"""Departments that customers propose, and staff accept."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.models import Department
from keysite.ledger import Refusal, lock, lock_word, record


@transaction.atomic
def propose_department(*, name, kind, contact_name, contact_email, by):
    """A department that is not in the list yet; it counts once staff accept it. The desk and ``by`` get a mail.

    Refused when one has the name.
    """
    name = " ".join(name.split())
    lock_word(f"department:{name.lower()}")
    same = Department.objects.filter(name__iexact=name, rejected_at__isnull=True).first()
    if same and same.accepted_at:
        raise Refusal(_("“%(name)s” is in the list already: choose it in your profile.") % {"name": same.name})
    if same:
        raise Refusal(_("“%(name)s” has been proposed already and waits for the desk.") % {"name": same.name})
    department = Department(
        name=name, kind=kind, contact_name=contact_name, contact_email=contact_email, proposed_by=by
    )
    record(department, by=by, reason="proposed")
    facts = {"department": department.pk}
    notices.post(kind="department_proposed", address=settings.DESK_EMAIL, facts=facts)
    notices.post(kind="department_waiting", person=by, facts=facts, by=by)
    return department


@transaction.atomic
def add_department(*, department, by):
    """A department that staff add; it counts at once."""
    department.accepted_at, department.accepted_by = timezone.now(), by
    record(department, by=by, reason="added")


@transaction.atomic
def accept_department(*, department, by):
    """From now on people may choose it; who proposed it is put into it. Refused unless it waits."""
    proposer = department.proposed_by
    if proposer:
        lock(proposer)
    lock(department)
    _refuse_unless_waiting(department)
    department.accepted_at, department.accepted_by = timezone.now(), by
    record(department, by=by, reason="accepted")
    if proposer:
        if proposer.department_id is None:
            proposer.department = department
            record(proposer, by=by, reason="proposed department accepted")
        notices.post(
            kind="department_decided", person=proposer, facts={"name": department.name, "accepted": True}, by=by
        )


@transaction.atomic
def reject_department(*, department, by, reason):
    """Decline the proposal; who made it reads why. Refused unless it waits, and without a reason."""
    lock(department)
    _refuse_unless_waiting(department)
    if not reason:
        raise Refusal(_("Say why: the person who proposed it reads this."))
    department.rejected_at, department.rejected_by, department.rejected_reason = timezone.now(), by, reason[:200]
    record(department, by=by, reason=f"rejected: {reason}")
    if department.proposed_by:
        facts = {"name": department.name, "accepted": False, "reason": department.rejected_reason}
        notices.post(kind="department_decided", person=department.proposed_by, facts=facts, by=by)


def _refuse_unless_waiting(department):
    if department.accepted_at or department.rejected_at:
        raise Refusal(_("“%(name)s” has been decided already.") % {"name": department})
