"""Agree or not: by whoever is in charge today, and never to one's own request."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import refuse_borrower, with_trust
from keys import notices
from keys.models import Approval, CuttingJob, Door, KeyRequest, Proposal, ProposedKey
from keys.models.approvals import today
from keys.operations.approvals import ask_approvals
from keys.operations.fulfilment import begin_request, fulfil, replace_promised_keys, take_back_promises
from keys.operations.proposals import Outdated, drop_proposal, propose, take_way, with_choice
from keys.operations.requests import end_request
from keysite.ledger import Refusal, lock, record

log = logging.getLogger(__name__)


@transaction.atomic
def approve_request(*, approval, by, comment="", way=None, seen="", trust=Trust.STAFF):
    """Agree to the doors of one step; with the last step the keys are kept ready or go to the key shop.

    Refused when the request or the step is decided, when ``by`` is not in charge of it today, to one's own request,
    while other keys are being chosen, when the keys or doors are others than were ``seen`` (``seen_of``), when ``way``
    is not the one proposed, without a comment when the keys open a door that is electronic only, and as the last word
    for a person who may not borrow any more.
    """
    request = _begin(approval, by, trust, seen)
    proposal = _current(request)
    if way is not None and not _is_proposed(proposal, way):
        raise Refusal(_("You have ticked other keys than those proposed: take these first, or tick those proposed."))
    _refuse_unwritten(approval, comment)
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
def choose_way(*, approval, by, way, reason, seen="", trust=Trust.STAFF):
    """Choose another of the alternatives (``way`` is its number); all whom that concerns are asked, who were not.

    What was kept ready or cut for the keys before is free again. Refused as ``approve_request``, or without reason.
    """
    request = _begin(approval, by, trust, seen)
    proposal = _current(request)
    next_ones = proposal.ways[way]["hand_out"] if 0 <= way < len(proposal.ways) else []
    take_back_promises(request, by=by, instead=next_ones)
    take_way(proposal, way, by=by, reason=reason)
    ask_approvals(request, by=by, other_keys=True)
    settle_request(request, by=by)


def as_seen(proposal, doors):
    """What somebody who looks at a step sees of it: the proposal, and how many doors it is about."""
    return f"{proposal and proposal.pk}-{doors}"


def seen_of(approval):
    """A step as it is to be seen now."""
    proposal = Proposal.objects.current().filter(request=approval.request_id).first()
    return as_seen(proposal, approval.doors.count())


@transaction.atomic
def revalidate_request(*, request, by=None):
    """Look again what the promised keys open: who has not agreed to a door that they open now is asked.

    An approved request waits then for the answer; what is kept ready stays so. Gives back whether it is still good.
    """
    begin_request(request)
    under_way = request.status in {KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED}
    if not under_way or not _is_short(request):
        return True
    if request.status == KeyRequest.Status.APPROVED:
        request.status = KeyRequest.Status.SUBMITTED
        record(request, by=by, reason="the keys open other doors now")
    ask_approvals(request, by=by)
    return False


def revalidate_requests(*, at):
    """Look again at all requests that are under way.

    Where promised keys open more than was agreed to, whoever is in charge is asked; where a symbol was retired, the
    clock chooses other keys; and a key that was retired before it was picked up is replaced.
    """
    sent = KeyRequest.objects.filter(submitted_at__lte=at)
    _each(sent.with_retired_symbols(), lambda request: choose_anew(request=request))
    lines = ProposedKey.objects.outstanding().with_agreement().filter(is_covered=False)
    open_more = sent.approved().filter(pk__in=lines.values("proposal__request"))
    _each(open_more, lambda request: revalidate_request(request=request))
    gone = sent.approved().filter(pk__in=ProposedKey.objects.to_replace().values("proposal__request"))
    _each(gone, lambda request: replace_promised_keys(request=request))


def _each(requests, deed):
    """Do ``deed``, a transaction, with each request: one that cannot be seen to must not hold up the others."""
    for request in requests.order_by("pk"):
        try:
            deed(request)
        except Exception:  # whatever is wrong with it
            log.exception("Request %s cannot be seen to now", request)


@transaction.atomic
def choose_anew(*, request, by=None):
    """Let the clock choose other keys, since the symbol of a promised one is retired; whoever asked hears of it.

    What was kept ready or cut is free again; who has agreed to a door has agreed to it for other keys, too.
    """
    begin_request(request)
    if not KeyRequest.objects.with_retired_symbols().filter(pk=request.pk).exists():
        return
    take_back_promises(request, by=by)
    drop_proposal(request, by=by, reason="a symbol is retired")
    if request.status == KeyRequest.Status.APPROVED:
        request.status = KeyRequest.Status.SUBMITTED
        record(request, by=by, reason="other keys are chosen")
    notices.other_keys(request, by=by)


@transaction.atomic
def propose_waiting(*, at, after=0):
    """Choose the keys of the next request behind the number ``after`` that has many doors or needs others.

    Gives back its number, None when there are no more. What cannot be seen to now is tried the next time.
    """
    waiting = KeyRequest.objects.without_proposal().filter(submitted_at__lte=at, pk__gt=after)
    request = waiting.order_by("pk").first()
    if request is None:
        return None
    try:
        with transaction.atomic():
            with_choice(request, lambda choice: _propose_waiting(request, choice))
    except Outdated:
        log.info("The keys for request %s are changing just now", request)
    except Refusal as refusal:
        _end_without_keys(request, str(refusal))
    except Exception:  # whatever is wrong with it must not hold up the others
        log.exception("No keys can be chosen for request %s now", request)
    return request.pk


def _propose_waiting(request, choice):
    begin_request(request)
    if not _waits_for_keys(request):
        return
    refuse_borrower(request.person, now=timezone.now())
    before = request.proposals.exists()
    propose(request, choice)
    ask_approvals(request, by=None, other_keys=before)
    settle_request(request, by=None)


def _end_without_keys(request, why):
    begin_request(request)
    if _waits_for_keys(request):
        end_request(request, KeyRequest.Status.REJECTED, by=None, reason="no key to give", why=why)


def _waits_for_keys(request):
    return KeyRequest.objects.without_proposal().filter(pk=request.pk).exists()


def expire_requests(*, at):
    """End requests of which nothing is kept ready or cut any more, and those whose last day is over.

    What was not picked up in time is asked for anew; who has some of the keys keeps these. Whoever asked reads why.
    """
    _each(KeyRequest.objects.to_end(at=at), lambda request: _expire(request, at))


@transaction.atomic
def _expire(request, at):
    begin_request(request)
    if not KeyRequest.objects.to_end(at=at).filter(pk=request.pk).exists():
        return
    partly = ProposedKey.objects.filter(proposal__request=request, loan__isnull=False).exists()
    status = KeyRequest.Status.DONE if partly else KeyRequest.Status.EXPIRED
    end_request(request, status, by=None, reason="ended by the clock", why=_why_over(request))


def _why_over(request):
    """Why the clock ends a request, in a sentence for whoever asked."""
    if request.status == KeyRequest.Status.SUBMITTED:
        return _("Not all in charge had answered by the last day on which the keys were needed.")
    jobs = CuttingJob.objects.filter(line__in=ProposedKey.objects.outstanding().filter(proposal__request=request))
    if jobs.open().exists():
        return _("The keys were not cut by the last day on which they were needed.")
    if jobs.cancelled().exists():
        return _("The key shop does not cut a key that would be needed.")
    return _("The keys were not picked up in time.")


def settle_request(request, *, by):
    """When all have agreed to all doors that the keys open now, the keys are kept ready or cut.

    Refused then for a person who may not borrow any more: the request waits, or is rejected.
    """
    if Approval.objects.open().filter(request=request).exists():
        return
    if _is_short(request):
        ask_approvals(request, by=by)
        return
    refuse_borrower(request.person, now=timezone.now())
    request.status, request.approved_at, request.asked_back_at = KeyRequest.Status.APPROVED, timezone.now(), None
    record(request, by=by, reason="approved")
    notices.request_approved(request, by=by)
    fulfil(request, by=by)


def _begin(approval, by, trust, seen=""):
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
    if request.needed_until < today():
        raise Refusal(_("The last day on which the keys of %(request)s were needed is over.") % words)
    if seen and seen != seen_of(approval):
        raise Refusal(
            _("Other keys are proposed, or they open other doors, since you opened this. Look again.") % words
        )
    approval.request = request
    return request


def _decide(approval, approved, by, comment, trust):
    approval.approved, approval.decided_at, approval.decided_by = approved, timezone.now(), by
    approval.comment = comment.strip()[:500]
    record(approval, by=by, reason=with_trust("approved" if approved else "rejected", trust))


def _refuse_unwritten(approval, comment):
    """A metal key to a door that is electronic only needs a written word of who is in charge of it."""
    doors = Door.objects.filter(pk__in=approval.doors.values("door"), electronic_only=True).for_list()[:5]
    if doors and not comment.strip():
        words = {"doors": ", ".join(map(str, doors))}
        raise Refusal(_("By policy nobody gets a metal key to %(doors)s. Write why somebody should, to agree.") % words)


def _is_proposed(proposal, way):
    """Whether the alternative of this number is the one proposed."""
    chosen = set(proposal.keys.to_hand_out().values_list("symbol", flat=True))
    return 0 <= way < len(proposal.ways) and set(proposal.ways[way]["hand_out"]) == chosen


def _current(request):
    proposal = Proposal.objects.current().filter(request=request).first()
    if proposal is None:
        raise Refusal(
            _("Other keys are being chosen for %(request)s. Open it again in a while.") % {"request": request}
        )
    return proposal


def _is_short(request):
    """Whether somebody has not agreed yet to what a promised key of the request opens."""
    lines = ProposedKey.objects.outstanding().filter(proposal__request=request)
    return lines.with_agreement().filter(is_covered=False).exists()
