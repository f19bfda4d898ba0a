"""Attestation campaigns, in the timetable; staff may change it afterwards."""

from django.db import migrations


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    name, task = "Ask whether keys are still there", "keys.tasks.move_campaigns"
    Task.objects.get_or_create(name=name, defaults={"task": task, "interval": often})


class Migration(migrations.Migration):
    dependencies = [("keys", "0008_sample_candidates")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
