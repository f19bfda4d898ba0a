"""What a campaign has come to: by answer, department and building; and for a sample, in words, what it says."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from assets.models import Building
from keys.models.attestations import WRONG, Attestation, Outcome
from keys.models.keysets import Operates

Stage, Stratum = Attestation.Stage, Attestation.Stratum
NONE_WRONG = gettext_lazy(
    "No wrong line among %(drawn)s drawn of %(population)s: with %(confidence)s %% confidence less than "
    "%(tolerated)s %% are wrong."
)
SOME_WRONG = ngettext_lazy(
    "%(wrong)s wrong line among %(drawn)s drawn of %(population)s: %(tolerated)s %% or more may be wrong. All the "
    "others have to be asked about.",
    "%(wrong)s wrong lines among %(drawn)s drawn of %(population)s: %(tolerated)s %% or more may be wrong. All the "
    "others have to be asked about.",
    "lines",
)
SOME_WAITING = ngettext_lazy(
    "%(waiting)s line of the %(drawn)s drawn of %(population)s has no answer: nothing can be said of the others yet.",
    "%(waiting)s lines of the %(drawn)s drawn of %(population)s have no answer: nothing can be said of the others yet.",
    "lines",
)
NEVER_ANSWERED = ngettext_lazy(
    "%(waiting)s line of the %(drawn)s drawn of %(population)s had no answer: nothing can be said of the others.",
    "%(waiting)s lines of the %(drawn)s drawn of %(population)s had no answer: nothing can be said of the others.",
    "lines",
)
DEPARTMENT = ("loan__borrower__department", "loan__borrower__department__name")


class Tally:
    """How many lines have come to what."""

    def __init__(self):
        self.numbers = Counter()

    def add(self, outcome, number):
        self.numbers[outcome] += number

    @property
    def total(self):
        return sum(self.numbers.values())

    @property
    def wrong(self):
        return sum(self.numbers[outcome] for outcome in WRONG)

    @property
    def open(self):
        return self.numbers[Outcome.OPEN]

    @property
    def share(self):
        """Of a hundred lines, how many are known by now, rounded down: a hundred means all."""
        return 100 * (self.total - self.open) // self.total if self.total else 0

    @property
    def cells(self):
        """The number of each outcome, with its word."""
        return [(outcome.label, self.numbers[outcome]) for outcome in Outcome]


@dataclass
class Results:
    """The lines of a campaign, counted."""

    all: Tally = field(default_factory=Tally)
    sample: Tally = field(default_factory=Tally)
    stages: dict = field(default_factory=lambda: {stage: Tally() for stage in Stage})
    departments: list = field(default_factory=list)  # (number, name, tally); no number: people without one
    buildings: list = field(default_factory=list)  # (building, tally); a key counts in each building that it opens


def results_of(campaign):
    """All numbers but those of the buildings, in one query."""
    lines = Attestation.objects.of(campaign).with_outcome().order_by()
    results, departments = Results(), defaultdict(Tally)
    counted = lines.values_list(*DEPARTMENT, "stage", "stratum", "outcome").annotate(number=Count("pk"))
    for department, name, stage, stratum, outcome, number in counted:
        results.all.add(outcome, number)
        results.stages[stage].add(outcome, number)
        departments[department, name].add(outcome, number)
        if stratum == Stratum.SAMPLE:
            results.sample.add(outcome, number)
    named = sorted(departments.items(), key=lambda item: (item[0][0] is None, item[0][1] or ""))
    results.departments = [(number, name, tally) for (number, name), tally in named]
    return results


def buildings_of(campaign):
    """Each building with the tally of the keys that open a door of it now, in three queries."""
    lines = Attestation.objects.of(campaign).with_outcome().order_by()
    of_symbol, tallies = defaultdict(Counter), defaultdict(Tally)
    for symbol, outcome, number in lines.values_list("loan__key__symbol", "outcome").annotate(number=Count("pk")):
        of_symbol[symbol][outcome] += number
    there = "keyset__pinnings__door__building"
    turned = Operates.objects.now().filter(keyset__pinnings__until=None, keyset__pinnings__isnull=False)
    opened = turned.filter(symbol__in=lines.values("loan__key__symbol")).order_by()
    for symbol, building in opened.values_list("symbol", there).distinct():
        for outcome, number in of_symbol[symbol].items():
            tallies[building].add(outcome, number)
    return [(building, tallies[building.pk]) for building in Building.objects.filter(pk__in=tallies).for_list()]


def said_of_sample(campaign, results, population):
    """What the sample says about all ``population`` lines that it was drawn from, in one sentence."""
    drawn, wrong, waiting = results.sample.total, results.sample.wrong, results.sample.open
    numbers = {"drawn": drawn, "population": population, "wrong": wrong, "waiting": waiting}
    words = {name: number_format(number, force_grouping=True) for name, number in numbers.items()}
    words |= {"confidence": campaign.confidence, "tolerated": number_format(campaign.tolerated.normalize())}
    if not population:
        return _("Each key in scope is a master or opens a critical door: none was left to chance.")
    if wrong:
        return SOME_WRONG % (words | {"lines": wrong})
    if waiting:
        return (SOME_WAITING if campaign.is_open else NEVER_ANSWERED) % (words | {"lines": waiting})
    return NONE_WRONG % words
