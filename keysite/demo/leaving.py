"""Who leaves the invented university and what of theirs is open still, who is away, and who was asked to come."""

from collections import Counter
from datetime import datetime, time, timedelta

from django.conf import settings

from accounts.codes import digest, token_of
from accounts.models import Invitation
from assets.models import BuildingManager
from keys.models import Delegation, Separation
from keys.models.separations import LEAVING_STEPS
from keysite.demo.world import Told

SOON = (6, 9)  # days from now: whose last day is near


class Leaving:
    """The list of separations as the clock has made it, with the mails that it has sent."""

    def __init__(self, desk, lending, apart):
        self.desk, self.world, self.people = desk, desk.world, desk.people
        self.office = self.people.staff["administrator"].row
        self.managers = [t.row.person for t in desk.places.told[BuildingManager] if t.row.until is None]
        self.separations, self.told = [], {}
        self.keys = Counter(told.row.borrower.email for told in desk.loans if told.row.is_open)
        self.things = Counter(row.person.email for row in lending.rows if row.person and row.returned_at is None)
        for batch in self.people.batches:
            self.told |= {told.row.email: told for told in batch if hasattr(told.row, "leaves_on")}
        first, second = self._manager(), self._holder(apart)
        for person, days in zip((first, second), SOON, strict=True):
            self._announce(person, self.world.day(days), -10)
            self._begin(person)
        self._begin(self.people.departed)
        self._waive([*apart, first, second])
        self.delegations = [self._delegation()]
        self.invitations = [self._invited("visiting.scholar@example.edu", 3), self._accepted(self.people.newcomer)]

    def steps(self):
        """Each separation with the steps that mails have been sent for: the moment and the number of days."""
        for told in self.separations:
            row = told.row
            for step in LEAVING_STEPS:
                at = self._morning(row.leaves_on + timedelta(days=step), 8)
                if row.is_open and row.begun_at < at < self.world.at:
                    yield row, step, at

    def _manager(self):
        """Somebody with a key, an asset and a building to hand over."""
        mine = self.managers[4:]
        return max(mine, key=lambda person: (self.keys[person.email] > 0 and self.things[person.email], person.email))

    def _holder(self, apart):
        """Somebody with few keys, and nothing else to speak of."""
        apart = [*apart, *self.managers, *self.people.apart]
        staff = [person for person in self.people.by_affiliation["Staff"] if person not in apart]
        return min(staff, key=lambda person: (self.keys[person.email] or 99, person.email))

    def _announce(self, person, last_day, days):
        at = self._morning(self.world.day(days), 11)
        self.told[person.email].then(at, self.office, "last day", leaves_on=last_day)

    def _begin(self, person):
        """As the clock does: two weeks before the last day, or as soon as that is known."""
        known = max(at for at, *_rest in self.told[person.email].chapters)
        at = max(self._morning(person.leaves_on + timedelta(days=LEAVING_STEPS[0]), 6), known + timedelta(minutes=20))
        row = Separation(person=person, leaves_on=person.leaves_on, begun_at=at)
        self.separations.append(Told(row, at, reason="last day is near"))
        return self.separations[-1]

    def _waive(self, apart):
        """Cleared on the last day, ten days ago, although a key is out still."""
        at = self._morning(self.world.day(-10), 15)
        person = min(self._who_kept(apart, at), key=lambda person: (self.keys[person.email], person.email))
        self._announce(person, self.world.day(-10), -40)
        values = {"cleared_at": at, "cleared_by": self.office}
        values["waived_reason"] = "Has moved already and sends the key by registered mail."
        count = self.keys[person.email]
        said = f"waived with {count} key" + ("s" if count > 1 else "")
        self._begin(person).then(at, self.office, said, **values)

    def _who_kept(self, apart, at):
        """People with keys, all of them out since before, and with nothing else."""
        apart = [*apart, *self.people.apart, *self.people.bounced, *self.managers]
        late = {told.row.borrower.email for told in self.desk.loans if told.row.is_open and told.row.out_at > at}
        everybody = [*self.people.by_affiliation["Student"], *self.people.by_affiliation["Staff"]]
        free = [person for person in everybody if person not in apart and person.email not in late]
        return [person for person in free if self.keys[person.email] and not self.things[person.email]]

    def _delegation(self):
        """Who manages the science building is away for a week."""
        since, until, manager = self.world.day(-1), self.world.day(6), self.managers[4]
        row = Delegation(person=manager, deputy=self.people.staff["building_manager"].row, since=since, until=until)
        return Told(row, self._morning(self.world.day(-3), 9), by=manager, reason="delegated")

    def _invited(self, address, days):
        """The seed is from no dice: a link lets somebody in."""
        at = self._morning(self.world.day(-days), 10)
        by = self.people.staff["building_manager"].row
        row = Invitation(email=address, invited_by=by, at=at, until=at + timedelta(days=settings.INVITATION_DAYS))
        row.digest = digest(token_of(row))
        return Told(row, at, by=by, reason="invited")

    def _accepted(self, person):
        told = self._invited(person.email, 6)
        at = told.row.at + timedelta(hours=28)
        return told.then(at, person, "accepted", accepted_at=at, person=person)

    def _morning(self, day, hour):
        return datetime.combine(day, time(hour, 5), tzinfo=settings.INSTITUTION_ZONE)
