"""A list of symbols is taken over."""

import pytest
from django.utils import timezone

from accounts.models import KeyLevel, Trust
from keys.models import KeySymbol, KeySystem
from keys.operations import SYMBOL_COLUMNS, import_symbols
from keys.tests.factories import KeySymbolFactory, KeySystemFactory
from keysite import tables
from keysite.tests.history import last_version
from keysite.tests.lists import counts, left_out, refusals
from keysite.tests.queries import queries

LIST = """\
System,Symbol,Description,Level,Most keys,Self-service,Least trust
MAIN,AA1,Physics labs,Master key,5,yes,staff sign-in
MAIN,AA2,,,,,
"""


def take(text, **options):
    table = tables.read(text.encode(), name="symbols.csv", columns=SYMBOL_COLUMNS)
    return import_symbols(table=table, **{"by": None} | options)


def test_registers_symbols_and_their_system(key_shop):
    outcome = take(LIST, by=key_shop)

    full, bare = KeySymbol.objects.order_by("symbol")
    assert (full.system.code, full.description, full.level) == ("MAIN", "Physics labs", KeyLevel.MASTER)
    assert (full.most_copies, full.self_service, full.least_trust) == (5, True, Trust.STAFF)
    assert (bare.most_copies, bare.self_service, bare.least_trust) == (None, False, Trust.PRESENT)
    assert last_version(full) == (key_shop, "imported from symbols.csv")
    assert counts(outcome) == (2, 0, 0, 0, 0)


def test_a_second_run_changes_nothing(key_shop):
    take(LIST)

    outcome = take(LIST, by=key_shop)

    assert counts(outcome) == (0, 0, 2, 0, 0)
    assert KeySymbol.history.count() == 2


def test_takes_over_what_the_list_says_and_leaves_what_it_leaves_empty(key_shop):
    system = KeySystemFactory(code="MAIN")
    symbol = KeySymbolFactory(system=system, symbol="aa1", description="Old", most_copies=9)

    outcome = take("Symbol,Description,Most keys\nAA1,New,\n", by=key_shop)

    symbol.refresh_from_db()
    assert (symbol.symbol, symbol.description, symbol.most_copies) == ("aa1", "New", 9)
    assert counts(outcome) == (0, 1, 0, 0, 0)


def test_a_dry_run_changes_nothing(db):
    assert counts(take(LIST, dry_run=True)) == (2, 0, 0, 0, 0)
    assert not KeySystem.objects.exists()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("MAIN,,,,,,", "column “Symbol”: Give the symbol."),
        (",AA1,,,,,", "column “System”: Say to which key system this symbol belongs."),
        ("MAIN,AA1,,,many,,", "column “Most keys”: “many” is no number from 0 to 999999."),
        ("MAIN,AA1,,,,perhaps,", "column “Self-service”: “perhaps” is neither yes nor no."),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_do(db, line, sentence):
    outcome = take(f"System,Symbol,Description,Level,Most keys,Self-service,Least trust\n{line}\n")

    assert refusals(outcome) == [f"line 2, {sentence}"]
    assert not KeySymbol.objects.exists()


@pytest.mark.parametrize("column", ["Level", "Least trust"])
def test_a_word_that_is_none_of_ours_is_refused_with_ours(db, column):
    [sentence] = refusals(take(f"System,Symbol,{column}\nMAIN,AA1,enormous\n"))

    assert sentence.startswith(f"line 2, column “{column}”: ")
    assert "enormous" in sentence


def test_an_address_that_is_only_typed_is_never_enough(db):
    assert "address only typed" in refusals(take("System,Symbol,Trust\nMAIN,AA1,address only typed\n"))[0]


def test_a_symbol_that_is_named_twice_is_refused(db):
    outcome = take("System,Symbol\nMAIN,AA1\nmain,aa1\n")

    assert refusals(outcome) == ["line 3, column “Symbol”: Line 2 names this symbol too. Keep one of them."]
    assert KeySymbol.objects.count() == 1


def test_a_retired_symbol_stays_as_it_is(db):
    symbol = KeySymbolFactory(symbol="AA1", retired_at=timezone.now(), retired_reason="Rekeyed")

    outcome = take("Symbol,Description\nAA1,New\n")

    symbol.refresh_from_db()
    assert symbol.description == ""
    assert len(left_out(outcome)) == 1


def test_one_line_and_three_cost_the_same(db):
    KeySystemFactory(code="MAIN")
    with queries(exactly=5):
        take("Symbol\nAA1\n")
    with queries(exactly=5):
        take("Symbol\nBB1\nBB2\nBB3\n")
