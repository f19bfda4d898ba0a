"""Who has to agree to a request, follows from every door that the proposed keys open."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.aggregates import BoolAnd
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import Building
from keys import notices
from keys.models import Approval, ApprovedDoor, Delegation, Door, ProposedKey
from keys.models.approvals import HEAD_FROM, OFFICE_FROM, today
from keysite.ledger import Refusal, insert_from, lock, record, record_changes, record_new

CHUNK = 500  # late steps that are held at once


def first_steps(request, promised, *, by):
    """The steps of a request that nobody was asked about yet, written down; whoever calls this tells those asked.

    ``promised`` has the level of each symbol of which it hands out a key.
    """
    return _write_steps(request, _steps(request, promised, _buildings(request, promised)), promised, by=by)


def ask_approvals(request, *, by, other_keys=False):
    """Ask whoever has to agree to a request that is held and has not: each building once, for all its doors.

    What was agreed to stays agreed to; a building whose doors have become more is asked anew, for all of them, and
    with ``other_keys`` than before so are the head of the department and the key office.
    """
    promised = _promised(request)
    buildings = _buildings(request, promised)
    steps = _steps(request, promised, buildings)
    known = {(row.kind, row.building_id, row.department_id): row for row in _needed(request)}
    drop = [row for place, row in known.items() if place not in steps or _is_stale(row, buildings, other_keys)]
    _drop(drop, by=by)
    new = [place for place in steps if place not in known or known[place] in drop]
    notices.approval_wanted(request, _write_steps(request, new, promised, by=by), by=by)


def drop_approvals(request, *, by):
    """Nobody has to decide any more; what was decided stays on record."""
    _drop([row for row in _needed(request) if row.decided_at is None], by=by)


@transaction.atomic
def delegate_approvals(*, by, deputy, since, until):
    """Let ``deputy`` decide in one's place from one day to another, both included.

    Refused for who is in charge of nothing, for oneself, for somebody inactive, for days that make no sense or are
    past, and for more than a year.
    """
    lock(by)
    refuse_nothing_in_charge(by)
    if deputy.pk == by.pk or not deputy.is_active:
        raise Refusal(_("Name somebody else, who is active here."))
    if until < since or until < today() or until - since > timedelta(days=366):
        raise Refusal(_("Give the first and the last day of your absence, a year at most."))
    delegation = Delegation(person=by, deputy=deputy, since=since, until=until)
    record(delegation, by=by, reason="delegated")
    notices.delegated(delegation, by=by)
    return delegation


@transaction.atomic
def end_delegation(*, delegation, by):
    """One decides by oneself again. Refused when that is so already, and for anybody else but the key office."""
    lock(delegation)
    if by.pk != delegation.person_id and not by.has_perm("keys.decide_request"):
        raise Refusal(_("Whoever delegates ends that. Ask them, or the key office."))
    if delegation.ended_at:
        raise Refusal(_("This delegation has ended already."))
    delegation.ended_at = timezone.now()
    record(delegation, by=by, reason="ended")


def escalate_approvals(*, at):
    """Ask the key office, too, where a step has waited for longer than it should; each step once.

    While a request waits for an answer of whoever asked, nothing of it is late.
    """
    while _escalate_chunk(at):
        pass


@transaction.atomic
def _escalate_chunk(at):
    late = list(Approval.objects.late(at=at).select_for_update(no_key=True, of=("self",)).order_by("pk")[:CHUNK])
    for approval in late:
        approval.escalated_at = at
    record_changes(late, ["escalated_at"], by=None, reason="waited too long")
    notices.approvals_escalated(late)
    return len(late)


def refuse_nothing_in_charge(person):
    """Refuse who has nothing to delegate, before anything is said about the deputy."""
    managed = Building.objects.managed_by(person, on=today()).exists()
    if not (managed or person.heads.exists() or person.has_perm("keys.decide_request")):
        raise Refusal(_("You are in charge of no building or department today: there is nothing to delegate."))


def _promised(request):
    """The level of each symbol of which the request's proposal hands out a key that is not handed over yet."""
    lines = ProposedKey.objects.outstanding().filter(proposal__request=request)
    return dict(lines.order_by().values_list("symbol", "symbol__level"))


def _buildings(request, promised):
    """The buildings whose doors keys of these symbols open now, and for each whether all of that is agreed to."""
    given = Approval.objects.given().filter(request=request)
    agreed = Exists(ApprovedDoor.objects.filter(approval__in=given, door=OuterRef("pk")))
    doors = Door.objects.opened_by(promised).order_by("building_id")
    return dict(doors.values_list("building").annotate(agreed=BoolAnd(agreed)))


def _steps(request, promised, buildings):
    """(kind, building, department) of each step: the buildings of all doors; from sub-masters on the head of the
    department; from masters on the key office.
    """
    steps = [(Approval.Kind.MANAGER, building, None) for building in buildings]
    level = max(promised.values(), default=0)
    if level >= HEAD_FROM and request.person.department_id:
        steps.append((Approval.Kind.HEAD, None, request.person.department_id))
    if level >= OFFICE_FROM or not steps:
        steps.append((Approval.Kind.OFFICE, None, None))
    return steps


def _write_steps(request, steps, promised, *, by):
    now = timezone.now()
    due = now + timedelta(days=settings.APPROVAL_DAYS)
    asked = [
        Approval(request=request, kind=kind, building_id=building, department_id=department, asked_at=now, due_at=due)
        for kind, building, department in steps
    ]
    record_new(asked, by=by, reason="asked")
    _name_doors(request, promised)
    return asked


def _is_stale(row, buildings, other_keys):
    """Whether what was agreed to is not what the keys open now."""
    return bool(row.approved) and (other_keys if row.building_id is None else not buildings.get(row.building_id, True))


def _needed(request):
    return list(Approval.objects.needed().filter(request=request).select_for_update(no_key=True).order_by("pk"))


def _drop(approvals, *, by):
    for approval in approvals:
        approval.dropped_at = timezone.now()
    record_changes(approvals, ["dropped_at"], by=by, reason="no longer needed")


def _name_doors(request, promised):
    """Write down which doors the undecided steps of buildings are about, in one statement."""
    open_steps = Approval.objects.needed().filter(request=request, decided_at=None, building__isnull=False)
    doors = Door.objects.opened_by(promised)
    rows = open_steps.filter(building__doors__in=doors).order_by().values_list("pk", "building__doors")
    insert_from(ApprovedDoor, ["approval", "door"], rows)
