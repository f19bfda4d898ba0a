"""The staff console: the defaults of all its pages, and the one place that knows Unfold."""

from unfold.decorators import display

from keysite.console.admin import ConsoleAdmin, ConsoleInline, ReadOnly, Section
from keysite.console.deeds import Deed
from keysite.console.lists import PickRow, Related, Tabs
from keysite.console.saving import ConsoleForm

__all__ = [
    "ConsoleAdmin",
    "ConsoleForm",
    "ConsoleInline",
    "Deed",
    "PickRow",
    "ReadOnly",
    "Related",
    "Section",
    "Tabs",
    "display",
]
