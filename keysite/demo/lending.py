"""Who has had what of the invented university, who has it now, and who has asked for it."""

from datetime import datetime, time, timedelta

from django.conf import settings

from accounts.models import Trust
from assets.models import Assignment, AssignmentPart, AssignmentReminder, Condition, Extension
from keysite.demo.people import BEGINNING
from keysite.demo.standing import LADDER
from keysite.demo.world import Told

OUT = {-32: 1, -15: 2, -8: 3, -4: 4, -2: 5, -1: 6, 1: 9, 2: 8, 3: 6, 5: 9, 6: 7, 9: 6, 12: 8, 16: 10, 20: 9, 25: 9}
OPEN_ENDED, PLACED, LOST, HANDED_ON = 24, 45, 5, 4
REST = 46  # days that a thing lies in its store between two people
FATES = {"in time": 780, "late": 130, "extended": 60, "worn": 20, "damaged": 8, "found": 6}


class Lending:
    """The book of assignments. What is out now is written first, then what was before, so that nothing is twice out."""

    def __init__(self, world, people, inventory):
        self.world, self.people, self.inventory, self.dice = world, people, inventory, world.dice
        self.whole, self.later, self.members, self.parts, self.extensions = [], [], [], [], []
        self.until = {}  # tag → since when it is away now
        self.spare = inventory.lent()
        self.dice.shuffle(self.spare)
        self._standing()
        self._kits()
        for told in inventory.lent():
            self._past(told)
        self.whole.sort(key=lambda told: told.row.out_at)

    @property
    def rows(self):
        return [told.row for told in (*self.whole, *self.later, *self.members)]

    @property
    def batches(self):
        return [self.whole, self.later, self.members, self.parts, self.extensions]

    @property
    def clerk(self):
        return self.people.clerk

    def person(self, *names):
        people = self.people.by_affiliation[self.dice.choice(names or ("Student", "Student", "Staff"))]
        return self.dice.choice([person for person in people if person not in self.people.apart])

    def term_of(self, asset, person):
        return asset.model.type.loan_term or person.affiliation.loan_term

    def assign(self, out_at, *, into=None, **values):
        """A row of the book, as the desk writes it."""
        row = Assignment(out_at=out_at, out_recorded_at=out_at, out_by=self.clerk, trust=Trust.STAFF, **values)
        told = Told(row, out_at, by=self.clerk, reason="assigned (staff)")
        (self.whole if into is None else into).append(told)
        return told

    def give_back(self, told, at, condition=Condition.GOOD):
        values = {"returned_at": at, "returned_recorded_at": at, "returned_by": self.clerk, "condition": condition}
        told.then(at, self.clerk, "taken back (staff)", **values)

    def extend(self, told, at, due_at):
        row = told.row
        extension = Extension(assignment=row, at=at, by=self.clerk, trust=Trust.STAFF, old_due_at=row.due_at)
        extension.new_due_at = due_at
        self.extensions.append(Told(extension, at, by=self.clerk, reason="extended (staff)"))
        told.then(at, self.clerk, "extended (staff)", due_at=due_at)

    def _unit(self, wanted=lambda asset: True):
        """A thing that stays away from now on; of each model some always lie in the store."""
        told = next(told for told in self.spare if wanted(told.row) and self._is_plenty(told.row))
        self.spare.remove(told)
        return told.row

    def _is_plenty(self, asset):
        units = self.inventory.by_model[asset.model.name]
        return sum(told.row.tag in self.until for told in units) < len(units) // 3

    def _due(self, days, person=None, wanted=lambda asset: True):
        """Out now, and due so many days from now."""
        person, due_on = person or self.person(), self.world.day(days)
        asset = self._unit(lambda unit: (unit.model.type.loan_term.days or -99) > days and wanted(unit))
        while due_on in self.world.closed:
            due_on += timedelta(days=1 if days > 0 else -1)
        term = self.term_of(asset, person)
        out_at = self.world.moment(min(due_on - timedelta(days=term.days), self.world.day(-1)))
        told = self.assign(out_at, asset=asset, person=person, term=term, due_at=self.world.calendar.moment(due_on))
        self.until[asset.tag] = out_at
        return told

    def _standing(self):
        world, customer = self.world, self.people.staff[""].row
        self._due(-3, customer, lambda asset: asset.model.type.name == "Camera")
        self._due(2, customer, lambda asset: asset.model.type.name == "Laptop")
        for n in range(HANDED_ON):
            self._hand_on(self._due(4 + 3 * n))
        for days, count in sorted(OUT.items(), reverse=True):  # fewer things may be kept for long
            for _n in range(count):
                self._due(days)
        for n in range(OPEN_ENDED):
            out_at, asset = world.moment(world.open_day(-self.dice.randrange(30, 380))), self._unit()
            told = self.assign(out_at, asset=asset, person=self.person("Staff", "Facilities"))
            self.until[asset.tag] = out_at
            if n % 3 == 0:
                at = world.moment(world.open_day(-self.dice.randrange(2, 25)))
                told.then(at, told.row.person, "confirmed (proved)", confirmed_at=at)
        for n in range(LOST):
            told, at = self._due(-6 - 4 * n), world.moment(world.open_day(-2 - 2 * n))
            told.then(
                at, self.clerk, "reported lost (staff)", lost_at=at, lost_by=self.clerk, loss=Assignment.Loss.LOST
            )
        self._put_up()

    def _hand_on(self, told):
        at = max(told.row.out_at + timedelta(hours=3), self.world.at - timedelta(days=1))
        row, person = told.row, self.person()
        values = {"asset": row.asset, "person": person, "term": row.term, "due_at": row.due_at, "follows": row}
        self.give_back(told, at)
        self.assign(at, into=self.later, **values)

    def _put_up(self):
        """Computers, monitors and projectors that stand in a room."""
        names = ("Bench 5", "Clearview 24", "Clearview 27")
        fixed = [told.row for name in names for told in self.inventory.by_model[name]]
        fixed = [asset for asset in fixed if asset.tag not in self.inventory.gone]
        halls = [room for code in ("AH", "KS") for room in self.inventory.rooms(code)]
        for asset in self.dice.sample(fixed, PLACED):
            out_at = self.world.moment(self.world.open_day(-self.dice.randrange(20, 400)))
            self.assign(out_at, asset=asset, space=self.dice.choice(halls))

    def _kits(self):
        """Each kit has been out some times; some are out now, and of two something has not come back."""
        for n, kit in enumerate(self.inventory.kits):
            day = BEGINNING + 20 + 3 * n
            while (day := day + self.dice.randrange(18, 40)) < -32:
                whole, members = self._kit(kit, self.world.moment(self.world.open_day(day)))
                back = min(whole.row.due_at, self.world.at) - timedelta(hours=self.dice.randrange(2, 40))
                for told in (whole, *members):
                    self.give_back(told, back)
        for n, days in ((0, -3), (1, -9), (6, -2)):
            self._kit(self.inventory.kits[n], self.world.moment(self.world.open_day(days)))
        self._short(self.inventory.kits[2], asset=True)
        self._short(self.inventory.kits[10], asset=False)

    def _kit(self, kit, out_at):
        person = self.person("Student", "Staff")
        term = self.people.terms["One week"]
        values = {"person": person, "term": term, "due_at": self.world.due(term, out_at)}
        whole = self.assign(out_at, kit=kit, **values)
        members = [
            self.assign(out_at, into=self.members, asset=asset, part_of=whole.row, **values)
            for asset in self.inventory.members(kit)
        ]
        for part in self.inventory.parts(kit):
            row = AssignmentPart(assignment=whole.row, name=part.name, quantity=part.quantity)
            self.parts.append(Told(row, out_at, by=self.clerk, reason="assigned (staff)"))
        return whole, members

    def _short(self, kit, *, asset):
        """The kit is back, less its last asset, or less a cable."""
        whole, members = self._kit(kit, self.world.moment(self.world.open_day(-12)))
        at = self.world.moment(self.world.open_day(-6))
        if asset:
            missing = {"lost_at": at, "lost_by": self.clerk, "loss": Assignment.Loss.MISSING}
            members.pop().then(at, self.clerk, "missing from its kit (staff)", **missing)
        else:
            told = next(told for told in self.parts if told.row.assignment is whole.row)
            told.then(at, self.clerk, "missing from its kit", missing=1)
        for told in (whole, *members):
            self.give_back(told, at)

    def _past(self, told):
        """One after another, until it went where it is now."""
        asset, world, dice = told.row, self.world, self.dice
        end = min(self.until.get(asset.tag, world.at), world.at) - timedelta(days=1)
        free, day = self.inventory.start, BEGINNING + dice.randrange(5, 60)
        while (day := day + 1 + int(dice.expovariate(1 / REST))) < -2:
            out_at = world.moment(world.open_day(day))
            person = self.person()
            term = self.term_of(asset, person)
            due_at, fate = world.due(term, out_at), dice.choices(list(FATES), list(FATES.values()))[0]
            last = world.due(term, due_at - timedelta(days=1)) if fate == "extended" else due_at
            late = timedelta(days=dice.choice((1, 2, 3, 5, 9)))
            back = last + late if fate == "late" else out_at + (last - out_at) * (0.3 + 0.7 * dice.random())
            if out_at <= free or back >= end:
                continue
            row = self.assign(out_at, asset=asset, person=person, term=term, due_at=due_at)
            if last > due_at:
                self.extend(row, min(due_at, back) - timedelta(minutes=30), last)
            self._come_back(row, told, fate, back)
            free, day = back + timedelta(days=9), (back.date() - world.today).days

    def _come_back(self, row, told, fate, back):
        if fate == "found":
            at = self.world.between(row.row.out_at, back)
            lost = {"lost_at": at, "lost_by": self.clerk, "loss": Assignment.Loss.LOST}
            row.then(at, self.clerk, "reported lost (staff)", **lost)
            found = self.world.between(at, back)
            row.then(found, self.clerk, "found (staff)", lost_at=None, lost_by=None, loss="")
        condition = {"worn": Condition.WORN, "damaged": Condition.DAMAGED}.get(fate, Condition.GOOD)
        self.give_back(row, back, condition)
        if fate == "damaged" and back > told.chapters[-1][0] and told.row.out_of_service_at is None:
            why, mended = "came back damaged", back + timedelta(days=5)
            out = {"out_of_service_at": back, "out_of_service_by": self.clerk, "out_of_service_reason": why}
            told.then(back, self.clerk, why, condition=condition, **out)
            none = dict.fromkeys(out) | {"out_of_service_reason": "", "condition": Condition.GOOD}
            told.then(mended, self.clerk, "back in service", **none)

    def reminders(self):
        """The steps of the ladder that have been reached, so that the clock does not write to everybody at once."""
        for row in self.rows:
            if not _is_expected(row) or row.due_at > self.world.at + timedelta(days=3):
                continue
            due_on = row.due_at.astimezone(settings.INSTITUTION_ZONE).date()
            for step in LADDER:
                day = due_on + timedelta(days=step if step > 0 else -settings.DUE_SOON_DAYS)
                at = datetime.combine(day, time(8, 5), tzinfo=settings.INSTITUTION_ZONE)
                if row.out_at < at < self.world.at:
                    yield AssignmentReminder(assignment=row, due_at=row.due_at, step=step, at=at)


def _is_expected(row):
    """With a person and to be brought back; asked while the rows have no keys yet."""
    return row.person and row.due_at and not (row.returned_at or row.lost_at or row.part_of)
