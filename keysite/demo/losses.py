"""Which keys of the invented university are lost, what was decided about them, and when its cabinets were counted."""

from collections import Counter
from datetime import timedelta

from django.conf import settings

from keys.models import Cabinet, CabinetCount, Key, Loan, LossReport
from keysite.demo.world import Told

COUNTED = 28  # days between two counts of a cabinet
WORDS = (
    "Left on the bus, line 7, on the way home.",
    "Fell out of my jacket at the lake; nothing on it says whose it is.",
    "My bag was stolen in the canteen, with my name in it.",
    "Last seen in the workshop before the holidays.",
)


class Losses:
    """Each lost key with its report; made before the past is written, so that nobody borrows what is missing."""

    def __init__(self, desk):
        self.desk, self.world = desk, desk.world
        self.office = desk.people.staff["administrator"].row
        self.counts, self.reports = [], []
        self.counted_at = self.world.moment(self.world.open_day(-5))
        self.gone = desk.for_days.pop()
        desk.out[self.gone.public_code] = self.counted_at
        desk.retire(self.gone, self.counted_at, desk.clerk, Key.Retirement.LOST, "missing in a count")

    def write(self):
        """What follows from the book of the desk, once it is full."""
        self._count()
        lost = [told for told in self.desk.loans if told.row.loss == Loan.Loss.LOST]
        for told in lost:
            self._of(told.row)
        self.reports.sort(key=lambda told: told.row.reported_at)
        waiting = [told for told in self.reports if told.row.is_open]
        for number, told in enumerate(waiting[:-4]):  # the newest are undecided
            self._decide(told, number)
        for told in waiting[-4:]:
            self._ask(told)

    def _of(self, loan):
        source = LossReport.Source.HOLDER if loan.lost_by == loan.borrower else LossReport.Source.DESK
        report = LossReport(key=loan.key, loan=loan, source=source, reported_at=loan.lost_at, reported_by=loan.lost_by)
        report.circumstances = WORDS[len(self.reports) % len(WORDS)]
        report.police_reference = "26-0815" if "stolen" in report.circumstances else ""
        told = Told(report, loan.lost_at, by=loan.lost_by, reason="reported lost")
        self.reports.append(told)
        if loan.found_at:
            told.then(loan.found_at, loan.found_by, "found", ending=LossReport.Ending.FOUND, closed_at=loan.found_at)

    def _decide(self, told, number):
        """Most risks are accepted; of one the day is over, and some doors are to be rekeyed."""
        at = min(told.row.reported_at + timedelta(days=2, hours=3), self.world.at)
        values = {"decided_at": at, "decided_by": self.office}
        if number % 3 == 2:
            values |= {"decision": LossReport.Decision.REKEY, "decision_reason": "It opens a laboratory."}
        else:
            until = self.world.day(-1 if number == 0 else 30 * number)
            values |= {"decision": LossReport.Decision.ACCEPT, "accepted_until": until}
            values["decision_reason"] = "Nothing on the key says what it opens."
        told.then(at, self.office, f"decided: {values['decision']} (staff)", **values)

    def _ask(self, told):
        at = told.row.reported_at + timedelta(minutes=7)
        told.then(at, None, "asked for a decision", asked_at=at)
        late = at + timedelta(days=settings.APPROVAL_DAYS)
        if late < self.world.at:
            told.then(late, None, "nobody has decided", escalated_at=late)

    def _count(self):
        """Each cabinet some times; the last time one key was missing."""
        for told in self.desk.places.told[Cabinet]:
            cabinet = told.row
            for days in range(5 + 3 * COUNTED, 0, -COUNTED):
                last = days == 5 and self.gone.hook.cabinet is cabinet
                at = self.counted_at if last else self.world.moment(self.world.open_day(-days))
                row = CabinetCount(cabinet=cabinet, counted_at=at, counted_by=self.desk.clerk, missing=int(last))
                row.expected = self._expected(at)[cabinet.name]
                self.counts.append(Told(row, at, by=self.desk.clerk, reason="counted"))
                if last:
                    self._missing(row)

    def _missing(self, count):
        at, clerk = count.counted_at, count.counted_by
        report = LossReport(
            key=self.gone, count=count, source=LossReport.Source.COUNT, reported_at=at, reported_by=clerk
        )
        self.reports.append(Told(report, at, by=clerk, reason="missing in a count"))

    def _expected(self, at):
        """How many keys should hang in each cabinet at a moment."""
        out = {told.row.key.public_code for told in self.desk.loans if _is_out(told.row, at)}
        keys = (told.row for told in self.desk.cut.values())
        hanging = (key for key in keys if key.hook and not _is_over(key, at) and key.public_code not in out)
        return Counter(key.hook.cabinet.name for key in hanging)


def _is_out(loan, at):
    return loan.out_at <= at and (loan.returned_at is None or loan.returned_at > at)


def _is_over(key, at):
    return key.retired_at is not None and key.retired_at < at
