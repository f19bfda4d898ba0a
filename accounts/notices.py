"""What is written to people: putting a message into the outbox, and turning its facts into text."""

import logging
import uuid
from contextlib import contextmanager
from typing import NamedTuple

from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.postgres.functions import RandomUUID
from django.core import signing
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.codes import code_of, token_of
from accounts.models import Department, EmailCode, Invitation, Notice, Person
from keysite.cache import is_away, leave_alone
from keysite.ledger import insert_from
from keysite.logs import current_id

log = logging.getLogger(__name__)
NOT_ME = signing.Signer(salt="not-me")
SEND_TASK = "keysite.tasks.send_notices"
SIGN_IN_CHANGES = {
    "password_changed": gettext_lazy("Your password was changed."),
    "password_set": gettext_lazy("A password was set."),
    "password_reset": gettext_lazy("Your password was set anew."),
    "totp_activated": gettext_lazy("An authenticator app was added."),
    "totp_deactivated": gettext_lazy("The authenticator app was removed."),
    "webauthn_added": gettext_lazy("A passkey was added."),
    "webauthn_removed": gettext_lazy("A passkey was removed."),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made."),
    "reset": gettext_lazy("An administrator has reset your second factor. Set up a new one when you sign in."),
    "account_disconnected": gettext_lazy("A linked account was removed."),
}


class Content(NamedTuple):
    """A message as it is sent: plain text, and the same as HTML; answers go to the desk where it says nothing else."""

    subject: str
    text: str
    html: str
    answers_to: str = ""
    url: str = ""  # of a channel that takes the text instead of mail; nowhere written down, since it has our password
    to: str = ""  # who that is, as it is written down


def post(**message):
    """Put one message (as for ``letter``) into the outbox, in the transaction of the deed; sent after the commit."""
    return post_all([letter(**message)])[0]


def letter(*, kind, person=None, address="", facts=None, once_per=None, by=None):
    """A message that is not in the outbox yet: for a deed that writes many at once."""
    notice = Notice(
        kind=kind,
        person=person,
        address="" if person else address,
        facts=facts or {},
        requested_by=by,
        next_try_at=timezone.now(),
    )
    notice.dedupe_key = once_per or f"{kind}:{notice.public_id}"
    return notice


def post_all(messages):
    """Put many messages into the outbox in one statement; one that is there already (``dedupe_key``) stays as it is."""
    Notice.objects.bulk_create(messages, ignore_conflicts=True, batch_size=1000)
    _kick_after_commit()
    return messages


def post_to_all(people, *, kind, once_per, at, facts=None):
    """Put one message to each of the question ``people`` into the outbox, in one statement, however many they are.

    ``once_per`` and the number of the person make its key: who has that message already gets no other.
    """
    columns = {
        "public_id": RandomUUID(),
        "kind": Value(kind),
        "person": F("pk"),
        "address": Value(""),
        "facts": Value(facts or {}, output_field=models.JSONField()),
        "dedupe_key": Concat(Value(once_per), F("pk"), output_field=models.CharField()),
        "created_at": Value(at),
        "next_try_at": Value(at),
        "tries": Value(0),
        "last_error": Value(""),
        "sent_to": Value(""),
        "subject": Value(""),
        "text": Value(""),
    }
    insert_from(Notice, columns, people.order_by().values_list(*columns.values()))
    _kick_after_commit()


def _kick_after_commit():
    if kick not in (function for _savepoints, function, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(kick, robust=True)  # once, however many messages a deed writes


def kick():
    """Ask a worker to send now. Without a broker nothing is lost: the sweep sends it a minute later."""
    if is_away():
        return
    quick = {"socket_timeout": settings.REDIS_PATIENCE, "socket_connect_timeout": settings.REDIS_PATIENCE}
    quick = settings.CELERY_BROKER_TRANSPORT_OPTIONS | quick
    try:
        with current_app.connection_for_write(transport_options=quick) as connection:
            current_app.send_task(SEND_TASK, connection=connection, retry=False, root_id=current_id())
    except (OSError, OperationalError, RedisError) as error:
        leave_alone()
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
    zone = person and person.zone or settings.INSTITUTION_ZONE
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


def invitation(notice):
    """The link by which somebody comes in; pointless once it was used or withdrawn, or is too old."""
    rows = Invitation.objects.open(at=timezone.now()).select_related("invited_by")
    row = rows.filter(pk=notice.facts.get("invitation")).first()
    if row is None:
        return None
    inviter = " ".join(row.invited_by.name.split())
    context = {"inviter": inviter, "until": row.until, "link": link("invitation_accept", token_of(row))}
    return render("invitation", person=notice.person, context=context)


def password_reset(notice):
    """The link that sets a new password, made now: it is good for an hour and for one use."""
    person = notice.person
    token = default_token_generator.make_token(person)
    address = link("account_reset_password_from_key", user_pk_to_url_str(person), token)
    return render("password_reset", person=person, context={"link": address})


def sign_in_changed(notice):
    """To the person: how they sign in has changed, and what to do if it was somebody else."""
    change = SIGN_IN_CHANGES.get(notice.facts["change"])
    if change is None:
        return None
    return render("sign_in_changed", person=notice.person, context={"change": change, "not_me": not_me_link(notice)})


def disavowed(notice):
    """To the desk: somebody says that a deed in their name was not theirs."""
    person = Person.objects.get(pk=notice.facts["person"])
    return render("disavowed", context={"person": person, "link": notice.facts["link"]})


def department_decided(notice):
    """To whoever proposed a department: it is in the list now, or why not."""
    return render("department_decided", person=notice.person, context={"facts": notice.facts, "link": link("profile")})


def department_waiting(notice):
    """To whoever proposed a department: the desk looks at it; pointless once somebody has decided."""
    department = _proposed(notice)
    if department is None:
        return None
    return render(
        "department_waiting", person=notice.person, context={"department": department, "link": link("profile")}
    )


def department_proposed(notice):
    """To the desk: a department waits to be accepted; pointless once somebody has decided."""
    department = _proposed(notice)
    if department is None:
        return None
    address = link("admin:accounts_department_change", department.pk)
    return render("department_proposed", context={"department": department, "link": address})


def _proposed(notice):
    return Department.objects.proposed().filter(pk=notice.facts["department"]).first()


def address_changed(notice):
    """To the address that somebody had until now."""
    return render("address_changed", context={})


CONTENTS = {
    "address_changed": address_changed,
    "email_code": email_code,
    "invitation": invitation,
    "password_reset": password_reset,
    "sign_in_changed": sign_in_changed,
    "disavowed": disavowed,
    "department_decided": department_decided,
    "department_proposed": department_proposed,
    "department_waiting": department_waiting,
}
