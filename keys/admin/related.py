"""Filters that a link names: the rows that have to do with one door, symbol or person."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models import Door, Keyset, KeySymbol, Loan
from keysite.console import Related


class OpensDoor(Related):
    """Symbols, keys or loans, of which keys open the door now."""

    title, parameter_name, related_model = _("door"), "door", Door

    def narrow(self, rows, door):
        return rows.opening([door])


class OpenedBySymbol(Related):
    """The doors that keys of the symbol open now."""

    title, parameter_name, related_model = _("symbol"), "symbol", KeySymbol

    def narrow(self, doors, symbol):
        return doors.opened_by([symbol])


class OpenedByPerson(Related):
    """The doors that the keys of the person open now."""

    title, parameter_name, related_model = _("person"), "person", Person

    def narrow(self, doors, person):
        return doors.opened_by(Loan.objects.running().borrowed_by(person).symbols())


class KeyedTo(Related):
    """The doors that are pinned to the keyset now."""

    title, parameter_name, related_model = _("keyset"), "keyset", Keyset

    def narrow(self, doors, keyset):
        return doors.keyed_to(keyset)
