"""People, places, things and other tickets as staff type them, and what is wrong with what was typed."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from assets.models import Asset, Space
from tickets.forms.public import ManyFiles, PhotosField
from tickets.models import Ticket

MOST_SUGGESTIONS = 200
NAMED = 5  # of several that are meant


class TechnicianInput(forms.TextInput):
    """Suggests those who work on tickets: no select of a table that grows, and no script."""

    template_name = "tickets/_technician_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, (attrs or {}) | {"list": f"id_{name}_list"})
        people = Person.objects.allowed("tickets.work").for_list()
        return context | {"suggestions": people[:MOST_SUGGESTIONS]}


class TechnicianField(forms.CharField):
    """Somebody who works on tickets, by e-mail address, number or the beginning of the name."""

    widget = TechnicianInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def __init__(self, **kwargs):
        super().__init__(**{"label": gettext_lazy("Technician"), "max_length": 254} | kwargs)

    def prepare_value(self, value):
        return getattr(value, "email", value)

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        people = Person.objects.allowed("tickets.work")
        exact = people.with_address(text) if "@" in text else people.with_identifier(text)
        return _the_one(
            list(exact[:2]) or list(people.search(text).for_list()[: NAMED + 1]),
            text,
            nobody=_("Nobody who works on tickets is called “%(typed)s”. Type the beginning of the name."),
            several=_("Several people are meant by “%(typed)s”: %(names)s. Type the e-mail address."),
        )


class SpaceField(forms.CharField):
    """A room, by building and number."""

    def __init__(self, **kwargs):
        super().__init__(**{"label": gettext_lazy("Room"), "max_length": 200} | kwargs)

    def prepare_value(self, value):
        return f"{value.building.code} {value.number}" if isinstance(value, Space) else value

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        found = list(Space.objects.search(text).for_list()[: NAMED + 1])
        same = [space for space in found if text.lower() == self.prepare_value(space).lower()]
        return _the_one(
            same if len(same) == 1 else found,
            text,
            nobody=_("No room fits “%(typed)s”. Type building and number, such as AH 101, or leave it empty."),
            several=_("Several rooms fit “%(typed)s”: %(names)s. Type building and number."),
        )


class AssetField(forms.CharField):
    """A thing, by its tag or whatever code is on it; only what ``person`` may see is found."""

    person = None

    def __init__(self, **kwargs):
        super().__init__(**{"label": gettext_lazy("Asset tag"), "max_length": 100} | kwargs)

    def prepare_value(self, value):
        return value.tag if isinstance(value, Asset) else value

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        return _the_one(
            list(Asset.objects.visible_to(self.person).with_code(text).select_related("model")[: NAMED + 1]),
            text,
            nobody=_("Nothing here has the code “%(typed)s”. Check it, or leave it empty."),
            several=_("Several things have the code “%(typed)s”: %(names)s. Type the asset tag."),
        )


class TicketField(forms.CharField):
    """Another ticket, by its number; only one that ``person`` may see is found."""

    person = None
    default_error_messages = {"required": gettext_lazy("Type the number of a ticket, such as 1042.")}

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"label": gettext_lazy("Ticket number"), "max_length": 20, "widget": widget} | kwargs)

    def clean(self, value):
        text = super().clean(value).strip().lstrip("#")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
        ticket = Ticket.objects.kept().visible_to(self.person).filter(number=number).first()
        if ticket is None:
            raise ValidationError(_("There is no ticket #%(typed)s. Look at its number again.") % {"typed": text[:20]})
        return ticket


class CameraField(PhotosField):
    """Photos that a phone takes at once."""

    def __init__(self, **kwargs):
        widget = ManyFiles(attrs={"accept": "image/*", "capture": "environment", "multiple": True})
        super().__init__(**{"widget": widget, "label": gettext_lazy("Photos")} | kwargs)


def _the_one(found, text, *, nobody, several):
    if len(found) == 1:
        return found[0]
    words = {"typed": text[:40], "names": ", ".join(str(one) for one in found[:NAMED])}
    raise ValidationError((several if found else nobody) % words)
