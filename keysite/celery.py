"""The queue: tasks are found in each app's ``tasks`` module; the timetable lives in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
app = Celery("keysite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
