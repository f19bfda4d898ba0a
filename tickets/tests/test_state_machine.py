"""Tickets against a plain model of them: whatever is done in whatever order by whomever, both say the same of each."""

from copy import copy
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from assets.models import Asset
from assets.operations import put_in_service, take_out_of_service
from assets.tests.factories import AssetFactory
from keysite.ledger import Refusal
from tickets import operations
from tickets.models import CategoryCheck, Link, Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

AT_WORK = {"accepted", "in_progress", "stalled"}
OPEN = AT_WORK | {"new"}
# Deed: from where, to where, whose role it is, and whether the reporter may.
EDGES = {
    "accept": ({"new"}, "accepted", "desk administrator", False),
    "reject": ({"new"}, "rejected", "desk administrator", False),
    "start": ({"accepted", "stalled"}, "in_progress", "technician administrator", False),
    "stall": ({"in_progress"}, "stalled", "technician administrator", False),
    "resolve": ({"in_progress"}, "resolved", "technician administrator", False),
    "confirm": ({"resolved"}, "confirmed", "desk administrator", True),
    "send_back": ({"resolved"}, "in_progress", "desk administrator", True),
    "reopen": ({"confirmed"}, "in_progress", "desk administrator", True),
    "reconsider": ({"rejected"}, "new", "desk administrator", False),
    "merge": (OPEN, "duplicate", "desk administrator", False),
    "unmerge": ({"duplicate"}, "new", "desk administrator", False),
}
TAKES_OUT, GIVES_BACK = {"accept", "send_back", "reopen"}, {"resolve", "merge"}
OTHERS = ["remove", "restore", "edit", "say", "assign", "service"]
# What leads on is done more often: of all deeds alike, few tickets got further than accepted.
STEPS = [*EDGES, *OTHERS, "accept", "accept", "start", "start", "resolve", "resolve", "confirm", "send_back", "unmerge"]
ROLES = ["desk", "technician", "administrator"]
PEOPLE = [*ROLES, "administrator", "reporter", "stranger"]


@dataclass(eq=False)
class Told:
    """What somebody would remember of a ticket."""

    row: Ticket
    blocks: bool
    asset: bool
    status: str = "new"
    version: int = 1
    deleted: bool = False
    into: "Told | None" = None
    accepted: bool = False

    @property
    def is_open(self):
        return not self.deleted and self.status in OPEN

    @property
    def keeps_out(self):
        return not self.deleted and self.status in AT_WORK and self.asset and self.blocks


class Repairs(RuleBasedStateMachine):
    """Three tickets, two of them about one asset, one of these in a category that lets it be lent meanwhile."""

    @initialize()
    def open(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        sync_roles()
        self.people = {name: PersonFactory() for name in {*PEOPLE}}
        for role in ROLES:
            self.people[role].groups.add(Group.objects.get(name=role))
        self.asset, self.out = AssetFactory(), None
        kinds = [CategoryFactory(), CategoryFactory(blocks_lending=False), CategoryFactory()]
        for kind in kinds:
            CategoryCheck.objects.create(category=kind, text="Power off")
        about = [self.asset, self.asset, None]
        self.kinds, self.told = kinds, []
        for kind, asset in zip(kinds, about, strict=True):
            row = TicketFactory(asset=asset, reporter=self.people["reporter"])
            self.told.append(Told(row, kind.blocks_lending, bool(asset)))

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def attempt(self, deed, may, **values):
        """Do it, with rows as they were when they were made; gives back what came of it. Both must agree."""
        stale = {name: copy(value) for name, value in values.items()}
        try:
            with transaction.atomic():
                result = deed(**stale) or True
        except Refusal as refusal:
            result = refusal
        assert isinstance(result, Refusal) != may, f"{deed.__name__} of {values}: {result}"
        return may

    @rule(
        what=st.sampled_from(STEPS),
        nth=st.integers(0, 2),
        other=st.integers(0, 2),
        who=st.sampled_from(PEOPLE),
        stale=st.sampled_from([False] * 5 + [True]),
    )
    def step(self, what, nth, other, who, stale):
        """Something is done to one of the tickets, by a page that was opened before the last change if ``stale``."""
        told, other = self.told[nth], self.told[other]
        seen = {"ticket": told.row, "by": self.people[who], "version": told.version - stale}
        if what in EDGES:
            self.move(what, told, other, who, seen, stale)
        else:
            getattr(self, what)(told, who, seen, not stale)

    def move(self, deed, told, other, who, seen, stale):
        sources, target, roles, reporter = EDGES[deed]
        may = not stale and not told.deleted and told.status in sources
        may = may and (who in roles.split() or (reporter and who == "reporter"))
        if deed == "merge":
            may = may and other is not told and other.is_open
        if deed == "unmerge":
            may = may and told.into.status != "duplicate"
        if self.attempt(getattr(operations, deed), may, **seen, **self.values_of(deed, told, other)):
            told.status, told.version = target, told.version + 1
            self.follow(deed, told, other)

    def values_of(self, deed, told, other):
        soon = timezone.localdate() + timedelta(days=2)
        return {
            "accept": {"category": self.kinds[self.told.index(told)]},
            "merge": {"into": other.row},
            "stall": {"reason": "waits", "wake_on": soon},
            "resolve": {"note": "done", "minutes": 5},
        }.get(deed, {"reason": "so"} if deed in {"reject", "send_back", "reopen"} else {})

    def follow(self, deed, told, other):
        """What else a move brings about."""
        told.accepted = told.accepted or deed == "accept"
        if deed == "merge":
            told.into, other.version = other, other.version + 1
        if deed == "unmerge":
            told.into.version += 1
            told.into = None
        if deed in TAKES_OUT:
            self.take_out(told)
        if deed in GIVES_BACK and told.asset:
            self.give_back()

    def take_out(self, told):
        if told.keeps_out and self.out is None:
            self.out = "ticket"

    def give_back(self):
        if self.out == "ticket" and not any(told.keeps_out for told in self.told):
            self.out = None

    def remove(self, told, who, seen, fresh):
        goes_on = any(other.into is told and not other.deleted for other in self.told)
        may = fresh and who in {"desk", "administrator"} and not told.deleted and not goes_on
        if self.attempt(operations.remove_ticket, may, reason="spam", **seen):
            told.deleted, told.version = True, told.version + 1
            if told.asset:
                self.give_back()

    def restore(self, told, who, seen, fresh):
        may = fresh and who in {"desk", "administrator"} and told.deleted
        may = may and not (told.into and told.into.deleted)
        if self.attempt(operations.restore_ticket, may, **seen):
            told.deleted, told.version = False, told.version + 1
            self.take_out(told)

    def edit(self, told, who, seen, fresh):
        """The asset, or no asset."""
        may = fresh and who in ROLES and told.is_open
        asset = None if told.asset else self.asset
        if self.attempt(operations.edit_ticket, may, asset=asset, **seen):
            kept = told.keeps_out
            told.asset, told.version = not told.asset, told.version + 1
            if kept:
                self.give_back()
            self.take_out(told)

    def say(self, told, who, seen, fresh):
        may = fresh and told.is_open and who in ROLES
        self_said = self.attempt(operations.comment, may, text="hm", internal=True, **seen)
        told.version += self_said

    def assign(self, told, who, seen, fresh):
        may = fresh and told.is_open and who in ROLES
        told.version += self.attempt(operations.assign_ticket, may, technician=self.people["technician"], **seen)

    def service(self, told, who, seen, fresh):
        """The desk takes the asset out of service, or puts it back, whatever the tickets say."""
        if self.out:
            self.attempt(put_in_service, True, asset=self.asset, by=self.people["desk"])
        else:
            self.attempt(take_out_of_service, True, asset=self.asset, by=self.people["desk"], reason="cable")
        self.out = None if self.out else "desk"

    @invariant()
    def both_say_the_same(self):
        if not hasattr(self, "told"):
            return
        rows = Ticket.objects.in_bulk()
        for told in self.told:
            row = rows[told.row.pk]
            assert (row.status, row.version, row.deleted_at is not None) == (told.status, told.version, told.deleted)
            assert row.asset_id == (self.asset.pk if told.asset else None)
        assert Asset.objects.get().is_out_of_service == (self.out is not None)
        merged = set(Link.objects.filter(kind="duplicate").values_list("ticket", "other"))
        assert merged == {(told.row.pk, told.into.row.pk) for told in self.told if told.into}
        assert {told for told in self.told if told.into} == {told for told in self.told if told.status == "duplicate"}

    @invariant()
    def every_change_is_in_the_history_and_no_checklist_is_there_twice(self):
        if not hasattr(self, "told"):
            return
        for told in self.told:
            assert told.row.history.count() == told.version
            assert told.row.checks.count() == told.accepted


@pytest.mark.slow
def test_tickets_and_their_model_agree(db):
    run_state_machine_as_test(
        Repairs,
        settings=settings(
            max_examples=15,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # to make a failure shorter would take minutes
        ),
    )
