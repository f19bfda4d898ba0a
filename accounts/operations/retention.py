"""What is forgotten after a while."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from simple_history.models import HistoricalChanges

from accounts.models import EmailCode, FormKey, Notice

CHUNK = 5000


def clean_up(*, at):
    """Delete what the retention settings no longer keep: old versions, old messages, used forms and codes.

    The newest version of a row stays for ever, however old.
    """
    FormKey.objects.filter(created_at__lt=at - timedelta(days=2)).delete()
    EmailCode.objects.filter(created_at__lt=at - timedelta(days=2)).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Notice.objects.filter(created_at__lt=at - timedelta(days=settings.NOTICES_KEPT_DAYS)).exclude(
        pk__in=Notice.objects.waiting().values("pk")
    ).delete()
    before = at - timedelta(days=settings.HISTORY_KEPT_DAYS)
    for model in apps.get_models():
        if issubclass(model, HistoricalChanges):
            _forget_versions(model, before)


def _forget_versions(model, before):
    key = model.instance_type._meta.pk.attname
    newer = model.objects.filter(**{key: OuterRef(key)}, history_id__gt=OuterRef("history_id"))
    old = model.objects.filter(Exists(newer), history_date__lt=before).order_by("history_id")
    while pks := list(old.values_list("history_id", flat=True)[:CHUNK]):
        model.objects.filter(history_id__in=pks).delete()
