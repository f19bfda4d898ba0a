"""Assign: assets and kits go to a person, or are put up in a space."""

from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import Trust
from accounts.operations import with_trust
from assets import notices
from assets.models import Assignment, Reservation
from assets.operations.loads import Cargo, Load, hold
from assets.operations.rules import Basket, Until, effective, refuse_unless_one
from keysite.ledger import BasketRefusal, Refusal, lock, record_changes, record_new

FULFILLED = ["ended_at", "ended_by", "outcome", "assignment"]


@transaction.atomic
def assign(
    *, by, assets=(), kits=(), person=None, space=None, trust=Trust.STAFF, out_at=None, note="", take_rest=False, **due
):
    """Give assets and kits to ``person``, or put them up in ``space``; exactly one of the two.

    ``due`` says until when: by ``term`` (else that of the asset's type, else of the affiliation), on ``due_on`` if
    that is sooner, not at all if ``open_ended``; when their reservation ends if nothing of this is said. A kit is due
    as late as each of its assets may be kept, what is put up in a space only on ``due_on``. ``out_at`` is a moment in
    the past at which it happened; what is written down keeps both dates. Each of ``kits`` is a ``Load``: a kit, less
    what of it stays. The person's own reservation ends with it. All or nothing, unless the desk says ``take_rest``.
    Gives back the assignments, one per asset and per kit.

    Refused for nobody and for two, for a person who may not borrow, without a due date where the affiliation needs
    one, for a due date that the term does not allow, for a moment still to come, and per asset
    (``BasketRefusal.lines``): disposed of, lost, out, a member of a kit, out of service or not lent (to a person), with
    somebody else at that moment, or reserved; per kit: dissolved, empty, out, or with a member that is refused (which
    has a line of its own).
    """
    now = timezone.now()
    out_at = effective(out_at, now)
    refuse_unless_one(person, space)
    if person:
        lock(person, "affiliation__loan_term")
    until = Until(person=person, out_at=out_at, **due)
    assets, cargo = hold(assets, kits, out_at=out_at)
    basket = Basket([*assets, *cargo.members], person=person, space=space, out_at=out_at, until=until)
    going = _chosen(basket.judge(assets) | cargo.judge(basket), [*assets, *cargo.kits], take_rest=take_rest)

    made = {"person": person, "space": space, "out_at": out_at, "out_recorded_at": now, "out_by": by}
    made |= {"trust": trust, "note": note[:500]}
    rows = [Assignment(asset=asset, **basket.agreed([asset]), **made) for asset in assets if asset in going]
    rows += [Assignment(kit=kit, **basket.agreed(cargo.going[kit.pk]), **made) for kit in cargo.kits if kit in going]
    record_new(rows, by=by, reason=with_trust("assigned", trust))
    cargo.pack(rows, by=by, reason=with_trust("assigned", trust))
    fulfil(basket, rows, by=by)
    notices.assigned(rows, by=by)
    return rows


def assign_kit(*, kit, by, without=(), without_parts=None, **terms):
    """Hand out a kit as one, to a person or into a space: everything in it, less what is left out on purpose.

    ``without`` are assets of the kit that stay, ``without_parts`` says how many of which part; the other ``terms`` are
    those of ``assign``, and so is what is refused. Gives back the kit's assignment; each asset has one that is part of
    it, so that a later change of the kit leaves it alone.
    """
    load = Load(kit, tuple(without), without_parts or {})
    return assign(kits=[load], by=by, **terms)[0]


class Preview(NamedTuple):
    """What ``assign`` would say now: the refusal (or None) and due date of each thing, and what is against them all."""

    verdicts: dict
    refusal: str
    due: dict


def preview_assign(
    *, assets=(), kits=(), person=None, space=None, term=None, due_on=None, open_ended=False, out_at=None
):
    """What ``assign`` would say at this moment, by the same rules; nothing is locked, so the deed has the last word.

    Before anybody is named it judges the things alone.
    """
    until, refusal = None, ""
    try:
        out_at = effective(out_at, timezone.now())
        if person or space:
            until = Until(person=person, out_at=out_at, term=term, due_on=due_on, open_ended=open_ended)
    except Refusal as refused:
        out_at, refusal = timezone.now(), str(refused)
    cargo = Cargo(kits, out_at=out_at)
    basket = Basket([*assets, *cargo.members], person=person, space=space, out_at=out_at, until=until)
    try:
        due = _due_of(assets, cargo, basket)
    except Refusal as refused:
        basket.until, refusal, due = None, str(refused), {}
    verdicts = basket.judge(assets) | cargo.judge(basket)
    due |= {asset: basket.due_of(asset) for asset in assets if asset in due}
    return Preview(verdicts, refusal, due)


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


def _chosen(verdicts, items, *, take_rest):
    """The items that go out. Refused with every sentence when one may not, unless the desk takes the rest."""
    refused = {item: sentence for item, sentence in verdicts.items() if sentence}
    going = {item for item in items if item not in refused}
    if refused and not (take_rest and going):
        raise BasketRefusal(refused)
    return going


def _due_of(assets, cargo, basket):
    if basket.until is None:
        return {}
    due = {asset: basket.due_of(asset) for asset in assets}
    return due | {kit: basket.agreed(cargo.going[kit.pk])["due_at"] for kit in cargo.kits if cargo.going[kit.pk]}
