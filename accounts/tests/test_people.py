"""Registering, blocking, deactivating people: each deed, and each reason why not."""

import pytest
from django.utils import timezone

from accounts.models import Person
from accounts.operations import block, change_address, deactivate, issue_pin, reactivate, register, unblock
from accounts.tests.factories import PersonFactory
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once


def test_a_new_address_becomes_a_person_without_a_password(clerk):
    person = register(email="  Ada@Example.edu ", by=clerk, first_name="Ada", identifier="s1")

    person.refresh_from_db()
    assert (person.email, person.first_name, person.identifier) == ("Ada@Example.edu", "Ada", "s1")
    assert not person.has_usable_password()
    assert last_version(person) == (clerk, "registered")


def test_a_known_address_in_any_case_gives_the_person_untouched(borrower, clerk):
    assert register(email="BORROWER@example.EDU", by=clerk, first_name="Mallory") == borrower

    borrower.refresh_from_db()
    assert borrower.first_name == "Robin"
    assert Person.objects.count() == 2


def test_an_identifier_that_somebody_has_is_refused(db):
    PersonFactory(identifier="S1")

    with refused("Somebody else has this identifier. Check it, or ask the desk."):
        register(email="ada@example.edu", by=None, identifier="s1")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_address_ten_times_at_once_is_one_person():
    people = at_once(*[lambda: register(email="ada@example.edu", by=None)] * 10)

    assert set(people) == {Person.objects.get()}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_identifier_at_once_is_given_once():
    def registering(number):
        return lambda: register(email=f"person{number}@example.edu", by=None, identifier="s1")

    at_once(*[registering(number) for number in range(5)])

    assert Person.objects.get().identifier == "s1"


def test_a_block_says_who_when_and_why(borrower, clerk):
    block(person=borrower, by=clerk, reason="Lost five keys")

    borrower.refresh_from_db()
    assert (borrower.is_blocked, borrower.blocked_by, borrower.blocked_reason) == (True, clerk, "Lost five keys")
    assert last_version(borrower) == (clerk, "blocked: Lost five keys")


def test_a_block_needs_a_reason_and_is_set_once(borrower, clerk):
    stale = Person.objects.get(pk=borrower.pk)
    with refused(f"Say why {borrower} is blocked."):
        block(person=borrower, by=clerk, reason="")
    block(person=borrower, by=clerk, reason="Lost five keys")

    with refused(f"{borrower} is blocked already."):
        block(person=stale, by=clerk, reason="Lost six")


def test_a_block_is_lifted_once(borrower, clerk):
    block(person=borrower, by=clerk, reason="Lost five keys")

    unblock(person=borrower, by=clerk, reason="Paid")

    borrower.refresh_from_db()
    assert (borrower.blocked_at, borrower.blocked_by, borrower.blocked_reason) == (None, None, "")
    assert last_version(borrower) == (clerk, "Paid")
    with refused(f"{borrower} is not blocked."):
        unblock(person=borrower, by=clerk)


def test_somebody_deactivated_comes_back(borrower, administrator):
    deactivate(person=borrower, by=administrator)
    borrower.refresh_from_db()
    assert not borrower.is_active
    assert borrower.deactivated_at <= timezone.now()
    assert last_version(borrower) == (administrator, "deactivated")
    with refused(f"{borrower} is inactive already."):
        deactivate(person=borrower, by=administrator)

    reactivate(person=borrower, by=administrator)

    borrower.refresh_from_db()
    assert (borrower.is_active, borrower.deactivated_at) == (True, None)
    assert last_version(borrower) == (administrator, "reactivated")
    with refused(f"{borrower} is active."):
        reactivate(person=borrower, by=administrator)


def test_nobody_locks_themselves_out(administrator):
    with refused("You cannot deactivate yourself."):
        deactivate(person=administrator, by=Person.objects.get(pk=administrator.pk))


def test_a_pin_is_shown_once_and_kept_as_a_digest(clerk):
    pin = issue_pin(person=clerk, by=clerk)

    clerk.refresh_from_db()
    assert len(pin) == 6
    assert pin.isdecimal()
    assert pin not in clerk.pin_digest
    assert last_version(clerk) == (clerk, "new PIN")
    assert not hasattr(clerk.history.first(), "pin_digest")


def test_a_new_pin_ends_the_old_one(clerk):
    issue_pin(person=clerk, by=clerk)
    before = clerk.pin_digest

    issue_pin(person=clerk, by=clerk)

    assert clerk.pin_digest != before


def test_only_who_hands_out_keys_has_a_pin(borrower, clerk, administrator):
    sentence = "Only people who hand out keys have a PIN."
    with refused(sentence):
        issue_pin(person=borrower, by=borrower)
    stale = Person.objects.get(pk=clerk.pk)
    deactivate(person=clerk, by=administrator)
    with refused(sentence):
        issue_pin(person=stale, by=stale)


def test_a_corrected_address_gets_mail_again(borrower, clerk):
    Person.objects.filter(pk=borrower.pk).update(email_bounced_at=timezone.now())

    change_address(person=borrower, email="right@example.edu", by=clerk)

    borrower.refresh_from_db()
    assert (borrower.email, borrower.email_bounced_at, borrower.email_proved_at) == ("right@example.edu", None, None)
    assert last_version(borrower) == (clerk, "address changed")
    with refused("That is the address already."):
        change_address(person=borrower, email="RIGHT@example.edu", by=clerk)
    with refused("Somebody with this e-mail address is in the register already."):
        change_address(person=borrower, email=clerk.email.upper(), by=clerk)
