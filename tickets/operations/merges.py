"""Two reports of one fault: the one goes on in the other, with everybody who follows it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, record, remove
from tickets import notices
from tickets.models import Link, Status, Ticket, TrackingLink, Watcher
from tickets.operations.repairs import give_back, hold
from tickets.operations.rules import Stale, begin, move, refuse_unseen, save
from tickets.operations.thread import add_watcher
from tickets.operations.tracking import tracking_link


@transaction.atomic
def merge(*, ticket, into, by, version=None):
    """``ticket`` tells of the same fault as ``into`` and goes on there; each keeps its own words and history.

    Who reported or watches the one watches the other from now on, is told so once, and gets an address to follow it.
    Refused into itself, unless both are open and to be seen by ``by``, and without the permission.
    """
    words = {"number": into.number, "status": into.get_status_display()}
    if ticket.pk == into.pk:
        raise Refusal(_("Choose another ticket: this one is #%(number)s itself.") % words)
    _hold_both(ticket, into, version=version)
    move(ticket, "merge", by=by)
    refuse_unseen(by, into)
    if into.is_locked:
        words["status"] = into.get_status_display()
        raise Refusal(_("Ticket #%(number)s is “%(status)s”: nothing goes on there. Choose an open one.") % words)
    ticket.reason = ""
    record(Link(ticket=ticket, other=into, kind=Link.Kind.DUPLICATE), by=by, reason="merged")
    _let_follow(ticket, into, by=by)
    save(ticket, by=by, reason=f"merged into #{into.number}")
    save(into, by=by, reason=f"#{ticket.number} merged into it")
    give_back(ticket.asset, by=by)
    notices.merged(ticket, into=into, by=by)


@transaction.atomic
def unmerge(*, ticket, by, version=None):
    """It is a fault of its own after all: new again, and whoever came to the other ticket by it follows this one only.

    Refused unless it is a duplicate, when the other one is by now a duplicate itself, and without the permission.
    """
    into = Ticket.objects.filter(linked_from__ticket=ticket, linked_from__kind=Link.Kind.DUPLICATE).first() or ticket
    _hold_both(ticket, into, version=version)
    move(ticket, "unmerge", by=by)
    link = Link.objects.filter(ticket=ticket, other=into, kind=Link.Kind.DUPLICATE).first()
    if link is None:  # it was taken out, and merged into another one, at this moment
        raise Stale(ticket)
    if into.status == Status.DUPLICATE:
        words = {"number": into.number}
        raise Refusal(_("Ticket #%(number)s has gone on in another one since. Take that back first.") % words)
    _let_go(ticket, into, by=by)
    remove(link, by=by, reason="merge taken back")
    save(ticket, by=by, reason=f"taken out of #{into.number}")
    save(into, by=by, reason=f"#{ticket.number} taken out of it")
    notices.unmerged(ticket, by=by)


def _hold_both(ticket, other, *, version):
    """Both tickets, in the order in which everybody takes them, and before them the asset of the first."""
    hold(ticket, others=[other], version=version, locked_too=True)
    begin(other, locked_too=True)


def _let_follow(ticket, into, *, by):
    """Whoever is told of the one is told of the other; who wanted no mails of the one gets none of the other."""
    silent = dict(TrackingLink.objects.silent().filter(ticket=ticket).values_list("person", "silent_at"))
    people = [watcher.person for watcher in ticket.watchers.filter(ended_at=None).select_related("person")]
    people += [ticket.reporter] if ticket.reporter_id else []
    for person in {person.pk: person for person in people if person.pk != into.reporter_id}.values():
        add_watcher(into, person, by=by, reason=f"came with #{ticket.number}", came_with=ticket)
        tracking_link(into, person, silent_at=silent.get(person.pk))


def _let_go(ticket, into, *, by):
    """Whoever came to the one with the other follows the other only."""
    for watcher in Watcher.objects.filter(ticket=into, came_with=ticket, ended_at=None):
        watcher.ended_at = timezone.now()
        record(watcher, by=by, reason=f"had come with #{ticket.number}")
        for link in TrackingLink.objects.in_use().filter(ticket=into, person=watcher.person_id):
            link.revoked_at = timezone.now()
            record(link, by=by, reason="merge taken back")
