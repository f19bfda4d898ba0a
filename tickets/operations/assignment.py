"""Who mends it."""

from django.db import transaction
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, record, remove
from tickets import notices
from tickets.models import Helper
from tickets.operations.rules import allow, begin, save


@transaction.atomic
def assign_ticket(*, ticket, by, technician=None, team=None, version=None):
    """Give the ticket to a technician, a team, or both; or take it oneself. Refused for somebody who cannot work on
    tickets, when nobody is named, and while the ticket may not be changed.
    """
    begin(ticket, version=version)
    allow(by, "tickets.assign_ticket")
    if technician is None and team is None:
        raise Refusal(_("Name a technician or a team."))
    if technician is not None and not (technician.is_active and technician.has_perm("tickets.work")):
        words = {"person": technician.name or technician.email}
        raise Refusal(_("%(person)s does not work on tickets. Choose a technician.") % words)
    ticket.technician, ticket.team = technician, team
    save(ticket, by=by, reason="assigned")
    notices.assigned(ticket, by=by)


@transaction.atomic
def add_helper(*, ticket, person, by):
    """Somebody works on it, too. Refused for whoever does already, and cannot work on tickets."""
    begin(ticket)
    allow(by, "tickets.assign_ticket")
    words = {"person": person.name or person.email}
    if not (person.is_active and person.has_perm("tickets.work")):
        raise Refusal(_("%(person)s does not work on tickets. Choose a technician.") % words)
    if ticket.technician_id == person.pk or Helper.objects.filter(ticket=ticket, person=person).exists():
        raise Refusal(_("%(person)s works on it already.") % words)
    helper = Helper(ticket=ticket, person=person)
    record(helper, by=by, reason="helps")
    save(ticket, by=by, reason="helper added")
    return helper


@transaction.atomic
def remove_helper(*, helper, by):
    """Somebody does not work on it any more."""
    begin(helper.ticket)
    allow(by, "tickets.assign_ticket")
    remove(helper, by=by, reason="helps no more")
    save(helper.ticket, by=by, reason="helper removed")
