"""The invented university: 5 buildings, 1,500 keys, 1,000 assets, 150 people, 10,000 loans, 2,000 tickets."""

from dataclasses import dataclass, field

from keysite.demo.asked_for import AskedFor, Counted
from keysite.demo.desk import Desk
from keysite.demo.fees import Fees
from keysite.demo.inventory import Inventory
from keysite.demo.leaving import Leaving
from keysite.demo.lending import Lending
from keysite.demo.losses import Losses
from keysite.demo.past import Past
from keysite.demo.people import People
from keysite.demo.pictures import drawings
from keysite.demo.places import Places
from keysite.demo.post import notices_of
from keysite.demo.repairs import Repairs
from keysite.demo.requests import Requests
from keysite.demo.reviews import Reviews
from keysite.demo.standing import Standing
from keysite.demo.world import World

SEED = 1887


@dataclass
class University:
    """All rows with their past, in batches of one model, each after those it refers to; ``logs`` are rows without."""

    people: People
    desk: Desk
    lending: Lending
    repairs: Repairs
    reviews: Reviews
    requests: Requests
    leaving: Leaving
    batches: list = field(default_factory=list)
    logs: list = field(default_factory=list)

    def pictures(self):
        """Each photo of a ticket with the file that somebody sent."""
        return zip(self.repairs.photos, drawings(), strict=False)

    def notices(self):
        """What has been written to people; known once the loans are in the register."""
        return notices_of(self.people, self.desk, self.reviews, self.leaving)


def invent(at, *, password, seed=SEED):
    """The university as it is at the moment ``at``; ``password`` is the hash for those who sign in, or unusable."""
    world = World(at, seed)
    people = People(world, password)
    places = Places(world, people)
    desk = Desk(world, people, places)
    Standing(desk)
    losses = Losses(desk)
    Past(desk)
    losses.write()
    desk.loans.sort(key=lambda told: told.row.out_at)
    first, handed_on = ([told for told in desk.loans if bool(told.row.follows) is later] for later in (False, True))
    batches = [*people.batches, *places.batches, first, handed_on, desk.renewals, desk.exceptions, desk.holds]
    fees, reviews = Fees(desk), Reviews(desk, [*first, *handed_on])
    batches += [losses.counts, losses.reports, fees.rules, fees.charges, reviews.campaigns, reviews.lines]
    inventory = Inventory(world, people, places)
    lending = Lending(world, people, inventory)
    asked, counted = AskedFor(world, people, inventory, lending), Counted(world, people, inventory, lending)
    repairs = Repairs(world, people, places, inventory)
    batches += [*inventory.batches, *lending.batches, asked.told, counted.told, *repairs.batches]
    requests = Requests(desk)
    leaving = Leaving(desk, lending, [*requests.people_asking, *(told.row.person for told in asked.told)])
    batches += [leaving.separations, leaving.delegations, leaving.invitations]
    logs = [reviews.candidates, desk.reminders, list(lending.reminders()), counted.counts, repairs.occurrences]
    parts = (people, desk, lending, repairs, reviews, requests, leaving)
    return University(*parts, [batch for batch in batches if batch], logs)
