"""How long open tickets have waited."""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from tickets.models.categories import Priority

AGES = (
    (_("In the last day"), 0, 1),
    (_("1 to 3 days ago"), 1, 3),
    (_("3 to 7 days ago"), 3, 7),
    (_("1 to 4 weeks ago"), 7, 28),
    (_("More than 4 weeks ago"), 28, None),
)


class Age(NamedTuple):
    """Tickets that were reported so long ago: all, the urgent and high ones, and those that nobody has."""

    label: str
    open: int
    pressing: int
    unassigned: int


def ages_of(tickets, *, at):
    """``tickets`` by age, the youngest first, in one query."""
    counted = {}
    for n, (_label, least, most) in enumerate(AGES):
        aged = Q(reported_at__lte=at - timedelta(days=least)) if least else Q()
        aged &= Q(reported_at__gt=at - timedelta(days=most)) if most else Q()
        counted[f"open_{n}"] = Count("pk", filter=aged)
        counted[f"pressing_{n}"] = Count("pk", filter=aged & Q(priority__lte=Priority.HIGH))
        counted[f"unassigned_{n}"] = Count("pk", filter=aged & Q(technician=None, team=None))
    found = tickets.order_by().aggregate(**counted)
    return [
        Age(label, found[f"open_{n}"], found[f"pressing_{n}"], found[f"unassigned_{n}"])
        for n, (label, _least, _most) in enumerate(AGES)
    ]
