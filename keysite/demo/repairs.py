"""What has broken at the invented university: 2,000 tickets, who mends such things, and what comes round again."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings

from keysite.demo.faults import (
    AGAIN,
    ANSWERED,
    ASKED,
    FAULTS,
    NOTED,
    REJECTED,
    SCHEDULES,
    SORTS,
    TEAMS,
    THANKS,
    WAITS,
    Fault,
)
from keysite.demo.mending import Mending
from keysite.demo.world import Told
from tickets.models import Category, CategoryCheck, Occurrence, Photo, Schedule, Status, Team, TeamMember, Ticket
from tickets.recurrence import days

TICKETS, TECHNICIANS = 2000, 7
OLD, YOUNG, HOURS = -424, -46, 24  # days from today: what was reported between them is over
FATES = {"confirmed": 780, "silent": 850, "rejected": 90, "back": 80, "waited": 70, "merged": 40, "deleted": 14}
RECENT = {  # what became of what was reported in the last weeks: how many, and from when to when in days ago
    "confirmed": (46, 12, 45),
    "new": (15, 0, 2),
    "accepted": (20, 1, 3),
    "begun": (24, 1, 9),
    "waiting": (9, 3, 12),
    "mended": (18, 1, 4),
}


class Kind(NamedTuple):
    """A category that somebody may choose, and what happens in it."""

    category: Category
    titles: tuple[str, ...]
    words: tuple[str, ...]
    mended: tuple[str, ...]
    parts: tuple[str, ...]
    about: str
    checks: tuple[str, ...]
    share: int = 0


class Repairs:
    """Teams, categories, schedules and tickets, in the order in which they refer to each other."""

    def __init__(self, world, people, places, inventory):
        self.world, self.people, self.places, self.inventory, self.dice = world, people, places, inventory, world.dice
        self.told = {model: [] for model in (Team, TeamMember, Category, CategoryCheck, Schedule)}
        self.occurrences = []
        self.technicians = [people.staff["technician"].row, *people.by_affiliation["Facilities"][2 : TECHNICIANS + 1]]
        self.teams = self._teams()
        self.sorts = {name: self._sort(n, name, *rest) for n, (name, *rest) in enumerate(SORTS)}
        self.kinds = [self._kind(n, fault) for n, fault in enumerate(FAULTS)]
        self.reporters = [p for name in ("Staff", "Student") for p in people.by_affiliation[name]]
        self.reporters = [person for person in self.reporters if person not in people.apart]
        self.book = Mending(world, people, {team.name: members for team, members in self.teams.values()})
        for at, story, values in sorted(self._plan(), key=lambda part: part[0]):
            story(at, **values)

    @property
    def batches(self):
        categories = self.told.pop(Category)
        first = [told for told in categories if told.row.parent is None]
        parts = [told for told in categories if told.row.parent is not None]
        mine, tickets = self.told, self.book.told
        return [mine[Team], mine[TeamMember], first, parts, mine[CategoryCheck], mine[Schedule], *tickets.values()]

    @property
    def photos(self):
        return [told.row for told in self.book.told[Photo]]

    def _add(self, row, reason="set up"):
        by = self.people.staff["administrator"].row
        self.told[type(row)].append(Told(row, self.people.start, by=by, reason=reason))
        return row

    def _teams(self):
        """Each with some of the technicians; most are in two."""
        teams, turn = {}, 0
        for name, number in TEAMS.items():
            team = self._add(Team(name=name))
            members = [self.technicians[(turn + n) % len(self.technicians)] for n in range(number)]
            turn += number - 1
            for person in members:
                self._add(TeamMember(team=team, person=person), "joined")
            teams[name] = team, members
        return teams

    def _sort(self, n, name, team, hint):
        return self._add(Category(name=name, team=self.teams[team][0], hint=hint, position=n), "added")

    def _kind(self, n, fault: Fault):
        parent = self.sorts[fault.sort]
        row = Category(name=fault.name, parent=parent, team=parent.team, hint=fault.hint, position=n)
        row.priority, row.days, row.blocks_lending = fault.priority, fault.days, not fault.about
        self._add(row, "added")
        for position, text in enumerate(fault.checks):
            self._add(CategoryCheck(category=row, text=text, position=position), "added")
        about = fault.titles, fault.words, fault.mended, fault.parts, fault.about, fault.checks
        return Kind(row, *about, share=fault.share)

    def _plan(self):
        """Who tells what when: moments, stories, and what they are about."""
        yield from self._of_customer()
        for schedule in SCHEDULES:
            yield from self._of_schedule(*schedule)
        for fate, (number, newest, oldest) in RECENT.items():
            for n in range(number):
                yield self._moment(-newest - (oldest - newest) * n // number), getattr(self, f"_{fate}"), {}
        planned = TICKETS - len(self.occurrences) - sum(number for number, *_when in RECENT.values()) - 3
        for fate in self.dice.choices(list(FATES), list(FATES.values()), k=planned):
            yield self._moment(self.dice.randrange(OLD, YOUNG)), getattr(self, f"_{fate}"), {}

    def _moment(self, days_from_today):
        return self.world.moment(self.world.open_day(days_from_today))

    def _of_customer(self):
        aroha = {"reporter": self.people.staff[""].row}
        yield self._moment(-4), self._begun, aroha | {"seen": True}
        yield self._moment(-3), self._mended, aroha
        yield self._moment(-30), self._confirmed, aroha

    def _of_schedule(self, title, words, sort, team, rule):
        """A ticket for each day of the rule since the beginning, early in the morning."""
        starts_on, parent, team = self.world.day(-420), self.sorts[sort], self.teams[team][0]
        category = self._add(Category(name="Regular work", parent=parent, team=team, position=99, days=5), "added")
        row = Schedule(title=title, description=words, category=category, team=team, starts_on=starts_on, rule=rule)
        self._add(row, "added")
        kind = Kind(category, (title,), (words,), ("Done.", "Done; nothing found."), (), "", ())
        for day in days(rule, starts_on, after=starts_on, until=self.world.today):
            at = datetime.combine(day, time(0, 20), tzinfo=settings.INSTITUTION_ZONE)
            if at < self.world.at - timedelta(minutes=10):
                occurrence = Occurrence(schedule=row, on=day, at=at)
                self.occurrences.append(occurrence)
                yield at, self._due, {"kind": kind, "occurrence": occurrence}

    def _due(self, at, *, kind, occurrence):
        told = self.book.report(kind, at, None, title=kind.titles[0], description=kind.words[0])
        occurrence.ticket = told.row
        self.book.accept(told, at, kind)
        done = at + timedelta(days=3, hours=10)
        if done < self.world.at:
            self.book.start(told, done)
            self.book.resolve(told, done + timedelta(minutes=5), kind)
        if done + timedelta(days=8) < self.world.at:
            self.book.confirm(told, done + timedelta(days=7, minutes=30), None)

    def _report(self, at, reporter=None):
        """Somebody sees a fault: of a thing that stands there, or in a room."""
        dice = self.dice
        kind = dice.choices(self.kinds, [kind.share for kind in self.kinds])[0]
        about = {
            "title": dice.choice(kind.titles),
            "description": " ".join(dice.sample(kind.words, dice.randrange(1, 3))),
        }
        things = [told.row for told in self.inventory.by_model[kind.about]] if kind.about else []
        things = [asset for asset in things if asset.tag not in self.inventory.gone]
        if things:
            about["asset"] = dice.choice(things)
            about["space"] = about["asset"].home
        else:
            about["space"] = dice.choice(self.places.rooms[dice.choice(list(self.places.rooms))])
        return kind, self.book.report(kind, at, reporter or dice.choice(self.reporters), **about)

    def _new(self, at):
        _kind, told = self._report(at)
        if self.dice.random() < 0.3:
            told.row.category, told.row.team = None, None
        if self.dice.random() < 0.2:
            told.row.space, told.row.asset, told.row.place_in_words = None, None, "The small store behind the stairs"

    def _accepted(self, at, reporter=None):
        kind, told = self._report(at, reporter)
        members = self.teams[told.row.team.name][1]
        technician = self.dice.choice(members) if self.dice.random() < 0.6 else None
        self.book.accept(told, self.book.later(at, 0.3, 20), kind, technician, by=self.book.clerk)
        return kind, told

    def _begun(self, at, reporter=None, seen=False):
        book, dice = self.book, self.dice
        kind, told = self._accepted(at, reporter)
        self._follow(told)
        book.start(told, book.later(told.chapters[-1][0], 1, HOURS))
        if seen or (at > self.world.at - timedelta(days=14) and dice.random() < 0.3):
            book.show(told)
        if seen or dice.random() < 0.3:
            n = dice.randrange(len(ASKED))
            book.say(told, self._soon(told), told.row.technician, ASKED[n])
            book.say(told, self._soon(told), told.row.reporter, ANSWERED[n])
        if seen or dice.random() < 0.25:
            book.say(told, self._soon(told), told.row.technician, dice.choice(NOTED), internal=True)
        return kind, told

    def _follow(self, told):
        if self.dice.random() < 0.06:
            at, person = self._soon(told), self.dice.choice(self.reporters)
            if person is not told.row.reporter:
                self.book.watch(told, at, person)
        if self.dice.random() < 0.05:
            others = [person for person in self.technicians if person is not told.row.technician]
            self.book.help(told, told.chapters[-1][0], self.dice.choice(others))

    def _soon(self, told):
        return self.book.later(told.chapters[-1][0], 0.2, 5)

    def _waiting(self, at):
        kind, told = self._begun(at)
        wake_on = self.world.open_day(self.dice.randrange(4, 20))
        wake_on = wake_on if wake_on > self.world.today else self.world.day(3)
        self.book.stall(told, self._soon(told), self.dice.choice(WAITS), wake_on)

    def _mended(self, at, reporter=None):
        kind, told = self._begun(at, reporter)
        self.book.resolve(told, self.book.later(told.chapters[-1][0], 0.5, 30), kind)
        return kind, told

    def _confirmed(self, at, reporter=None):
        _kind, told = self._mended(at, reporter)
        if self.dice.random() < 0.1:
            self.book.confirm(told, self._soon(told), self.book.clerk)
        else:
            self.book.confirm(told, self.book.later(told.chapters[-1][0], 1, 60), told.row.reporter)

    def _silent(self, at):
        _kind, told = self._mended(at)
        self.book.confirm(told, told.chapters[-1][0] + timedelta(days=7, minutes=self.dice.randrange(60)), None)

    def _rejected(self, at):
        _kind, told = self._report(at)
        self.book.reject(told, self._soon(told), self.dice.choice(REJECTED))

    def _back(self, at):
        kind, told = self._mended(at)
        self.book.send_back(told, self._soon(told), self.dice.choice(AGAIN))
        self.book.resolve(told, self.book.later(told.chapters[-1][0], 2, 30), kind)
        self.book.confirm(told, self._soon(told), told.row.reporter)

    def _waited(self, at):
        kind, told = self._begun(at)
        stalled = self._soon(told)
        woken = stalled + timedelta(days=self.dice.randrange(3, 9))
        self.book.stall(told, stalled, self.dice.choice(WAITS), woken.date())
        self.book.wake(told, woken)
        self.book.resolve(told, self._soon(told), kind)
        self.book.say(told, self._soon(told), told.row.reporter, self.dice.choice(THANKS))
        self.book.confirm(told, self._soon(told), told.row.reporter)

    def _merged(self, at):
        """Two people have seen the same; where nobody has, it is a report like any other."""
        seen = self.book.later(at, 0.2, 5)
        earlier = [told.row for told in self.book.told[Ticket][-12:] if _is_mended_after(told.row, seen)]
        if not earlier:
            return self._confirmed(at)
        kind, told = self._report(at)
        into = self.dice.choice(earlier)
        for name in ("title", "space", "asset", "category", "team"):
            setattr(told.row, name, getattr(into, name))
        return self.book.merge(told, self._soon(told), into)

    def _deleted(self, at):
        _kind, told = self._report(at)
        self.book.remove(told, self._soon(told), "Written into the wrong register")


def _is_mended_after(ticket, at):
    mended = ticket.resolved_at or ticket.reported_at
    return ticket.reporter is not None and ticket.status != Status.DUPLICATE and mended > at
