"""Agree or not: by whoever is in charge today, and never to one's own request."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import with_trust
from keys import notices
from keys.models import Approval, KeyRequest, Proposal
from keys.operations.approvals import ask_approvals, uncovered
from keys.operations.fulfilment import fulfil
from keys.operations.proposals import propose, take_way
from keys.operations.requests import begin_request, end_request
from keysite.ledger import Refusal, lock, record


@transaction.atomic
def approve_request(*, approval, by, comment="", trust=Trust.STAFF):
    """Agree to the doors of one step; with the last step the keys are kept ready or go to the key shop.

    Refused when the request or the step is decided, when ``by`` is not in charge of it today, and to one's own request.
    """
    request = _begin(approval, by, trust)
    _decide(approval, True, by, comment, trust)
    settle_request(request, by=by)


@transaction.atomic
def reject_request(*, approval, by, reason, trust=Trust.STAFF):
    """Disagree, which ends the request; whoever asked reads why. Refused as ``approve_request``, or without reason."""
    request = _begin(approval, by, trust)
    if not reason.strip():
        raise Refusal(_("Say why: whoever asked reads it."))
    _decide(approval, False, by, reason, trust)
    end_request(request, KeyRequest.Status.REJECTED, by=by, reason="rejected", why=reason.strip())


@transaction.atomic
def choose_way(*, approval, by, way, reason, trust=Trust.STAFF):
    """Choose another of the alternatives (``way`` is its number); all whom that concerns are asked, who were not.

    Refused as ``approve_request``, and without a reason.
    """
    request = _begin(approval, by, trust)
    proposal = Proposal.objects.current().get(request=request)
    take_way(proposal, way, by=by, reason=reason)
    ask_approvals(request, by=by)


@transaction.atomic
def revalidate_request(*, request, by=None):
    """Look again what the promised keys open: who has not agreed to a door that they open now is asked.

    An approved request waits then for the answer; what is kept ready stays so. Gives back whether it is still good.
    """
    begin_request(request)
    if (
        request.status not in {KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED}
        or not uncovered(request).exists()
    ):
        return True
    if request.status == KeyRequest.Status.APPROVED:
        request.status = KeyRequest.Status.SUBMITTED
        record(request, by=by, reason="the keys open other doors now")
    ask_approvals(request, by=by)
    return False


@transaction.atomic
def propose_waiting(*, at):
    """Choose the keys of a request that has many doors, one request at a time. Gives back whether there was one."""
    rows = KeyRequest.objects.without_proposal().filter(submitted_at__lte=at).order_by("pk")
    request = rows.first()
    if request is None:
        return False
    begin_request(request)
    if request.proposals.exists() or request.status != KeyRequest.Status.SUBMITTED:
        return True
    try:
        with transaction.atomic():
            propose(request)
            ask_approvals(request, by=None)
    except Refusal as refusal:
        end_request(request, KeyRequest.Status.REJECTED, by=None, reason="no key to give", why=str(refusal))
    return True


def expire_requests(*, at):
    """End requests of which nothing is kept ready or cut any more: what was not picked up in time is asked for anew."""
    for request in KeyRequest.objects.given_up(at=at).order_by("pk"):
        with transaction.atomic():
            begin_request(request)
            if KeyRequest.objects.given_up(at=at).filter(pk=request.pk).exists():
                end_request(request, KeyRequest.Status.EXPIRED, by=None, reason="not picked up in time")


def settle_request(request, *, by):
    """When all have agreed to all doors that the keys open now, the keys are kept ready or cut."""
    if Approval.objects.open().filter(request=request).exists():
        return
    if uncovered(request).exists():
        ask_approvals(request, by=by)
        return
    request.status, request.approved_at, request.asked_back_at = KeyRequest.Status.APPROVED, timezone.now(), None
    record(request, by=by, reason="approved")
    notices.request_approved(request, by=by)
    fulfil(request, by=by)


def _begin(approval, by, trust):
    request = approval.request
    begin_request(request)
    lock(approval, "building", "department")
    words = {"request": request}
    if by.pk in {request.person_id, request.asked_by_id}:
        raise Refusal(_("Request %(request)s is your own: somebody else has to decide.") % words)
    if approval.decided_at or approval.dropped_at or request.status != KeyRequest.Status.SUBMITTED:
        raise Refusal(_("Request %(request)s is decided already, or is not asked of you any more.") % words)
    if not Approval.objects.open().in_charge_of(by, trust=trust).filter(pk=approval.pk).exists():
        raise Refusal(_("You are not in charge of this today. Ask the key office to correct that.") % words)
    approval.request = request
    return request


def _decide(approval, approved, by, comment, trust):
    approval.approved, approval.decided_at, approval.decided_by = approved, timezone.now(), by
    approval.comment = comment.strip()[:500]
    record(approval, by=by, reason=with_trust("approved" if approved else "rejected", trust))
