"""Keys as people type and scan them, one per line, and what is wrong with each line."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import BasketField, BasketForm, Line, clip, is_readable, lines_of
from accounts.forms.baskets import MOST_LINES
from keys.models import Key
from keys.operations import preview_check_out

HIGHEST_SERIAL = 999_999
SEPARATORS = " -/#."
EXAMPLE = "AA1 7"


class KeysInput(forms.Widget):
    """One input per key, and a spare one; a line that is refused shows its reason."""

    template_name = "keys/_keys_input.html"
    use_fieldset = True
    lines = ()
    spare = 1

    def value_from_datadict(self, data, files, name):
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])

    def id_for_label(self, id_, index="0"):
        return f"{id_}_{index}" if id_ else id_

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        typed = [value] if isinstance(value, str) else list(value or [])
        rows = typed + [""] * max(self.spare, 1 - len(typed))
        problems = {index: line.problem for index, line in enumerate(self.lines)}
        context["rows"] = [(text, problems.get(index, "")) for index, text in enumerate(rows[:MOST_LINES])]
        return context


class KeysField(BasketField):
    """Keys, named one per line by symbol and number, by tag code, or by the address a tag's QR code carries.

    Asks the database twice, however many lines there are.
    """

    widget = KeysInput
    default_error_messages = {"required": gettext_lazy("Name at least one key, such as AA1 7.")}

    def resolve(self, lines):
        resolve(lines)

    def bound_data(self, data, initial):
        typed = [line.typed for line in self.lines] or lines_of(data)
        return typed if isinstance(self.widget, KeysInput) else "\n".join(typed)


class KeysForm(BasketForm):
    """A form with a basket of keys."""

    basket = "keys"
    keys = KeysField(label=gettext_lazy("Keys"))

    def preview(self, *, borrower, trust, **terms):
        """Say beside each line what a check-out would say now; gives back what else there is to say of the basket."""
        preview = preview_check_out(keys=self.basket_field.items, borrower=borrower, trust=trust, **terms)
        self.basket_field.mark(preview.verdicts)
        for line in self.basket_field.lines:
            line.sooner = preview.sooner.get(line.item)
            line.swap = preview.swaps.get(line.item)
        return preview


def resolve(lines):
    """Find the key of each line, or say in a sentence why there is none; at most two queries for all lines."""
    readings = [_Reading(line.typed) for line in lines]
    codes = {reading.code for reading in readings if reading.code}
    found = Key.objects.for_list()
    keys = list(found.with_code(*codes)) if codes else []
    scanned = {key.public_code for key in keys}  # a tag's code may look like a symbol with a number
    stamps = {stamp[1:] for reading in readings if reading.code not in scanned for stamp in reading.stamps}
    keys += list(found.stamped(stamps)) if stamps else []
    for line, reading in zip(lines, readings, strict=True):
        matches = {key for key in keys if reading.names(key)}
        line.item = matches.pop() if len(matches) == 1 else None
        if line.item is None:
            line.problem = _ambiguous(matches) if matches else reading.not_found()


def as_typed(key):
    """How people would type this key: as it is stamped, or its tag code where several systems have such a key."""
    line = Line(str(key))
    resolve([line])
    return line.typed if line.item == key else key.public_code


class _Reading:
    """What a line may mean: a tag code, or a symbol (of a system, perhaps) and a serial."""

    def __init__(self, typed):
        self.shown = clip(typed)
        self.code, self.stamps = "", set()
        self.unreadable = not is_readable(typed)
        if self.unreadable:
            return
        if tag := re.search(r"/k/([^/?#\s]+)", typed):
            self.code = tag[1].upper()
            return
        if re.fullmatch(r"[0-9A-Z]{10}", compact := re.sub(r"[\s-]", "", typed).upper()):
            self.code = compact
        self.stamps = set(_stamps(typed))

    def names(self, key):
        """Whether ``key`` is what the line means."""
        if key.public_code == self.code:
            return True
        symbol, system = key.symbol.symbol.lower(), key.symbol.system.code.lower()
        return bool(self.stamps & {("", symbol, key.serial), (system, symbol, key.serial)})

    def not_found(self):
        words = {"typed": self.shown, "example": EXAMPLE}
        if not self.unreadable and re.search(rf".[{re.escape(SEPARATORS)}]\d+$", self.shown):
            return _("There is no key %(typed)s. Check the number stamped on it.") % words
        if self.code:
            return _("No tag has the code %(typed)s. Check it, or type what is stamped on the key.") % words
        return _("“%(typed)s” is not a key. Type symbol and number with a space between, such as %(example)s.") % words


def _stamps(typed):
    """Each (system or nothing, symbol, serial) that the text may mean; the serial is the last number."""
    parts = re.fullmatch(r"(.+?)([0-9]+)", typed, re.DOTALL)
    if parts is None or not 1 <= int(parts[2]) <= HIGHEST_SERIAL:
        return
    before, serial = parts[1], int(parts[2])
    if before[-1] not in SEPARATORS and len(parts[2]) > 1:
        return  # AA17 may be AA 17 or AA1 7
    for symbol in {before.strip(), before.rstrip(SEPARATORS)}:
        yield "", symbol.lower(), serial
        system, colon, rest = symbol.partition(":")
        if colon:
            yield system.strip().lower(), rest.strip().lower(), serial


def _ambiguous(keys):
    names = sorted(f"{key.symbol.system.code}:{key}" for key in keys)
    return _("Several systems have this key. Type one of: %(names)s.") % {"names": ", ".join(names)}
