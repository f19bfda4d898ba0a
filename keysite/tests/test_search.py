"""Rows are found by how their words begin, through an index, whatever is typed."""

import pytest
from django.db import connection

from accounts.models import Person
from accounts.tests.factories import PersonFactory
from assets.models import Building, Space
from keys.models import Key, Loan
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.search import among, one_of

ROBIN = {
    "first_name": "Robin",
    "last_name": "van der Berg-Özil",
    "identifier": "K10-77",
    "email": "r.berg@dept.example.edu",
}


@pytest.mark.parametrize(
    "text", ["robin", "Ber", "özi", "van robin", "K10-77", "r.berg@dept.example.edu", "r.berg@dept", "k10", "BERG, Rob"]
)
def test_a_person_is_found_by_the_beginnings_of_words(db, text):
    robin = PersonFactory(**ROBIN)
    PersonFactory(first_name="Kim", last_name="Other")

    assert list(Person.objects.search(text)) == [robin]


@pytest.mark.parametrize("text", ["", "  ", "@@", "'", "robin kim", "obin", "a & b | !c:*", "\\", "%", "🔑", "x" * 300])
def test_what_nobody_is_called_finds_nobody(db, text):
    PersonFactory(**ROBIN)

    assert list(Person.objects.search(text)) == []


def test_the_search_uses_the_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "person_by_words" in Person.objects.search("rob ber").explain()


@pytest.mark.parametrize("text", ["aa1 7", "AA1-7", "AA1/7", "{code}", "library 7"])
def test_a_key_is_found_by_what_is_stamped_on_it_and_by_its_tag(db, text):
    key = KeyFactory(serial=7, symbol__symbol="AA1", symbol__description="Library")
    KeyFactory(serial=8, symbol=key.symbol)

    assert list(Key.objects.search(text.format(code=key.public_code.lower()))) == [key]


def test_a_symbol_finds_all_its_keys(db):
    key = KeyFactory(serial=7, symbol__symbol="AA1")
    other = KeyFactory(serial=8, symbol=key.symbol)
    KeyFactory(symbol__symbol="BB1")

    assert set(Key.objects.search("AA1")) == {key, other}


@pytest.mark.parametrize("text", ["", "9999999999999999999999", "AA1 9999999999999", "\u0663"])
def test_what_no_key_is_called_finds_none(db, text):
    KeyFactory(serial=7, symbol__symbol="AA1")

    assert list(Key.objects.search(text)) == []


def test_loans_are_found_by_borrower_and_by_key(db):
    loan = LoanFactory(borrower__last_name="Berg", key__serial=7, key__symbol__symbol="AA1")
    LoanFactory(borrower__last_name="Thal", key__symbol__symbol="CC9")

    assert list(Loan.objects.search("berg")) == list(Loan.objects.search("aa1 7")) == [loan]


@pytest.mark.parametrize("most", [0, 1, 2, 3000])
def test_what_belongs_to_some_rows_is_found_however_many_they_are(db, most):
    loans = [LoanFactory(borrower__last_name="Berg"), LoanFactory(borrower__last_name="Berg")]
    LoanFactory(borrower__last_name="Thal")

    def of(words):
        return set(Loan.objects.filter(among("borrower", Person.objects.search(words), most)))

    assert of("berg") == set(loans)
    assert of("nobody") == set()


def test_a_space_is_found_by_building_and_number(db):
    hall = Building.objects.create(code="B12", name="Great Hall")
    room = Space.objects.create(building=hall, floor="1", number="1.034")
    cellar = Space.objects.create(building=hall, floor="0", number="0.001")

    assert list(Space.objects.search("B12 1.034")) == list(Space.objects.search("1.034")) == [room]
    assert list(Space.objects.search("hall 034")) == [room]
    assert set(Space.objects.search("great hall")) == {room, cellar}


@pytest.mark.parametrize("most", [0, 1, 3000])
def test_one_of_is_the_same_however_many_answer(db, most):
    robin, alex, _other = (PersonFactory(first_name=name) for name in ("Robin", "Alex", "Kim"))
    questions = (Person.objects.filter(pk=robin.pk), Person.objects.filter(pk__in=[robin.pk, alex.pk]))

    assert set(Person.objects.filter(one_of(*questions, most=most))) == {robin, alex}
    assert not Person.objects.filter(one_of(Person.objects.none(), Person.objects.filter(pk=0), most=most)).exists()
