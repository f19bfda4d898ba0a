"""What lost keys open, or opened: asked of reports of losses."""

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from keys.models.doors import CRITICAL, Pinning
from keys.models.inventory import Key
from keys.models.loans import Loan
from keys.thresholds import MASTERS_FROM, ONE_KEY, PERCENT

LIMIT = Case(  # of a door that something is pinned to, in per cent
    When(door__criticality__gte=CRITICAL, then=ONE_KEY),
    *(When(door__kind=kind, then=limit) for kind, limit in PERCENT.items()),
    output_field=models.IntegerField(),
)
TURNED = "keyset__operates__"
AT_ONCE = (Q(until=None) | Q(until__gt=F(f"{TURNED}since"))) & (
    Q(**{f"{TURNED}until": None}) | Q(**{f"{TURNED}until__gt": F("since")})
)  # the door had the keyset while the symbol turned it


class ExposureQuerySet(models.QuerySet):
    """Questions to reports of losses about the doors behind them."""

    def past_threshold(self):
        """Of symbols of which as many keys are lost as the strictest of the doors they open bears (rule P40)."""
        same = {"key__symbol": OuterRef("key__symbol")}
        lost, out = self.model.objects.open().filter(**same), Loan.objects.running().filter(**same)
        lost, out = (Coalesce(Subquery(_number_of(rows)), 0) for rows in (lost, out))
        doors = _opened_now()
        reached = doors.alias(limit=LIMIT).filter(limit__lte=OuterRef("share"))
        master = Q(key__symbol__level__gte=MASTERS_FROM) & Exists(doors)
        return self.open().alias(share=100 * lost / (lost + out)).filter(master | Exists(reached))

    def made_harmless(self):
        """Open, although the key opens nothing any more; it did once, and no door that it opened since it was lost is
        without a keyset: one that is waits to be pinned, perhaps to the same again.
        """
        mine = Q(AT_ONCE, **{f"{TURNED}symbol": OuterRef("key__symbol")})
        lost = OuterRef("reported_at")
        since = (Q(until=None) | Q(until__gt=lost)) & (
            Q(**{f"{TURNED}until": None}) | Q(**{f"{TURNED}until__gt": lost})
        )
        pinned = Exists(Pinning.objects.now().filter(door=OuterRef("door")))
        bare = Pinning.objects.filter(mine, since, door__retired_at=None).exclude(pinned)
        rows = self.open().exclude(Exists(_opened_now()))
        return rows.filter(Exists(Pinning.objects.filter(mine))).exclude(Exists(bare))

    def harmful_again(self):
        """Closed as rekeyed, the last of its key, which is lost still and opens something now."""
        others = self.model.objects.filter(key=OuterRef("key"))
        later = others.filter(Q(pk__gt=OuterRef("pk")) | Q(closed_at=None))
        rows = self.filter(ending="rekeyed", key__in=Key.objects.exposed().values("pk"))
        return rows.filter(Exists(_opened_now())).exclude(Exists(later))


def _opened_now():
    """What doors are pinned to now that the key of a report turns now."""
    return Pinning.objects.now().filter(**{f"{TURNED}until": None, f"{TURNED}symbol": OuterRef("key__symbol")})


def _number_of(rows):
    """How many of them each symbol has."""
    return rows.order_by().values("key__symbol").annotate(number=Count("pk")).values("number")
