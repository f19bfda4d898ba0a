"""What has been reserved at the invented university, and the stock-take of its science building."""

from datetime import datetime, time, timedelta

from django.conf import settings

from accounts.models import Trust
from assets.models import Asset, AssetModel, Count, Reservation, StockTake
from keysite.demo.goods import PURPOSES
from keysite.demo.world import Told

WAITING, TODAY, UPCOMING = 6, 4, 9
ENDED = {"cancelled": 3, "rejected": 2, "no_show": 3}
HANDED_OUT = 8
WANTED = ("Fieldbook 14", "Slate 11", "Beam 3000", "Lark", "T2", "Probe 8", "Cordless drill 18")


class AskedFor:
    """Reservations: of a model mostly, of what there is more than enough."""

    def __init__(self, world, people, inventory, lending):
        self.world, self.people, self.lending, self.dice = world, people, lending, world.dice
        self.models = {told.row.name: told.row for told in inventory.told[AssetModel]}
        self.told, self.next = [], 0
        for n in range(TODAY):
            self._confirm(self._ask(0, 1 + n % 3))
        for n in range(UPCOMING):
            self._confirm(self._ask(2 + 2 * n, 2 + n % 4))
        for n in range(WAITING):
            self._ask(1 + 3 * n, 2)
        self._confirm(self._ask(4, 2, self.people.staff[""].row))
        for outcome, number in ENDED.items():
            for n in range(number):
                self._end(self._confirm(self._ask(-9 - 4 * n, 2)), Reservation.Outcome(outcome))
        for told in self.dice.sample([told for told in lending.whole if told.row.asset and told.row.due_at], 80):
            if len([told for told in self.told if told.row.outcome == "handed_out"]) < HANDED_OUT:
                self._handed_out(told.row)

    def _moment(self, day, hour):
        while day in self.world.closed or day.weekday() > 4:
            day += timedelta(days=1)
        return datetime.combine(day, time(hour), tzinfo=settings.INSTITUTION_ZONE)

    def _ask(self, first, days, person=None):
        """Somebody asks for one of a model from the day ``first``, some days before."""
        model = self.models[WANTED[self.next % len(WANTED)]]
        self.next += 1
        start = self._moment(self.world.day(first), self.dice.randrange(9, 17))
        end = self._moment(start.date() + timedelta(days=days), 16)
        asked = min(start, self.world.at) - timedelta(days=3, hours=self.dice.randrange(1, 60))
        person = person or self.lending.person("Student", "Staff")
        row = Reservation(model=model, person=person, starts_at=start, ends_at=end, reserved_at=asked)
        row.reserved_by, row.trust, row.purpose = person, Trust.PROVED, self.dice.choice(PURPOSES)
        self.told.append(Told(row, asked, by=person, reason="reserved (proved)"))
        return self.told[-1]

    def _confirm(self, told):
        at, clerk = told.row.reserved_at + timedelta(hours=5), self.lending.clerk
        return told.then(at, clerk, "confirmed", confirmed_at=at, confirmed_by=clerk)

    def _end(self, told, outcome):
        at, clerk = told.row.confirmed_at + timedelta(hours=9), self.lending.clerk
        why = {"rejected": "Needed for teaching that week", "cancelled": "The trip was called off"}.get(outcome, "")
        by = {"rejected": clerk, "cancelled": told.row.person}.get(outcome)
        if by is None:
            at = told.row.ends_at
        values = {"ended_at": at, "ended_by": by, "outcome": outcome, "outcome_reason": why}
        told.then(at, by, f"{outcome}: {why}" if why else str(outcome), **values)

    def _handed_out(self, assignment):
        asked, clerk = assignment.out_at - timedelta(days=4), self.lending.clerk
        row = Reservation(model=assignment.asset.model, person=assignment.person, starts_at=assignment.out_at)
        row.ends_at, row.reserved_at, row.reserved_by = assignment.due_at, asked, assignment.person
        row.trust, row.purpose = Trust.PROVED, self.dice.choice(PURPOSES)
        told = Told(row, asked, by=row.person, reason="reserved (proved)")
        self.told.append(told)
        at = assignment.out_at
        values = {
            "ended_at": at,
            "ended_by": clerk,
            "outcome": Reservation.Outcome.HANDED_OUT,
            "assignment": assignment,
        }
        self._confirm(told).then(at, clerk, "handed out", **values)


class Counted:
    """The stock-take: most was found, some in another room, some not, and a code that nobody knows."""

    def __init__(self, world, people, inventory, lending):
        clerk, dice = people.clerk, world.dice
        opened, closed = (world.moment(world.open_day(days)) for days in (-33, -31))
        building = inventory.rooms("KS")[0].building
        row = StockTake(name=f"Kestrel Science Building {opened:%Y}", building=building, opened_at=opened)
        row.opened_by = clerk
        self.told = [Told(row, opened, by=clerk, reason="opened")]
        self.told[0].then(closed, clerk, "closed", closed_at=closed, closed_by=clerk)
        away = {a.asset.tag for a in lending.rows if a.asset and a.out_at < closed and not _back(a, opened)}
        self.counts = []
        for told in inventory.told[Asset]:
            asset = told.row
            if asset.home.building is building and asset.tag not in away | inventory.gone:
                self._count(row, asset, world, clerk, dice, inventory.rooms("KS"))
        elsewhere = (told.row for told in inventory.told[Asset] if told.row.home.building is not building)
        found = next(asset for asset in elsewhere if asset.tag not in away | inventory.gone)
        self.counts.append(self._seen(Count(stock_take=row, asset=found), world, clerk, inventory.rooms("KS")[3]))
        self.counts.append(self._seen(Count(stock_take=row, code="OLD-4711"), world, clerk, inventory.rooms("KS")[5]))

    def _count(self, row, asset, world, clerk, dice, rooms):
        count = Count(stock_take=row, asset=asset, expected=True, expected_in=asset.home)
        luck = dice.random()
        if luck < 0.95:
            self._seen(count, world, clerk, asset.home if luck < 0.9 else dice.choice(rooms))
        self.counts.append(count)

    def _seen(self, count, world, clerk, room):
        take = count.stock_take
        count.counted_at, count.counted_by, count.space = world.between(take.opened_at, take.closed_at), clerk, room
        return count


def _back(assignment, at):
    return assignment.returned_at is not None and assignment.returned_at < at
