"""Whether the chart adds up: what opens nothing, what nothing explains, and what there is too much of; for the printer,
too.
"""

from typing import NamedTuple

from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.trust import staff_only
from keys.models import Door, Keyset, KeySymbol, Operates
from keysite.counting import numbers_of

FIRST = 10  # rows of each kind; the console lists all


class Finding(NamedTuple):
    """Rows that should not be so, why that matters, and the list of the console that has all of them."""

    title: str
    advice: str
    rows: QuerySet
    query: str
    heading: str  # of what ``say`` says of a row
    say: object

    @property
    def model(self):
        return self.rows.model._meta.model_name

    @property
    def address(self):
        return f"{reverse(f'admin:keys_{self.model}_changelist')}?{self.query}"

    def lines(self):
        """The first rows, each with its page and what is the matter with it."""
        page = f"admin:keys_{self.model}_change"
        return [(row, reverse(page, args=[row.pk]), self.say(row)) for row in self.rows.for_list()[:FIRST]]


@require_GET
@staff_only("keys.view_operates")
def door_integrity(request):
    """Each kind of doubt with its number, its first rows, and the way to all of them."""
    findings = [*_of_doors(request.user), *_of_hierarchy(request.user)]
    findings += [*_of_keysets(request.user), *_of_symbols(request.user)]
    numbers = numbers_of([finding.rows for finding in findings])
    rows = [
        {"finding": finding, "number": number, "lines": finding.lines() if number else []}
        for finding, number in zip(findings, numbers, strict=True)
    ]
    return render(request, "keys/door_integrity.html", {"rows": rows, "now": timezone.now(), "all": sum(numbers)})


def _of_doors(person):
    yield Finding(
        _("Doors that nothing opens"),
        _("No key turns the cylinder, or none is on file. Pin the door to its keyset, or retire it."),
        Door.objects.visible_to(person).nothing_opens(),
        "show=nothing_opens",
        _("Kind"),
        lambda door: door.get_kind_display(),
    )


def _of_hierarchy(person):
    yield Finding(
        _("Keys that no hierarchy explains"),
        _("Neither the own symbol of the keyset nor one above it. Say why (cross-keyed, selective), or end it."),
        Operates.objects.visible_to(person).unexplained(),
        "show=unexplained",
        _("Because"),
        lambda row: row.get_source_display(),
    )
    yield Finding(
        _("Keysets that a master above does not turn"),
        _("The chart says that it should. Try the key at the door; let it turn the keyset, or correct the chart."),
        Keyset.objects.visible_to(person).lacking_above(),
        "show=lacking_above",
        _("Own symbol"),
        lambda keyset: keyset.own,
    )


def _of_keysets(person):
    yield Finding(
        _("Keysets without doors"),
        _("No cylinder on file is pinned to it: a door is missing, or it was rekeyed."),
        Keyset.objects.visible_to(person).without_doors(),
        "show=without_doors",
        _("Own symbol"),
        lambda keyset: keyset.own or "–",
    )


def _of_symbols(person):
    symbols = KeySymbol.objects.visible_to(person).with_key_counts()
    yield Finding(
        _("Symbols with more keys than allowed"),
        _("Retire keys that are gone, or raise the number with a reason."),
        symbols.over_limit(),
        "show=over_limit",
        _("Keys"),
        lambda row: _("%(keys)d, of %(most)d allowed") % {"keys": row.keys_in_use, "most": row.most_copies},
    )
    yield Finding(
        _("Symbols with keys out that open nothing"),
        _("Take these keys back, or enter the doors that they open."),
        symbols.opening_nothing(),
        "show=opening_nothing",
        _("Keys not in the cabinet"),
        lambda row: row.keys_in_use - row.keys_there,
    )
