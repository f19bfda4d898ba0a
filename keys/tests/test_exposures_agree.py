"""Lost keys by what their loans and retirements say, and by their reports: whichever deed is done, these agree."""

from contextlib import suppress

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Key, Loan, LossReport
from keys.operations import (
    check_out,
    count_cabinet,
    record_payment,
    reinstate_key,
    report_found,
    report_lost,
    retire_key,
    retire_keys,
    return_key,
    transfer,
    undo,
)
from keys.tests.factories import CabinetFactory, HookFactory, KeyFactory
from keysite.ledger import Refusal

KEYS = 3


class Exposures(RuleBasedStateMachine):
    """Three keys of one cabinet, through every deed that loses or finds one."""

    @initialize()
    def begin(self):
        self.cabinet = CabinetFactory()
        affiliation = AffiliationFactory(loan_term=LoanTermFactory())
        self.clerk = PersonFactory()
        self.people = [PersonFactory(affiliation=affiliation) for _person in range(4)]
        self.keys = [KeyFactory(hook=HookFactory(cabinet=self.cabinet)) for _key in range(KEYS)]

    def do(self, deed, **values):
        with suppress(Refusal):
            deed(by=self.clerk, **values)

    def key(self, number):
        return Key.objects.get(pk=self.keys[number].pk)

    def on_loan(self, deed, number, **values):
        loan = Loan.objects.of([self.keys[number]]).order_by("-pk").first()
        if loan:
            self.do(deed, loan=loan, **values)

    @rule(number=st.integers(0, KEYS - 1), person=st.integers(0, 3))
    def hand_out(self, number, person):
        self.do(check_out, keys=[self.key(number)], borrower=self.people[person], trust=Trust.STAFF)

    @rule(number=st.integers(0, KEYS - 1), deed=st.sampled_from([return_key, report_found, undo]))
    def give_back(self, number, deed):
        self.on_loan(deed, number)

    @rule(number=st.integers(0, KEYS - 1), person=st.integers(0, 3))
    def hand_on(self, number, person):
        self.on_loan(transfer, number, borrower=self.people[person])

    @rule(number=st.integers(0, KEYS - 1), loss=st.sampled_from(["lost", "broken"]))
    def lose(self, number, loss):
        self.on_loan(report_lost, number, loss=loss)

    @rule(number=st.integers(0, KEYS - 1))
    def pay(self, number):
        self.on_loan(record_payment, number, amount=5, note="R1")

    @rule()
    def clock(self):
        retire_keys(at=timezone.now())

    @rule(number=st.integers(0, KEYS - 1), kind=st.sampled_from(["lost", "broken", "disposed"]))
    def retire(self, number, kind):
        self.do(retire_key, key=self.key(number), retirement=kind, reason="So")

    @rule(number=st.integers(0, KEYS - 1))
    def reinstate(self, number):
        self.do(reinstate_key, key=self.key(number), reason="A mistake")

    @rule(there=st.sets(st.integers(0, KEYS - 1)))
    def count(self, there):
        self.do(count_cabinet, cabinet=self.cabinet, there=[self.keys[number] for number in there])

    @invariant()
    def both_say_the_same(self):
        if hasattr(self, "keys"):
            exposed = Key.objects.exposed().filter(pk__in=[key.pk for key in self.keys])
            reported = LossReport.objects.open().of(self.keys)
            assert set(exposed.values_list("pk", flat=True)) == set(reported.values_list("key", flat=True))


@pytest.mark.slow
def test_keys_that_are_exposed_are_those_with_an_open_report(db):
    run_state_machine_as_test(
        Exposures,
        settings=settings(max_examples=8, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )
