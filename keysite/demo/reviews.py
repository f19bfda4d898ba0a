"""Whether people still have their keys: one campaign of last year with its results, and one that is running."""

from datetime import timedelta

from accounts.models import KeyLevel
from keys.models import Attestation, Campaign, Candidate, Operates, Pinning
from keys.models.doors import CRITICAL
from keys.sampling import draw, sample_size
from keysite.demo.world import Told

LAST_YEAR, THIS_YEAR = -372, -6  # days from now
CONFIDENCE, TOLERATED, SEED = 95, 5, 471_108_815_046_215_211
Answer, Stage, Stratum = Attestation.Answer, Attestation.Stage, Attestation.Stratum


class Reviews:
    """The campaigns and what was answered; ``loans`` are those of the desk in the order of their numbers."""

    def __init__(self, desk, loans):
        self.desk, self.world, self.dice = desk, desk.world, desk.world.dice
        self.office = desk.people.staff["key_shop"].row
        self.always = self._sensitive(desk.places)
        self.campaigns, self.lines, self.candidates = [], [], []
        self._last_year(list(enumerate(loans)))
        self._this_year(loans)

    def _sensitive(self, places):
        """The symbols that are never left to chance."""
        pinnings = [told.row for told in places.told[Pinning] if told.row.door.criticality >= CRITICAL]
        pinned = {row.keyset.designation for row in pinnings}
        turning = {told.row.symbol.symbol for told in places.told[Operates] if told.row.keyset.designation in pinned}
        masters = {key.symbol.symbol for key in places.keys if key.symbol.level >= KeyLevel.MASTER}
        return turning | masters

    def _campaign(self, name, days, **values):
        at = self.world.moment(self.world.open_day(days))
        row = Campaign(name=name, opened_at=at, opened_by=self.office, **values)
        row.holders_until, row.managers_until, row.closes_on = (
            at.date() + timedelta(days=number) for number in (10, 20, 30)
        )
        self.campaigns.append(Told(row, at, by=self.office, reason="opened"))
        return self.campaigns[-1]

    def _is_out(self, loan, at):
        gone = loan.returned_at and loan.returned_at <= at or loan.lost_at and loan.lost_at <= at
        return loan.out_at < at and not gone

    def _last_year(self, loans):
        """A sample, all of it settled; some keys were in nobody's hands any more when they were asked about."""
        values = {"confidence": CONFIDENCE, "tolerated": TOLERATED, "seed": SEED}
        told = self._campaign(f"Keys {self.world.day(LAST_YEAR).year}", LAST_YEAR, **values)
        row, at = told.row, told.row.opened_at
        out = {number: told.row for number, told in loans if self._is_out(told.row, at)}
        others = [number for number, loan in out.items() if loan.key.symbol.symbol not in self.always]
        size = sample_size(len(others), confidence=CONFIDENCE, tolerated=TOLERATED)
        drawn = set(draw(others, size, seed=SEED))
        self.candidates += [Candidate(campaign=row, loan=out[number]) for number in others]
        row.population = len(out)
        for number, loan in out.items():
            if number in drawn:
                self._settled(row, loan, Stratum.SAMPLE)
            elif number not in others:
                self._settled(row, loan, Stratum.ALL)
        closed_at = self.world.moment(row.closes_on + timedelta(days=1))
        told.then(closed_at, None, "closed", closed_at=closed_at)

    def _settled(self, campaign, loan, stratum):
        """Asked and answered, unless the key came back or was lost before."""
        told = self._line(campaign, loan, stratum)
        late = self.dice.random() < 0.1
        if late:
            told.then(self._moment(campaign, 11), None, "no answer", stage=Stage.MANAGER)
        at = self._moment(campaign, self.dice.randrange(12, 19) if late else self.dice.randrange(1, 10))
        if self._is_out(loan, at):
            never = stratum == Stratum.ALL and self.dice.random() < 0.02
            self._answer(told, Answer.NEVER if never else Answer.HAVE, at, self.desk.clerk if late else loan.borrower)

    def _this_year(self, loans):
        """Everybody is asked about every key; more than half have answered."""
        told = self._campaign(f"Keys {self.world.today.year}", THIS_YEAR)
        customer, at = self.desk.people.staff[""].row, told.row.opened_at
        out = [loan.row for loan in loans if loan.row.is_running and loan.row.out_at < at]
        told.row.population = len(out)
        for loan in out:
            line = self._line(told.row, loan, Stratum.ALL)
            if loan.borrower is not customer and self.dice.random() < 0.6:
                self._answer(line, Answer.HAVE, self._moment(told.row, self.dice.randrange(1, 6)), loan.borrower)

    def _line(self, campaign, loan, stratum):
        row = Attestation(campaign=campaign, loan=loan, stratum=stratum)
        reason = "drawn" if stratum == Stratum.SAMPLE else "asked"
        self.lines.append(Told(row, campaign.opened_at, by=self.office, reason=reason))
        return self.lines[-1]

    def _moment(self, campaign, days):
        at = campaign.opened_at + timedelta(days=days, minutes=self.dice.randrange(300))
        return min(at, self.world.at - timedelta(minutes=self.dice.randrange(1, 200)))

    def _answer(self, told, answer, at, by):
        trust = "proved" if by is told.row.loan.borrower else "staff"
        values = {"answer": answer, "answered_at": at, "answered_by": by}
        told.then(at, by, f"answered ({trust})", **values)
