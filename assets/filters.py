"""What the list of assets can be narrowed by; every combination is an address."""

from datetime import timedelta

import django_filters as filters
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Asset, AssetType, Space
from keysite.search import few


class AssetFilter(filters.FilterSet):
    """Text, type, place, person, state and warranty; each is typed or chosen, and an unknown choice is said so."""

    q = filters.CharFilter(label=_("Tag, serial number, name or model"), method="find", max_length=200)
    type = filters.ModelChoiceFilter(
        label=_("Type"), field_name="model__type", queryset=AssetType.objects.for_list(), empty_label=_("All")
    )
    place = filters.CharFilter(label=_("Building or room"), method="find_place", max_length=200)
    person = filters.CharFilter(label=_("Who has it"), method="find_person", max_length=200)
    state = filters.ChoiceFilter(
        label=_("State"), choices=Asset.State.choices, method="find_state", empty_label=_("All but disposed of")
    )
    warranty = filters.ChoiceFilter(
        label=_("Warranty"),
        choices=[("valid", _("Valid")), ("ending", _("Ends soon")), ("over", _("Over"))],
        method="find_warranty",
        empty_label=_("All"),
    )

    class Meta:
        model = Asset
        fields = []

    def __init__(self, data=None, queryset=None, **options):
        data = {name: value for name, value in (data or {}).items() if "\0" not in value}
        super().__init__(data, queryset, **options)

    @property
    def qs(self):
        """What is left; of things disposed of only when they are asked for. An invalid filter leaves nothing."""
        if not self.form.is_valid():
            return self.queryset.none()
        rows = super().qs
        return rows if self.form.cleaned_data["state"] else rows.owned()

    @property
    def is_used(self):
        return any(self.data.get(name) for name in self.filters)

    def find(self, assets, name, words):
        return assets.search(words)

    def find_place(self, assets, name, words):
        return assets.in_places(few(Space.objects.search(words)))

    def find_person(self, assets, name, words):
        return assets.with_people(few(Person.objects.search(words)))

    def find_state(self, assets, name, state):
        return assets.being(state)

    def find_warranty(self, assets, name, warranty):
        today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
        if warranty == "ending":
            soon = today + timedelta(days=settings.WARRANTY_WARNING_DAYS)
            return assets.warranty_ends(by=soon, after=today - timedelta(days=1))
        return assets.under_warranty(on=today) if warranty == "valid" else assets.out_of_warranty(on=today)
