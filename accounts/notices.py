"""What is written to people: putting a message into the outbox, and turning its facts into text."""

import logging
import uuid
from contextlib import contextmanager
from typing import NamedTuple
from zoneinfo import ZoneInfo

from celery import current_app
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.codes import code_of
from accounts.models import EmailCode, Notice

log = logging.getLogger(__name__)
NOT_ME = signing.Signer(salt="not-me")
SEND_TASK = "keysite.tasks.send_notices"


class Content(NamedTuple):
    """A message as it is sent: plain text, and the same as HTML."""

    subject: str
    text: str
    html: str


def post(*, kind, person=None, address="", facts=None, once_per=None, by=None):
    """Put one message into the outbox, in the transaction of the deed; it is sent after the commit."""
    notice = Notice(
        kind=kind,
        person=person,
        address="" if person else address,
        facts=facts or {},
        requested_by=by,
        next_try_at=timezone.now(),
    )
    notice.dedupe_key = once_per or f"{kind}:{notice.public_id}"
    return post_all([notice])[0]


def post_all(messages):
    """Put many messages into the outbox in one statement; one that is there already (``dedupe_key``) stays as it is."""
    Notice.objects.bulk_create(messages, ignore_conflicts=True, batch_size=1000)
    transaction.on_commit(kick, robust=True)
    return messages


def kick():
    """Ask a worker to send now. Without a broker nothing is lost: the sweep sends it a minute later."""
    quick = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    try:
        with current_app.connection_for_write(transport_options=quick) as connection:
            current_app.send_task(SEND_TASK, connection=connection, retry=False)
    except (OSError, OperationalError, RedisError) as error:
        log.warning("The queue cannot be reached (%s); the next sweep sends the mail.", type(error).__name__)


def render(kind, *, person=None, context):
    """The message ``email/<kind>.txt``, its first line the subject, in the language and time zone of ``person``."""
    site = {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL, "DESK_CONTACT": settings.DESK_CONTACT}
    with speaking_to(person):
        written = render_to_string(f"email/{kind}.txt", site | context)
        subject, text = written.strip().split("\n", 1)
        html = render_to_string("email/_layout.html", site | {"subject": subject, "text": text.strip()})
    return Content(subject.strip()[:200], text.strip() + "\n", html)


@contextmanager
def speaking_to(person):
    """Dates and words as ``person`` (or, without one, the institution) reads them."""
    zone = ZoneInfo(person.time_zone) if person and person.time_zone else settings.INSTITUTION_ZONE
    language = person.language if person and person.language else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone):
        yield


def link(name, *args):
    """An address for a mail: from the setting, never from the Host header."""
    return settings.SITE_URL + reverse(name, args=args)


def not_me_link(notice):
    """Where the receiver of ``notice`` says that it was somebody else."""
    return link("not_me", NOT_ME.sign(notice.public_id.hex))


def notice_of_not_me(token):
    """The notice whose link carries ``token``, or None for a wrong one."""
    try:
        return Notice.objects.select_related("person").get(public_id=uuid.UUID(NOT_ME.unsign(token)))
    except (signing.BadSignature, ValueError, Notice.DoesNotExist):
        return None


def email_code(notice):
    """The code of a proof under way; pointless once it is used or too old."""
    proof = EmailCode.objects.filter(pk=notice.facts["proof"]).first()
    if proof is None or proof.used_at or proof.expires_at <= timezone.now():
        return None
    return render("email_code", context={"code": code_of(proof)})


def disavowed(notice):
    """To the desk: somebody says that a deed in their name was not theirs."""
    return render("disavowed", context={"facts": notice.facts})


def department_decided(notice):
    return render("department_decided", person=notice.person, context={"facts": notice.facts})


def department_proposed(notice):
    return render("department_proposed", context={"link": link("admin:accounts_department_changelist")})


CONTENTS = {
    "email_code": email_code,
    "disavowed": disavowed,
    "department_decided": department_decided,
    "department_proposed": department_proposed,
}
