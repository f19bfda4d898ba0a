"""The key desk's clock in the timetable; staff may change it afterwards."""

from django.db import migrations

EVERY_TEN_MINUTES = {
    "Write to people whose keys and assets are due": "keys.tasks.remind_borrowers",
    "Retire keys": "keys.tasks.retire_keys",
    "End exceptions that have run out": "keys.tasks.lift_expired_exceptions",
    "End holds that have run out": "keys.tasks.release_expired_holds",
    "Choose keys for large requests": "keys.tasks.propose_waiting",
    "Ask the key office where nobody answers": "keys.tasks.escalate_approvals",
    "Ask anew where promised keys open more": "keys.tasks.revalidate_requests",
    "End requests that nobody picks up": "keys.tasks.expire_requests",
}


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    for name, task in EVERY_TEN_MINUTES.items():
        Task.objects.get_or_create(name=name, defaults={"task": task, "interval": often})


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_initial"), ("accounts", "0002_timetable")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
