"""What is typed and scanned in a stock-take."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DeedForm, DepartmentField
from assets.forms.places import BuildingField, RoomField, labelled


class StockTakeForm(DeedForm):
    """What is counted: a building, what belongs to a department, or both; else everything."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Such as “Summer 2026, ground floor”."),
        error_messages={"required": _("Name the stock-take.")},
    )
    building = BuildingField(label=_("Building"), max_length=250, required=False, help_text=_("Empty: all buildings."))
    department = DepartmentField(
        label=_("Department"), max_length=100, required=False, help_text=_("Empty: all departments.")
    )


class ScanForm(DeedForm):
    """One scan: of a thing, which is counted, or of a door, which is the room from then on."""

    room = RoomField(
        label=_("Room"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Scan"),
        max_length=300,
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "scan",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
                "placeholder": _("Thing or door"),
            }
        ),
    )

    def __init__(self, *args, clerk, **kwargs):
        super().__init__(*args, **kwargs)
        self.clerk = self.fields["room"].clerk = clerk
        self.entered = None

    def clean(self):
        """Find out whether a door was scanned; without anything scanned the typed room is entered."""
        values = super().clean()
        code = values.get("code", "")
        self.entered = labelled(code, self.clerk) if code else values.get("room")
        if not code and not self.entered and not self.errors:
            self.add_error("code", _("Scan the label of a thing, or type its asset tag."))
        return values
