"""Dull rows for tests."""

import factory
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.tests.factories import SpaceFactory
from tickets.models import Category, Team, Ticket


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
