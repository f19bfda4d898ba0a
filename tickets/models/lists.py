"""What the pages of those who work on tickets ask for, besides what ``TicketQuerySet`` answers."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from assets.models import Asset
from tickets.models.categories import Team


class TicketLists(models.QuerySet):
    """The questions behind the filters and the page of one ticket."""

    def nobodys(self):
        """Neither a technician nor a team has it."""
        return self.filter(technician__isnull=True, team__isnull=True)

    def of_teams_of(self, person):
        return self.filter(team__in=Team.objects.of(person))

    def ours(self, person):
        """Theirs, with their help, or of one of their teams."""
        helped = self.model.objects.filter(helpers__person=person)
        teams = Team.objects.of(person)
        return self.filter(Q(technician=person) | Q(pk__in=helped.values("pk")) | Q(team__in=teams))

    def followed_by(self, person):
        """Reported by them, or watched: what somebody without a role may know of."""
        watched = self.model.objects.filter(watchers__person=person, watchers__ended_at__isnull=True)
        return self.filter(deleted_at__isnull=True).filter(Q(reporter=person) | Q(pk__in=watched.values("pk")))

    def over(self):
        """Nothing is to be done any more, unless somebody says so."""
        return self.filter(status__in=["confirmed", "rejected", "duplicate"])

    def not_over(self):
        return self.exclude(status__in=["confirmed", "rejected", "duplicate"])

    def in_places(self, spaces):
        """About one of these spaces, or about something that is at home there."""
        at_home = Asset.objects.filter(home__in=spaces)
        return self.filter(Q(space__in=spaces) | Q(asset__in=at_home.values("pk")))

    def of_kind(self, category):
        """Of this category, or of a part of it."""
        return self.filter(Q(category=category) | Q(category__parent=category))

    def about_asset_with(self, code):
        return self.filter(asset__in=Asset.objects.with_code(code))

    def of_technicians(self, people):
        return self.filter(technician__in=people)

    def count_by_status(self):
        """How many there are in each status of which something is still to be done, and how many wait for a word.

        Confirmed and rejected ones are most of all tickets; nobody acts on their number, and counting them would cost
        more than the list.
        """
        waiting = ["new", "accepted", "in_progress", "stalled", "resolved"]
        rows = self.filter(status__in=waiting).order_by().values_list("status").annotate(n=Count("*"))
        return dict(rows)

    def count_by_technician(self):
        """How many open ones each technician has, those that are nobody's under None, by the technician's key."""
        return dict(self.open().order_by().values_list("technician").annotate(n=Count("*")))

    def for_staff_list(self):
        """As the list, with where the asset is at home."""
        return self.for_list()

    def for_page(self, person):
        """One ticket with the names of who helps, whether ``person`` watches it, and whether it is linked."""
        here, there = {"ticket": OuterRef("pk")}, ("space__building", "asset__home__building", "key__symbol")
        full = Trim(Concat("person__first_name", Value(" "), "person__last_name"))
        name = Coalesce(NullIf(full, Value("")), F("person__email"), output_field=CharField())
        helpers = self._related("helpers").filter(**here).order_by("pk").values_list(name)
        watching = self._related("watchers").filter(person=person, ended_at=None, **here)
        people = ("reporter", "technician", "team", "category__parent", "resolved_by", "confirmed_by", "deleted_by")
        rows = self.select_related(*there, *people).defer("said", "noted", "words")  # for the search
        links = self._related("links").filter(kind="related")
        linked = links.filter(Q(ticket=OuterRef("pk")) | Q(other=OuterRef("pk")))
        more = {"is_watched": Exists(watching), "is_linked": Exists(linked)}
        return rows.annotate(helper_names=ArraySubquery(helpers), **more)

    def with_work(self):
        """``minutes`` and ``cost``: what the work on each has taken so far."""
        rows = self._related("work").filter(ticket=OuterRef("pk")).order_by().values("ticket")
        return self.annotate(
            minutes=rows.annotate(n=Sum("minutes")).values("n"), cost=rows.annotate(n=Sum("cost")).values("n")
        )

    def _related(self, name):
        """The rows of a model that is above the ticket's."""
        return self.model._meta.get_field(name).related_model.objects
