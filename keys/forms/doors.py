"""Doors as people type and scan them, one per line, and what is wrong with each line."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import BasketField, clip, is_readable
from keys.forms.fields import KeysInput
from keys.models import Door

EXAMPLE = "B12 101"


class DoorsInput(KeysInput):
    """One input per door, and a spare one; a line that names none shows why."""

    template_name = "keys/_doors_input.html"


class DoorsField(BasketField):
    """Doors, named one per line by building and label, by the code of a door, or by the address its QR code carries.

    Only those are known that the person of the form may see. Asks the database twice, however many lines there are.
    """

    widget = DoorsInput
    doors = Door.objects.none()
    default_error_messages = {"required": gettext_lazy("Name at least one door, such as B12 101.")}

    def resolve(self, lines):
        readings = [_Reading(line.typed) for line in lines]
        codes = {reading.code for reading in readings} - {""}
        found = list(self.doors.filter(public_code__in=codes)) if codes else []
        scanned = {door.public_code for door in found}  # a code may look like a building with a door
        names = {name for reading in readings if reading.code not in scanned for name in reading.names}
        found += self.doors.named(names) if names else []
        for line, reading in zip(lines, readings, strict=True):
            matches = {door for door in found if reading.means(door)}
            line.item = matches.pop() if len(matches) == 1 else None
            if line.item is None:
                line.problem = _ambiguous(matches) if matches else reading.not_found()


class FittingForm(forms.Form):
    """Which doors somebody wants to open."""

    doors = DoorsField(
        label=gettext_lazy("Doors"), help_text=gettext_lazy("Building and door, such as B12 101; one per line.")
    )

    def __init__(self, data=None, *, doors):
        super().__init__(data)
        self.fields["doors"].doors = doors

    @property
    def named(self):
        """The doors that were found, whatever the other lines say."""
        return self.fields["doors"].items


class _Reading:
    """What a line may mean: the code of a door, or the code of a building with a label behind it."""

    def __init__(self, typed):
        self.shown, self.code, self.names = clip(typed), "", set()
        if not is_readable(typed):
            return
        if tag := re.search(r"/doors/([^/?#\s]+)", typed):
            self.code = tag[1].upper()
            return
        if re.fullmatch(r"[0-9A-Z]{10}", compact := re.sub(r"[\s-]", "", typed).upper()):
            self.code = compact
        words = typed.split(" ")
        self.names = {_name(words[:n], words[n:]) for n in range(1, len(words))}

    def means(self, door):
        """Whether ``door`` is what the line names."""
        return door.public_code == self.code or _name([door.building.code], [door.label]) in self.names

    def not_found(self):
        words = {"typed": self.shown, "example": EXAMPLE}
        if self.names:
            return (
                _("There is no door %(typed)s. Type building and door, such as %(example)s, or pick it below.") % words
            )
        return _("“%(typed)s” is not a door. Type building and door, such as %(example)s.") % words


def _name(code, label):
    return " ".join(code).lower(), " ".join(" ".join(label).lower().split())


def _ambiguous(doors):
    names = ", ".join(sorted(f"{door.building.code} · {door.label} ({door.public_code})" for door in doors))
    return _("Several doors are called so: %(names)s. Type the code in brackets.") % {"names": names}
