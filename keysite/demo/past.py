"""What came back: the loans of fourteen months, most in time, some late, a few with a story."""

import itertools
import math
from datetime import timedelta

from accounts.models import KeyLevel
from keys.models import Loan
from keysite.demo.people import BEGINNING

ALL = 10_000
KINDS = (  # of a hundred loans: term, who, keys for days
    (34, "Until closing", ("Student", "Student", "Staff", "Guest"), True),
    (40, "One week", ("Student", "Student", "Student", "Staff"), True),
    (14, "Four weeks", ("Contractor", "Contractor", "Staff"), False),
    (12, "Semester", ("Staff",), False),
)
FATES = {"in time": 720, "late": 185, "renewed": 65, "worn": 12, "undone": 8, "claimed": 6, "lost": 4}
TRIES = 60


class Past:
    """Writes into the book of the desk what is back, day by day, so that no key is in two hands."""

    def __init__(self, desk):
        self.desk, self.world, self.people, self.dice = desk, desk.world, desk.people, desk.world.dice
        keys = [told.row for told in desk.cut.values() if told.row.symbol.retired_at is None]
        self.keys = {
            short: [k for k in keys if (k.symbol.symbol in desk.places.for_days) is short] for short in (True, False)
        }
        self.free_from, self.busy_until = {}, {}
        planned = ALL - len(desk.loans)
        weights = {day: self._weight(day) for day in map(self.world.day, range(BEGINNING + 4, 0))}
        share = planned / sum(weights.values())
        due = itertools.accumulate(weight * share for weight in weights.values())
        made = 0
        for day, target in zip(weights, due, strict=True):
            while made < round(target):
                self._loan(day)
                made += 1

    def _weight(self, day):
        """How busy the desk is: not at weekends, most at the beginning of a semester."""
        if day.weekday() > 4 or day in self.world.closed:
            return 0
        since = min((day - end).days for end in self.world.semester_ends if end < day)
        return (1 + 1.2 * math.exp(-(((since - 14) / 14) ** 2))) * self.dice.uniform(0.75, 1.25)

    def _loan(self, day):
        """One loan of this day, to somebody who may have the key, of a key that is there."""
        for _try in range(TRIES):
            _share, term, affiliations, short = self.dice.choices(KINDS, [kind[0] for kind in KINDS])[0]
            person = self._borrower(affiliations, day)
            term, out_at = self.people.terms[term], self.world.moment(day)
            fate = self.dice.choices(list(FATES), list(FATES.values()))[0]
            due_at = self.world.due(term, out_at)
            renewed_at, last_due = None, due_at
            if fate == "renewed" and term.days:
                renewed_at = due_at - timedelta(days=self.dice.randrange(1, 3), hours=self.dice.randrange(1, 7))
                last_due = self.world.due(term, renewed_at)
            back_at = self._back(fate, renewed_at or out_at, last_due)
            key = self._free_key(person, short, out_at, back_at)
            if key and back_at < self.world.at:
                told = self.desk.check_out(key, person, term, out_at, alone=short and self.dice.random() < 0.55)
                if renewed_at:
                    self.desk.renew(told, renewed_at, last_due, alone=True)
                return self._end(told, fate, back_at)
        raise ValueError(f"no key is free on {day}")

    def _borrower(self, affiliations, day):
        people = self.people.by_affiliation[self.dice.choice(affiliations)]
        person = self.dice.choice([person for person in people if person is not self.people.newcomer])
        gone = person is self.people.deactivated and day > self.world.day(-61)
        return self.people.staff[""].row if gone or self.dice.random() < 0.004 else person

    def _back(self, fate, out_at, due_at):
        """When the key comes back: mostly near the due date and while the desk is open."""
        if fate == "undone":
            return out_at + timedelta(minutes=self.dice.randrange(1, 9))
        if fate == "late":
            back_at = due_at + timedelta(days=self.dice.choice((0.6, 1, 2, 3, 5, 8, 12, 18, 28, 40)) - 0.3)
        else:
            back_at = out_at + (due_at - out_at) * self.dice.random() ** 0.5
        at_the_desk = self.world.moment(back_at.date(), or_now=False)
        in_time = out_at < at_the_desk <= due_at
        return at_the_desk if in_time and fate != "late" else back_at

    def _free_key(self, person, short, out_at, back_at):
        for _try in range(20):
            key = self.dice.choice(self.keys[short])
            code, holding = key.public_code, (person.email, key.symbol.symbol)
            free = self.free_from.get(code, out_at) <= out_at and back_at < self.desk.out.get(code, self.world.at)
            may = key.symbol.level <= person.affiliation.highest_level and holding not in self.desk.held
            if free and may and self.busy_until.get(holding, out_at) <= out_at:
                self.free_from[code] = self.busy_until[holding] = back_at
                return key
        return None

    def _end(self, told, fate, back_at):
        desk, loan = self.desk, told.row
        if fate == "undone":
            return desk.undo(told, back_at)
        if fate == "claimed":
            desk.claim(told, self.world.between(loan.out_at, back_at))
        if fate == "lost":
            desk.lose(told, self.world.between(loan.out_at, back_at))
        condition = Loan.Condition.WORN if fate == "worn" else Loan.Condition.GOOD
        stays = loan.key.public_code in desk.out or loan.key.symbol.level > KeyLevel.CHANGE
        if fate == "worn" and not stays and self.dice.random() < 0.2:
            condition = Loan.Condition.BROKEN
            self.free_from[loan.key.public_code] = self.world.at
        return desk.give_back(told, back_at, condition=condition, alone=self.dice.random() < 0.25)
