"""``link_tickets`` and ``unlink_tickets``: what belongs together."""

import pytest
from django.utils import timezone

from keysite.ledger import Refusal
from tickets.models import Link, Status
from tickets.operations import link_tickets, merge, unlink_tickets
from tickets.tests.factories import TicketFactory
from tickets.tests.test_moves import ticket_being

pytestmark = pytest.mark.django_db


def test_two_tickets_are_linked_and_not_any_more(clerk):
    ticket, other = TicketFactory(), ticket_being(Status.RESOLVED)

    link = link_tickets(ticket=ticket, other=other, by=clerk, version=1)
    assert (link.kind, link.other, ticket.version) == ("related", other, 2)
    unlink_tickets(link=link, by=clerk)

    assert not Link.objects.exists()
    reasons = list(ticket.history.values_list("history_change_reason", flat=True))
    assert reasons[:2] == [f"no longer linked with #{other.number}", f"linked with #{other.number}"]


def test_a_pair_is_linked_once_in_whatever_order(clerk):
    ticket, other = TicketFactory(), TicketFactory()
    link_tickets(ticket=ticket, other=other, by=clerk)

    with pytest.raises(Refusal, match="linked already"):
        link_tickets(ticket=other, other=ticket, by=clerk)
    with pytest.raises(Refusal, match="Choose another ticket"):
        link_tickets(ticket=ticket, other=ticket, by=clerk)


def test_what_is_deleted_over_or_unseen_is_not_linked(clerk, technician):
    ticket = TicketFactory(technician=technician)
    gone = TicketFactory(deleted_at=timezone.now(), deleted_reason="spam")

    with pytest.raises(Refusal, match="is deleted"):
        link_tickets(ticket=ticket, other=gone, by=clerk)
    with pytest.raises(Refusal, match="cannot be changed"):
        link_tickets(ticket=ticket_being(Status.RESOLVED), other=ticket, by=clerk)
    with pytest.raises(Refusal, match="that you may see"):
        link_tickets(ticket=ticket, other=TicketFactory(technician=clerk), by=technician)


def test_a_merge_is_not_unlinked_but_taken_back(clerk):
    ticket, into = TicketFactory(), TicketFactory()
    link_tickets(ticket=ticket, other=into, by=clerk)
    merge(ticket=ticket, into=into, by=clerk)

    for link in Link.objects.all():
        with pytest.raises(Refusal, match=r"is a duplicate"):
            unlink_tickets(link=link, by=clerk)

    assert Link.objects.count() == 2


def test_a_link_that_has_gone_and_one_without_the_permission_is_refused(clerk, auditor):
    link = link_tickets(ticket=TicketFactory(), other=TicketFactory(), by=clerk)

    with pytest.raises(Refusal, match="Your role does not allow"):
        unlink_tickets(link=link, by=auditor)
    with pytest.raises(Refusal, match="Your role does not allow"):
        link_tickets(ticket=TicketFactory(), other=TicketFactory(), by=auditor)
    unlink_tickets(link=Link.objects.get(), by=clerk)
    with pytest.raises(Refusal, match="no longer in the register"):
        unlink_tickets(link=link, by=clerk)
