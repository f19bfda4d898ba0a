"""What is promised of a model against a plain model of it: whatever happens, nobody is promised what there is not.

At every instant from now on, what is out (until it is due) and what is reserved is no more than the units there are.
What is overdue does not count as out there: the clock breaks no promise. But nothing new is promised, and nothing
handed out, against an overdue unit for a week more. And there is always a plan: each reservation has one unit all its
time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Trust
from accounts.tests.factories import AffiliationFactory, PersonFactory
from assets import operations
from assets.models import Assignment, Reservation
from assets.tests.factories import AssetFactory, AssetModelFactory
from keysite.ledger import Refusal

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE, NO_SHOW = 7 * DAY, 24 * HOUR
TERM = 7  # days
UNITS = 2
# What may happen, and to what. One rule draws from it: of a rule for each, reservations hardly ever met.
DEEDS = {
    "reserve": ["unit", "any_unit", "person", "day", "hour", "length"],
    "assign": ["unit", "person"],
    "take_back": ["unit"],
    "cancel": ["day"],
    "expire": [],
    "wait": ["length"],
    "leave": ["unit"],
    "join": ["unit"],
}
OFTEN = [*DEEDS, *["reserve"] * 8, *["assign"] * 2, "take_back", "wait", "join"]


@dataclass(eq=False)
class Claim:
    """What somebody has reserved: any unit, or this one."""

    row: Reservation
    person: int
    unit: int | None
    start: datetime
    end: datetime


@dataclass(eq=False)
class Out:
    person: int
    due: datetime


class Promises(RuleBasedStateMachine):
    """Three people, and a model with two units."""

    @initialize()
    def open(self):
        self.clock = time_machine.travel(
            datetime(2026, 3, 23, 9, tzinfo=UTC), tick=False
        )  # the clocks change that week
        self.time = self.clock.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        affiliation = AffiliationFactory(loan_term__days=TERM)
        self.clerk, self.model = PersonFactory(), AssetModelFactory()
        self.people = [PersonFactory(affiliation=affiliation) for _number in range(3)]
        self.units = [AssetFactory(model=self.model) for _number in range(UNITS)]
        self.in_service, self.out, self.claims = [True] * UNITS, [None] * UNITS, []

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.clock.stop()

    def attempt(self, deed, **values):
        """What came of it: what the deed gave back, or None when it was refused."""
        self.said = None
        try:
            with transaction.atomic():
                return getattr(operations, deed)(by=self.clerk, **values) or True
        except Refusal as refusal:
            self.said = str(refusal)
            return None

    @rule(
        what=st.sampled_from(OFTEN),
        unit=st.integers(0, UNITS - 1),
        any_unit=st.booleans(),
        person=st.integers(0, 2),
        day=st.integers(1, 3),
        hour=st.sampled_from([10, 14]),
        length=st.integers(0, 2),
    )
    def step(self, what, **facts):
        """Something happens."""
        getattr(self, what)(**{name: facts[name] for name in DEEDS[what]})

    def reserve(self, unit, any_unit, person, day, hour, length):
        unit, hours = None if any_unit else unit, [4, 24, 48][length]
        today = timezone.localdate(timezone=BERLIN)
        start = datetime.combine(today + day * DAY, datetime.min.time(), BERLIN).astimezone(UTC) + hour * HOUR
        end = start + hours * HOUR
        may = self.may_promise(Claim(None, person, unit, start, end))
        item = {"model": self.model} if unit is None else {"asset": self.units[unit]}
        values = {"person": self.people[person], "starts_at": start, "ends_at": end, "trust": Trust.STAFF}
        made = self.attempt("reserve", **values, **item)
        assert bool(made) == may, self.said
        if made:
            self.claims.append(Claim(made, person, unit, start, end))

    def assign(self, unit, person):
        due = self.closing(TERM)
        own = self.own_claim(unit, person, due)
        due = min(due, own.end) if own else due
        may = self.may_leave(unit, due, own)
        made = self.attempt("assign", assets=[self.units[unit]], person=self.people[person])
        assert bool(made) == may, self.said
        if made:
            assert made[0].due_at == due
            self.out[unit] = Out(person, due)
            self.claims = [claim for claim in self.claims if claim is not own]

    def take_back(self, unit):
        done = self.attempt("take_back", assets=[self.units[unit]])
        assert bool(done) == (self.out[unit] is not None), self.said
        self.out[unit] = None

    def cancel(self, day):
        if self.claims:
            claim = self.claims.pop(day % len(self.claims))
            assert self.attempt("cancel_reservation", reservation=claim.row), self.said

    def expire(self):
        now = timezone.now()
        operations.expire_reservations(at=now)
        self.claims = [claim for claim in self.claims if claim.start > now - NO_SHOW and claim.end > now]

    def wait(self, length):
        self.time.shift([1, 20, 24 * 6][length] * HOUR)

    def leave(self, unit):
        """A unit goes out of service; whom it was promised to hears of it."""
        may = self.in_service[unit]
        values = {"asset": self.units[unit], "reason": "no lid", "break_reservations": True}
        assert bool(self.attempt("take_out_of_service", **values)) == may, self.said
        self.in_service[unit] = False
        live = set(Reservation.objects.live().values_list("pk", flat=True))
        ended = [claim for claim in self.claims if claim.row.pk not in live]
        assert {claim for claim in self.claims if claim.unit == unit} <= set(ended)
        self.claims = [claim for claim in self.claims if claim not in ended]

    def join(self, unit):
        done = self.attempt("put_in_service", asset=self.units[unit])
        assert bool(done) != self.in_service[unit], self.said
        self.in_service[unit] = True

    # What a careful clerk would say, by trying every plan

    def closing(self, days):
        day = timezone.localdate(timezone=BERLIN) + days * DAY
        return datetime.combine(day, datetime.min.time().replace(hour=18), BERLIN).astimezone(UTC)

    def own_claim(self, unit, person, due):
        now = timezone.now()
        own = [claim for claim in self.claims if claim.person == person and claim.start < due and claim.end > now]
        own = [claim for claim in own if claim.unit == unit or claim.unit is None]
        return min(own, key=lambda claim: (claim.unit is None, claim.start, claim.row.pk), default=None)

    def may_promise(self, claim):
        now = timezone.now()
        if claim.unit is not None:
            held = self.out[claim.unit]
            back = held and (held.due if held.due > now else now + LATE)
            taken = [other for other in self.claims if other.unit == claim.unit and overlap(other, claim)]
            if not self.in_service[claim.unit] or taken or (held and back > claim.start):
                return False
        return self.fits([*self.claims, claim], self.out, claim.start, claim.end)

    def may_leave(self, unit, due, own):
        now = timezone.now()
        if self.out[unit] or not self.in_service[unit]:
            return False
        others = [claim for claim in self.claims if claim is not own]
        leaving = Claim(None, 0, unit, now, due)
        if any(claim.unit == unit and overlap(claim, leaving) for claim in others):
            return False
        out = [Out(0, due) if number == unit else held for number, held in enumerate(self.out)]
        crowded = [moment for moment in self.moments(now, due) if self.taken(others, out, moment) > self.usable]
        if any(claim.start <= moment < claim.end for moment in crowded for claim in others):
            return False
        return self.has_plan(others, out)

    def fits(self, claims, out, start, end):
        enough = all(self.taken(claims, out, moment) <= self.usable for moment in self.moments(start, end, claims))
        return enough and self.has_plan(claims, out)

    @property
    def usable(self):
        return sum(self.in_service)

    def taken(self, claims, out, moment, late=LATE):
        """How many units are out or reserved at ``moment``; what is overdue is out for ``late`` more."""
        now = timezone.now()
        there = [held for held, is_usable in zip(out, self.in_service, strict=True) if held and is_usable]
        backs = [held.due if held.due > now else now + late for held in there]
        reserved = sum(claim.start <= moment < claim.end for claim in claims)
        return reserved + sum(back > moment for back in backs)

    def moments(self, start, end, claims=None):
        claims = self.claims if claims is None else claims
        return [start, *(claim.start for claim in claims if start <= claim.start < end)]

    def has_plan(self, claims, out):
        """Whether each claim can have one unit all its time, if all that is overdue came back now."""
        now = timezone.now()
        busy = {unit: [] for unit in range(UNITS) if self.in_service[unit]}
        for unit, held in enumerate(out):
            if held and held.due > now and unit in busy:
                busy[unit].append((now, held.due))
        for claim in claims:
            if claim.unit is not None:
                busy[claim.unit].append((claim.start, claim.end))
        loose = [(claim.start, claim.end) for claim in claims if claim.unit is None and claim.end > now]
        return can_be_placed(sorted(loose), busy)

    @invariant()
    def nobody_is_promised_what_there_is_not(self):
        if not hasattr(self, "claims"):
            return
        now = timezone.now()
        ends = [held.due for held in self.out if held]
        for moment in {now, *ends, *chain.from_iterable((claim.start, claim.end) for claim in self.claims)}:
            if moment >= now:
                assert self.taken(self.claims, self.out, moment, late=timedelta(0)) <= self.usable
        assert self.has_plan(self.claims, self.out)

    @invariant()
    def both_say_the_same(self):
        if not hasattr(self, "claims"):
            return
        live = {(row.pk, row.starts_at, row.ends_at) for row in Reservation.objects.live()}
        assert live == {(claim.row.pk, claim.start, claim.end) for claim in self.claims}
        out = {row.asset_id: row.due_at for row in Assignment.objects.open()}
        assert out == {self.units[unit].pk: held.due for unit, held in enumerate(self.out) if held}


def overlap(one, other):
    return one.start < other.end and other.start < one.end


def can_be_placed(spans, busy):
    if not spans:
        return True
    (start, end), *rest = spans
    for unit, times in busy.items():
        if all(end <= begin or start >= stop for begin, stop in times) and can_be_placed(
            rest, busy | {unit: [*times, (start, end)]}
        ):
            return True
    return False


@pytest.mark.slow
def test_no_promise_is_made_that_cannot_be_kept(db):
    run_state_machine_as_test(
        Promises,
        settings=settings(max_examples=25, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )
