"""Files that came with a mail: kept for download only, under names that say nothing and cannot be guessed."""

import secrets

from django.core.files.base import ContentFile
from django.utils import timezone

from keysite import images
from keysite.ledger import Refusal, record_new
from tickets.models import Attachment
from tickets.operations.photos import AT_ONCE, MOST


def sort(files, most=AT_ONCE):
    """The pictures that can be shown among ``files``, made anew, and the files that are none. Takes a while."""
    pictures, others = [], []
    for file in files:
        picture = _picture(file) if len(pictures) < most else None
        (others if picture is None else pictures).append(picture or file)
    return pictures, others


def room_for_photos(ticket):
    """How many photos may still be shown with the ticket at once."""
    return max(min(AT_ONCE, MOST - ticket.photos.count()), 0)


def keep(files, *, by, comment=None, mail=None):
    """Write ``files`` (name and data) to go with a comment or a parked mail."""
    kept = []
    try:
        for file in files:
            row = Attachment(comment=comment, mail=mail, name=file.name, size=len(file.data), added_at=timezone.now())
            kept.append(row)
            row.file.save(secrets.token_hex(16), ContentFile(file.data), save=False)
        return record_new(kept, by=by, reason="came by mail")
    except BaseException:
        images.forget([row.file.name for row in kept if row.file])
        raise


def _picture(file):
    try:
        return images.read(ContentFile(file.data))
    except Refusal:
        return None
