"""Who of the invented university has asked for keys: fifteen requests, in every state, each with its past."""

from datetime import datetime, time, timedelta

from django.conf import settings

from accounts.models import KeyLevel
from keys.models import (
    Approval,
    ApprovedDoor,
    CuttingJob,
    Hold,
    KeyRequest,
    Proposal,
    ProposedKey,
    RequestItem,
    RequestMessage,
)
from keysite.demo.rings import Rings
from keysite.demo.world import Told

Status, Kind, Part = KeyRequest.Status, Approval.Kind, ProposedKey.Part
NAMED = 20  # doors opened beyond need that a proposal has by name


class Asked:
    """One request with all that belongs to it."""

    def __init__(self, told, symbols, asked_doors, opened):
        self.told, self.row = told, told.row
        self.symbols, self.asked_doors, self.opened = symbols, asked_doors, opened
        self.items, self.messages, self.holds, self.jobs, self.approvals = [], [], [], [], []
        self.proposal, self.lines = None, []

    @property
    def promised(self):
        """The lines of the keys to hand out."""
        return [told for told in self.lines if told.row.part == Part.HAND_OUT]


class Requests:
    """The requests. ``batches`` are to be written one by one: each has the numbers of rows in those before."""

    def __init__(self, desk):
        self.desk, self.world, self.people = desk, desk.world, desk.people
        self.rings = Rings(desk)
        self.asked, self.doors = [], []
        self.manager = self.people.staff["building_manager"].row
        self.customer, self.shop = self.people.staff[""].row, self.people.staff["key_shop"].row
        self._over()
        self._approved()
        self._being_cut()
        self._waiting()
        self._begun()

    @property
    def people_asking(self):
        return [asked.row.person for asked in self.asked]

    @property
    def batches(self):
        yield [asked.told for asked in self.asked]
        for name in ("items", "messages"):
            yield [told for asked in self.asked for told in getattr(asked, name)]
        sent = [asked for asked in self.asked if asked.proposal]
        for asked in sent:
            asked.proposal.row.ways = self._ways(asked)
            for told in asked.holds:
                at, by, _why, was = told.chapters[0]
                told.chapters[0] = at, by, f"kept ready for {asked.row}", was
        yield [asked.proposal for asked in sent]
        for name in ("holds", "lines", "jobs", "approvals"):
            yield [told for asked in sent for told in getattr(asked, name)]

    def _over(self):
        """Long ago: handed over, not picked up, not agreed to, and not needed any more."""
        self._handed_over()
        asked = self._send("Staff", self.rings.there("AH", 1), 16, "Examination papers are kept there.", until=20)
        self._agree(asked, 14)
        (hold,) = self._keep(asked, 14)
        hold.then(hold.row.until, None, "ran out", ended_at=hold.row.until)
        asked.told.then(
            hold.row.until + timedelta(minutes=6),
            None,
            "not picked up in time",
            status=Status.EXPIRED,
            ended_at=hold.row.until + timedelta(minutes=6),
        )
        asked = self._send("Student", self.rings.there("FL", 1), 9, "A quiet place to write my thesis.")
        self._reject(asked, 8, "There are desks in the group study rooms: ask the key desk for one of these.")
        asked = self._send("Staff", self.rings.there("OH", 1), 11, "Summer school: I look after the guests.")
        at = self._at(10, 15)
        asked.told.then(at, asked.row.asked_by, "withdrawn", status=Status.WITHDRAWN, ended_at=at)
        self._drop(asked, at)

    def _approved(self):
        """Ready to be picked up: by the customer of the demo, and by somebody else."""
        purposes = {"KS": "Measurements for my thesis, two evenings a week.", "AH": "My office, from this month on."}
        people = {"KS": self.customer, "AH": self.rings.somebody("Staff")}
        for days, (code, purpose) in enumerate(purposes.items(), 2):
            asked = self._send(people[code], self.rings.there(code, 1), days + 2, purpose)
            self._agree(asked, days)
            self._keep(asked, days)

    def _being_cut(self):
        """No key is there: one waits to be cut, one to be checked, one to be brought to the desk."""
        for steps, purpose in enumerate(
            ("Shared office.", "Deputy of the laboratory.", "Cleaning of the instruments.")
        ):
            asked = self._send("Staff", self.rings.gone("KS", 1), 6 + steps, purpose)
            self._agree(asked, 4 + steps)
            (line,) = asked.promised
            queued = asked.row.approved_at
            job = Told(CuttingJob(line=line.row, queued_at=queued), queued, by=self._last(asked), reason="queued")
            asked.jobs.append(job)
            if steps > 0:
                cut = self._at(2, 10)
                job.then(cut, self.shop, "cut", cut_at=cut, cut_by=self.shop)
            if steps > 1:
                checked = self._at(1, 10)
                job.then(checked, self.shop, "checked", checked_at=checked, checked_by=self.shop)

    def _waiting(self):
        """Somebody in charge has to decide, the building manager of the demo mostly, or to be answered."""
        rings = self.rings
        self._send("Student", rings.there("KS", 1), 1, "Student assistant in the laboratory until the summer.")
        asked = self._send(
            "Staff", [*rings.there("AH", 1), *rings.there("KS", 1)], 3, "I teach in one, and test in one."
        )
        self._agree_to(asked, "KS", self._at(2, 11))
        asked = self._send(
            "Staff", rings.there("AH", 2), 7, "Two offices of the project until it ends.", colleague=True
        )
        self._talk(asked, 6, "Why both offices?", "Four of us share them, and we lock up in turn.")
        late = asked.approvals[0].row.due_at
        asked.approvals[0].then(late, None, "waited too long", escalated_at=late)
        asked = self._send("Student", rings.there("AH", 1), 2, "I need to get in.")
        self._talk(asked, 1, "What for, and on which days? Write to me here.")
        master = rings.master("FL")
        asked = self._send("Staff", [master], 4, "I open and close the library at weekends.", named=True)
        self._agree_to(asked, "FL", self._at(3, 12))

    def _begun(self):
        """A basket that is not sent yet."""
        at = self._at(1, 16)
        row = KeyRequest(person=self.customer, asked_by=self.customer, made_at=at)
        asked = Asked(Told(row, at, by=self.customer, reason="begun"), [], [], {})
        self._put(asked, [self.rings.doors_of(symbol)[0] for symbol in self.rings.there("FL", 2)], at)
        self.asked.append(asked)

    def _handed_over(self):
        """From the book of the desk: what was asked for before one of its loans."""
        told = self.rings.handed_over()
        loan, out_at = told.row, told.row.out_at
        days = (self.world.at - out_at).days + 1
        asked = self._send(loan.borrower, [loan.key.symbol], days + 4, "My office.", until=days + 300)
        self._agree(asked, days + 2)
        (hold,) = self._keep(asked, days + 2, loan.key)
        hold.then(out_at, self.desk.clerk, "checked out", ended_at=out_at)
        (line,) = asked.promised
        line.then(out_at, self.desk.clerk, "handed over", loan=loan)
        asked.told.then(out_at, self.desk.clerk, "all keys handed over", status=Status.DONE, ended_at=out_at)

    def _send(self, person, symbols, days, purpose, *, until=150, named=False, colleague=False):
        """A request for a door or two of each symbol, or for the symbols by name, sent so many days ago."""
        person = self.rings.somebody(person) if isinstance(person, str) else person
        by, at = self.rings.colleague_of(person) if colleague else person, self._at(days, 8)
        row = KeyRequest(person=person, asked_by=by, made_at=at - timedelta(minutes=9))
        told = Told(row, row.made_at, by=by, reason="begun")
        opened = {symbol.symbol: self.rings.doors_of(symbol) for symbol in symbols}
        asked = Asked(told, symbols, [] if named else [doors[0] for doors in opened.values()], opened)
        self._put(asked, symbols if named else asked.asked_doors, row.made_at)
        first = self.world.day(1 - days)
        words = {"purpose": purpose, "needed_from": first, "needed_until": first + timedelta(days=until)}
        told.then(at, by, "sent", status=Status.SUBMITTED, submitted_at=at, **words)
        self._propose(asked, at)
        self._ask(asked, at)
        self.asked.append(asked)
        return asked

    def _put(self, asked, things, at):
        """Rooms where a door leads into one."""
        for thing in things:
            kind = "symbol" if not hasattr(thing, "space_to") else "space"
            item = RequestItem(request=asked.row, **{kind: getattr(thing, "space_to", thing)})
            asked.items.append(Told(item, at, by=asked.row.asked_by, reason="asked for"))

    def _propose(self, asked, at):
        kind = asked.row.person.affiliation
        values = {"order": kind.key_order, "highest_level": kind.highest_level, "proven": True}
        proposal = Proposal(request=asked.row, made_at=at, **values)
        asked.proposal = Told(proposal, at, reason="proposed")
        parts = [(Part.HAND_OUT, symbol) for symbol in asked.symbols]
        asked.held = [symbol for symbol in self.rings.held_by(asked.row.person, at) if symbol not in asked.symbols]
        spare = self.rings.spare(asked.held, asked.symbols)
        parts += [(Part.GIVE_BACK if symbol in spare else Part.KEEP, symbol) for symbol in asked.held]
        for part, symbol in parts:
            line = ProposedKey(proposal=proposal, symbol=symbol, part=part)
            asked.lines.append(Told(line, at, reason="proposed"))

    def _ask(self, asked, at):
        """The managers of the buildings; of masters the head of the department and the key office, too."""
        doors = [door for opened in asked.opened.values() for door in opened]
        for building in {door.building.code: door.building for door in doors}.values():
            approval = self._step(asked, at, Kind.MANAGER, building=building)
            self.doors += [ApprovedDoor(approval=approval, door=door) for door in doors if door.building is building]
        if max(symbol.level for symbol in asked.symbols) >= KeyLevel.MASTER:
            self._step(asked, at, Kind.HEAD, department=asked.row.person.department)
            self._step(asked, at, Kind.OFFICE)

    def _step(self, asked, at, kind, **place):
        due_at = at + timedelta(days=settings.APPROVAL_DAYS)
        row = Approval(request=asked.row, kind=kind, asked_at=at, due_at=due_at, **place)
        asked.approvals.append(Told(row, at, by=asked.row.asked_by, reason="asked"))
        return row

    def _agree_to(self, asked, code, at):
        """The manager of one building agrees."""
        for told in asked.approvals:
            if told.row.building and told.row.building.code == code:
                by = self.rings.manager_of(told.row.building)
                told.then(at, by, "approved (proved)", approved=True, decided_at=at, decided_by=by)

    def _agree(self, asked, days):
        at = self._at(days, 11)
        for told in asked.approvals:
            self._agree_to(asked, told.row.building.code, at)
        asked.told.then(at, self._last(asked), "approved", status=Status.APPROVED, approved_at=at)

    def _last(self, asked):
        return asked.approvals[-1].row.decided_by

    def _reject(self, asked, days, why):
        (told,), at = asked.approvals, self._at(days, 13)
        by = self.rings.manager_of(told.row.building)
        told.then(at, by, "rejected (proved)", approved=False, decided_at=at, decided_by=by, comment=why)
        asked.told.then(at, by, "rejected", status=Status.REJECTED, ended_at=at, reason=why)

    def _drop(self, asked, at):
        for told in asked.approvals:
            told.then(at, asked.row.asked_by, "no longer needed", dropped_at=at)

    def _keep(self, asked, days, key=None):
        """A key is put aside when all have agreed."""
        at, by = asked.row.approved_at, self._last(asked)
        last = self.world.day(settings.PICK_UP_DAYS - days)
        until = datetime.combine(last, time(23, 59), tzinfo=settings.INSTITUTION_ZONE)
        for line in asked.promised:
            hold = Hold(key=key or self.rings.take(line.row.symbol), person=asked.row.person, held_at=at, held_by=by)
            hold.until = until
            asked.holds.append(Told(hold, at, by=by, reason="kept ready"))
            line.then(at, by, "kept ready", hold=hold)
        return asked.holds

    def _talk(self, asked, days, question, answer=""):
        """The manager asks back; with an answer the request waits for the manager again."""
        at = self._at(days, 9)
        self._say(asked, question, self.manager, at)
        asked.told.then(at, self.manager, "asked back", asked_back_at=at)
        if answer:
            at = self._at(days, 14)
            self._say(asked, answer, asked.row.asked_by, at)
            asked.told.then(at, asked.row.asked_by, "answered", asked_back_at=None)

    def _say(self, asked, text, by, at):
        message = RequestMessage(request=asked.row, text=text, by=by, at=at)
        asked.messages.append(Told(message, at, by=by, reason="written"))

    def _at(self, days, hour):
        """A moment of the hour that begins at ``hour``, so many days ago."""
        at = time(hour, self.world.dice.randrange(20, 60))
        return datetime.combine(self.world.day(-days), at, tzinfo=settings.INSTITUTION_ZONE)

    def _ways(self, asked):
        """The way that was chosen, and a master in place of several keys of one building."""
        ways = [self._way(asked, asked.symbols)]
        parent, *others = {symbol.parent for symbol in asked.symbols}
        may = parent and parent.level <= asked.row.person.affiliation.highest_level
        if len(asked.symbols) > 1 and not others and may:
            ways.append(self._way(asked, [parent]))
        return ways

    def _way(self, asked, symbols):
        rings, spare = self.rings, self.rings.spare(asked.held, symbols)
        keep = [symbol for symbol in asked.held if symbol not in spare]
        known = rings.codes_of(asked.held) | {door.public_code for door in asked.asked_doors}
        besides = [door for symbol in symbols for door in rings.doors_of(symbol) if door.public_code not in known]
        besides.sort(key=lambda door: (-door.criticality, door.pk))
        return {
            "hand_out": [symbol.pk for symbol in symbols],
            "cut": [symbol.pk for symbol in symbols if not rings.is_there(symbol)],
            "keep": [symbol.pk for symbol in keep],
            "give_back": [symbol.pk for symbol in spare],
            "beyond": len(besides),
            "doors": [door.pk for door in besides[:NAMED]],
            "doubled": [],
        }
