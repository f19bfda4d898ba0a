"""Finding tickets among hundreds of thousands: by their words, and by who may see them."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone

from accounts.models import Person
from assets.models import Asset, BuildingManager, Space
from keys.models import Door
from keysite.search import beginning_with, holding, words_of
from tickets.models.categories import Team

MOST = 1000  # tickets that are looked up one by one; where there are more, walking along the list finds a page sooner
COUNTED = 200  # of what is found by walking
PUBLIC = "A"  # the weight of words that everybody may read who may see the ticket
TICKET_WORDS = words_of("title", "description", "place_in_words", "resolution", "said", weight=PUBLIC)
TICKET_WORDS += words_of("noted")


class TicketSearch(models.QuerySet):
    """The questions whose answer may be three of all tickets, or most of them.

    ``counted_to`` says how many of them a list should count at most; None when counting costs little.
    """

    counted_to = None

    def search(self, text, *, notes=True):
        """Tickets of this number, about this asset, of these people, or with a word beginning so in text or thread.

        Without ``notes`` as if there were no internal ones: for people who may not read them.

        Which of these are few is asked first, in one statement. Left to itself, PostgreSQL looks through all tickets
        for a word that it does not know (240 ms among 250,000, against 1 ms).
        """
        words = beginning_with(text, weight="" if notes else PUBLIC)
        if words is None:
            return self.none()
        ways = [
            Q(words=words),
            Q(asset__in=Asset.objects.with_code(text)),
            Q(reporter__in=Person.objects.search(text)),
            _numbered(text),
        ]
        numbers, of_many = self.model.objects.all()._few(ways)
        # By number, because PostgreSQL then reads the list in its order: of 1,000 tickets, the fifty of the page.
        rows = self.filter(reduce(or_, of_many, holding("number", numbers)))
        rows.counted_to = COUNTED if of_many else None
        return rows

    def visible_to(self, person):
        """All for a role without scope; for technicians theirs and their teams'; for managers those of their buildings.

        For anybody what they reported or watch.
        """
        if person.has_perms(["tickets.view_ticket", "accounts.see_everything"]):
            return self
        follows = self.model.objects.filter(watchers__person=person, watchers__ended_at__isnull=True)
        reach = {"pk": [follows], "team": [], "space": [], "door": [], "asset": []}
        rows = Q(reporter=person)
        if person.has_perm("tickets.work"):
            reach["pk"].append(self.model.objects.filter(helpers__person=person))
            reach["team"].append(Team.objects.of(person))
            rows |= Q(technician=person) | Q(technician__isnull=True, team__isnull=True)
        elif person.has_perm("tickets.view_ticket"):
            today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
            managed = BuildingManager.objects.current(on=today).filter(person=person)
            here = managed.values("building")
            reach["space"].append(Space.objects.filter(building__in=here))
            reach["door"].append(Door.objects.filter(building__in=here))
            reach["asset"].append(Asset.objects.filter(home__building__in=here))
        return self.filter(reduce(or_, _holding_any(reach), rows))

    def _clone(self):
        clone = super()._clone()
        clone.counted_to = self.counted_to
        return clone

    def _few(self, ways):
        """The numbers of all tickets that are found in a way that few are, and the ways that many are."""
        first, *others = (
            self.filter(way).annotate(way=Value(n)).values_list("way", "number")[: MOST + 1]
            for n, way in enumerate(ways)
        )
        found = [set() for _way in ways]
        for n, number in first.union(*others, all=True):
            found[n].add(number)
        few = [numbers for numbers in found if len(numbers) <= MOST]
        return set().union(*few), [way for way, numbers in zip(ways, found, strict=True) if numbers not in few]


def _holding_any(reach):
    """That a column holds the key of a row that one of its questions answers: all asked in one statement."""
    asked = [
        rows.order_by().annotate(column=Value(name)).values_list("column", "pk")
        for name, questions in reach.items()
        for rows in questions
    ]
    keys = {name: set() for name in reach}
    for name, key in asked[0].union(*asked[1:], all=True):
        keys[name].add(key)
    return [holding(name, keys[name]) for name in reach if keys[name]]


def _numbered(text):
    number = text.strip().lstrip("#")
    return Q(number=int(number)) if number.isdecimal() and len(number) < 10 else Q(pk__in=[])
