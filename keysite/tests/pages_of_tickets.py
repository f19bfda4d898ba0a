"""Console pages about tickets, for ``test_console_queries``: what makes one more row, and how often each page asks."""

from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.tests.factories import AssetFactory, SpaceFactory
from keys.tests.factories import KeyFactory
from tickets.models import (
    Attachment,
    Category,
    CategoryCheck,
    Check,
    Comment,
    Helper,
    Link,
    NoticePreference,
    Occurrence,
    ParkedMail,
    Photo,
    Schedule,
    Team,
    TeamMember,
    Ticket,
    TrackingLink,
    Watcher,
    WorkEntry,
)
from tickets.tests.factories import (
    CategoryFactory,
    ParkedMailFactory,
    ScheduleFactory,
    TeamFactory,
    TicketFactory,
    follow,
)

NOW = timezone.now()


def _ticket(n):
    """With ``n`` of all that hangs on a ticket."""
    category = CategoryFactory(parent=CategoryFactory())
    things = {"asset": AssetFactory(home=SpaceFactory()), "key": KeyFactory(), "category": category}
    others = [TicketFactory() for _more in range(n)]
    ticket = TicketFactory(technician=PersonFactory(), team=TeamFactory(), **things)
    for number, other in enumerate(others):
        said = Comment.objects.create(
            ticket=ticket, text="x", internal=number % 2, at=NOW, by=PersonFactory(), trust=Trust.STAFF
        )
        Attachment.objects.create(comment=said, name="a.pdf", file="tickets/files/a", size=1, added_at=NOW)
        Photo.objects.create(ticket=ticket, comment=said, image="a.jpg", thumbnail="b.jpg", added_at=NOW)
        Check.objects.create(ticket=ticket, text="x", done_at=NOW, done_by=PersonFactory())
        WorkEntry.objects.create(ticket=ticket, person=PersonFactory(), at=NOW, minutes=1)
        Helper.objects.create(ticket=ticket, person=PersonFactory())
        Watcher.objects.create(ticket=ticket, person=PersonFactory(), since=NOW)
        Link.objects.create(ticket=ticket, other=other, kind=Link.Kind.RELATED)


def _category(n):
    category = CategoryFactory(parent=CategoryFactory(), team=TeamFactory(), technician=PersonFactory())
    for number in range(n):
        CategoryCheck.objects.create(category=category, text=str(number))


def _team(n):
    team = TeamFactory()
    for _more in range(n):
        TeamMember.objects.create(team=team, person=PersonFactory())


def _schedule(n):
    where = {"space": SpaceFactory(), "asset": AssetFactory()}
    schedule = ScheduleFactory(team=TeamFactory(), technician=PersonFactory(), **where)
    for day in range(1, n + 1):
        Occurrence.objects.create(schedule=schedule, on=f"2026-01-0{day}", at=NOW, ticket=TicketFactory())


def _occurrence(n):
    Occurrence.objects.create(schedule=ScheduleFactory(), on="2026-01-01", at=NOW, ticket=TicketFactory())


def _work(n):
    WorkEntry.objects.create(ticket=TicketFactory(), person=PersonFactory(), at=NOW, minutes=n)


def _preference(n):
    NoticePreference.objects.create(person=PersonFactory())


PAGES_OF_TICKETS = {
    Ticket: (_ticket, 11, 17),
    Category: (_category, 6, 11),
    Team: (_team, 6, 10),
    Schedule: (_schedule, 6, 13),
    Occurrence: (_occurrence, 6, 5),
    WorkEntry: (_work, 6, 6),
    ParkedMail: (lambda n: ParkedMailFactory(), 6, 7),
    TrackingLink: (lambda n: follow(TicketFactory(), PersonFactory()), 6, 6),
    NoticePreference: (_preference, 6, 6),
}
