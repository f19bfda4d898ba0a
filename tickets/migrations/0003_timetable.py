"""The clock of tickets in the timetable; staff may change it afterwards."""

from django.db import migrations

EVERY_MINUTE = {"Take answers from the mailbox of tickets": "tickets.tasks.fetch_mail"}
EVERY_TEN_MINUTES = {
    "Take up tickets that were stalled until today": "tickets.tasks.wake_tickets",
    "Remind of tickets that lie about": "tickets.tasks.remind_of_tickets",
    "Make the tickets of schedules": "tickets.tasks.make_scheduled_tickets",
}
EVERY_HOUR = {"Confirm tickets that nobody says anything about": "tickets.tasks.confirm_silent_tickets"}
EVERY_DAY = {"Forget tickets that are no longer kept": "tickets.tasks.purge_tickets"}


def add(apps, schema_editor):
    Interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    Task = apps.get_model("django_celery_beat", "PeriodicTask")
    every = {
        (1, "minutes"): EVERY_MINUTE,
        (10, "minutes"): EVERY_TEN_MINUTES,
        (1, "hours"): EVERY_HOUR,
        (1, "days"): EVERY_DAY,
    }
    for (n, period), tasks in every.items():
        interval, _ = Interval.objects.get_or_create(every=n, period=period)
        for name, task in tasks.items():
            Task.objects.get_or_create(name=name, defaults={"task": task, "interval": interval})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_ticket_numbers"), ("accounts", "0002_timetable")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
