"""A lost key that is to be rekeyed, on the small campus of the tests of requests."""

from datetime import timedelta

from django.utils import timezone

from keys.models import Door, KeySwap, LossReport, RekeyedDoor
from keys.operations import check_cut_key, check_out, cut_key, deliver_key, plan_rekeying, report_lost
from keys.tests.factories import LoanFactory
from keys.tests.requests import Campus


class Shop(Campus):
    """``person`` has lost AA1 1, ``colleague`` has AA1 2; ``by`` rekeys."""

    def __init__(self, by, **policy):
        super().__init__(**policy)
        self.by = by
        self.old = LoanFactory(key=self.key("AA1", 2), borrower=self.colleague)
        self.lost = LoanFactory(key=self.key("AA1", 1), borrower=self.person)

    def report(self, loan=None):
        """The key is lost, and its doors are to be rekeyed."""
        loan = loan or self.lost
        report_lost(loan=loan, by=loan.borrower)
        report = LossReport.objects.get(key=loan.key)
        report.decision, report.decided_at, report.decided_by = "rekey", timezone.now(), self.manager
        report.decision_reason = "One office"
        report.save()
        return report

    def plan(self, *labels, replaced=("AA1",), **more):
        doors = [self.doors[label] for label in labels or ["101"]]
        symbols = [self.symbols[symbol] for symbol in replaced]
        return plan_rekeying(doors=doors, replaced=symbols, by=self.by, **{"reason": "Lost key"} | more)

    def row(self, rekeying, label="101"):
        return RekeyedDoor.objects.get(rekeying=rekeying, door=self.doors[label])

    def swap(self, rekeying, loan=None):
        return KeySwap.objects.get(rekeying=rekeying, loan=loan or self.old)

    def make_ready(self, swap):
        """The new key is cut, checked and at the desk."""
        cut_key(job=swap.job, by=self.by)
        check_cut_key(job=swap.job, by=self.manager)
        return deliver_key(job=swap.job, by=self.by)

    def hand_over(self, swap):
        key = self.make_ready(swap)
        return check_out(keys=[key], borrower=swap.loan.borrower, by=self.by, trust=3)[0]


def opens(symbol, *, at=None):
    """The labels of the doors that a symbol opens."""
    return sorted(Door.objects.opened_by([symbol], at=at).values_list("label", flat=True))


def later(**delta):
    return timezone.now() + timedelta(**delta)
