"""Dull rows for tests."""

import factory
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.tests.factories import SpaceFactory
from tickets.models import (
    Category,
    Check,
    Comment,
    Helper,
    Link,
    NoticePreference,
    Occurrence,
    ParkedMail,
    Schedule,
    Team,
    TeamMember,
    Ticket,
    TrackingLink,
    Watcher,
    WorkEntry,
)
from tickets.tokens import digest_of, token_of


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence("Team {}".format)


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence("Category {}".format)


class TicketFactory(factory.django.DjangoModelFactory):
    """A new ticket about a room."""

    class Meta:
        model = Ticket

    number = factory.Sequence(lambda n: 1_000_000 + n)
    title = "The lamp flickers"
    space = factory.SubFactory(SpaceFactory)
    reporter = factory.SubFactory(PersonFactory)
    trust = Trust.PROVED
    reported_at = factory.LazyFunction(timezone.now)
    moved_at = factory.SelfAttribute("reported_at")
    touched_at = factory.SelfAttribute("reported_at")


class ScheduleFactory(factory.django.DjangoModelFactory):
    """Every Monday, from the plan."""

    class Meta:
        model = Schedule

    title = "Look at the lift"
    category = factory.SubFactory(CategoryFactory)
    starts_on = factory.LazyFunction(timezone.localdate)
    rule = "FREQ=WEEKLY;BYDAY=MO"


class ParkedMailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ParkedMail

    message_id = factory.Sequence("<{}@example.org>".format)
    sender = "stranger@example.org"
    subject = "The lamp flickers"
    text = "In the hall."
    why = "It belongs to no ticket."
    received_at = factory.LazyFunction(timezone.now)


def follow(ticket, person):
    """The link by which ``person`` follows ``ticket``."""
    link = TrackingLink(ticket=ticket, person=person, made_at=timezone.now())
    link.token_digest = digest_of(token_of(link))
    link.save()
    return link


def tickets_of_every_kind(person, *, space=None):
    """One row of each model of the console, most of them about one ticket with something of everything; by model."""
    now, category, team = timezone.now(), CategoryFactory(parent=CategoryFactory()), TeamFactory()
    TeamMember.objects.create(team=team, person=person)
    place = {"space": space} if space else {}
    ticket, other = TicketFactory(category=category, **place), TicketFactory(**place)
    for internal in (False, True):
        Comment.objects.create(
            ticket=ticket, text="We are coming", internal=internal, at=now, by=person, trust=Trust.STAFF
        )
    Check.objects.create(ticket=ticket, text="Is it off?")
    Helper.objects.create(ticket=ticket, person=person)
    Watcher.objects.create(ticket=ticket, person=person, since=now)
    Link.objects.create(ticket=ticket, other=other, kind=Link.Kind.RELATED)
    schedule = ScheduleFactory(category=category, team=team)
    return {
        Ticket: ticket,
        Category: category,
        Team: team,
        WorkEntry: WorkEntry.objects.create(ticket=ticket, person=person, at=now, minutes=30, cost="12.50"),
        TrackingLink: follow(ticket, ticket.reporter),
        ParkedMail: ParkedMailFactory(),
        Schedule: schedule,
        Occurrence: Occurrence.objects.create(schedule=schedule, on=now.date(), at=now, ticket=ticket),
        NoticePreference: NoticePreference.objects.create(person=person, digest=True),
    }
