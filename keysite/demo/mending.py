"""What is written down about a fault of the invented university, one deed after another."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from accounts.models import Trust
from keysite.demo.world import Told
from tickets.models import (
    Check,
    Comment,
    Helper,
    Link,
    Photo,
    Status,
    Ticket,
    TrackingLink,
    Watcher,
    WorkEntry,
)
from tickets.tokens import digest_of, token_of

DAY = timedelta(days=1)


class Mending:
    """The book of tickets: each is written in the order in which the tickets were reported."""

    def __init__(self, world, people, teams):
        self.world, self.people, self.dice, self.teams = world, people, world.dice, teams
        order = (Ticket, TrackingLink, Comment, Photo, Watcher, Helper, Check, WorkEntry, Link)
        self.told = {model: [] for model in order}

    @property
    def clerk(self):
        return self.people.clerk

    def later(self, at, least, most):
        """So many hours after ``at``, or the next hour after that at which somebody works."""
        moment = at + timedelta(hours=self.dice.uniform(least, most))
        local = moment.astimezone(settings.INSTITUTION_ZONE)
        if local.hour >= 17:
            local += DAY
        if local.hour >= 17 or local.hour < 8:
            local = local.replace(hour=8, minute=self.dice.randrange(60))
        while local.weekday() > 4:
            local += DAY
        return max(at, min(local.astimezone(moment.tzinfo), self.world.at - timedelta(minutes=1)))

    def report(self, kind, at, reporter, **about):
        """Somebody reports a fault, or a schedule does (``reporter`` None)."""
        row = Ticket(number=len(self.told[Ticket]) + 1, reporter=reporter, reported_at=at, moved_at=at, touched_at=at)
        row.trust = Trust.PROVED if reporter else Trust.STAFF
        row.category, row.priority, row.team = kind.category, kind.category.priority, kind.category.team
        for name, value in about.items():
            setattr(row, name, value)
        told = Told(row, at, by=reporter, reason="reported (proved)" if reporter else "made by its schedule")
        self.told[Ticket].append(told)
        if reporter and at > self.world.at - 60 * DAY:
            self._link(row, reporter, at)
        return told

    def _link(self, ticket, person, at):
        link = TrackingLink(ticket=ticket, person=person, made_at=at)
        link.token_digest = digest_of(token_of(link))
        self._add(link, at, None, "made")

    def _add(self, row, at, by, reason):
        told = Told(row, at, by=by, reason=reason)
        self.told[type(row)].append(told)
        return told

    def then(self, told, at, by, why, /, **values):
        values |= {"touched_at": at, "version": told.row.version + 1}
        if "status" in values:
            values["moved_at"] = at
        told.then(at, by, why, **values)

    def accept(self, told, at, kind, technician=None, by=None):
        row, due_at = told.row, at + kind.category.days * DAY
        values = {"status": Status.ACCEPTED, "category": kind.category, "team": kind.category.team, "due_at": due_at}
        self.then(told, at, by, "accepted", technician=technician, priority=kind.category.priority, **values)
        for n, text in enumerate(kind.checks):
            self._add(Check(ticket=row, text=text, position=n), at, by, "accepted")

    def start(self, told, at):
        technician = told.row.technician or self.dice.choice(self.teams[told.row.team.name])
        self.then(told, at, technician, "started", status=Status.IN_PROGRESS, technician=technician, reason="")

    def say(self, told, at, by, text, *, internal=False):
        row, reason = told.row, "noted" if internal else "replied"
        said = Comment(ticket=row, text=text, internal=internal, at=at, by=by)
        said.trust = Trust.PROVED if by == row.reporter else Trust.STAFF
        row.hear(said)
        self._add(said, at, by, reason)
        self.then(told, at, by, reason)

    def stall(self, told, at, reason, wake_on):
        self.then(told, at, told.row.technician, "stalled", status=Status.STALLED, reason=reason, wake_on=wake_on)

    def wake(self, told, at):
        self.then(told, at, None, "woken", status=Status.IN_PROGRESS, reason="", wake_on=None)

    def resolve(self, told, at, kind):
        row, by = told.row, told.row.technician
        entry = WorkEntry(ticket=row, person=by, at=at, minutes=self.dice.choice((5, 10, 15, 20, 30, 45, 60, 90, 150)))
        if kind.parts and self.dice.random() < 0.4:
            entry.parts, entry.cost = self.dice.choice(kind.parts), Decimal(self.dice.randrange(200, 9000)) / 100
        self._add(entry, at, by, "work entered")
        for check in self.told[Check][-len(kind.checks) - 1 :]:
            if check.row.ticket is row and check.row.done_at is None:
                check.then(at, by, "checked", done_at=at, done_by=by)
        values = {"resolution": self.dice.choice(kind.mended), "resolved_at": at, "resolved_by": by, "reason": ""}
        self.then(told, at, by, "resolved", status=Status.RESOLVED, **values)

    def confirm(self, told, at, by):
        reason = "confirmed (proved)" if by else "confirmed by silence"
        self.then(told, at, by, reason, status=Status.CONFIRMED, confirmed_at=at, confirmed_by=by)

    def send_back(self, told, at, why):
        values = {"reason": why, "resolved_at": None, "resolved_by": None}
        self.then(told, at, told.row.reporter, "sent back (proved)", status=Status.IN_PROGRESS, **values)

    def reject(self, told, at, why):
        self.then(told, at, self.clerk, "rejected", status=Status.REJECTED, reason=why)

    def merge(self, told, at, into):
        self._add(Link(ticket=told.row, other=into, kind=Link.Kind.DUPLICATE), at, self.clerk, "merged")
        self.then(told, at, self.clerk, f"merged into #{into.number}", status=Status.DUPLICATE)

    def remove(self, told, at, why):
        values = {"deleted_at": at, "deleted_by": self.clerk, "deleted_reason": why}
        self.then(told, at, self.clerk, f"deleted: {why}", **values)

    def watch(self, told, at, person):
        self._add(Watcher(ticket=told.row, person=person, since=at), at, person, "me too (proved)")
        self._link(told.row, person, at)

    def help(self, told, at, person):
        self._add(Helper(ticket=told.row, person=person), at, told.row.technician, "helps")

    def show(self, told):
        row = told.row
        photo = Photo(ticket=row, added_at=row.reported_at, added_by=row.reporter)
        self._add(photo, row.reported_at, row.reporter, "added")
