"""People who leave, in the timetable; staff may change it afterwards."""

from django.db import migrations

EVERY_TEN_MINUTES = {
    "Put people who leave on the list": "keys.tasks.begin_separations",
    "Write to people who leave": "keys.tasks.remind_leavers",
}


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    for name, task in EVERY_TEN_MINUTES.items():
        Task.objects.get_or_create(name=name, defaults={"task": task, "interval": often})


class Migration(migrations.Migration):
    dependencies = [("keys", "0005_export_requests")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
