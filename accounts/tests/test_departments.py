"""Departments that customers propose."""

import pytest

from accounts.models import Department, Notice, Person
from accounts.operations import accept_department, add_department, propose_department, reject_department
from accounts.tests.factories import DepartmentFactory
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once


def propose(by, name="Rhetoric"):
    return propose_department(name=name, kind="department", contact_name="Ada", contact_email="ada@example.edu", by=by)


@pytest.fixture
def borrower(borrower):
    borrower.department = None
    borrower.save()
    return borrower


def test_a_proposal_waits_and_both_are_told(borrower):
    department = propose(borrower, name="  Marine   Ecology ")

    department.refresh_from_db()
    assert (department.name, department.proposed_by, department.accepted_at) == ("Marine Ecology", borrower, None)
    assert list(Department.objects.proposed()) == [department]
    assert last_version(department) == (borrower, "proposed")
    assert [(notice.kind, notice.person) for notice in Notice.objects.order_by("pk")] == [
        ("department_proposed", None),
        ("department_waiting", borrower),
    ]


def test_a_name_that_is_there_or_proposed_is_refused_in_any_case(borrower):
    DepartmentFactory(name="Physics")
    propose(borrower)

    with refused("“Physics” is in the list already: choose it in your profile."):
        propose(borrower, name="physics")
    with refused("“Rhetoric” has been proposed already and waits for the desk."):
        propose(borrower, name="RHETORIC")


def test_who_proposed_it_is_put_into_it(borrower, clerk):
    department = propose(borrower)

    accept_department(department=department, by=clerk)

    department.refresh_from_db()
    borrower.refresh_from_db()
    assert (department.accepted_by, borrower.department) == (clerk, department)
    assert last_version(department) == (clerk, "accepted")
    assert last_version(borrower) == (clerk, "proposed department accepted")
    notice = Notice.objects.latest("pk")
    assert (notice.kind, notice.person, notice.facts["accepted"]) == ("department_decided", borrower, True)


def test_who_has_chosen_another_since_keeps_it(borrower, clerk):
    department, other = propose(borrower), DepartmentFactory()
    Person.objects.filter(pk=borrower.pk).update(department=other)

    accept_department(department=department, by=clerk)

    borrower.refresh_from_db()
    assert borrower.department == other


def test_a_rejection_says_why_and_frees_the_name(borrower, clerk):
    department = propose(borrower)
    with refused("Say why: the person who proposed it reads this."):
        reject_department(department=department, by=clerk, reason="")

    reject_department(department=department, by=clerk, reason="It is called Speech")

    assert last_version(department) == (clerk, "rejected: It is called Speech")
    assert Notice.objects.latest("pk").facts["reason"] == "It is called Speech"
    assert propose(borrower)


def test_it_is_decided_once(borrower, clerk):
    department = propose(borrower)
    stale = Department.objects.get()
    accept_department(department=department, by=clerk)

    with refused("“Rhetoric” has been decided already."):
        accept_department(department=stale, by=clerk)
    with refused("“Rhetoric” has been decided already."):
        reject_department(department=stale, by=clerk, reason="No")


def test_what_staff_add_counts_at_once(clerk):
    department = Department(name="Physics")

    add_department(department=department, by=clerk)

    assert list(Department.objects.accepted()) == [department]
    assert last_version(department) == (clerk, "added")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_name_at_once_is_proposed_once(borrower):
    at_once(*[lambda: propose(borrower)] * 5)

    assert Department.objects.count() == 1
