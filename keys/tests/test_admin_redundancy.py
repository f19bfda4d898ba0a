"""Keys that their borrowers do not need, and those that a request gives others for, as lists of the loan book."""

import pytest
from django.urls import reverse

from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import Loan
from keys.operations import return_key
from keys.tests.factories import KeyFactory, LoanFactory, OperatesFactory, PinningFactory, opening
from keys.tests.request_rows import line_of, request_of
from keys.tests.requests import Campus
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

LIST = reverse("admin:keys_loan_changelist")


@pytest.fixture
def campus(db):
    return Campus()


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def rows_of(client, query):
    return [str(loan.key) for loan in client.get(f"{LIST}?{query}").context["cl"].result_list]


def holds(campus, *symbols, person=None, **fields):
    return [LoanFactory(borrower=person or campus.person, key=campus.key(symbol), **fields) for symbol in symbols]


def test_a_key_whose_doors_the_others_open_is_not_needed(desk, campus):
    holds(campus, "AA", "AA1", "AB1")
    holds(campus, "AA2", person=campus.colleague)

    assert rows_of(desk, "show=redundant") == ["AA1 1"]
    assert rows_of(desk, f"show=redundant&borrower={campus.person.pk}") == ["AA1 1"]
    assert rows_of(desk, f"show=redundant&borrower={campus.colleague.pk}") == []


def test_several_keys_together_open_what_one_does_and_a_copy_makes_both_spare(desk, campus):
    holds(campus, "AA1", "AA2", "AA3", "AA")
    for serial in (2, 3):
        LoanFactory(borrower=campus.colleague, key=campus.key("AB1", serial))

    found = rows_of(desk, "show=redundant")

    assert set(found) == {"AA 1", "AA1 1", "AA2 1", "AA3 1", "AB1 2", "AB1 3"}


def test_a_lost_key_opens_nothing_for_its_borrower_and_a_key_without_doors_is_not_listed(desk, campus):
    holds(campus, "AA1")
    holds(campus, "AA", loss="lost", lost_at=Loan.objects.get().out_at)
    LoanFactory(borrower=campus.person, key=KeyFactory())

    assert rows_of(desk, "show=redundant") == []


def test_by_department_and_in_it_by_name(desk, campus):
    other = PersonFactory(department=DepartmentFactory(name="Anatomy"), last_name="Zeta")
    campus.department.name = "Botany"
    campus.department.save()
    for person, name in ((campus.person, "Yarrow"), (campus.colleague, "Alder")):
        person.last_name = name
        person.save()
    for serial, person in enumerate((campus.person, campus.colleague, other), 1):
        for symbol in ("AA", "AA1"):
            LoanFactory(borrower=person, key=campus.key(symbol, serial))

    assert rows_of(desk, "show=redundant") == ["AA1 3", "AA1 2", "AA1 1"]
    assert rows_of(desk, f"show=redundant&department={campus.department.pk}") == ["AA1 2", "AA1 1"]
    page = text_of(desk.get(reverse("admin:accounts_department_change", args=[campus.department.pk])))
    assert "Keys not needed" in page


def test_the_report_leaves_as_a_file(client, auditor, campus):
    holds(campus, "AA", "AA1")
    client.force_login(auditor)

    address = f"{reverse('admin:keys_loan_export')}?show=redundant&department={campus.department.pk}"
    lines = b"".join(client.get(address).streaming_content).decode().splitlines()

    assert [line.split(",")[:2] for line in lines[1:]] == [["AA1", "1"]]


@pytest.mark.parametrize(("tab", "asked"), [("redundant", 7), ("give_back", 6)])
def test_it_asks_as_often_for_three_rows_as_for_one(desk, campus, tab, asked):
    def make(n):
        person = PersonFactory(department=DepartmentFactory())
        one, more = (LoanFactory(borrower=person) for _n in range(2))
        keyset = opening(one.key.symbol, label=f"{n}").pinnings.get().keyset
        OperatesFactory(keyset=keyset, symbol=more.key.symbol, source="cross")
        PinningFactory(keyset=OperatesFactory(keyset__own=more.key.symbol).keyset, door__label=f"x{n}")
        line_of(request_of(person, status="done"), part="give_back", symbol=one.key.symbol)

    make(1)
    with queries(exactly=asked):
        assert len(rows_of(desk, f"show={tab}")) == 1
    make(2)
    make(3)
    with queries(exactly=asked):
        assert len(rows_of(desk, f"show={tab}")) == 3


def test_a_key_is_to_be_given_back_until_it_is(desk, campus, clerk):
    [loan] = holds(campus, "AA1")
    line_of(request_of(campus.person, status="done"), part="give_back", symbol=campus.symbols["AA1"])
    assert rows_of(desk, "show=give_back") == ["AA1 1"]

    return_key(loan=loan, by=clerk)

    assert rows_of(desk, "show=give_back") == []
