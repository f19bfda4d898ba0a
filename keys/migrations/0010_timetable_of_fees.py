"""Fees for lost and broken keys, in the timetable; staff may change it afterwards."""

from django.db import migrations


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    task = {"task": "keys.tasks.charge_for_losses", "interval": often}
    Task.objects.get_or_create(name="Charge for lost and broken keys", defaults=task)


class Migration(migrations.Migration):
    dependencies = [("keys", "0010_fees_by_rule")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
