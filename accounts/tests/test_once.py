"""The same form twice makes one thing."""

import pytest

from accounts.models import FormKey
from accounts.operations import once
from keysite.ledger import Refusal
from keysite.tests.history import refused
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def done():
    """What was done, in order; call it with a word to get the deed that says it."""
    words = []

    def deed(word):
        def do():
            words.append(word)
            return f"/done/{len(words)}"

        return do

    deed.words = words
    return deed


def send(done, word="one", *, key="k1", owner="session", values=None):
    return once(key=key, owner=owner, values=values or {"key": "AA1 1"}, deed=done(word))


def test_a_repeat_gets_the_first_answer(done):
    assert (send(done), send(done, "two")) == ("/done/1", "/done/1")
    assert done.words == ["one"]


def test_other_forms_and_other_owners_do_their_own(done):
    send(done)
    send(done, "two", key="k2")
    send(done, "three", owner="another")

    assert done.words == ["one", "two", "three"]


def test_other_values_with_a_used_key_are_refused(done):
    send(done)

    with refused("This form was sent before with other values, and that was done. Open it anew to do more."):
        send(done, "two", values={"key": "AA1 2"})
    assert done.words == ["one"]


@pytest.mark.parametrize("key", ["", None])
def test_without_a_key_it_is_refused(done, key):
    with refused("This form has expired. Please send it once more."):
        send(done, key=key)
    assert done.words == []


def test_a_refused_deed_leaves_the_key_unused(done):
    def refuse():
        raise Refusal("No.")

    with refused("No."):
        once(key="k1", owner="session", values={"key": "AA1 1"}, deed=refuse)

    assert send(done, values={"key": "AA1 2"}) == "/done/1"


def test_what_is_kept_says_nothing_of_the_form(done):
    send(done, key="k1", values={"email": "ada@example.edu"})

    kept = FormKey.objects.get()
    assert "k1" not in kept.digest
    assert "ada" not in kept.fingerprint + kept.digest + kept.answer


def test_what_it_costs(done):
    with queries(exactly=3):
        send(done)
    with queries(exactly=2):
        send(done)
