"""The outbox and the clean-up in the timetable; staff may change them afterwards."""

from django.db import migrations


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    minute, _ = Interval.objects.get_or_create(every=1, period="minutes")
    night, _ = Crontab.objects.get_or_create(minute="30", hour="3")
    Task.objects.get_or_create(
        name="Send what waits in the outbox", defaults={"task": "keysite.tasks.send_notices", "interval": minute}
    )
    Task.objects.get_or_create(
        name="Forget what is no longer kept", defaults={"task": "keysite.tasks.clean_up", "crontab": night}
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("django_celery_beat", "0019_alter_periodictasks_options")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
