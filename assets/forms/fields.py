"""Assets and kits as people scan and type them, one per line, and what is wrong with each line."""

import re

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import BasketField, BasketForm, clip, is_readable
from assets.models import Asset, Kit

EXAMPLE = "A000123"


class ItemsField(BasketField):
    """Assets and kits, by tag, barcode, RFID or label, or by the address a label's QR code carries; kits by name too.

    Only what ``clerk`` may see is found. Asks the database twice, however many lines there are, and for the contents
    of kits when there are some.
    """

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "required": gettext_lazy("Scan at least one thing, or type its asset tag, such as A000123.")
    }
    clerk = None

    def resolve(self, lines):
        codes = {line.typed: _code_in(line.typed) for line in lines if is_readable(line.typed)}
        assets = list(Asset.objects.visible_to(self.clerk).with_code(*codes.values()).for_desk()) if codes else []
        kits = list(Kit.objects.visible_to(self.clerk).meant_by(*codes.values()).with_contents()) if codes else []
        for line in lines:
            code = codes.get(line.typed)
            found = [asset for asset in assets if code in _codes_of(asset)]
            found += [kit for kit in kits if code in (kit.public_code, kit.name.upper())]
            line.item = _the_one(found, code)
            if line.item is None:
                line.problem, line.elsewhere = _not_found(line.typed, code, found)


class ItemsForm(BasketForm):
    """A form with a basket of assets and kits."""

    basket = "items"
    items = ItemsField(required=False)


def _code_in(typed):
    """What is compared: of an address, its last part."""
    label = re.search(r"/[ak]/([^/?#\s]+)", typed)
    return (label[1] if label else typed).strip().upper()


def _codes_of(asset):
    return {asset.tag.upper(), asset.public_code, asset.barcode.upper(), asset.rfid.upper()} - {""}


def _the_one(found, code):
    """What the code means; somebody's tag goes before another's barcode."""
    if len(found) == 1:
        return found[0]
    tagged = [item for item in found if isinstance(item, Asset) and item.tag.upper() == code]
    return tagged[0] if len(tagged) == 1 else None


def _not_found(typed, code, found):
    """The sentence, and the address of the key desk when it may be a key's tag."""
    words = {"typed": clip(typed), "example": EXAMPLE}
    if found:
        words["names"] = ", ".join(sorted(str(item) for item in found))
        return _("Several things have the code %(typed)s: %(names)s. Type the asset tag.") % words, ""
    if "/k/" in typed:
        return _("%(typed)s is the tag of a key. Keys go out and come back at the key desk.") % words, _key_desk(code)
    sentence = _("Nothing here has the code %(typed)s. Check it, or type the asset tag, such as %(example)s.") % words
    return sentence, _key_desk(code) if code and re.fullmatch(r"[0-9A-Z]{10}", code) else ""


def _key_desk(code):
    return f"{reverse('desk')}?{urlencode({'key': code})}"
