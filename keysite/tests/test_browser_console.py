"""A clerk in the staff console: from the list of what is overdue to a key reported lost."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.operations import sync_roles
from accounts.tests.factories import PersonFactory
from keys.tests.factories import KeyFactory, LoanFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def clerk(site):
    sync_roles()
    clerk = PersonFactory(email="clerk@example.edu", first_name="Ida", last_name="Marquardt", is_staff=True)
    clerk.groups.add(Group.objects.get(name="desk"))
    return clerk


def overdue(symbol):
    due = timezone.now() - timedelta(days=3)
    return LoanFactory(
        key=KeyFactory(symbol__symbol=symbol, serial=1),
        borrower__first_name="Nela",
        borrower__last_name="Novak",
        out_at=due - timedelta(days=7),
        due_at=due,
    )


def test_an_overdue_key_is_found_and_reported_lost(visitor, clerk):
    loan = overdue("AA1")
    LoanFactory(key=KeyFactory(symbol__symbol="BB2"))
    page = visitor.signed_in_as(clerk).open(reverse("start"))

    page.get_by_role("link", name="Console").click()
    page.get_by_role("link", name="1 overdue").click()
    assert page.get_by_text("BB2").count() == 0
    page.get_by_role("link", name="AA1 1").click()
    page.get_by_role("link", name="Lost or broken").click()
    page.get_by_label("What happened").select_option("lost")
    page.get_by_role("button", name="Lost or broken").click()
    page.get_by_text("the key is reported lost or broken.").wait_for()

    loan.refresh_from_db()
    assert loan.is_lost
    assert loan.lost_by == clerk
    assert loan.history.first().history_user == clerk
