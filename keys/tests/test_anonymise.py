"""Anonymised for ever: nothing says any more who it was, and what was borrowed stays."""

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.serializers import serialize
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts.models import EmailCode, Notice, Person
from accounts.notices import post
from accounts.operations import anonymise, ask_code, block, issue_pin, reactivate, send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import LossReport
from keys.operations import (
    appeal_charge,
    charge_by_hand,
    pay_charge,
    record_payment,
    reject_appeal,
    report_lost,
    return_key,
    waive_charge,
)
from keys.tests.factories import ChargeFactory, LoanFactory
from keysite.tasks import CONTENTS
from keysite.tests.history import last_version, refused

WORDS = ["zephyrine", "quackenbush", "zq-4711", "0800-zephyr"]


@pytest.fixture
def person(administrator):
    person = PersonFactory(
        email="Zephyrine.Quackenbush@example.edu",
        first_name="Zephyrine",
        last_name="Quackenbush",
        identifier="ZQ-4711",
        phone="0800-ZEPHYR",
        department=DepartmentFactory(),
        sponsor=PersonFactory(),
        is_staff=True,
    )
    person.user_permissions.add(Permission.objects.get(codename="check_out"))
    person = Person.objects.get(pk=person.pk)
    person.set_password("Zephyrine, 1984")
    person.save()
    issue_pin(person=person, by=person)
    block(person=person, by=administrator, reason="Zephyrine lost five keys")
    return person


def everything():
    """All rows of all tables, as text."""
    tables = [model for model in apps.get_models(include_auto_created=True) if model is not ContentType]
    return "".join(serialize("json", model._base_manager.all()) for model in tables).lower()


def test_nothing_says_any_more_who_it_was(person, administrator):
    ask_code(address=person.email.lower(), purpose="sign-in", browser="secret")
    post(kind="sign_in_changed", person=person, facts={"change": "Zephyrine"})
    post(kind="email_code", address=person.email, facts={})
    post(kind="disavowed", address="desk@example.edu")
    Notice.objects.filter(kind="disavowed").update(text=f"{person} says: this was not me")
    LogEntry.objects.log_actions(administrator.pk, [person], CHANGE, change_message="", single_object=True)
    Client().force_login(person, "django.contrib.auth.backends.ModelBackend")
    assert all(word in everything() for word in WORDS)

    anonymise(person=person, by=administrator)

    left = everything()
    assert [word for word in WORDS if word in left] == []
    assert not EmailCode.objects.exists()


def test_what_lets_somebody_in_is_gone(person, administrator):
    anonymise(person=person, by=administrator)

    person = Person.objects.get(pk=person.pk)
    assert (person.email, person.name, person.pin_digest) == (f"anonymised-{person.pk}@invalid", "", "")
    assert (person.is_active, person.is_staff, person.has_usable_password()) == (False, False, False)
    assert not person.user_permissions.exists()
    version = person.history.first()
    assert (version.history_user, version.history_change_reason) == (administrator, "anonymised")


def test_what_was_borrowed_stays(person, administrator):
    loan = LoanFactory(borrower=person)
    return_key(loan=loan, by=administrator)

    anonymise(person=person, by=administrator)

    loan.refresh_from_db()
    assert (loan.borrower, loan.status) == (person, "Returned")
    assert loan.history.count() == 2


def test_who_still_holds_keys_is_refused(person, administrator):
    loan = LoanFactory(borrower=person)
    sentence = f"{person} still holds keys: take them back first."
    with refused(sentence):
        anonymise(person=person, by=administrator)
    report_lost(loan=loan, by=administrator)
    with refused(sentence):
        anonymise(person=person, by=administrator)

    record_payment(loan=loan, by=administrator, amount=5, note="R1")
    anonymise(person=person, by=administrator)


def test_who_still_has_to_pay_is_refused(person, administrator):
    charge = ChargeFactory(loan__borrower=person, loan__returned_at=timezone.now(), loan__condition="broken")
    with refused(f"{person} still has fees to pay: take the payment or waive them first."):
        anonymise(person=person, by=administrator)

    waive_charge(charge=charge, by=administrator, reason="Written off")
    anonymise(person=person, by=administrator)


def test_words_about_lost_keys_and_fees_are_wiped_and_the_sums_stay(person, administrator, mailoutbox):
    lost, waived = LoanFactory(borrower=person), LoanFactory(borrower=person)
    for loan in (lost, waived):
        report_lost(loan=loan, by=person, words="Zephyrine left it on the bus", police="ZQ-4711")
    paid, gone = (
        charge_by_hand(loan=loan, event="lost", amount=5, note="For Zephyrine", by=administrator)
        for loan in (lost, waived)
    )
    appeal_charge(charge=paid, by=person, text="I am a Quackenbush!")
    reject_appeal(charge=paid, by=administrator, reason="Quackenbushes pay, too")
    pay_charge(charge=paid, by=administrator, note="R1")
    waive_charge(charge=gone, by=administrator, reason="Zephyrine is ill")
    record_payment(loan=waived, by=administrator, amount=0, note="Waived")
    send_notices(contents=CONTENTS, at=timezone.now())
    assert all(word in everything() for word in WORDS)

    anonymise(person=person, by=administrator)

    left = everything()
    assert [word for word in WORDS if word in left] == []
    paid.refresh_from_db()
    assert (paid.status, paid.amount, paid.paid_note, last_version(paid)[1]) == ("Paid", 5, "R1", "paid")
    gone.refresh_from_db()
    assert (gone.status, last_version(gone)[1]) == ("Waived", "waived")


def test_nobody_anonymises_themselves(administrator):
    with refused("You cannot anonymise yourself."):
        anonymise(person=administrator, by=administrator)


def test_it_is_done_once_and_cannot_be_taken_back(person, administrator):
    anonymise(person=person, by=administrator)

    with refused("This person is anonymised already."):
        anonymise(person=person, by=administrator)
    with refused("This person was anonymised; that cannot be taken back."):
        reactivate(person=person, by=administrator)


def test_nobody_else_is_touched(person, administrator):
    other = PersonFactory(first_name="Ada", phone="1", blocked_at=timezone.now(), blocked_reason="Lost five")
    report_lost(loan=LoanFactory(borrower=other), by=other, words="On the bus")
    post(kind="sign_in_changed", person=other, facts={"change": "reset"})

    anonymise(person=person, by=administrator)

    other.refresh_from_db()
    assert (other.first_name, other.phone, other.blocked_reason) == ("Ada", "1", "Lost five")
    assert other.history.first().first_name == "Ada"
    assert Notice.objects.get(person=other, kind="sign_in_changed").facts == {"change": "reset"}
    assert LossReport.objects.get().circumstances == "On the bus"


def test_every_column_of_a_person_is_thought_of():
    """A new text column must be forgotten too, or be listed here as one that names nobody."""
    harmless = {"language", "time_zone", "password"}
    forgotten = {"email", "first_name", "last_name", "phone", "identifier", "blocked_reason", "pin_digest"}
    texts = {field.name for field in Person._meta.concrete_fields if isinstance(field, models.CharField)}

    assert texts == harmless | forgotten
