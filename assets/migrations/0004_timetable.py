"""The equipment desk's clock in the timetable; staff may change it afterwards."""

from django.db import migrations

EVERY_TEN_MINUTES = {
    "End reservations that nobody picked up": "assets.tasks.expire_reservations",
    "Tell departments of warranties and services": "assets.tasks.remind_of_dates",
}
EVERY_DAY = {"Delete files of photos that never came to be": "assets.tasks.sweep_photos"}


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    daily, _ = Interval.objects.get_or_create(every=1, period="days")
    for tasks, interval in ((EVERY_TEN_MINUTES, often), (EVERY_DAY, daily)):
        for name, task in tasks.items():
            Task.objects.get_or_create(name=name, defaults={"task": task, "interval": interval})


class Migration(migrations.Migration):
    dependencies = [("assets", "0003_disposal_types"), ("accounts", "0002_timetable")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
