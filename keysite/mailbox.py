"""The mail of a copy for development: what would have been sent lies in a folder and is read here."""

from email import message_from_bytes, policy
from pathlib import Path

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

SHOWN = 30
LINE = b"-" * 79  # what Django's file backend writes after each message


@login_not_required
@csp_update({"style-src": [SELF, UNSAFE_INLINE]})  # mails carry their style with them
@never_cache
@require_GET
def dev_mailbox(request):
    """The newest messages, first the newest. There is no such page outside of development."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "keysite/mailbox.html", {"messages_sent": read(settings.EMAIL_FILE_PATH)})


def read(folder):
    """The newest messages in the files of ``folder``: address, subject, day, text and HTML."""
    files = Path(folder).glob("*.log") if folder else []
    newest = sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)[:SHOWN]
    raw = [part for file in newest for part in reversed(file.read_bytes().split(b"\n" + LINE)) if part.strip()]
    return [_shown(message_from_bytes(part.lstrip(), policy=policy.default)) for part in raw[:SHOWN]]


def _shown(message):
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    words = {kind: part.get_content() if part else "" for kind, part in parts.items()}
    return {"to": message["To"], "subject": message["Subject"], "date": message["Date"], **words}
