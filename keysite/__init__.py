"""The project: wiring, and the few things all apps share."""

from keysite.celery import app as celery_app

__all__ = ["celery_app"]
