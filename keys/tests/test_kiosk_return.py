"""Bringing keys back at a kiosk: anyone, any key."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Kiosk
from accounts.operations import block
from accounts.tests.doors import errors_of, send_all
from accounts.tests.factories import AffiliationFactory
from keys.models import Loan
from keys.tests.factories import KeyFactory, LoanFactory
from keys.tests.kiosks import BACK, OUT, make_kiosk, send
from keysite.tasks import CONTENTS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.delete_pattern("allauth:*")


@pytest.fixture
def key():
    return KeyFactory(symbol__symbol="AA1", serial=7)


@pytest.fixture
def student():
    return AffiliationFactory(name="Student", may_be_chosen=True)


def test_anyone_returns_any_key(key, mailoutbox, administrator):
    browser, kiosk = make_kiosk(administrator)
    loan = LoanFactory(key=key)

    response = send(browser, BACK, keys="aa1 7")
    done = browser.get(response.url).content.decode()
    send_all(CONTENTS)

    loan.refresh_from_db()
    assert loan.returned_at is not None
    assert loan.returned_by is None
    assert loan.history.first().history_change_reason == f"returned (present, kiosk {kiosk})"
    assert "AA1 7" in done
    assert loan.borrower.last_name not in done
    assert mailoutbox[0].to == [loan.borrower.email]


def test_several_keys_come_back_at_once(key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    other = KeyFactory(symbol=key.symbol, serial=8)
    LoanFactory(key=key), LoanFactory(key=other)

    response = send(browser, BACK, keys=["AA1 7", other.public_code])

    assert response.status_code == 302
    assert not Loan.objects.open().exists()


def test_a_key_of_a_blocked_person_comes_back(key, clerk, administrator):
    browser, _kiosk = make_kiosk(administrator)
    loan = LoanFactory(key=key)
    block(person=loan.borrower, by=clerk, reason="x")

    assert send(browser, BACK, keys="AA1 7").status_code == 302


def test_a_key_that_is_not_out(key, administrator):
    browser, _kiosk = make_kiosk(administrator)

    response = send(browser, BACK, keys="AA1 7")

    assert "is not out" in errors_of(response)
    assert 'value="AA1 7"' in response.content.decode()


def test_the_same_return_twice_is_one(key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    loan = LoanFactory(key=key)
    once = browser.get(BACK).context["form"]["once"].value()

    answers = [browser.post(BACK, {"once": once, "keys": "AA1 7"}) for _click in range(2)]

    assert answers[0].url == answers[1].url
    assert loan.history.count() == 2


@pytest.mark.parametrize(
    "keys", ["", "nonsense", "AA1 0", "AA1 1000000000000", "AA1 99", "😀 1", "AA1 7\0", "x" * 300, ["A 1"] * 60]
)
@pytest.mark.parametrize("path", [OUT, BACK])
def test_bad_keys_get_a_sentence(key, borrower, keys, path, administrator):
    browser, _kiosk = make_kiosk(administrator, Kiosk.Asks.NOTHING)

    response = send(browser, path, keys=keys, address="borrower@example.edu")

    assert response.status_code == 200
    assert response.context["form"].errors["keys"]
    assert not Loan.objects.exists()


def test_a_page_of_what_was_done_ends(key, administrator):
    browser, _kiosk = make_kiosk(administrator)
    LoanFactory(key=key)
    done = send(browser, BACK, keys="AA1 7").url

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert browser.get(done).url == "/kiosk/"
    assert browser.get("/kiosk/done/forged/").url == "/kiosk/"
