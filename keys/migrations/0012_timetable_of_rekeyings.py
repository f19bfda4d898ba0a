"""The clock of rekeyings in the timetable; staff may change it afterwards."""

from django.db import migrations


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    often, _ = Interval.objects.get_or_create(every=10, period="minutes")
    task = {"task": "keys.tasks.close_rekeyings", "interval": often}
    Task.objects.get_or_create(name="See to rekeyings under way", defaults=task)


class Migration(migrations.Migration):
    dependencies = [("keys", "0011_timetable_of_losses")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
