"""What is forgotten after a while."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from simple_history.models import HistoricalChanges

from accounts.models import EmailCode, FormKey, Invitation, Notice

CHUNK = 5000
INVITATIONS_KEPT = timedelta(days=90)  # from the day until which they were good


def clean_up(*, at):
    """Delete what the retention settings no longer keep: old versions, old messages, used forms and codes.

    The newest version of a row stays for ever, however old; of invitations nothing stays, since an address in them may
    belong to somebody who never came.
    """
    FormKey.objects.filter(created_at__lt=at - timedelta(days=2)).delete()
    EmailCode.objects.filter(created_at__lt=at - timedelta(days=2)).delete()
    _forget_invitations(at - INVITATIONS_KEPT)
    Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Notice.objects.filter(created_at__lt=at - timedelta(days=settings.NOTICES_KEPT_DAYS)).exclude(
        pk__in=Notice.objects.waiting().values("pk")
    ).delete()
    before = at - timedelta(days=settings.HISTORY_KEPT_DAYS)
    for model in apps.get_models():
        if issubclass(model, HistoricalChanges):
            _forget_versions(model, before)


def _forget_invitations(before):
    old = Invitation.objects.filter(until__lt=before).order_by("pk")
    while pks := list(old.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            Invitation.objects.filter(pk__in=pks).delete()
            Invitation.history.filter(id__in=pks).delete()


def _forget_versions(model, before):
    key = model.instance_type._meta.pk.attname
    newer = model.objects.filter(**{key: OuterRef(key)}, history_id__gt=OuterRef("history_id"))
    old = model.objects.filter(Exists(newer), history_date__lt=before).order_by("history_id")
    while pks := list(old.values_list("history_id", flat=True)[:CHUNK]):
        model.objects.filter(history_id__in=pks).delete()
