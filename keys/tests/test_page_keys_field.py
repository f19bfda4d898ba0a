"""Keys as people type them: every way to name one, and a sentence for every line that names none."""

import pytest
from django.http import QueryDict

from accounts.forms import Line
from accounts.forms.baskets import MOST_LINES
from keys.forms.fields import KeysForm, resolve
from keys.tests.factories import KeyFactory, KeySymbolFactory, KeySystemFactory
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db


def sent(*lines):
    data = QueryDict(mutable=True)
    data.setlist("keys", lines)
    return KeysForm(data)


def problems(*lines):
    form = sent(*lines)
    assert not form.is_valid()
    return [line.problem for line in form.fields["keys"].lines]


@pytest.fixture
def key():
    system = KeySystemFactory(code="HQ")
    return KeyFactory(symbol=KeySymbolFactory(system=system, symbol="AA1"), serial=7, public_code="ABCDEFGH23")


@pytest.mark.parametrize(
    "typed",
    [
        "AA1 7",
        "aa1 7",
        "  AA1   7 ",
        "AA1-7",
        "AA1/7",
        "AA1.7",
        "AA1 #7",
        "AA1 - 7",
        "AA1 007",
        "HQ:AA1 7",
        "hq: aa1 7",
        "ABCDEFGH23",
        "abcdefgh23",
        "abcde fgh23",
        "https://keys.example.edu/k/ABCDEFGH23/",
        "http://localhost/k/abcdefgh23?from=tag",
    ],
)
def test_one_key_has_many_names(key, typed):
    form = sent(typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["keys"] == [key]


@pytest.mark.parametrize("symbol", ["AA 1.2", "B.12", "A-1", "12", "GM", "K 9 X", "A:1", "SYMBOL.", "ÄÖ1"])
def test_symbols_may_hold_digits_dots_blanks_and_dashes(symbol):
    key = KeyFactory(symbol__symbol=symbol, serial=31)

    form = sent(f"{symbol} 31")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["keys"] == [key]


def test_letters_and_one_digit_need_no_blank(key):
    grand = KeyFactory(symbol__symbol="GM", serial=7)

    assert sent("GM7").is_valid()
    assert sent("gm7").fields["keys"].clean(["gm7"]) == [grand]


def test_a_line_scanned_twice_counts_once(key):
    form = sent("AA1 7\r\nABCDEFGH23", "", "aa1/7, HQ:AA1 7")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["keys"] == [key]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("AA1 9", "There is no key AA1 9. Check the number stamped on it."),
        ("AA1 0", "There is no key AA1 0. Check the number stamped on it."),
        ("AA1 1000000000000", "There is no key AA1 1000000000000. Check the number stamped on it."),
        ("AA1", "“AA1” is not a key. Type symbol and number with a space between, such as AA1 7."),
        ("AA117", "“AA117” is not a key. Type symbol and number with a space between, such as AA1 7."),
        ("7", "“7” is not a key. Type symbol and number with a space between, such as AA1 7."),
        ("🔑", "“🔑” is not a key. Type symbol and number with a space between, such as AA1 7."),
        ("🔑 7", "There is no key 🔑 7. Check the number stamped on it."),
        ("A\x00A1 7", "“AA1 7” is not a key. Type symbol and number with a space between, such as AA1 7."),
        ("ZZZZZZZZZ2", "No tag has the code ZZZZZZZZZ2. Check it, or type what is stamped on the key."),
        ("LAB:AA1 7", "There is no key LAB:AA1 7. Check the number stamped on it."),
        ("- 7", "There is no key - 7. Check the number stamped on it."),
    ],
)
def test_each_line_without_a_key_has_its_sentence(key, typed, sentence):
    assert problems(typed, "AA1 7") == [sentence, ""]


def test_300_characters_are_repeated_in_short(key):
    assert problems("x" * 300) == [
        f"“{'x' * 40}…” is not a key. Type symbol and number with a space between, such as AA1 7."
    ]


def test_a_symbol_of_two_systems_asks_for_the_system(key):
    KeyFactory(symbol=KeySymbolFactory(system__code="LAB", symbol="aa1"), serial=7)

    assert problems("AA1 7") == ["Several systems have this key. Type one of: HQ:AA1 7, LAB:aa1 7."]
    assert sent("LAB:AA1 7").is_valid()


def test_nothing_and_too_much_are_refused(db):
    assert sent("", "  ").errors["keys"] == ["Name at least one key, such as AA1 7."]
    assert sent("\n".join(f"AA1 {n}" for n in range(1, MOST_LINES + 2))).errors["keys"] == [
        "These are 51 lines. Send at most 50 at once."
    ]


@pytest.mark.parametrize("lines", [1, 3])
def test_two_queries_however_many_lines(lines):
    keys = KeyFactory.create_batch(lines)
    form = sent(*(str(key) for key in keys), keys[0].public_code)

    with queries(2):
        assert form.is_valid(), form.errors


def test_what_was_typed_stays_with_each_problem_at_its_line(key):
    page = str(sent("AA1 7", "AA1 9")["keys"].as_field_group())

    assert 'value="AA1 7"' in page
    assert 'value="AA1 9"' in page
    assert 'aria-describedby="id_keys_1_error"' in page
    assert page.count("There is no key AA1 9") == 1


def test_a_scanned_code_that_looks_like_a_symbol_with_a_number_is_asked_for_once(db):
    key = KeyFactory(public_code="ABCDEFGHJ7")
    lines = [Line("ABCDEFGHJ7")]

    with queries(1):
        resolve(lines)

    assert lines[0].item == key
