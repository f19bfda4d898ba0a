"""What the key desk of the invented university has written down: loans, and what happened to each."""

from accounts.models import Trust
from keys.models import Key, Loan, Renewal
from keysite.demo.fees import fee_of
from keysite.demo.world import Told


class Desk:
    """The book of loans, and which keys hang in the cabinets while it is being written."""

    def __init__(self, world, people, places):
        self.world, self.people, self.places = world, people, places
        self.loans, self.renewals, self.reminders, self.exceptions, self.holds = [], [], [], [], []
        self.cut = {told.row.public_code: told for told in places.told[Key]}
        hanging = [key for key in places.keys if key.retired_at is None]
        world.dice.shuffle(hanging)
        self.for_days = [key for key in hanging if key.symbol.symbol in places.for_days]
        self.for_long = [key for key in hanging if key.symbol.symbol not in places.for_days]
        self.out = {}  # tag code of a key that is out now → since when
        self.held = set()  # who holds which symbol now

    @property
    def clerk(self):
        return self.people.clerk

    def take(self, person, keys):
        """A key from the cabinet that ``person`` may hold."""
        most = person.affiliation.highest_level
        for key in keys:
            if key.symbol.level <= most and (person.email, key.symbol.symbol) not in self.held:
                keys.remove(key)
                return key
        raise ValueError(f"no key left for {person}")

    def check_out(self, key, person, term, out_at, *, due_at=None, alone=False, follows=None):
        """A loan, made at the desk or, with ``alone``, by the borrower alone."""
        by, trust = (person, Trust.PROVED) if alone else (self.clerk, Trust.STAFF)
        due_at = due_at or self.world.due(term, out_at)
        loan = Loan(key=key, borrower=person, term=term, out_at=out_at, out_by=by, trust=trust, due_at=due_at)
        reason = f"checked out ({trust.name.lower()})"
        if follows:
            loan.follows, reason = follows, f"handed on from {follows.borrower.email}"
        self.loans.append(Told(loan, out_at, by=by, reason=reason))
        return self.loans[-1]

    def stays_out(self, told):
        """The loan is open now: its key and its borrower's place are taken."""
        self.out.setdefault(told.row.key.public_code, told.row.out_at)  # earlier when it was handed on
        self.held.add((told.row.borrower.email, told.row.key.symbol.symbol))
        return told

    def renew(self, told, at, due_at, *, alone=False):
        loan = told.row
        by, trust = (loan.borrower, Trust.PROVED) if alone else (self.clerk, Trust.STAFF)
        renewal = Renewal(loan=loan, at=at, by=by, trust=trust, old_due_at=loan.due_at, new_due_at=due_at)
        reason = f"renewed ({trust.name.lower()})"
        self.renewals.append(Told(renewal, at, by=by, reason=reason))
        told.then(at, by, reason, due_at=due_at)

    def claim(self, told, at):
        borrower = told.row.borrower
        told.then(at, borrower, "said to be back (proved)", claimed_at=at, claimed_by=borrower)

    def give_back(self, told, at, *, condition=Loan.Condition.GOOD, alone=False):
        by = told.row.borrower if alone else self.clerk
        values = {"returned_at": at, "returned_by": by, "condition": condition}
        if told.row.lost_at:
            values |= {"found_at": at, "found_by": by}
        told.then(at, by, "returned (present, kiosk Library entrance)" if alone else "returned (staff)", **values)
        if condition == Loan.Condition.BROKEN:
            self.retire(told.row.key, at, by, Key.Retirement.BROKEN, "came back broken")

    def undo(self, told, at):
        values = {"returned_at": at, "undone_at": at, "returned_by": self.clerk, "condition": Loan.Condition.GOOD}
        told.then(at, self.clerk, "check-out undone", **values)

    def lose(self, told, at, loss=Loan.Loss.LOST):
        told.then(at, self.clerk, f"reported {loss} (staff)", lost_at=at, lost_by=self.clerk, loss=loss)

    def find(self, told, at):
        told.then(at, self.clerk, "found (staff)", found_at=at, found_by=self.clerk)

    def pay(self, told, at, receipt):
        values = {"paid_amount": fee_of(told.row), "paid_note": f"Receipt {receipt}"}
        told.then(at, self.clerk, "paid", paid_on=at.date(), paid_by=self.clerk, **values)

    def retire(self, key, at, by, kind, why):
        values = {"retired_at": at, "retired_by": by, "retirement": kind, "retired_reason": why}
        self.cut[key.public_code].then(at, by, f"retired: {why}", **values)
