"""The pages about doors on a phone and on a desk, light and dark: nothing for axe, nothing too wide."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from assets.tests.factories import BuildingFactory
from keys.models import KeySymbol
from keys.operations import report_lost
from keys.tests.factories import HookFactory, KeyFactory, KeySymbolFactory, LoanFactory, opening
from keysite.tests.test_browser_pages import look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def doors(site):
    """Two doors of a critical lab, with holders, a lost key and one in a cabinet."""
    hall, symbol = BuildingFactory(code="B12", name="Boiler House"), KeySymbolFactory(symbol="AA1")
    rooms = [opening(symbol, building=hall, label=label, kind="lab", criticality=5) for label in ("101", "102")]
    LoanFactory(key__symbol=symbol, key__serial=1, borrower__last_name="Novak", borrower__first_name="Nela")
    lost = LoanFactory(key__symbol=symbol, key__serial=2)
    report_lost(loan=lost, by=lost.borrower)
    KeyFactory(symbol=symbol, serial=3, hook=HookFactory())
    return rooms


def test_whoever_scans_a_label(visitor, doors):
    assert look_at(visitor, [reverse("door", args=[doors[0].public_code])]) == {}


def test_a_borrower_reads_what_the_keys_open(visitor, doors):
    borrower = PersonFactory(email="borrower@example.edu")
    LoanFactory(borrower=borrower, key__symbol=KeySymbol.objects.get())
    visitor.signed_in_as(borrower)

    assert look_at(visitor, [reverse("start")]) == {}


def test_staff(visitor, doors):
    sync_roles()
    keeper = PersonFactory(email="keeper@example.edu", is_staff=True)
    keeper.groups.add(Group.objects.get(name="key_shop"))
    visitor.signed_in_as(keeper)
    fitting = reverse("key_fitting")
    pages = [
        reverse("door_list"),
        reverse("door_integrity"),
        reverse("door", args=[doors[0].public_code]),
        f"{fitting}?doors=B12+101&doors=B12+102",
        f"{fitting}?doors=B12+999&q=boiler",
    ]

    assert look_at(visitor, pages) == {}
