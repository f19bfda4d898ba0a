"""The key desk against a plain model of it: whatever happens in whatever order, both say the same of every loan."""

from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Trust
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys import operations
from keys.models import Key, Loan
from keys.tests.factories import KeyFactory, KeySymbolFactory
from keysite.ledger import Refusal

BERLIN = ZoneInfo("Europe/Berlin")
TEN_MINUTES = timedelta(minutes=10)
A_MOMENT = timedelta(seconds=2)  # passes before every deed
# What may happen, and to what. One rule draws from it: of a rule for each, some hardly ever came up.
DEEDS = {
    "check_out": ["key", "person"],
    "transfer": ["loan", "person"],
    "return_key": ["loan", "word"],
    "take_back": ["key"],
    "claim": ["loan"],
    "reject_claim": ["loan"],
    "renew": ["loan"],
    "report_lost": ["loan", "word"],
    "record_payment": ["loan"],
    "report_found": ["loan"],
    "undo": ["loan"],
    "retire_key": ["key", "word"],
    "reinstate_key": ["key"],
    "retire_keys": [],
    "wait": ["word"],
}
OFTEN = [
    *DEEDS,
    "check_out",
    "check_out",
    "check_out",
    "reinstate_key",
    "undo",
    "wait",
    "wait",
    "renew",
    "record_payment",
]


@dataclass(eq=False)
class Lent:
    """What a clerk would remember of a loan."""

    row: Loan
    key: int
    person: int
    out_at: datetime
    due_on: date
    follows: "Lent | None" = None
    handed_on = renewed = claimed = was_lost = lost = found_by_return = paid = undone = False
    returned_at: datetime | None = None

    @property
    def is_open(self):
        return self.returned_at is None

    @property
    def is_running(self):
        return self.is_open and not self.lost and not self.paid

    @property
    def status(self):
        if not self.is_open:
            return "Returned"
        if self.paid:
            return "Paid"
        if self.lost:
            return "Lost/Broken"
        overdue = datetime.combine(self.due_on, time(18), BERLIN) < timezone.now()
        return "Overdue" if overdue else "Checked out"


class KeyDesk(RuleBasedStateMachine):
    """Two people, and three keys of which two are of one symbol."""

    @initialize()
    def open(self):
        self.clock = time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.time = self.clock.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        affiliation, twins = AffiliationFactory(), KeySymbolFactory()
        self.clerk = PersonFactory()
        self.person_rows = [PersonFactory(affiliation=affiliation) for _number in range(2)]
        self.key_rows = [KeyFactory(symbol=twins), KeyFactory(symbol=twins), KeyFactory()]
        self.retired = [None] * 3
        self.lent = []

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.clock.stop()

    def attempt(self, deed, may, **values):
        """Do it, with rows as they were when they were made; gives back what came of it. Both must agree."""
        self.time.shift(A_MOMENT)
        stale = {name: copy(value) for name, value in values.items()}
        try:
            with transaction.atomic():
                result = getattr(operations, deed)(by=self.clerk, **stale) or True
        except Refusal as refusal:
            result = refusal
        assert isinstance(result, Refusal) != may, f"{deed}: {result}"
        return result if may else None

    @rule(
        what=st.sampled_from(OFTEN),
        key=st.integers(0, 2),
        person=st.integers(0, 1),
        nth=st.integers(0, 2),
        still_open=st.sampled_from([True, True, True, False]),
        word=st.integers(0, 2),
    )
    def step(self, what, key, person, nth, still_open, word):
        """Something happens; to a loan that is one of the last three, mostly of those that are open."""
        loans = [loan for loan in self.lent if loan.is_open or not still_open][-3:]
        facts = {"key": key, "person": person, "loan": loans[nth % len(loans)] if loans else None, "word": word}
        if "loan" not in DEEDS[what] or loans:
            getattr(self, what)(**{name: facts[name] for name in DEEDS[what]})

    def open_loan(self, key):
        return next((loan for loan in self.lent if loan.key == key and loan.is_open), None)

    def holds_one(self, person, key):
        symbol = {0, 1} if key < 2 else {2}
        return any(
            loan.person == person and loan.key in symbol and loan.is_open and not loan.paid for loan in self.lent
        )

    def in_a_week(self):
        return timezone.localdate(timezone=BERLIN) + timedelta(days=7)

    def check_out(self, key, person):
        may = not self.retired[key] and not self.open_loan(key) and not self.holds_one(person, key)
        values = {"keys": [self.key_rows[key]], "borrower": self.person_rows[person], "trust": Trust.STAFF}
        if made := self.attempt("check_out", may, **values):
            self.lent.append(Lent(made[0], key, person, timezone.now(), self.in_a_week()))

    def transfer(self, loan, person):
        may = loan.is_running and not self.retired[loan.key] and not self.holds_one(person, loan.key)
        if made := self.attempt("transfer", may, loan=loan.row, borrower=self.person_rows[person]):
            loan.returned_at, loan.handed_on = timezone.now(), True
            self.lent.append(Lent(made, loan.key, person, timezone.now(), self.in_a_week(), follows=loan))

    def return_key(self, loan, word):
        condition = ["good", "worn", "broken"][word]
        if self.attempt("return_key", loan.is_open, loan=loan.row, condition=condition):
            self._is_back(loan, condition)

    def take_back(self, key):
        loan = self.open_loan(key)
        if self.attempt("take_back", loan is not None, keys=[self.key_rows[key]]):
            self._is_back(loan, "good")

    def _is_back(self, loan, condition):
        loan.found_by_return, loan.lost, loan.returned_at = loan.lost, False, timezone.now()
        if condition == "broken":
            self.retired[loan.key] = self.retired[loan.key] or timezone.now()

    def claim(self, loan):
        if self.attempt("claim_return", loan.is_open and not loan.claimed, loan=loan.row):
            loan.claimed = True

    def reject_claim(self, loan):
        if self.attempt("reject_claim", loan.is_open and loan.claimed, loan=loan.row):
            loan.claimed = False

    def renew(self, loan):
        may = loan.is_running and not loan.claimed and not self.retired[loan.key] and loan.due_on < self.in_a_week()
        if self.attempt("renew", may, loan=loan.row, trust=Trust.STAFF):
            loan.due_on, loan.renewed = self.in_a_week(), True

    def report_lost(self, loan, word):
        loss = ["lost", "broken", "lost"][word]
        if self.attempt("report_lost", loan.is_running, loan=loan.row, loss=loss):
            loan.lost = loan.was_lost = True
            loan.claimed = False

    def record_payment(self, loan):
        may = loan.is_open and loan.lost and not loan.paid
        if self.attempt("record_payment", may, loan=loan.row, amount=5, note="R1"):
            loan.paid = True

    def report_found(self, loan):
        if self.attempt("report_found", loan.is_open and loan.lost and not loan.paid, loan=loan.row):
            loan.lost = False

    def undo(self, loan):
        now = timezone.now()
        if not loan.is_open and not loan.undone and now - loan.returned_at <= TEN_MINUTES:
            free = not self.open_loan(loan.key) and (loan.paid or not self.holds_one(loan.person, loan.key))
            if self.attempt("undo", free and not loan.handed_on, loan=loan.row):
                self._is_not_back(loan)
        else:
            may = loan.is_open and now - loan.out_at <= TEN_MINUTES
            may = may and not (loan.was_lost or loan.follows or loan.renewed)
            if self.attempt("undo", may, loan=loan.row):
                loan.returned_at, loan.undone = now, True

    def _is_not_back(self, loan):
        if self.retired[loan.key] and self.retired[loan.key] >= loan.returned_at - A_MOMENT / 2:
            self.retired[loan.key] = None
        loan.lost, loan.returned_at = loan.found_by_return, None

    def retire_key(self, key, word):
        retirement = ["lost", "broken", "disposed"][word]
        loan = self.open_loan(key)
        may = not self.retired[key] and (loan is None or (not loan.is_running and retirement != "disposed"))
        if self.attempt("retire_key", may, key=self.key_rows[key], retirement=retirement, reason="Gone"):
            self.retired[key] = timezone.now()

    def reinstate_key(self, key):
        if self.attempt("reinstate_key", bool(self.retired[key]), key=self.key_rows[key], reason="Mistake"):
            self.retired[key] = None

    def retire_keys(self):
        self.time.shift(A_MOMENT)
        operations.retire_keys(at=timezone.now())
        for key in range(3):
            loan = self.open_loan(key)
            if loan and loan.paid and not self.retired[key]:
                self.retired[key] = timezone.now()

    def wait(self, word):
        pause = [timedelta(minutes=4), timedelta(minutes=11), timedelta(days=8)][word]
        self.time.shift(pause)

    @invariant()
    def both_say_the_same(self):
        if not hasattr(self, "lent"):
            return
        rows = {row.pk: row for row in Loan.objects.all()}
        said = {pk: (str(row.status), row.claimed_at is not None) for pk, row in rows.items()}
        assert said == {loan.row.pk: (loan.status, loan.claimed) for loan in self.lent}
        overdue = set(Loan.objects.overdue(at=timezone.now()).values_list("pk", flat=True))
        assert overdue == {loan.row.pk for loan in self.lent if loan.status == "Overdue"}
        retired = dict(Key.objects.values_list("pk", "retired_at"))
        assert [retired[row.pk] is not None for row in self.key_rows] == [moment is not None for moment in self.retired]

    @invariant()
    def nothing_is_in_two_hands_and_every_change_is_in_the_history(self):
        if not hasattr(self, "lent"):
            return
        out = [loan.key for loan in self.lent if loan.is_open]
        assert len(out) == len(set(out)) == Loan.objects.open().count()
        last = Loan.history.order_by("id", "-history_id").distinct("id")
        written = {version.id: (version.returned_at is None, version.paid_on is not None) for version in last}
        assert written == {loan.row.pk: (loan.is_open, loan.paid) for loan in self.lent}


@pytest.mark.slow
def test_the_desk_and_its_model_agree(db):
    run_state_machine_as_test(
        KeyDesk,
        settings=settings(
            max_examples=20,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )
