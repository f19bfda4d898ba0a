"""The keys and loans that tests of deeds begin with."""

import pytest

from accounts.models import Notice
from keys.models import Loan
from keys.tests.factories import KeyFactory, KeySymbolFactory, LoanFactory


@pytest.fixture
def symbol(db):
    return KeySymbolFactory(symbol="AA1")


@pytest.fixture
def key(symbol):
    return KeyFactory(symbol=symbol, serial=1)


@pytest.fixture
def loan(key, borrower):
    """The key is in the borrower's hands since an hour ago, for a week."""
    return LoanFactory(key=key, borrower=borrower, out_by=borrower)


@pytest.fixture
def stale(loan):
    """The same loan, read before whatever the test does to it."""
    return Loan.objects.get(pk=loan.pk)


@pytest.fixture
def receipts(db):
    """What was written to people: the word of each receipt and who gets it, in order."""

    def read():
        return [(notice.facts["deed"], notice.person) for notice in Notice.objects.order_by("pk")]

    return read
