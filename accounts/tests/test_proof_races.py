"""Codes and doors, at the same moment."""

import pytest
from django.contrib.sessions.models import Session

from accounts.codes import code_of
from accounts.models import EmailCode, Person
from accounts.operations import ask_code, check_code, clean_up, prove_address, sign_in_by_code
from accounts.tests.doors import sign_in
from keysite.ledger import Refusal
from keysite.tests.races import at_once

race = pytest.mark.django_db(transaction=True)


def ask():
    return ask_code(address="a@example.edu", purpose="sign-in", browser="b")


@race
def test_a_code_that_is_typed_ten_times_lets_in_once():
    proof = ask()

    def enter():
        return sign_in_by_code(proof=EmailCode.objects.get(pk=proof.pk), browser="b", code=code_of(proof))

    results = at_once(*[enter] * 10)

    assert sum(isinstance(result, Person) for result in results) == 1
    assert {str(result) for result in results if isinstance(result, Refusal)} == {
        "This code has been used. Ask for a new one."
    }


@race
def test_wrong_tries_are_counted_one_by_one():
    proof = ask()
    wrong = f"{(int(code_of(proof)) + 1) % 1_000_000:06d}"

    def guess():
        check_code(proof=EmailCode.objects.get(pk=proof.pk), purpose="sign-in", browser="b", code=wrong)

    results = at_once(*[guess] * 10)

    assert EmailCode.objects.get().tries == 5
    assert sum("five wrong tries" in str(result) for result in results) == 5


@race
def test_ten_people_asking_at_once_get_five_codes():
    results = at_once(*[ask] * 10)

    assert EmailCode.objects.count() == 5
    assert sum(isinstance(result, Refusal) for result in results) == 5


@race
def test_a_new_address_proved_ten_times_is_one_person():
    people = at_once(*[lambda: prove_address(address="A@example.edu")] * 10)

    assert len({person.pk for person in people}) == 1
    assert Person.objects.count() == 1


def test_ended_sessions_are_forgotten(client, borrower, django_user_model):
    sign_in(client, borrower.email)
    assert borrower.usersession_set.count() == 1
    Session.objects.all().delete()

    clean_up(at=borrower.joined_at)

    assert borrower.usersession_set.count() == 0
