"""Whatever happens in whatever order: a door that is done is closed to what was replaced, no door loses a key that was
not, and a rekeying that is done leaves nothing exposed of what it was about.
"""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.tests.factories import PersonFactory
from keys import operations
from keys.models import (
    CuttingJob,
    Door,
    KeySwap,
    KeySymbol,
    LossReport,
    Operates,
    Pinning,
    RekeyedDoor,
    RekeyedSymbol,
    Rekeying,
)
from keys.tests.factories import LoanFactory
from keys.tests.rekeyings import Shop
from keysite.ledger import Refusal

LABELS = ("101", "102", "103", "201")
SYMBOLS = ("AA1", "AA2", "AA3", "AB1", "AA")
DONE = []  # a machine in which nothing is ever done proves nothing


class Rekeyings(RuleBasedStateMachine):
    """``opens`` remembers for each door what turns it, by what the deeds that worked have said."""

    @initialize(
        symbol=st.sampled_from(SYMBOLS), labels=st.sets(st.sampled_from(LABELS), min_size=1), below=st.booleans()
    )
    def open(self, symbol, labels, below):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.shop = Shop(PersonFactory(is_superuser=True))
        self.serial = 10
        self.opens = {label: {own, own[:2], "A"} for label, own in zip(LABELS, SYMBOLS, strict=False)}
        self.lose(symbol, labels, below)

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def attempt(self, deed, **values):
        """What it gave back, or None when it was refused."""
        try:
            with transaction.atomic():
                return getattr(operations, deed)(**values, by=self.shop.by) or True
        except Refusal:
            return None

    @rule(symbol=st.sampled_from(SYMBOLS), labels=st.sets(st.sampled_from(LABELS), min_size=1), below=st.booleans())
    def lose(self, symbol, labels, below):
        """Somebody loses a key of the symbol, or of the last that replaced it, and its doors are to be rekeyed."""
        current = self.shop.symbols[symbol]
        while (following := RekeyedSymbol.objects.filter(before=current, after__retired_at=None).last()) is not None:
            current = following.after
        current.refresh_from_db()
        if current.retired_at or LossReport.objects.open().filter(key__symbol=current).exists():
            return
        self.serial += 1
        for serial in (self.serial, self.serial + 500):
            loan = LoanFactory(key__symbol=current, key__serial=serial, borrower=self.shop.member())
        self.shop.report(loan)
        self.plan(labels, below)

    def plan(self, labels, below):
        report = LossReport.objects.to_rekey().filter(rekeying=None).order_by("pk").first()
        if report is None:
            return
        lost = report.key.symbol
        doors = list(Door.objects.opened_by([lost]).filter(label__in=labels))
        others = KeySymbol.objects.current().opening(doors).filter(level__lt=lost.level) if below else []
        self.attempt("plan_rekeying", doors=doors, replaced=[lost, *others], reason="Lost", report=report)

    @rule(nth=st.integers(0, 3))
    def rekey(self, nth):
        rows = list(RekeyedDoor.objects.open().for_list())
        if not rows:
            return
        row = rows[nth % len(rows)]
        pairs = RekeyedSymbol.objects.filter(rekeying=row.rekeying)
        new = {pair.before.symbol: pair.after.symbol for pair in pairs}
        if self.attempt("rekey_door", rekeyed=row):
            self.opens[row.door.label] = {new.get(symbol, symbol) for symbol in self.opens[row.door.label]}

    @rule(nth=st.integers(0, 3))
    def leave(self, nth):
        rows = list(RekeyedDoor.objects.open().for_list())
        if rows:
            self.attempt("leave_door", rekeyed=rows[nth % len(rows)])

    @rule()
    def call_off(self):
        rekeying = Rekeying.objects.open().first()
        if rekeying:
            self.attempt("cancel_rekeying", rekeying=rekeying, reason="Found")

    @rule(label=st.sampled_from(LABELS), symbol=st.sampled_from(SYMBOLS))
    def let_turn(self, label, symbol):
        pinning = Pinning.objects.now().select_related("keyset").get(door=self.shop.doors[label])
        alike = Pinning.objects.now().filter(keyset=pinning.keyset).values_list("door__label", flat=True)
        row = self.shop.symbols[symbol]
        row.refresh_from_db()
        if self.attempt("let_operate", keyset=pinning.keyset, symbol=row):
            for other in alike:
                self.opens[other].add(symbol)

    @rule(nth=st.integers(0, 3))
    def make_ready(self, nth):
        jobs = list(CuttingJob.objects.open().for_list())
        if jobs:
            job = jobs[nth % len(jobs)]
            job.cut_at, job.cut_by = timezone.now(), self.shop.manager
            job.checked_at, job.checked_by = timezone.now(), self.shop.by
            job.save()
            self.attempt("deliver_key", job=job)

    @rule(nth=st.integers(0, 3))
    def hand_over(self, nth):
        swaps = list(KeySwap.objects.outstanding().filter(hold__ended_at=None, hold__isnull=False).for_list())
        if swaps:
            swap = swaps[nth % len(swaps)]
            self.attempt("check_out", keys=[swap.hold.key], borrower=swap.loan.borrower, trust=3)

    @rule(nth=st.integers(0, 3))
    def bring_back(self, nth):
        swaps = list(KeySwap.objects.filter(loan__returned_at=None, handed__isnull=False).for_list())
        if swaps:
            self.attempt("return_key", loan=swaps[nth % len(swaps)].loan)

    @rule()
    def see_through(self):
        """All that is left, step by step."""
        for _door in range(RekeyedDoor.objects.open().count()):
            self.rekey(0)
        for step in (self.make_ready, self.hand_over, self.bring_back):
            for _key in range(KeySwap.objects.open().count()):
                step(0)
        self.come_by()

    @rule()
    def come_by(self):
        operations.close_rekeyings(at=timezone.now())

    @invariant()
    def the_doors_open_as_remembered(self):
        if not hasattr(self, "shop"):
            return
        rows = Operates.objects.opening(list(self.shop.doors.values())).values_list("door", "symbol__symbol")
        labels = {door.pk: label for label, door in self.shop.doors.items()}
        found = {label: set() for label in LABELS}
        for door, symbol in rows:
            found[labels[door]].add(symbol)
        assert found == self.opens

    @invariant()
    def what_is_done_leaves_nothing_exposed(self):
        if not hasattr(self, "shop"):
            return
        for rekeying in Rekeying.objects.done():
            DONE.append(rekeying.pk)
            assert not RekeyedDoor.objects.open().filter(rekeying=rekeying).exists()
            assert not LossReport.objects.open().filter(rekeying=rekeying).exists()
        for report in LossReport.objects.open().exclude(rekeying=None):
            assert report.rekeying.is_open

    @invariant()
    def nothing_overlaps(self):
        if not hasattr(self, "shop"):
            return
        for door in self.shop.doors.values():
            assert Pinning.objects.now().filter(door=door).count() == 1
        assert not KeySwap.objects.filter(rekeying__cancelled_at__isnull=False, handed=None, dropped_at=None).exists()


@pytest.mark.slow
def test_rekeyings_in_any_order(db):
    DONE.clear()
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Rekeyings, settings=settings(max_examples=12, stateful_step_count=15, suppress_health_check=checks)
    )

    assert DONE
