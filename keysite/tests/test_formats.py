"""Days and amounts as files of other systems write them: one value alone may be read in two ways, a column rarely."""

from datetime import date
from decimal import Decimal

import pytest

from keysite.formats import Amounts, Days
from keysite.tests.history import refused


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("2027-03-31 00:00:00", date(2027, 3, 31)),
        ("2027-03-31T14:05:06.123+02:00", date(2027, 3, 31)),
        ("2027/03/31", date(2027, 3, 31)),
        ("20270331", date(2027, 3, 31)),
        ("31.03.2027", date(2027, 3, 31)),
        ("3.4.27", date(2027, 4, 3)),
        ("31 Mar 2027", date(2027, 3, 31)),
        ("March 31, 2027", date(2027, 3, 31)),
        ("1/23/23", date(2023, 1, 23)),
        ("1/23/23 2:05 PM", date(2023, 1, 23)),
        ("23/1/2023", date(2023, 1, 23)),
        ("23-01-2023", date(2023, 1, 23)),
        ("10/27/98", date(1998, 10, 27)),
    ],
)
def test_reads_a_day(text, day):
    assert Days([text]).read(text) == day


@pytest.mark.parametrize("text", ["soon", "13/13/2023", "2023-02-30", "0", "1/1/0001", "31.13.2027", "1234567"])
def test_refuses_what_is_no_day(text):
    with refused(f"“{text}” is no day. Write it as 2027-03-31 or 31.03.2027."):
        Days([text]).read(text)


def test_the_column_tells_whether_month_or_day_comes_first():
    assert Days(["3/4/23", "1/23/23"]).read("3/4/23") == date(2023, 3, 4)
    assert Days(["3/4/23", "23/1/23"]).read("3/4/23") == date(2023, 4, 3)


def test_another_column_tells_when_this_one_does_not():
    days = Days(["3/4/23"], others=["23/1/23", ""])

    assert (days.read("3/4/23"), days.is_guessed) == (date(2023, 4, 3), False)


def test_the_month_comes_first_when_nothing_tells():
    days = Days(["3/4/23", "", "2023-01-01"])

    assert (days.read("3/4/23"), days.is_guessed) == (date(2023, 3, 4), True)
    assert not Days(["2023-01-01"]).is_guessed


def test_a_column_with_both_takes_what_is_clear():
    days = Days(["1/23/23", "23/1/23", "3/4/23"])

    assert days.read("1/23/23") == days.read("23/1/23") == date(2023, 1, 23)
    with refused("“3/4/23” can be two days: this column has the month first and the day first. Write 2027-03-31."):
        days.read("3/4/23")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2266.13", "2266.13"),
        ("2266,13", "2266.13"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.80"),
        ("$2,266.13", "2266.13"),
        ("2.266,13 €", "2266.13"),
        ("EUR 12", "12"),
        ("12 kr", "12"),
        ("12,-", "12"),
        ("0", "0"),
        ("1234.5600", "1234.56"),
        ("0.005", "0.01"),
        ("1,234", "1234"),
        ("1.234", "1234"),
    ],
)
def test_reads_an_amount(text, amount):
    assert Amounts([text]).read(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["free", "-5", "12 or 13", "1e5", "=1+1", "$", "about 5"])
def test_refuses_what_is_no_amount(text):
    with refused(f"“{text}” is no price. Write it as 1234.50."):
        Amounts([text]).read(text)


def test_refuses_more_than_fits():
    with refused("“1000000000” is more than a price can be. Correct it."):
        Amounts([]).read("1000000000")


def test_the_column_tells_what_three_digits_after_a_mark_are():
    assert Amounts(["12.500", "3.25"]).read("12.500") == Decimal("12.50")
    assert Amounts(["12.500", "3,25"]).read("12.500") == Decimal("12500")


def test_says_when_nothing_tells():
    assert Amounts(["12.500", "7"]).is_guessed
    assert not Amounts(["12.500", "7.25"]).is_guessed


def test_a_column_with_both_marks_takes_what_is_clear():
    amounts = Amounts(["3.25", "4,50", "12.500"])

    assert amounts.read("4,50") == Decimal("4.50")
    with refused("“12.500” can be two prices: this column has points and commas. Write 1234.50."):
        amounts.read("12.500")
