"""What is out now: 800 loans, in every state that a loan can be in."""

from datetime import datetime, time, timedelta

from django.conf import settings

from keys.models import Hold, Key, Loan, LoanException, Reminder
from keysite.demo.world import Told

OPEN = 800
OVERDUE = {1: 9, 2: 4, 3: 7, 5: 4, 7: 6, 10: 3, 14: 5, 20: 3, 46: 2}  # days → loans
DUE = {0: 7, 1: 13, 2: 9, 3: 5, 4: 6, 5: 4, 6: 4}
LOST, BROKEN, PAID, FOUND, CLAIMED, REVIEW, HANDED_ON = 9, 3, 6, 4, 6, 9, 5
LADDER = (-1, 1, 3, 7, 14)


class Standing:
    """Writes into the book of the desk what is still out."""

    def __init__(self, desk):
        self.desk, self.world, self.people = desk, desk.world, desk.people
        self.terms, self.dice = self.people.terms, self.world.dice
        self._customer()
        self._overdue_people()
        for days, loans in OVERDUE.items():
            for _n in range(loans):
                self._due(-days)
        for days, loans in DUE.items():
            for _n in range(loans):
                self._due(days)
        self._losses()
        self._claims()
        self._for_review()
        self._handed_on()
        self._exceptions()
        while len([told for told in desk.loans if told.row.returned_at is None]) < OPEN:
            self._long()
        self._holds()
        self._reminders()

    def _borrower(self, *affiliations):
        people = self.people.by_affiliation[self.dice.choice(affiliations)]
        return self.dice.choice([person for person in people if person not in self.people.apart])

    def _due(self, days, person=None):
        """A loan of a week or four that falls due so many days from now."""
        due_on = self.world.day(days)
        while due_on in self.world.closed:
            due_on += timedelta(days=1 if days >= 0 else -1)
        due_at = self.world.calendar.moment(due_on)
        if days == 0 and due_at <= self.world.at:  # after closing time nothing is due today any more
            return self._due(1, person)
        person = person or self._borrower("Student", "Student", "Staff", "Contractor", "Guest")
        name = (
            "One week" if person.affiliation.name in ("Student", "Guest") or self.dice.random() < 0.3 else "Four weeks"
        )
        term = self.terms[name]
        out_at = self.world.moment(due_on - timedelta(days=term.days))
        alone = term is person.affiliation.loan_term and self.dice.random() < 0.6
        key = self.desk.take(person, self.desk.for_days)
        return self.desk.stays_out(self.desk.check_out(key, person, term, out_at, due_at=due_at, alone=alone))

    def _customer(self):
        """What the customer of the demo holds: something of everything."""
        aroha = self.people.staff[""].row
        for days in (-3, 1, 5):
            self._due(days, aroha)
        self._lost(aroha, -12)

    def _overdue_people(self):
        self._due(-46, self.people.blocked)
        self._due(-1, self.people.doubtful)
        self._due(-7, self.people.departed)

    def _semester(self, person, out_at, keys=None):
        """A loan until the end of the semester, made later at each end that has passed."""
        world = self.world
        key = self.desk.take(person, keys or self.desk.for_long)
        told = self.desk.stays_out(self.desk.check_out(key, person, self.terms["Semester"], out_at))
        while told.row.due_at < world.at:
            ends = [world.calendar.moment(day) for day in world.semester_ends]
            at = told.row.due_at - timedelta(days=self.dice.randrange(1, 12), minutes=self.dice.randrange(30, 500))
            due_at = min(end for end in ends if end > told.row.due_at)
            self.desk.renew(told, max(at, out_at), due_at, alone=due_at < world.at and self.dice.random() < 0.5)
        return told

    def _lost(self, person, days, loss=Loan.Loss.LOST):
        world = self.world
        told = self._semester(person, world.moment(world.open_day(days - self.dice.randrange(20, 90))))
        self.desk.lose(told, world.moment(world.open_day(days)), loss)
        return told

    def _losses(self):
        world, dice = self.world, self.dice
        for n in range(LOST + BROKEN):
            loss = Loan.Loss.LOST if n < LOST else Loan.Loss.BROKEN
            self._lost(self._borrower("Staff"), -dice.randrange(1, 50), loss)
        for n in range(PAID):
            told = self._lost(self._borrower("Staff", "Student"), -dice.randrange(30, 60))
            at = world.moment(world.open_day(-dice.randrange(2, 25)))
            self.desk.pay(told, at, 4100 + n)
            if n:  # the last payment is so fresh that the clock has not come by
                self.desk.retire(
                    told.row.key, at + timedelta(minutes=9), None, Key.Retirement.LOST, "lost and paid for"
                )
        for _n in range(FOUND):
            told = self._lost(self._borrower("Staff"), -dice.randrange(15, 60))
            self.desk.find(told, world.moment(world.open_day(-dice.randrange(2, 12))))

    def _claims(self):
        for n in range(CLAIMED):
            told = self._due(n - 3)
            since = max(told.row.out_at, self.world.at - timedelta(hours=15))
            self.desk.claim(told, self.world.between(since, self.world.at))

    def _for_review(self):
        for _n in range(REVIEW):
            out_at = self.world.moment(self.world.open_day(-self.dice.randrange(370, 415)))
            person = self._borrower("Facilities")
            key = self.desk.take(person, self.desk.for_long)
            told = self.desk.stays_out(self.desk.check_out(key, person, self.terms["One year"], out_at))
            at = told.row.due_at - timedelta(days=self.dice.randrange(2, 20), hours=5)
            self.desk.renew(told, at, self.world.due(told.row.term, at), alone=True)

    def _handed_on(self):
        for _n in range(HANDED_ON):
            at = self.world.moment(self.world.open_day(-self.dice.randrange(4, 60)))
            told = self._semester(self._borrower("Staff"), at - timedelta(days=self.dice.randrange(10, 50)))
            loan, person = told.row, self._borrower("Facilities")
            values = {"returned_at": at, "returned_by": self.desk.clerk, "condition": Loan.Condition.GOOD}
            told.then(at, self.desk.clerk, f"handed on to {person.email}", **values)
            self.desk.stays_out(self.desk.check_out(loan.key, person, self.terms["One year"], at, follows=loan))

    def _long(self):
        """What most people hold: the keys to where they work."""
        name = self.dice.choices(("Staff", "Facilities", "Contractor"), (72, 21, 7))[0]
        person = self._borrower(name)
        if name == "Staff":
            return self._semester(person, self._some_day())
        days = self.dice.randrange(4, 18 if name == "Contractor" else 330)
        out_at = self.world.moment(self.world.open_day(-days))
        key = self.desk.take(person, self.desk.for_long)
        return self.desk.stays_out(self.desk.check_out(key, person, person.affiliation.loan_term, out_at))

    def _some_day(self):
        """A day of the last fourteen months, often one at the beginning of a semester."""
        starts = [end for end in self.world.semester_ends if self.world.day(-380) < end < self.world.day(-30)]
        day = self.world.day(-self.dice.randrange(2, 420))
        if starts and self.dice.random() < 0.5:
            day = self.dice.choice(starts) + timedelta(days=self.dice.randrange(3, 25))
        return self.world.moment(self.world.open_day((day - self.world.today).days))

    def _exceptions(self):
        """Two people hold two keys of a symbol; others might, might have, or may no longer."""
        for expires, why in ((40, "Two laboratories at the same time"), (3, "Rehearsals in two rooms")):
            person = self._borrower("Staff")
            first = self._due(5, person).row
            key = next(key for key in self.desk.for_days if key.symbol is first.key.symbol)
            self._exception(person, key.symbol, -20, expires, why)
            self.desk.for_days.remove(key)
            second = self.desk.check_out(key, person, first.term, first.out_at, due_at=first.due_at)
            self.desk.stays_out(second)
        symbols = self.dice.sample([key.symbol for key in self.desk.for_days[::40]], 6)
        spans = ((-5, 30), (-60, 120), (-2, 12), (-90, -40), (-40, -9), (-50, 60))
        for symbol, (granted, expires) in zip(symbols, spans, strict=True):
            told = self._exception(self._borrower("Staff"), symbol, granted, expires, "Field course")
            if expires < 0:
                at = self.world.calendar.moment(self.world.day(expires)) + timedelta(hours=6, minutes=3)
                told.then(at, None, "expired", ended_at=at)
        at = self.world.moment(self.world.open_day(-6))
        told.then(at, self.desk.clerk, "ended", ended_at=at, ended_by=self.desk.clerk)

    def _exception(self, person, symbol, granted, expires, why):
        at, until = self.world.moment(self.world.open_day(granted)), self.world.day(expires)
        row = LoanException(person=person, symbol=symbol, limit=2, expires_on=until, granted_at=at, why=why)
        row.granted_by = self.desk.clerk
        self.desk.exceptions.append(Told(row, at, by=self.desk.clerk, reason="granted"))
        return self.desk.exceptions[-1]

    def _holds(self):
        for n in range(4):
            person = self._borrower("Staff")
            key, at = self.desk.take(person, self.desk.for_days), self.world.moment(self.world.open_day(-1 - 8 * n))
            hold = Hold(key=key, person=person, held_at=at, held_by=self.desk.clerk)
            hold.until = self.world.at + timedelta(days=2, hours=n) if n < 3 else at + timedelta(days=3)
            told = Told(hold, at, by=self.desk.clerk, reason="kept ready")
            self.desk.holds.append(told if n < 3 else told.then(hold.until, None, "ran out", ended_at=hold.until))

    def _reminders(self):
        """The steps of the ladder that have been reached, so that the clock does not write to everybody at once."""
        for told in self.desk.loans:
            loan = told.row
            if loan.is_running and loan.due_at < self.world.at + timedelta(days=3):
                due_on = loan.due_at.astimezone(settings.INSTITUTION_ZONE).date()
                for step in LADDER:
                    day = due_on + timedelta(days=step if step > 0 else -settings.DUE_SOON_DAYS)
                    at = datetime.combine(day, time(8, 5), tzinfo=settings.INSTITUTION_ZONE)
                    if loan.out_at < at < self.world.at:
                        self.desk.reminders.append(Reminder(loan=loan, due_at=loan.due_at, step=step, at=at))
