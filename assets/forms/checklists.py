"""What is in a kit, to be checked off: on its way out, and on its way back."""

from dataclasses import dataclass
from typing import Any

from assets.models import Asset


@dataclass
class Check:
    """An asset of a kit, or so many (``wanted``) of a part, and how many of it are there."""

    thing: Any
    wanted: int = 1
    there: int = 0
    problem: str = ""
    condition: str = ""

    @property
    def is_asset(self):
        return isinstance(self.thing, Asset)

    @property
    def name(self):
        """What its box is called in the form."""
        return f"{'a' if self.is_asset else 'p'}{self.thing.pk}"

    @property
    def short(self):
        return self.wanted - self.there

    @property
    def said(self):
        """How many of it are not checked off, in words."""
        return str(self.thing) if self.is_asset or self.short == self.wanted else f"{self.short} × {self.thing.name}"


class Checklist:
    """The contents of a kit with what the clerk has checked off so far: nothing, when the list is new.

    ``begun``: something is checked off.
    """

    def __init__(self, kit, assets, parts, data):
        self.kit = kit
        self.checks = [Check(asset) for asset in assets] + [Check(part, part.quantity) for part in parts]
        everything = data.get("all_there") == str(kit.pk)
        boxes = set(data.getlist("there"))
        for check in self.checks:
            check.there = check.wanted if everything else _number(check, boxes, data)

    @property
    def begun(self):
        return any(check.there for check in self.checks)

    @property
    def unchecked(self):
        return [check for check in self.checks if check.short]

    @property
    def assets_left(self):
        return tuple(check.thing for check in self.unchecked if check.is_asset)

    @property
    def parts_left(self):
        return {check.thing: check.short for check in self.unchecked if not check.is_asset}

    def check_off(self, asset):
        """Somebody has scanned a member: it is there."""
        for check in self.checks:
            if check.thing == asset:
                check.there = 1

    def mark(self, sentences):
        """Put the sentence of each refused member beside it; whether one of those that are there is refused."""
        for check in self.checks:
            check.problem = str(sentences.get(check.thing) or "") if check.is_asset else ""
        return any(check.problem and check.there for check in self.checks)


def _number(check, boxes, data):
    if check.wanted == 1:
        return int(check.name in boxes)
    typed = data.get(f"there-{check.name}", "").strip()
    return min(int(typed), check.wanted) if typed.isdecimal() and len(typed) < 5 else 0
