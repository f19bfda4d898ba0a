"""Addresses with a keyed hash: read back whatever a mail server does to them, and made by nobody else."""

import pytest

from keysite.reply_addresses import is_ours, tagged, word_of


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.TICKET_MAIL = "tickets@example.edu"


@pytest.mark.parametrize("word", ["c12", "s5-7", "n123456789-123456789", "b1"])
def test_an_address_says_its_word(word):
    address = tagged(word)

    assert address.startswith(f"tickets+{word}.")
    assert len(address.partition("@")[0]) <= 64
    assert word_of(address) == word_of(address.upper()) == word


def test_an_address_that_we_did_not_make_says_nothing(settings):
    good = tagged("c12")
    wrong = [good.replace("c12", "c13"), good.replace("tickets", "other"), good.replace("example", "evil")]
    wrong += ["tickets@example.edu", "tickets+c12@example.edu", "tickets+c12.@example.edu", "", "@", good + "x"]
    wrong += [good.replace("+", "++"), good[:-20] + "0" * 8 + good[-12:], f"tickets+{'x' * 9999}@example.edu"]

    assert {word_of(address) for address in wrong} == {None}
    settings.SECRET_KEY = "another"
    assert word_of(good) is None


def test_all_that_comes_to_the_mailbox_is_ours():
    assert is_ours("Tickets@Example.edu")
    assert is_ours("tickets+whatever@example.edu")
    assert not is_ours("tickets@example.org")
    assert not is_ours("desk@example.edu")


def test_without_a_mailbox_there_are_no_such_addresses(settings):
    good, settings.TICKET_MAIL = tagged("c12"), ""

    assert (tagged("c12"), word_of(good), is_ours("@"), is_ours("")) == ("", None, False, False)
