"""What is forgotten after a while, and what stays."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Department, EmailCode, FormKey, Notice, Person
from accounts.notices import post
from accounts.operations import ask_code, clean_up, once
from accounts.tests.factories import DepartmentFactory, PersonFactory
from keysite.ledger import record, remove
from keysite.tests.races import at_once

LONG_AGO = datetime(2010, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def at(moment):
    return time_machine.travel(moment, tick=False)


def renamed(department, name, moment):
    with at(moment):
        department.name = name
        record(department, by=None, reason="renamed")


def names(department):
    return list(Department.history.filter(id=department.pk).order_by("history_id").values_list("name", flat=True))


def test_old_versions_go_and_the_newest_stays_however_old(db):
    with at(LONG_AGO):
        untouched = DepartmentFactory(name="Physics")
        department = DepartmentFactory(name="One")
    renamed(department, "Two", LONG_AGO + DAY)
    renamed(department, "Three", NOW - DAY)

    clean_up(at=NOW)

    assert names(untouched) == ["Physics"]
    assert names(department) == ["Three"]


def test_versions_within_the_time_that_is_set_stay(db, settings):
    settings.HISTORY_KEPT_DAYS = 10
    with at(NOW - 11 * DAY):
        department = DepartmentFactory(name="One")
    renamed(department, "Two", NOW - 9 * DAY)
    renamed(department, "Three", NOW - DAY)

    clean_up(at=NOW)

    assert names(department) == ["Two", "Three"]


def test_of_a_removed_row_the_removal_stays(db):
    with at(LONG_AGO):
        department = DepartmentFactory(name="One")
        number = department.pk
        remove(department, by=None, reason="typed twice")

    clean_up(at=NOW)

    [version] = Department.history.filter(id=number)
    assert (version.history_type, version.history_change_reason) == ("-", "typed twice")


def test_more_versions_than_fit_one_chunk_all_go(monkeypatch, db):
    monkeypatch.setattr("accounts.operations.retention.CHUNK", 2)
    with at(LONG_AGO):
        department = DepartmentFactory(name="0")
    for number in range(1, 7):
        renamed(department, str(number), LONG_AGO + number * DAY)

    clean_up(at=NOW)

    assert names(department) == ["6"]


def test_old_notices_go_unless_they_wait(settings, borrower):
    settings.NOTICES_KEPT_DAYS = 30
    for kind in ("sent", "failed", "cancelled", "waiting"):
        with at(NOW - 31 * DAY):
            post(kind=kind, person=borrower)
        if kind != "waiting":
            Notice.objects.filter(kind=kind).update(**{f"{kind}_at": NOW - 31 * DAY})
    with at(NOW - 29 * DAY):
        post(kind="young", person=borrower)
    Notice.objects.filter(kind="young").update(sent_at=NOW - 29 * DAY)

    clean_up(at=NOW)

    assert set(Notice.objects.values_list("kind", flat=True)) == {"waiting", "young"}


def test_used_forms_codes_and_sessions_go(db):
    for moment in (NOW - 3 * DAY, NOW - DAY):
        with at(moment):
            once(key=str(moment), owner="session", values={}, deed=lambda: "/")
            ask_code(address="ada@example.edu", purpose="sign-in", browser="secret")
            Session.objects.create(session_key=str(moment.day), expire_date=moment + 2 * DAY)

    clean_up(at=NOW)

    assert FormKey.objects.get().created_at == NOW - DAY
    assert EmailCode.objects.get().created_at == NOW - DAY
    assert Session.objects.get().session_key == str((NOW - DAY).day)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_is_harmless():
    with at(LONG_AGO):
        people = [PersonFactory() for _number in range(5)]
        for person in people:
            record(person, by=None, reason="again")

    at_once(*[lambda: clean_up(at=timezone.now())] * 3)

    assert Person.history.count() == 5
