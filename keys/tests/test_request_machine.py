"""No key is handed over on a request while a door that it opens lacks the word of somebody in charge: whatever happens
in whatever order, with managers, deputies and cylinders that change in between."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.models import BuildingManager
from keys import operations
from keys.models import Approval, Delegation, Hold, KeyRequest, Keyset, Operates
from keys.tests.requests import Campus
from keysite.ledger import Refusal

DOORS = ("101", "102", "103", "201")
HANDED = []  # a machine that never hands over proves nothing
SYMBOLS = ("AA1", "AA2", "AA3", "AB1", "AA")


class Requests(RuleBasedStateMachine):
    """The small campus, with a plain memory of what every cylinder is pinned to, who is in charge, and who agreed."""

    @initialize()
    def open(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.campus = Campus()
        self.clerk, self.deputy = PersonFactory(), PersonFactory()
        self.office = PersonFactory(is_superuser=True)
        self.people = [self.campus.manager, self.campus.other_manager, self.deputy, self.campus.person, self.office]
        self.building = {"1": self.campus.north, "2": self.campus.south}
        self.pinned = {"101": "AA1", "102": "AA2", "103": "AA3", "201": "AB1"}
        self.turns = {own: {own, own[:2], "A"} for own in ("AA1", "AA2", "AA3", "AB1")}
        self.in_charge = {"1": {self.campus.manager}, "2": {self.campus.other_manager}}
        self.stands_in = set()  # whom the deputy stands in for
        self.agreed = {}  # request → doors to which somebody in charge has agreed
        for symbol in SYMBOLS:
            self.campus.key(symbol)

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def attempt(self, deed, **values):
        """Whether it worked."""
        try:
            with transaction.atomic():
                getattr(operations, deed)(**values)
        except Refusal:
            return False
        return True

    def opened_by(self, *symbols):
        """The doors that keys of these symbols open, as the memory has it."""
        return {door for door, keyset in self.pinned.items() if self.turns[keyset] & set(symbols)}

    def may_decide(self, person, building):
        if person == self.office and not self.in_charge[building] - {self.campus.person}:
            return True
        stands_in = person == self.deputy and self.stands_in & self.in_charge[building]
        return person != self.campus.person and (person in self.in_charge[building] or bool(stands_in))

    @rule(door=st.sampled_from(DOORS), other=st.sampled_from(DOORS))
    def ask(self, door, other):
        try:
            with transaction.atomic():
                self.campus.ask(door, other)
        except Refusal:
            return

    @rule(nth=st.integers(0, 5), who=st.integers(0, 4), agree=st.sampled_from([True, True, True, True, False]))
    def decide(self, nth, who, agree):
        """Only who is in charge."""
        steps = list(Approval.objects.open().filter(building__isnull=False).for_list())
        if not steps:
            return
        step, person = steps[nth % len(steps)], self.people[who]
        if agree:
            self.agree(step, person)
        else:
            may = self.may_decide(person, self.letter(step))
            assert self.attempt("reject_request", approval=step, by=person, reason="No") == may

    @rule()
    def everybody_agrees(self):
        """Each step that is open now is tried by everybody; what is not of a building is for the key office."""
        for step in list(Approval.objects.open().for_list()):
            if step.building_id is None:
                self.attempt("approve_request", approval=step, by=self.office)
            for person in self.people if step.building_id else []:
                if Approval.objects.open().filter(pk=step.pk).exists():
                    self.agree(Approval.objects.for_list().get(pk=step.pk), person)

    def agree(self, step, person):
        """What somebody agrees to is remembered: the doors that they are asked about."""
        shown = {approved.door.label for approved in step.doors.select_related("door")}
        worked = self.attempt("approve_request", approval=step, by=person)
        assert worked == self.may_decide(person, self.letter(step))
        if worked:
            self.agreed.setdefault(step.request_id, set()).update(shown)

    def letter(self, step):
        return "1" if step.building == self.campus.north else "2"

    @rule(door=st.sampled_from(DOORS), keyset=st.sampled_from(["AA1", "AA2", "AA3", "AB1"]))
    def rekey(self, door, keyset):
        row = Keyset.objects.get(designation=keyset)
        if self.attempt("pin_door", door=self.campus.doors[door], keyset=row, by=self.clerk):
            self.pinned[door] = keyset

    @rule(keyset=st.sampled_from(["AA1", "AA2", "AA3", "AB1"]), symbol=st.sampled_from(SYMBOLS))
    def cross_key(self, keyset, symbol):
        row = Keyset.objects.get(designation=keyset)
        operates = Operates.objects.now().filter(keyset=row, symbol__symbol=symbol).first()
        if operates:
            self.attempt("stop_operating", operates=operates, by=self.clerk)
            self.turns[keyset].discard(symbol)
        else:
            self.attempt("let_operate", keyset=row, symbol=self.campus.symbols[symbol], by=self.clerk)
            self.turns[keyset].add(symbol)

    @rule(keyset=st.sampled_from(["AA1", "AA2", "AA3", "AB1"]))
    def make_a_kept_key_open_more(self, keyset):
        hold = Hold.objects.live(at=timezone.now()).filter(promised__isnull=False).for_list().first()
        symbol = hold and hold.key.symbol.symbol
        if symbol and symbol not in self.turns[keyset]:
            self.cross_key(keyset, symbol)

    @rule(building=st.sampled_from(["1", "2"]), who=st.integers(0, 3))
    def appoint_or_dismiss(self, building, who):
        person, today = self.people[who], timezone.localdate()
        rows = BuildingManager.objects.filter(building=self.building[building], person=person)
        if person in self.in_charge[building]:
            rows.delete()
            self.in_charge[building].discard(person)
        else:
            BuildingManager.objects.create(building=self.building[building], person=person, since=today)
            self.in_charge[building].add(person)

    @rule(who=st.integers(0, 1))
    def stand_in(self, who):
        person, today = self.people[who], timezone.localdate()
        if person in self.stands_in:
            for row in Delegation.objects.current(on=today).filter(person=person):
                self.attempt("end_delegation", delegation=row, by=person)
            self.stands_in.discard(person)
        elif self.attempt("delegate_approvals", by=person, deputy=self.deputy, since=today, until=today):
            self.stands_in.add(person)

    @rule(nth=st.integers(0, 3))
    def look_again(self, nth):
        rows = list(KeyRequest.objects.approved().for_list())
        if rows:
            self.attempt("revalidate_request", request=rows[nth % len(rows)], by=self.clerk)

    @rule(nth=st.integers(0, 5))
    def collect_at_once(self, nth):
        """As ``collect``, when all agree and nothing changes in between."""
        self.everybody_agrees()
        self.collect(nth)

    @rule(nth=st.integers(0, 5))
    def collect(self, nth):
        """The desk hands over what is kept ready: it works only for keys all of whose doors somebody agreed to."""
        holds = list(Hold.objects.live(at=timezone.now()).filter(promised__isnull=False).for_list())
        if not holds:
            return
        hold = holds[nth % len(holds)]
        request = hold.promised.proposal.request_id
        opens = self.opened_by(hold.key.symbol.symbol)
        values = {"keys": [hold.key], "borrower": self.campus.person, "by": self.clerk, "trust": Trust.STAFF}
        if self.attempt("check_out", **values):
            assert opens <= self.agreed.get(request, set())
            HANDED.append(request)


@pytest.mark.slow
def test_no_key_without_the_word_of_everybody_in_charge(db):
    run_state_machine_as_test(
        Requests,
        settings=settings(max_examples=15, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )
    assert len(HANDED) >= 10
