"""What is said about a ticket, and who follows it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from keysite.ledger import Refusal, record
from tickets import notices
from tickets.models import Comment, Watcher
from tickets.operations.rules import allow, begin, refuse_stranger, save

LONGEST = 5000


@transaction.atomic
def comment(*, ticket, by, text, internal, trust=Trust.STAFF, version=None, message_id=""):
    """A public reply, or an internal note, which never becomes public. Refused when empty or too long, while the
    ticket may not be changed, and for whoever has no part in it. Gives back the comment.
    """
    begin(ticket, version=version)
    refuse_stranger(by, ticket, internal=internal)
    text = text.strip()
    if not text:
        raise Refusal(_("Write something first."))
    if len(text) > LONGEST:
        raise Refusal(_("That is too long: at most %(most)s characters.") % {"most": LONGEST})
    said = Comment(ticket=ticket, text=text, internal=internal, at=timezone.now(), by=by, trust=trust)
    said.message_id = message_id
    record(said, by=by, reason="noted" if internal else "replied")
    ticket.hear(said)
    save(ticket, by=by, reason="noted" if internal else "replied")
    if internal:
        notices.noted(said, by=by)
    else:
        notices.replied(said, by=by)
    return said


@transaction.atomic
def watch(*, ticket, person, by):
    """Tell ``person`` what happens to the ticket from now on; twice is once.

    Refused for a deleted ticket, and, for somebody else than oneself, without the permission to change tickets.
    """
    begin(ticket, locked_too=True)
    if by != person:
        allow(by, "tickets.change_ticket")
    add_watcher(ticket, person, by=by, reason="watched")
    return Watcher.objects.get(ticket=ticket, person=person, ended_at=None)


def add_watcher(ticket, person, *, by, reason, came_with=None):
    """Let ``person`` watch a ticket that is held; gives back the watcher, None when they watch it already."""
    if Watcher.objects.filter(ticket=ticket, person=person, ended_at=None).exists():
        return None
    watcher = Watcher(ticket=ticket, person=person, since=timezone.now(), came_with=came_with)
    record(watcher, by=by, reason=reason)
    return watcher


@transaction.atomic
def stop_watching(*, ticket, person, by):
    """Tell ``person`` nothing more about the ticket. Somebody who does not watch it is not told anyway."""
    begin(ticket, locked_too=True)
    for watcher in Watcher.objects.filter(ticket=ticket, person=person, ended_at=None):
        watcher.ended_at = timezone.now()
        record(watcher, by=by, reason="stopped watching")
