"""Where the rooms are for which somebody asks for keys: by building and floor, or by words. Works by GET alone."""

from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from assets.models import Building
from keys.forms.requests import as_named
from keys.models import Door, KeySymbol

AT_A_GLANCE = 40  # rooms: of a building with so few no floor is asked for
PAGE = 60  # rooms or doors
FOUND = 24  # of each kind, by words


class Floor(NamedTuple):
    """A part of a building to choose: its address, what it is called, how much there is, and whether it is shown."""

    address: str
    name: str
    number: int
    here: bool


class Found(NamedTuple):
    """What is to be ticked: rooms, doors that lead into none, key symbols, and whether there is more than that."""

    rooms: list
    doors: list
    symbols: list
    more: bool = False

    def __bool__(self):
        return bool(self.rooms or self.doors or self.symbols)


class PlaceForm(forms.Form):
    """First the building, then the floor; or words, which look everywhere."""

    building = forms.TypedChoiceField(label=gettext_lazy("Building"), required=False, empty_value=None)
    q = forms.CharField(
        label=gettext_lazy("Room, door or key symbol"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=gettext_lazy("Such as B12 101, North entrance, or what is stamped on a key."),
    )
    colleague = forms.EmailField(
        label=gettext_lazy("E-mail address of the colleague"),
        required=False,
        help_text=gettext_lazy("Somebody of your department, whom you ask for."),
    )

    def __init__(self, data, *, person):
        super().__init__(data)
        self.person = person
        self._buildings = Building.objects.for_list()  # asked for once: to choose from, and for the one chosen
        self.fields["building"].choices = lambda: [("", "—"), *((row.pk, str(row)) for row in self._buildings)]
        self.fields["building"].coerce = lambda pk: next(row for row in self._buildings if str(row.pk) == pk)
        self.is_valid()
        self.place = self.cleaned_data.get("building")
        self.words = self.cleaned_data.get("q", "")  # no attribute may be called as a field: templates would find that
        self.other = self.cleaned_data.get("colleague")
        self._doors = Door.objects.current().filter(building=self.place) if self.place else Door.objects.none()

    def clean_colleague(self):
        address = self.cleaned_data["colleague"]
        found = address and Person.objects.active().with_address(address).select_related("affiliation").first()
        if not address or found == self.person:
            return None
        if found is None or found.department_id is None or found.department_id != self.person.department_id:
            raise forms.ValidationError(_("Nobody of your department has this address. Let them ask for themselves."))
        return found

    def floors(self):
        """The floors of the building with how many rooms each has, and its doors that lead into no room."""
        if self.place is None:
            return []
        rooms = self._doors.spaces().order_by().values("floor").annotate(number=Count("pk"), kind=Value("floor"))
        doors = self._doors.of_no_space().order_by().values("building").annotate(number=Count("pk"))
        rows = rooms.values_list("kind", "floor", "number").union(
            doors.values_list(Value("doors"), Value("1"), "number"), all=True
        )
        return [self._part(*row) for row in rows.order_by("-kind", "floor")]

    def shown(self, floors):
        """What is to be ticked now; ``page`` is the part of a long floor."""
        if self.words:
            return self._by_words()
        if self.place is None:
            return None
        if any(floor.here for floor in floors):
            return self._part_shown(floors)
        if sum(floor.number for floor in floors) > AT_A_GLANCE:
            return None
        return Found(list(self._doors.spaces().for_list()), list(self._doors.of_no_space().for_list()), [])

    def pages(self, floors):
        """The pages of the floor that is shown, each with its number, its address, and whether it is the one shown."""
        here = {name: self.data[name] for name in ("floor", "doors") if name in self.data}
        last = self._last(floors)
        numbers = range(1, last + 1) if last > 1 else []
        return [(n, self.address(page=n, **here), n == self._page(last)) for n in numbers]

    def address(self, **more):
        """The page of this person and building, with ``more``."""
        known = {"building": self.place and self.place.pk, "colleague": self.other and self.other.email}
        return "?" + urlencode({name: value for name, value in (known | more).items() if value is not None})

    @property
    def address_for_oneself(self):
        return self.address(colleague=None)

    def _part(self, kind, value, number):
        name = _floor_in_words(value) if kind == "floor" else _("Entrances and corridors")
        here = not self.words and self.data.get(kind) == value
        return Floor(self.address(**{kind: value}), name, number, here)

    def _rows(self):
        if self.data.get("doors") == "1":
            return self._doors.of_no_space().for_list()
        return self._doors.spaces().filter(floor=self.data["floor"]).for_list()

    def _last(self, floors):
        """The last page of the floor that is shown."""
        return max((-(-floor.number // PAGE) for floor in floors if floor.here), default=1)

    def _page(self, last):
        number = self.data.get("page", "")[:6]
        return min(last, max(1, int(number))) if number.isdecimal() else 1

    def _part_shown(self, floors):
        start = (self._page(self._last(floors)) - 1) * PAGE
        rows = list(self._rows()[start : start + PAGE])
        return Found([], rows, []) if self.data.get("doors") == "1" else Found(rows, [], [])

    def _by_words(self):
        doors = Door.objects.current().filter(pk__in=Door.objects.search(self.words).values("pk"))
        entrances = list(doors.of_no_space().for_list()[: FOUND + 1])
        rooms = list(Door.objects.current().spaces().search(self.words).for_list()[: FOUND + 1])
        symbols = list(KeySymbol.objects.named([self.words]))
        for symbol in symbols:
            symbol.name = as_named(symbol)
        more = len(rooms) > FOUND or len(entrances) > FOUND
        return Found(rooms[:FOUND], entrances[:FOUND], symbols, more)


def _floor_in_words(floor):
    return _("Floor %(floor)s") % {"floor": floor} if floor else _("No floor")
