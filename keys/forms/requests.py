"""What people type when they ask for keys, and when they decide."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm
from accounts.models import Person
from assets.models import Building, Space
from keys.models import Door, RequestItem

MOST_ROOMS = 300


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class PlaceForm(forms.Form):
    """Which rooms to show: first the building, then the floor. Works by GET, without any script."""

    building = forms.ModelChoiceField(label=gettext_lazy("Building"), queryset=Building.objects.none(), required=False)
    floor = forms.CharField(label=gettext_lazy("Floor"), max_length=16, required=False, widget=forms.Select)
    colleague = forms.EmailField(
        label=gettext_lazy("For a colleague (e-mail)"),
        required=False,
        help_text=gettext_lazy("Somebody of your department; leave it empty for yourself."),
    )

    def __init__(self, data, *, person):
        super().__init__(data)
        self.person = person
        self.fields["building"].queryset = Building.objects.for_list()
        building = self._building()
        floors = building and Space.objects.filter(building=building).order_by("floor").values_list("floor", flat=True)
        choices = [("", _("All floors")), *((floor, floor) for floor in (floors or Space.objects.none()).distinct())]
        self.fields["floor"].widget.choices = [choice for n, choice in enumerate(choices) if n == 0 or choice[0]]

    def clean_colleague(self):
        address = self.cleaned_data["colleague"]
        found = address and Person.objects.active().with_address(address).first()
        if address and (
            found is None or found.department_id is None or found.department_id != self.person.department_id
        ):
            raise forms.ValidationError(_("Nobody of your department has this address. Let them ask for themselves."))
        return found or None

    @property
    def chosen(self):
        return self.cleaned_data.get("building") if self.is_valid() else self._building()

    def rooms(self):
        """The rooms of the building and floor that have a door, and its doors that belong to no room."""
        building, floor = self.chosen, self.data.get("floor", "")
        if building is None:
            return [], []
        rooms = Space.objects.filter(building=building, doors_in__retired_at=None, doors_in__isnull=False).distinct()
        rooms = rooms.filter(floor=floor) if floor else rooms
        doors = Door.objects.current().filter(building=building, space_to=None)
        return rooms.for_list()[:MOST_ROOMS], doors.for_list()[:MOST_ROOMS]

    def _building(self):
        value = self.data.get("building", "") if self.data else ""
        return Building.objects.filter(pk=value).first() if value.isdecimal() and len(value) < 10 else None


class BasketForm(DeedForm):
    """One click in the basket: put rooms in, or take something out."""

    spaces = forms.ModelMultipleChoiceField(Space.objects.all(), required=False)
    doors = forms.ModelMultipleChoiceField(Door.objects.current(), required=False)
    item = forms.ModelChoiceField(RequestItem.objects.none(), required=False)

    def __init__(self, data=None, *, draft=None):
        super().__init__(data)
        if draft:
            self.fields["item"].queryset = draft.items.all()

    def clean(self):
        values = super().clean()
        if not self.errors and not (values["spaces"] or values["doors"] or values["item"]):
            raise forms.ValidationError(_("Choose at least one room or door."))
        return values


class SendForm(DeedForm):
    purpose = forms.CharField(
        label=gettext_lazy("What the keys are for"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    needed_from = forms.DateField(label=gettext_lazy("Needed from"), widget=Day)
    needed_until = forms.DateField(label=gettext_lazy("Needed until"), widget=Day)


class MessageForm(DeedForm):
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


class DecisionForm(DeedForm):
    """What is said with a decision: a comment, or why not, or why another way."""

    text = forms.CharField(
        label=gettext_lazy("Comment or reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Whoever asked reads it. A rejection and another choice of keys need one."),
    )
    way = forms.IntegerField(required=False, min_value=0, max_value=10_000)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class DelegationForm(DeedForm):
    deputy = forms.EmailField(label=gettext_lazy("Who decides for you (e-mail)"), max_length=254)
    since = forms.DateField(label=gettext_lazy("From"), widget=Day)
    until = forms.DateField(label=gettext_lazy("Until"), widget=Day)

    def clean_deputy(self):
        person = Person.objects.active().with_address(self.cleaned_data["deputy"]).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return person


class JobForm(DeedForm):
    """A step of a cutting job; ``reason`` is for one more key than the symbol may have."""

    do = forms.CharField(max_length=10)
    job = forms.IntegerField(min_value=1, max_value=2**31)
    reason = forms.CharField(max_length=200, required=False)
