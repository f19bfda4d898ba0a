"""Lost keys, in the timetable; staff may change it afterwards."""

from django.db import migrations

EVERY_TEN_MINUTES = {
    "End reports of lost keys that open nothing any more": "keys.tasks.close_losses",
    "Ask what is done about lost keys": "keys.tasks.ask_about_losses",
}


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    for name, task in EVERY_TEN_MINUTES.items():
        Task.objects.get_or_create(name=name, defaults={"task": task, "interval": often})


class Migration(migrations.Migration):
    dependencies = [("keys", "0010_timetable_of_fees")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
