"""What can never be true of rekeyings, their doors, symbols and keys to swap."""

import pytest
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.models import KeySwap, RekeyedDoor, RekeyedSymbol
from keys.tests.factories import KeySymbolFactory, LoanFactory, RekeyedDoorFactory, RekeyingFactory
from keysite.tests.constraints import refused_by

NOW = timezone.now()


def cancelled(**fields):
    return RekeyingFactory(cancelled_at=NOW, **fields)


def done(**fields):
    return RekeyedDoorFactory(done_at=NOW, **fields)


def to_the_same():
    keyset = RekeyedDoorFactory().before
    RekeyedDoorFactory(before=keyset, after=keyset)


def twice_in_it():
    row = RekeyedDoorFactory(dropped_at=NOW)
    RekeyedDoorFactory(rekeying=row.rekeying, door=row.door)


def replaced(**fields):
    RekeyedSymbol.objects.create(**{"rekeying": RekeyingFactory(), "after": KeySymbolFactory()} | fields)


def replaced_twice():
    rekeying, before = RekeyingFactory(), KeySymbolFactory()
    for _time in range(2):
        replaced(rekeying=rekeying, before=before)


def by_itself():
    symbol = KeySymbolFactory()
    replaced(before=symbol, after=symbol)


def swap(**fields):
    loan = LoanFactory()
    row = {"rekeying": RekeyingFactory(), "loan": loan, "symbol": loan.key.symbol} | fields
    return KeySwap.objects.create(**row)


def swapped_twice():
    row = swap()
    swap(rekeying=row.rekeying, loan=row.loan)


def for_the_same_key():
    loan = LoanFactory()
    swap(loan=loan, handed=loan)


REFUSED = [
    ("rekeying_says_why", lambda: RekeyingFactory(reason="")),
    (
        "rekeying_done_or_cancelled",
        lambda: cancelled(done_at=NOW, cancelled_by=PersonFactory(), cancelled_reason="Found"),
    ),
    ("rekeying_cancelled_by_someone_with_reason", lambda: cancelled(cancelled_by=PersonFactory())),
    ("rekeying_cancelled_by_someone_with_reason", lambda: cancelled(cancelled_reason="Found")),
    ("rekeying_cancelled_by_someone_with_reason", lambda: RekeyingFactory(cancelled_reason="Found")),
    ("rekeying_costs_nothing_or_more", lambda: RekeyingFactory(estimate=-1)),
    ("rekeying_costs_nothing_or_more", lambda: RekeyingFactory(cost=-1)),
    ("rekeyeddoor_once_per_rekeying", twice_in_it),
    ("rekeyeddoor_one_open_per_door", lambda: RekeyedDoorFactory(door=RekeyedDoorFactory().door)),
    ("rekeyeddoor_to_another_keyset", to_the_same),
    ("rekeyeddoor_done_by_someone", done),
    ("rekeyeddoor_done_by_someone", lambda: RekeyedDoorFactory(done_by=PersonFactory())),
    ("rekeyeddoor_done_by_someone", lambda: done(done_by=PersonFactory(), dropped_at=NOW)),
    ("rekeyedsymbol_once_per_rekeying", replaced_twice),
    ("rekeyedsymbol_by_another", by_itself),
    ("keyswap_once_per_loan", swapped_twice),
    ("keyswap_for_another_key", for_the_same_key),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED)
def test_the_database_refuses_a_false_row(constraint, write):
    with refused_by(constraint):
        write()


def test_a_door_may_be_rekeyed_again(db):
    row = RekeyedDoorFactory(dropped_at=NOW)
    again = RekeyedDoorFactory(door=row.door)
    over = done(done_by=PersonFactory())
    RekeyedDoorFactory(door=over.door)

    assert list(RekeyedDoor.objects.open().filter(door=row.door)) == [again]
