"""Buildings and rooms as people type and scan them: no select of a table that grows, and no script."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.forms import clip, is_readable
from assets.models import Building, Space
from assets.operations import last_part

MOST_SUGGESTIONS, MOST_NAMED = 500, 5
LABEL = re.compile(r"[2-9A-HJKMNP-Z]{10}")


class BuildingInput(forms.TextInput):
    """A text input that suggests what is in the register."""

    template_name = "accounts/_department_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, (attrs or {}) | {"list": f"id_{name}_list"})
        return context | {"suggestions": Building.objects.for_list()[:MOST_SUGGESTIONS]}


class BuildingField(forms.CharField):
    """A building, by its code or by what is suggested."""

    widget = BuildingInput

    def clean(self, value):
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        meant = list(Building.objects.search(text).for_list()[:MOST_SUGGESTIONS]) if is_readable(text) else []
        exact = [one for one in meant if text.casefold() in {one.code.casefold(), str(one).casefold()}]
        return _the_one(exact or meant, text, _("There is no building “%(text)s”. Choose one of the list, or none."))


class RoomField(forms.CharField):
    """A room, by building and number or by the label at its door; ``clerk`` is who looks for it."""

    clerk = None

    def clean(self, value):
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        rooms, door = Space.objects.visible_to(self.clerk).for_list(), labelled(text, self.clerk)
        if door:
            return door
        meant = list(rooms.search(text)[:MOST_SUGGESTIONS]) if is_readable(text) else []
        exact = [room for room in meant if str(room).casefold() == text.casefold()]
        sentence = _("There is no room “%(text)s”. Type building and number, or scan the label at the door.")
        return _the_one(exact or meant, text, sentence)


def labelled(text, clerk):
    """The room whose label was scanned, if it looks like the code of one."""
    code = last_part(text).upper()
    rooms = Space.objects.visible_to(clerk).for_list()
    return rooms.with_label(code).first() if LABEL.fullmatch(code) else None


def _the_one(meant, text, none):
    if len(meant) == 1:
        return meant[0]
    names = [str(one) for one in meant[:MOST_NAMED]]
    words = {"text": clip(text), "names": ", ".join(names + ["…"] * (len(meant) > MOST_NAMED))}
    raise ValidationError((_("“%(text)s” may be: %(names)s. Type one of these.") if meant else none) % words)
