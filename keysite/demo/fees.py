"""What lost and broken keys cost at the invented university, and what has become of each fee."""

from datetime import timedelta
from decimal import Decimal

from accounts.models import KeyLevel
from keys.models import Charge, Event, FeeRule
from keysite.demo.people import BEGINNING
from keysite.demo.world import Told

BY_LEVEL = {KeyLevel.CHANGE: 50, KeyLevel.SUB_MASTER: 100, KeyLevel.MASTER: 250, KeyLevel.GRAND_MASTER: 500}
FOR_ANY = {Event.BROKEN: 10, Event.KEPT: 25}
APPEALS = ("My bag was stolen; the police has number 26-0815.", "The lock broke, and the key with it: it was worn.")


def fee_of(loan):
    """What a lost key costs here."""
    return Decimal(BY_LEVEL[loan.key.symbol.level])


class Fees:
    """The rules, all in force since the beginning, and a charge for each loan whose key was lost or broke."""

    def __init__(self, desk):
        self.desk, self.world = desk, desk.world
        self.office = desk.people.staff["administrator"].row
        since = self.world.moment(self.world.day(BEGINNING))
        cases = [(Event.LOST, level, amount) for level, amount in BY_LEVEL.items()]
        cases += [(event, None, amount) for event, amount in FOR_ANY.items()]
        self.by_case = {
            (event, level): FeeRule(event=event, level=level, amount=amount, since=since)
            for event, level, amount in cases
        }
        self.rules = [Told(rule, since, by=self.office, reason="added") for rule in self.by_case.values()]
        lost = sorted((told.row for told in desk.loans if told.row.lost_at), key=lambda loan: loan.lost_at)
        self.charges = [self._charge(loan) for loan in lost]
        waiting = [told for told in self.charges if told.row.is_open]
        for number, told in enumerate(waiting[: len(waiting) // 2]):
            self._go_on(told, number)

    def _charge(self, loan):
        rule = self.by_case.get((loan.loss, loan.key.symbol.level)) or self.by_case[loan.loss, None]
        at = min(loan.lost_at + timedelta(minutes=6), self.world.at)
        row = Charge(person=loan.borrower, loan=loan, event=loan.loss, amount=rule.amount, rule=rule, charged_at=at)
        told = Told(row, at, reason="charged by the clock")
        if loan.paid_on:
            paid = {"paid_on": loan.paid_on, "paid_by": loan.paid_by, "paid_note": loan.paid_note}
            row.amount = loan.paid_amount
            told.then(max(at, self._payment(loan)), loan.paid_by, "paid", **paid)
        elif loan.found_at and loan.loss == Event.LOST:
            waived = {"waived_at": loan.found_at, "waived_reason": "The key was found in time."}
            told.then(max(at, loan.found_at), loan.found_by, "found in time", **waived)
        return told

    def _payment(self, loan):
        """When the loan was paid for."""
        told = next(told for told in self.desk.loans if told.row is loan)
        return next(at for at, _by, why, _was in told.chapters if why == "paid")

    def _go_on(self, told, number):
        """Of the older ones some are invoiced, and some people ask that theirs be waived."""
        at = min(told.row.charged_at + timedelta(days=3, hours=2), self.world.at)
        if number % 3:
            told.then(at, self.desk.clerk, "invoiced", invoiced_at=at, invoiced_by=self.desk.clerk)
            return
        text = APPEALS[number // 3 % len(APPEALS)]
        told.then(at, told.row.person, "appealed (proved)", appealed_at=at, appeal=text)
        if number:
            later = min(at + timedelta(days=1), self.world.at)
            answer = {
                "appeal_rejected_at": later,
                "appeal_rejected_by": self.office,
                "appeal_answer": "No report of it.",
            }
            told.then(later, self.office, "appeal rejected: No report of it.", **answer)
