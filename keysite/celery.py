"""The queue: tasks are found in each app's ``tasks`` module; the timetable lives in the database."""

import os

from celery import Celery
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
app = Celery("keysite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A message only says “look now”, so none is put back when a connection closes. kombu 5.7 tries to when Redis has gone
# away with a message still to be acknowledged, fails, and the worker ends.
Channel.do_restore = False
