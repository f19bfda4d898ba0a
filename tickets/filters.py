"""What the staff list of tickets can be narrowed by; every combination is an address."""

from functools import cached_property

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Space
from keysite.search import few
from tickets.models import Category, Priority, Status, Ticket

OPEN, OVER, ALL = "open", "over", "all"
WHOSE = [("ours", _("Mine and my teams’")), ("mine", _("Mine")), ("teams", _("My teams’")), ("nobody", _("Nobody’s"))]


class TicketFilter(filters.FilterSet):
    """Words, status, whose, place, thing, category, technician, priority and overdue; open ones unless it is said."""

    q = filters.CharFilter(label=_("Number, words, thing or reporter"), method="find", max_length=200)
    status = filters.ChoiceFilter(
        label=_("Status"),
        choices=[(OPEN, _("Open")), *Status.choices, (OVER, _("Over")), (ALL, _("All"))],
        method="find_status",
        empty_label=None,
    )
    whose = filters.ChoiceFilter(label=_("Whose"), choices=WHOSE, method="find_whose", empty_label=_("Everybody’s"))
    place = filters.CharFilter(label=_("Building or room"), method="find_place", max_length=200)
    category = filters.ChoiceFilter(label=_("Category"), choices=[], method="find_category", empty_label=_("All"))
    asset = filters.CharFilter(label=_("Asset tag"), method="find_asset", max_length=100)
    technician = filters.CharFilter(label=_("Technician"), method="find_technician", max_length=200)
    priority = filters.ChoiceFilter(label=_("Priority"), choices=Priority.choices, empty_label=_("All"))
    overdue = filters.BooleanFilter(
        label=_("Only overdue"), method="find_overdue", widget=forms.CheckboxInput(attrs={"value": "1"})
    )

    class Meta:
        model = Ticket
        fields = []

    def __init__(self, data=None, queryset=None, *, person, **options):
        """Somebody who mends, and has chosen nothing, begins with what is theirs and their teams'."""
        data = {name: value for name, value in (data or {}).items() if "\0" not in value}
        self.is_used = any(data.get(name) for name in self.base_filters)
        if not data.keys() & self.base_filters.keys() and not person.has_perm("tickets.triage"):
            data |= {"whose": "ours"} if person.has_perm("tickets.work") else {}
        self.person = person
        super().__init__(data, queryset, **options)
        self.filters["category"].extra["choices"] = _categories()

    @property
    def qs(self):
        """What is left. An invalid filter leaves nothing."""
        return self.with_status(self.form.cleaned_data["status"]) if self.form.is_valid() else self.queryset.none()

    def counts(self):
        """How many there are in each status, with all the other filters as they are, and open in all.

        Nothing of what is found by a word that is in so many tickets that counting would take longer than the list.
        """
        if not self.form.is_valid() or self._narrowed.counted_to is not None:
            return {}
        counts = self._narrowed.count_by_status()
        return counts | {OPEN: sum(n for status, n in counts.items() if status != Status.RESOLVED)}

    def with_status(self, status):
        rows = self._narrowed
        if status in {ALL, OVER}:
            return rows.over() if status == OVER else rows
        return rows.open() if status in {"", OPEN} else rows.being(status)

    @cached_property
    def _narrowed(self):
        """All filters but the status."""
        rows = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name != "status":
                rows = self.filters[name].filter(rows, value)
        return rows

    def find(self, tickets, name, words):
        return tickets.search(words, notes=self.person.has_perm("tickets.view_comment"))

    def find_status(self, tickets, name, status):
        return tickets  # see with_status

    def find_whose(self, tickets, name, whose):
        if whose == "nobody":
            return tickets.nobodys()
        questions = {"ours": tickets.ours, "mine": tickets.worked_on_by, "teams": tickets.of_teams_of}
        return questions[whose](self.person)

    def find_place(self, tickets, name, words):
        return tickets.in_places(few(Space.objects.search(words)))

    def find_category(self, tickets, name, category):
        return tickets.of_kind(category)

    def find_asset(self, tickets, name, tag):
        return tickets.about_asset_with(tag)

    def find_technician(self, tickets, name, words):
        return tickets.of_technicians(Person.objects.search(words).values("pk"))

    def find_overdue(self, tickets, name, wanted):
        return tickets.overdue(at=timezone.now()) if wanted else tickets


def _categories():
    """Each with what it is a part of, asked for once: for the choice, and for what is chosen."""
    rows = Category.objects.for_list()
    return [(row.pk, f"{row.parent} – {row}" if row.parent else str(row)) for row in rows]
