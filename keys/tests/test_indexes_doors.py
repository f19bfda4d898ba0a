"""The questions about doors are answered by an index: one that was missing cost a factor of 2,500."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import LoanTermFactory, PersonFactory
from assets.tests.factories import BuildingFactory
from keys.models import Door, Key, Keyset, KeySymbol, Loan, Operates, Pinning
from keys.tests.factories import KeySystemFactory

NOW = timezone.now()
THEN = NOW - timedelta(days=9)
TURNING = "operates_once_now or keys_operates_keyset_id"  # as good as each other while the past is short
LOANS = "loan_one_open_per_key or keys_loan_key_id"
PINNED = "pinning_now_by_keyset or keys_pinning_keyset_id"
HELD = "loan_active_of or keys_loan_borrower_id"
HOT = {
    "door → keyset now": (lambda: Pinning.objects.now().filter(door=7), ["pinning_one_now_per_door"]),
    "keyset → symbols now": (lambda: Operates.objects.now().filter(keyset=7), [TURNING]),
    "symbol → keysets now": (lambda: Operates.objects.now().filter(symbol=7), ["operates_now_by_symbol"]),
    "keyset → doors now": (lambda: Pinning.objects.now().filter(keyset=7), ["pinning_now_by_keyset"]),
    "a door by its label": (lambda: Door.objects.with_code("D000000007"), ["keys_door_public_code"]),
    "doors by words": (lambda: Door.objects.search("10"), ["door_by_words"]),
    "the keysets": (lambda: Keyset.objects.for_list()[:50], ["keyset_by_designation"]),
    "symbols that open a door": (
        lambda: KeySymbol.objects.opening([7]),
        ["pinning_one_now_per_door", TURNING, "keys_keysymbol_pkey"],
    ),
    "keys that open a door": (
        lambda: Key.objects.opening([7]),
        ["pinning_one_now_per_door", TURNING, "keys_key_symbol_id"],
    ),
    "who can open a door": (
        lambda: Loan.objects.running().opening([7]).by_borrower(),
        ["pinning_one_now_per_door", TURNING, LOANS],
    ),
    "doors that a symbol opens": (
        lambda: Door.objects.opened_by([7]),
        ["operates_now_by_symbol", PINNED, "keys_door_pkey"],
    ),
    "what a person can open": (
        lambda: Door.objects.opened_by(Loan.objects.running().borrowed_by(7).symbols()),
        [HELD, "operates_now_by_symbol", PINNED, "keys_door_pkey"],
    ),
    "lost keys that still work": (lambda: Key.objects.exposed(), ["loan_exposed", "key_retired_as_lost"]),
}


@pytest.fixture
def campus(db):
    """A thousand doors and keysets, each turned by its own key and by one master of ten, again and again."""
    system, building, person = KeySystemFactory(), BuildingFactory(), PersonFactory()
    masters = KeySymbol.objects.bulk_create(KeySymbol(system=system, symbol=f"M{n}", level=3) for n in range(10))
    symbols = KeySymbol.objects.bulk_create(
        KeySymbol(system=system, symbol=f"AA{n}", parent=masters[n % 10]) for n in range(1000)
    )
    keysets = Keyset.objects.bulk_create(Keyset(system=system, designation=s.symbol, own=s) for s in symbols)
    Operates.objects.bulk_create(
        Operates(keyset=keyset, symbol=symbol, source="own", **span)
        for keyset in keysets
        for symbol in (keyset.own, keyset.own.parent)
        for span in _spans()
    )
    doors = Door.objects.bulk_create(Door(building=building, label=f"{n}", public_code=f"D{n:09}") for n in range(1000))
    Pinning.objects.bulk_create(
        Pinning(door=door, keyset=keyset, **span)
        for door, keyset in zip(doors, keysets, strict=True)
        for span in _spans()
    )
    keys = Key.objects.bulk_create(Key(symbol=symbol, serial=1) for symbol in symbols)
    terms = {"term": LoanTermFactory(), "trust": Trust.STAFF, "out_at": THEN, "due_at": NOW}
    people = [person.pk] * 990 + [PersonFactory().pk for _n in range(10)]
    Loan.objects.bulk_create(
        Loan(key=key, borrower_id=holder, **terms) for key, holder in zip(keys, people, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")


def _spans():
    """Now, and some times before, one after another."""
    yield {"since": THEN}
    for n in range(1, 6):
        yield {"since": THEN - timedelta(days=2 * n), "until": THEN - timedelta(days=2 * n - 1)}


def test_every_question_about_doors_uses_its_index(campus):
    plans = {question: rows().explain() for question, (rows, _indexes) in HOT.items()}

    missed = {
        f"{question}: {index}": plans[question]
        for question, (_rows, indexes) in HOT.items()
        for index in indexes
        if not any(name in plans[question] for name in index.split(" or "))
    }
    assert not missed, "\n\n".join(f"{question}:\n{plan}" for question, plan in missed.items())
