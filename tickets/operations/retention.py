"""What is forgotten of tickets after a while; nothing else ever deletes one."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from keysite import images
from keysite.ledger import lock_all
from tickets.models import (
    Attachment,
    Check,
    Comment,
    Helper,
    Link,
    Occurrence,
    Outage,
    ParkedMail,
    Photo,
    Ticket,
    TrackingLink,
    Watcher,
    WorkEntry,
)

CHUNK = 500
# Whatever belongs to a ticket, in the order in which it can go, and by which of its fields.
BELONGS = (
    (Attachment, "comment__ticket", "mail__ticket"),
    (Photo, "ticket"),
    (Comment, "ticket"),
    (ParkedMail, "ticket"),
    (Watcher, "ticket"),
    (TrackingLink, "ticket"),
    (WorkEntry, "ticket"),
    (Check, "ticket"),
    (Helper, "ticket"),
    (Outage, "ticket"),
    (Link, "ticket", "other"),
)


def purge_tickets(*, at):
    """Forget tickets that were confirmed, rejected, merged or deleted more than ``TICKET_KEEP_DAYS`` ago.

    All that belongs to them goes, too: what was said, photos and other files (once that is certain), links, work, and
    the history of it all. Of a schedule the day stays, without its ticket.
    """
    before = at - timedelta(days=settings.TICKET_KEEP_DAYS)
    while _purge_chunk(before):
        pass


@transaction.atomic
def _purge_chunk(before):
    some = Ticket.objects.to_forget(before=before).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    held = lock_all(Ticket.objects.filter(pk__in=list(some)))
    tickets = Ticket.objects.to_forget(before=before).filter(pk__in=[ticket.pk for ticket in held])
    gone = list(tickets.values_list("pk", flat=True))  # as they are under the lock
    files = _files_of(gone)
    Occurrence.objects.filter(ticket__in=gone).update(ticket=None)
    Watcher.objects.filter(came_with__in=gone).update(came_with=None)
    for model, *paths in BELONGS:
        _forget(model, _any_of(paths, gone))
    _forget(Ticket, Q(pk__in=gone))
    transaction.on_commit(partial(images.forget, files), robust=True)
    return len(gone)


def _any_of(paths, tickets):
    condition = Q()
    for path in paths:
        condition |= Q(**{f"{path}__in": tickets})
    return condition


def _forget(model, condition):
    """Delete rows of a model, and all their versions."""
    pks = list(model.objects.filter(condition).values_list("pk", flat=True))
    model.history.filter(id__in=pks).delete()
    rows = model._base_manager.filter(pk__in=pks)
    rows._raw_delete(using=rows.db)


def _files_of(tickets):
    photos = Photo.objects.filter(ticket__in=tickets)
    attachments = Attachment.objects.filter(Q(comment__ticket__in=tickets) | Q(mail__ticket__in=tickets))
    names = [name for photo in photos for name in images.files_of(photo)]
    return names + [attachment.file.name for attachment in attachments]
