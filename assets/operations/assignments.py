"""Assign: assets go to a person, or are put up in a space."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.models import Assignment, Reservation
from assets.operations.rules import Basket, Until, effective, lock_assets, lock_models
from keysite.ledger import BasketRefusal, lock, record_changes, record_new

FULFILLED = ["ended_at", "ended_by", "outcome", "assignment"]


@transaction.atomic
def assign(
    *,
    assets,
    by,
    person=None,
    space=None,
    trust=Trust.STAFF,
    term=None,
    due_on=None,
    open_ended=False,
    out_at=None,
    note="",
    take_rest=False,
):
    """Give assets to ``person``, or put them up in ``space``; exactly one of the two.

    A person's are due by ``term`` (else that of the asset's type, else of the affiliation), on ``due_on`` if that is
    sooner, or not at all if ``open_ended``; what is put up in a space is due only if ``due_on`` says so. ``out_at``
    is a moment in the past at which it happened; what is written down keeps both dates. The person's own reservation
    ends with it. All or nothing, unless the desk says ``take_rest``. Gives back the assignments.

    Refused for a person who may not borrow, without a due date where the affiliation needs one, for a due date that
    the term does not allow, for a moment still to come, and per asset (``BasketRefusal.lines``): disposed of, lost,
    out, a member of a kit, out of service or not lent (to a person), with somebody else at that moment, or reserved.
    """
    now = timezone.now()
    out_at = effective(out_at, now)
    if person:
        lock(person, "affiliation__loan_term")
    until = Until(person=person, out_at=out_at, term=term, due_on=due_on, open_ended=open_ended)
    lock_models(assets)
    assets = lock_assets(assets)
    basket = Basket(assets, person=person, space=space, out_at=out_at, until=until)
    refused = {asset: sentence for asset, sentence in basket.judge(assets).items() if sentence}
    if refused and (not take_rest or len(refused) == len(assets)):
        raise BasketRefusal(refused)

    made = {"person": person, "space": space, "out_at": out_at, "out_recorded_at": now, "out_by": by}
    made |= {"trust": trust, "note": note[:500]}
    assignments = [
        Assignment(asset=asset, term=until.term_of(asset), due_at=until.of(asset), **made)
        for asset in assets
        if asset not in refused
    ]
    record_new(assignments, by=by, reason=with_trust("assigned", trust))
    fulfil(basket, assignments, by=by)
    notices.assigned(assignments, by=by)
    return assignments


def fulfil(basket, assignments, *, by):
    """The reservations that these assignments fulfil have done their work."""
    used = []
    for assignment in assignments:
        claim = basket.claims.used.get(assignment.asset_id)
        if claim:
            claim.ended_at, claim.ended_by, claim.assignment = timezone.now(), by, assignment
            claim.outcome = Reservation.Outcome.HANDED_OUT
            used.append(claim)
    record_changes(used, FULFILLED, by=by, reason="handed out")
