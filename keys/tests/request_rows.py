"""Dull rows around a request, without any deed: for tests that look at lists and pages."""

from datetime import timedelta

from django.utils import timezone

from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import (
    Approval,
    ApprovedDoor,
    CuttingJob,
    Delegation,
    KeyRequest,
    Proposal,
    ProposedKey,
    RequestItem,
    RequestMessage,
)
from keys.tests.factories import BuildingFactory, DoorFactory, HoldFactory, KeySymbolFactory, LoanFactory


def request_of(person=None, *, status="submitted", **fields):
    """A request that was sent a day ago and is decided, if its status says so."""
    now, today = timezone.now(), timezone.localdate()
    person = person or PersonFactory(department=DepartmentFactory())
    fields = {"purpose": "Office", "needed_from": today, "needed_until": today + timedelta(days=90)} | fields
    if status in {"approved", "done"}:
        fields["approved_at"] = now
    if status in {"done", "rejected", "withdrawn", "expired"}:
        fields["ended_at"] = now
    sent = {"made_at": now - timedelta(days=2), "submitted_at": now - timedelta(days=1), "asked_by": person}
    reason = "No" if status == "rejected" else ""
    return KeyRequest.objects.create(person=person, status=status, **{"reason": reason} | sent | fields)


def step_of(request, **fields):
    """A manager is asked, for one door of the building."""
    now = timezone.now()
    fields = {"kind": "manager", "asked_at": now, "due_at": now + timedelta(days=3)} | fields
    if fields["kind"] == "manager" and "building" not in fields:
        fields["building"] = BuildingFactory()
    step = Approval.objects.create(request=request, **fields)
    if step.building:
        ApprovedDoor.objects.create(approval=step, door=DoorFactory(building=step.building))
    return step


def line_of(request, *, part="hand_out", **fields):
    """One more key of the current proposal."""
    policy = {"made_at": timezone.now(), "order": "least_access", "highest_level": 3, "proven": True}
    proposal = Proposal.objects.current().filter(request=request).first()
    proposal = proposal or Proposal.objects.create(request=request, **policy)
    return ProposedKey.objects.create(proposal=proposal, part=part, **{"symbol": KeySymbolFactory()} | fields)


def kept_ready(request):
    """A key of the request is kept ready."""
    hold = HoldFactory(person=request.person)
    return line_of(request, symbol=hold.key.symbol, hold=hold)


def job_of(request=None, **fields):
    """A key of an approved request is to be cut."""
    line = line_of(request or request_of(status="approved"))
    return CuttingJob.objects.create(line=line, queued_at=timezone.now(), **fields)


def delegation_of(person=None, deputy=None, **days):
    days = {"since": timezone.localdate(), "until": timezone.localdate() + timedelta(days=7)} | days
    return Delegation.objects.create(person=person or PersonFactory(), deputy=deputy or PersonFactory(), **days)


def full_request(n=1):
    """An approved request with so many rows of everything that its page shows."""
    request = request_of(asked_by=PersonFactory(), status="approved")
    doors = [DoorFactory() for _more in range(n)]
    for door in doors:
        RequestItem.objects.create(request=request, door=door)
        RequestMessage.objects.create(request=request, text="Why?", by=PersonFactory(), at=timezone.now())
        step_of(request, approved=True, decided_at=timezone.now(), decided_by=PersonFactory())
        kept_ready(request)
        job_of(request, cut_at=timezone.now(), cut_by=PersonFactory())
        line_of(request, loan=LoanFactory(borrower=request.person))
        line_of(request, part="give_back")
    symbols = [line.symbol_id for line in ProposedKey.objects.to_hand_out().filter(proposal__request=request)]
    ways = [{"hand_out": symbols, "cut": [], "keep": [], "give_back": [], "beyond": n, "doors": [d.pk for d in doors]}]
    Proposal.objects.filter(request=request).update(
        ways=ways * n, unmet={"nothing": [DoorFactory().pk]}, chosen_by=PersonFactory(), reason="Fewer keys"
    )
    return request


def rows_of_requests(*, person=None, by=None, building=None):
    """One row of each model of the console that has to do with requests, by model."""
    request = request_of(person)
    return {
        KeyRequest: request,
        Approval: step_of(request, building=building or BuildingFactory()),
        CuttingJob: job_of(),
        Delegation: delegation_of(by, person),
    }
