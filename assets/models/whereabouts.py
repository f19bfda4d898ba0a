"""Where an asset is now: with somebody, put up somewhere, or at home."""

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Greatest


class WhereaboutsQuerySet(models.QuerySet):
    """Questions that the open assignment answers."""

    def _assignments(self):
        """All assignments; their module is above this one."""
        return self.model._meta.get_field("assignments").related_model.objects

    def with_assignment(self):
        """Joins the open assignment of each asset: who has it, or where it is put up."""
        return self.annotate(
            open_assignment=FilteredRelation("assignments", condition=Q(assignments__returned_at__isnull=True))
        )

    def with_return_after(self, moment):
        """When each asset came back last, if that was after ``moment``: somebody had it then."""
        back = self._assignments().filter(asset=OuterRef("pk"), returned_at__gt=Greatest(F("out_at"), moment))
        return self.annotate(returned_after=Subquery(back.order_by("-returned_at").values("returned_at")[:1]))

    def held_by(self, person):
        return self.filter(assignments__person=person, assignments__returned_at__isnull=True)

    def with_somebody(self):
        """With a person, who has not reported them lost."""
        return self.with_assignment().filter(
            open_assignment__person__isnull=False, open_assignment__lost_at__isnull=True
        )

    def overdue(self, *, at):
        """With a person who should have brought them back, alone or with their kit."""
        late = self._assignments().open().filter(person__isnull=False, lost_at__isnull=True, due_at__lt=at)
        return self.filter(pk__in=late.filter(asset__isnull=False).values("asset"))

    def with_people(self, people):
        """What these people have now."""
        return self.filter(
            pk__in=self._assignments().open().filter(person__in=people, asset__isnull=False).values("asset")
        )

    def in_places(self, spaces):
        """What is put up in one of ``spaces``, or at home there and not out."""
        out = self._assignments().open().filter(asset=OuterRef("pk"))
        placed = self._assignments().open().filter(space__in=spaces, asset__isnull=False)
        return self.filter(Q(pk__in=placed.values("asset")) | Q(home__in=spaces) & ~Exists(out))

    def being(self, state):
        """Assets of which ``Asset.state`` says so."""
        states = self.model.State
        if state == states.DISPOSED:
            return self.disposed()
        assets, away = self.owned().with_assignment(), self._assignments().open().filter(asset=OuterRef("pk"))
        if state == states.LOST:
            return assets.filter(open_assignment__lost_at__isnull=False)
        if state == states.OUT_OF_SERVICE:
            return assets.out_of_service().filter(~Exists(away.filter(lost_at__isnull=False)))
        if state == states.THERE:  # asked of the joined row, PostgreSQL expects one such asset among 100,000
            return assets.in_service().filter(~Exists(away))
        held = assets.in_service().filter(open_assignment__lost_at__isnull=True)
        return held.filter(**{f"open_assignment__{'space' if state == states.PLACED else 'person'}__isnull": False})
