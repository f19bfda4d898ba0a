"""The timetable: every task of ours is in it, and each may run twice."""

from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django_celery_beat.models import PeriodicTask

import assets.tasks
import keys.tasks
import keysite.tasks
import tickets.tasks
from accounts.models import Notice
from accounts.notices import post
from keys.tests.factories import LoanFactory

TIMETABLES = (
    "accounts.migrations.0002_timetable",
    "keys.migrations.0002_timetable",
    "keys.migrations.0006_timetable_of_separations",
    "keys.migrations.0009_timetable_of_campaigns",
    "keys.migrations.0012_timetable_of_rekeyings",
    "keys.migrations.0011_timetable_of_losses",
    "keys.migrations.0010_timetable_of_fees",
    "assets.migrations.0004_timetable",
    "tickets.migrations.0003_timetable",
)
APPS = ("keysite.", "keys.", "accounts.", "assets.", "tickets.")
OURS = {name: task for name, task in current_app.tasks.items() if name.startswith(APPS)}


@pytest.fixture
def timetable(db):
    PeriodicTask.objects.all().delete()
    for migration in TIMETABLES:
        import_module(migration).add(apps, None)
    return PeriodicTask.objects.all()


def test_every_task_has_its_time(timetable):
    assert {entry.task for entry in timetable} == set(OURS)
    assert {keysite.tasks.send_notices.name, keys.tasks.remind_borrowers.name} <= set(OURS)
    assert {assets.tasks.expire_reservations.name, tickets.tasks.wake_tickets.name} <= set(OURS)


def test_the_timetable_is_made_once_and_what_staff_changed_stays(timetable):
    timetable.filter(task="keys.tasks.retire_keys").update(enabled=False)

    import_module("keys.migrations.0002_timetable").add(apps, None)

    assert timetable.count() == len(OURS)
    assert not timetable.get(task="keys.tasks.retire_keys").enabled


@pytest.mark.parametrize("name", OURS)
def test_a_task_takes_no_arguments_and_may_run_twice(db, name):
    LoanFactory()
    task = OURS[name]

    assert (task.apply().get(), task.apply().get()) == (None, None)


def test_the_sweep_knows_every_kind_of_message(borrower, mailoutbox):
    post(kind="sign_in_changed", person=borrower, facts={"change": "password_changed"})

    keysite.tasks.send_notices()

    assert len(mailoutbox) == 1
    assert Notice.objects.get().status == "Sent"
    assert keysite.tasks.CONTENTS.keys() >= {"loan_receipt", "loan_reminder", "email_code", "department_waiting"}
    assert keys.tasks.remind_borrowers.name in OURS
