"""A small campus for tests of requests: two buildings with a manager each, and keys that open one or both."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import KeyLevel
from accounts.tests.factories import AffiliationFactory, DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import Approval, KeyRequest
from keys.operations import add_keyset, add_to_request, approve_request, pin_door, send_request
from keys.tests.factories import BuildingFactory, DoorFactory, KeyFactory, KeySymbolFactory, KeySystemFactory

TODAY = timezone.localdate


class Campus:
    """``north`` has the doors 101 to 103, ``south`` 201; AA1 opens 101, AA2 102, AA3 103, AB1 201; AA all of north,
    AB 201, A everything.
    """

    def __init__(self, *, level=KeyLevel.MASTER, order="least_access"):
        self.system = KeySystemFactory(code="MAIN")
        self.department = DepartmentFactory()
        self.affiliation = AffiliationFactory(highest_level=level, key_order=order)
        self.person = self.member()
        self.colleague = self.member()
        self.north, self.south = BuildingFactory(code="N"), BuildingFactory(code="S")
        self.manager, self.other_manager = self.manages(self.north), self.manages(self.south)
        self.symbols = {}
        tree = {"A": ("", 3), "AA": ("A", 2), "AB": ("A", 2)}
        tree |= {"AA1": ("AA", 1), "AA2": ("AA", 1), "AA3": ("AA", 1), "AB1": ("AB", 1)}
        for symbol, (parent, symbol_level) in tree.items():
            self.symbol(symbol, parent, symbol_level)
        self.doors = {}
        for label, symbol in {"101": "AA1", "102": "AA2", "103": "AA3", "201": "AB1"}.items():
            building = self.north if label < "2" else self.south
            self.doors[label] = DoorFactory(building=building, label=label)
            keyset = add_keyset(system=self.system, designation=symbol, own=self.symbols[symbol], by=self.manager)
            pin_door(door=self.doors[label], keyset=keyset, by=self.manager)

    def symbol(self, symbol, parent, level):
        parent = self.symbols.get(parent)
        self.symbols[symbol] = KeySymbolFactory(system=self.system, symbol=symbol, parent=parent, level=level)

    def member(self, **fields):
        return PersonFactory(affiliation=self.affiliation, department=self.department, **fields)

    def manages(self, building, **days):
        person = PersonFactory()
        BuildingManager.objects.create(building=building, person=person, **{"since": TODAY()} | days)
        return person

    def key(self, symbol, serial=1):
        return KeyFactory(symbol=self.symbols[symbol], serial=serial)

    def ask(self, *labels, by=None, person=None):
        """A request for these doors, sent."""
        by = by or self.person
        for label in labels:
            request = add_to_request(by=by, person=person, door=self.doors[label])
        return self.send(request, by=by)

    def send(self, request, *, by=None, **days):
        days = {"needed_from": TODAY(), "needed_until": TODAY() + timedelta(days=90)} | days
        send_request(request=request, by=by or self.person, purpose="My office", **days)
        return request

    def steps(self, request):
        return list(Approval.objects.needed().filter(request=request).for_list())

    def agree(self, step, other=None):
        """Whoever is in charge of a step agrees; ``other`` where that is no manager."""
        managers = {self.north.pk: self.manager, self.south.pk: self.other_manager}
        approve_request(approval=step, by=managers.get(step.building_id, other))

    def approve_all(self, request):
        """Everybody in charge agrees."""
        for step in self.steps(request):
            if step.decided_at is None:
                self.agree(step)
        return KeyRequest.objects.get(pk=request.pk)
