"""The questions asked all day are answered by an index: PostgreSQL says so when it may not walk through a table."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Notice, Person, Trust
from accounts.tests.factories import LoanTermFactory
from keys.models import Key, KeySymbol, Loan, Reminder, Renewal
from keys.tests.factories import KeySystemFactory
from keysite.console.pages import Place, columns_of, rows_from

NOW = timezone.now()
HOT = {
    "a person by address": (lambda: Person.objects.with_address("A@b.edu"), "person_one_per_address"),
    "a person by number": (lambda: Person.objects.with_identifier("u1"), "person_one_per_identifier"),
    "people by words": (lambda: Person.objects.search("cas ada"), "person_by_words"),
    "symbols by words": (lambda: KeySymbol.objects.search("aa1"), "keysymbol_by_words"),
    "a symbol as stamped": (lambda: KeySymbol.objects.with_symbol("aa1"), "keysymbol_one_per_system_symbol"),
    "a key by its tag": (lambda: Key.objects.with_code("ABCDEFGHJK"), "keys_key_public_code"),
    "whether a key is out": (lambda: Loan.objects.open().filter(key=1), "loan_one_open_per_key"),
    "what a person holds": (lambda: Loan.objects.active().filter(borrower=1), "loan_active_of"),
    "what is overdue": (lambda: Loan.objects.overdue(at=NOW), "loan_active_by_due"),
    "what falls due": (lambda: Loan.objects.due_between(NOW, NOW + timedelta(days=7)), "loan_active_by_due"),
    "the loan book": (lambda: Loan.objects.order_by("-out_at", "-pk")[:50], "loan_newest"),
    "the active loans": (lambda: Loan.objects.active().order_by("-out_at", "-pk")[:50], "loan_active_newest"),
    "loans for review": (lambda: Loan.objects.for_review(at=NOW).order_by("-out_at", "-pk")[:50], "loan_active_newest"),
    "the loans by their due date": (lambda: Loan.objects.order_by("due_at", "pk")[:50], "loan_by_due"),
    "the renewals": (lambda: Renewal.objects.for_list()[:50], "renewal_newest"),
    "the symbols": (lambda: KeySymbol.objects.for_list()[:50], "keysymbol_by_symbol"),
    "the keys": (lambda: Key.objects.for_list()[:50], "keysymbol_by_symbol"),
    "the people": (lambda: Person.objects.for_list()[:50], "person_by_name"),
    "claims": (lambda: Loan.objects.claimed(), "loan_claimed"),
    "the steps a loan has reached": (
        lambda: Reminder.objects.filter(loan=1, due_at=NOW).order_by("-step"),
        "reminder_once_per_due_date_and_step",
    ),
    "messages to send": (lambda: Notice.objects.due(at=NOW).order_by("next_try_at", "pk")[:1], "notice_waiting"),
    "messages given up": (lambda: Notice.objects.failed().order_by("-pk")[:50], "notice_failed"),
}

LISTS = {
    "the loan book": lambda: Loan.objects.for_list(),
    "the active loans": lambda: Loan.objects.active().for_list(),
    "the overdue loans": lambda: Loan.objects.overdue(at=NOW).for_list(),
    "the loans by their due date": lambda: Loan.objects.for_list().order_by("due_at", "pk"),
    "the symbols": lambda: KeySymbol.objects.for_list(),
    "the keys": lambda: Key.objects.for_list(),
    "the people": lambda: Person.objects.for_list(),
}


@pytest.fixture
def full_book(db):
    """Enough of everything for PostgreSQL to tell one index from another."""
    term = LoanTermFactory()
    people = Person.objects.bulk_create(
        Person(email=f"p{n}@example.edu", identifier=f"U{n}", last_name=f"N{n}") for n in range(1000)
    )
    system = KeySystemFactory()
    symbols = KeySymbol.objects.bulk_create(KeySymbol(system=system, symbol=f"AA{n}") for n in range(500))
    keys = Key.objects.bulk_create(Key(symbol=symbol, serial=n) for symbol in symbols for n in (1, 2))
    Loan.objects.bulk_create(_loan(n, key, people[n % 1000], term) for n, key in enumerate(keys * 5))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")


def _loan(n, key, borrower, term):
    """Four thousand that are back, a thousand that are not: a fifth of those overdue, a few said to be back."""
    out_at = NOW - timedelta(days=40 + n % 700)
    loan = Loan(key=key, borrower=borrower, term=term, trust=Trust.STAFF, out_at=out_at)
    loan.due_at = NOW + timedelta(days=n % 50 - 10)
    if n < 4000:
        loan.returned_at, loan.condition = NOW, Loan.Condition.GOOD
    elif n % 100 == 0:
        loan.claimed_at, loan.claimed_by = NOW, borrower
    return loan


def test_every_hot_question_uses_its_index(full_book):
    plans = {question: rows().explain() for question, (rows, _index) in HOT.items()}

    missed = {question: plan for question, plan in plans.items() if HOT[question][1] not in plan}
    assert not missed, "\n\n".join(f"{question}:\n{plan}" for question, plan in missed.items())


@pytest.mark.parametrize("backward", [False, True], ids=["onwards", "back"])
@pytest.mark.parametrize("name", LISTS)
def test_a_page_in_the_middle_of_a_list_reads_about_as_many_rows_as_it_shows(full_book, name, backward):
    rows = LISTS[name]()
    columns = columns_of(rows)
    middle = rows[rows.count() // 2]
    place = Place(backward, [column.value(column.read(middle)) for column in columns], 0)

    plan = rows_from(place, rows, columns)[:51].explain(analyze=True, format="json")

    read = _rows_read(json.loads(plan)[0]["Plan"])
    assert 51 <= max(read) < 400, plan


def _rows_read(node):
    """How many rows each part of a plan has looked at in all, those that it passed over included."""
    yield node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    for part in node.get("Plans", ()):
        yield from _rows_read(part)
