"""Roles: one dictionary, and who may give them."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import Person
from accounts.operations import assign_roles, sync_roles
from accounts.roles import ROLES
from keysite.tests.history import last_version, refused


def test_the_groups_are_the_dictionary_and_a_second_run_changes_nothing(db):
    sync_roles()

    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert sync_roles() == 0


def test_a_role_that_was_changed_by_hand_is_put_right(roles):
    Group.objects.get(name="technician").permissions.set(Permission.objects.filter(codename="add_person"))

    assert sync_roles() == 1
    assert not Group.objects.get(name="technician").permissions.filter(codename="add_person").exists()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gives_just_its_permissions(make_staff, role):
    assert Person.objects.get(pk=make_staff(role).pk).get_all_permissions() == ROLES[role].permissions


def test_the_auditor_changes_nothing():
    verbs = {permission.partition(".")[2].partition("_")[0] for permission in ROLES["auditor"].permissions}

    assert verbs == {"view", "see", "export"}


def test_somebody_with_a_role_may_open_the_console_and_without_one_may_not(borrower, administrator):
    assign_roles(person=borrower, roles=["technician", "desk"], by=administrator)
    borrower.refresh_from_db()
    assert borrower.is_staff
    assert set(borrower.groups.values_list("name", flat=True)) == {"desk", "technician"}
    assert last_version(borrower) == (administrator, "roles: desk, technician")

    assign_roles(person=borrower, roles=[], by=administrator)
    borrower.refresh_from_db()
    assert (borrower.is_staff, borrower.groups.count()) == (False, 0)
    assert last_version(borrower) == (administrator, "roles: none")


def test_an_unknown_role_is_refused(borrower, administrator):
    with refused("There is no role “janitor”."):
        assign_roles(person=borrower, roles=["desk", "janitor"], by=administrator)


def test_nobody_changes_their_own_roles(administrator):
    with refused("Ask another administrator: nobody changes their own roles."):
        assign_roles(person=administrator, roles=["desk"], by=administrator)
