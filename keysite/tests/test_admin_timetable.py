"""The timetable of the clock in the console."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.models import Affiliation, LoanTerm
from assets.models import AssetType
from keys.models import Cabinet, KeySystem
from keysite.admin import TASKS
from keysite.tests.pages import send
from tickets.models import Category, Team

ADD = "/admin/django_celery_beat/periodictask/add/"
HANDFUL = {Affiliation, AssetType, LoanTerm, KeySystem, Cabinet, Category, Team, IntervalSchedule, CrontabSchedule}


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def hourly(db):
    return IntervalSchedule.objects.create(every=1, period="hours")


@pytest.fixture
def task(hourly):
    return PeriodicTask.objects.create(name="Retire", task="keys.tasks.retire_keys", interval=hourly)


def page(task):
    return reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])


def test_a_task_gets_another_time_and_it_is_written_down_who_did_it(console, administrator, task):
    night = CrontabSchedule.objects.create(minute="0", hour="2")

    response = send(console, page(task), "periodictask_form", interval="", crontab=night.pk, _save="1")

    task.refresh_from_db()
    assert response.status_code == 302
    assert (task.interval, task.crontab) == (None, night)
    assert LogEntry.objects.get(object_id=str(task.pk)).user == administrator


def test_a_task_is_switched_off(console, task):
    send(console, page(task), "periodictask_form", enabled="", _save="1")

    task.refresh_from_db()
    assert not task.enabled


@pytest.mark.parametrize("both", [True, False])
def test_a_task_has_an_interval_or_times_of_day(console, task, hourly, both):
    night = CrontabSchedule.objects.create(minute="0", hour="2")
    typed = {"interval": hourly.pk, "crontab": night.pk} if both else {"interval": "", "crontab": ""}

    response = send(console, page(task), "periodictask_form", **typed, _save="1")

    assert "Choose either an interval or times of day." in response.content.decode()


def test_only_our_tasks_are_offered_and_what_a_task_does_does_not_change(console, task, hourly):
    other = {"task": "os.system", "name": "Mine"}
    send(console, page(task), "periodictask_form", **other, _save="1")
    refused = send(console, ADD, "periodictask_form", **other, interval=hourly.pk, _save="1")

    task.refresh_from_db()
    assert task.task == "keys.tasks.retire_keys"
    assert "Select a valid choice." in refused.content.decode()
    assert len(TASKS) == 5


def test_a_second_task_of_one_name_is_refused(console, task, hourly):
    typed = {"task": "keys.tasks.retire_keys", "name": "Retire", "interval": hourly.pk}

    assert "already exists" in send(console, ADD, "periodictask_form", **typed, _save="1").content.decode()


@pytest.mark.parametrize("role", ["desk", "key_shop", "building_manager", "technician", "auditor"])
def test_the_timetable_is_for_administrators(client, make_staff, task, role):
    client.force_login(make_staff(role))

    assert client.get(page(task)).status_code == 403
    assert client.post(page(task), {"_save": "1"}).status_code == 403


def test_no_page_of_another_package_is_in_the_console():
    apps = {model._meta.app_label for model in admin.site._registry}

    assert apps == {"accounts", "assets", "keys", "tickets", "django_celery_beat"}


def test_a_plain_select_is_of_a_handful_of_rows():
    """Everything else is completed as one types: no page renders a table that grows."""
    pages = list(admin.site._registry.values())
    pages += [inline(page.model, admin.site) for page in pages for inline in page.inlines]
    plain = {page.model._meta.get_field(name).related_model for page in pages for name in page.plain_choices}

    assert plain <= HANDFUL
