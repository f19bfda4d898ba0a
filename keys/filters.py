"""What the list of doors can be narrowed by; every combination is an address."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from keys.models import Door


class DoorFilter(filters.FilterSet):
    """Text, kind and criticality; an unknown choice is said so."""

    q = filters.CharFilter(label=_("Building and door, such as B12 101"), method="find", max_length=200)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Door.Kind.choices, empty_label=_("All"))
    criticality = filters.ChoiceFilter(
        label=_("Criticality"),
        choices=[("critical", _("Critical: 4 and 5")), ("ordinary", _("1 to 3"))],
        method="find_criticality",
        empty_label=_("All"),
    )

    class Meta:
        model = Door
        fields = []

    def __init__(self, data=None, queryset=None, **options):
        data = {name: value for name, value in (data or {}).items() if "\0" not in value}
        super().__init__(data, queryset, **options)

    @property
    def qs(self):
        """What is left of the doors that are there. An invalid filter leaves nothing."""
        return super().qs.current() if self.form.is_valid() else self.queryset.none()

    @property
    def is_used(self):
        return any(self.data.get(name) for name in self.filters)

    def find(self, doors, name, words):
        return doors.search(words)

    def find_criticality(self, doors, name, choice):
        return getattr(doors, choice)()
