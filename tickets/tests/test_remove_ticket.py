"""``remove_ticket`` and ``restore_ticket``: out of sight and back; nothing is erased."""

import pytest

from keysite.ledger import Refusal
from tickets import operations
from tickets.models import Status, Ticket
from tickets.operations import comment, merge, remove_ticket, restore_ticket
from tickets.tests.factories import TicketFactory
from tickets.tests.test_moves import DEEDS, do, ticket_being

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", Status.values)
def test_deleted_in_whatever_status_it_comes_back_as_it_was(clerk, status):
    ticket = ticket_being(status)
    before = Ticket.objects.values().get(pk=ticket.pk)

    remove_ticket(ticket=ticket, by=clerk, reason=" spam ", version=1)
    assert (ticket.deleted_by, ticket.deleted_reason, ticket.status) == (clerk, "spam", status)
    assert ticket.history.first().history_change_reason == "deleted: spam"
    restore_ticket(ticket=ticket, by=clerk, version=2)

    after = Ticket.objects.values().get(pk=ticket.pk)
    assert {name for name in after if after[name] != before[name]} == {"version", "touched_at"}
    assert ticket.history.first().history_change_reason == "restored"


def test_what_was_said_and_shown_stays_with_it(clerk):
    ticket = TicketFactory()
    comment(ticket=ticket, by=clerk, text="We are coming", internal=False)

    remove_ticket(ticket=ticket, by=clerk, reason="spam")

    assert ticket.comments.count() == 1
    assert not Ticket.objects.kept().exists()
    assert Ticket.objects.deleted().get() == ticket


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deleted_ticket_goes_nowhere(administrator, deed):
    ticket = ticket_being(Status.NEW)
    remove_ticket(ticket=ticket, by=administrator, reason="spam")

    with pytest.raises(Refusal, match=r"is deleted\. Restore it first"):
        do(deed, ticket, administrator)


def test_nobody_says_or_changes_anything_while_it_is_deleted(administrator):
    ticket = TicketFactory()
    remove_ticket(ticket=ticket, by=administrator, reason="spam")

    for deed in (
        lambda: comment(ticket=ticket, by=administrator, text="hello", internal=True),
        lambda: operations.edit_ticket(ticket=ticket, by=administrator, title="Other"),
        lambda: operations.watch(ticket=ticket, person=administrator, by=administrator),
        lambda: operations.add_work(ticket=ticket, by=administrator, minutes=1),
        lambda: operations.me_too(ticket=ticket, by=administrator),
        lambda: operations.report_again(ticket=ticket, by=ticket.reporter, text="again"),
        lambda: remove_ticket(ticket=ticket, by=administrator, reason="twice"),
    ):
        with pytest.raises(Refusal, match="is deleted"):
            deed()


def test_without_a_reason_and_without_the_permission_it_stays(clerk, technician):
    ticket = TicketFactory()

    with pytest.raises(Refusal, match="Say why"):
        remove_ticket(ticket=ticket, by=clerk, reason="  ")
    with pytest.raises(Refusal, match="Your role does not allow"):
        remove_ticket(ticket=ticket, by=technician, reason="spam")
    with pytest.raises(Refusal, match="is not deleted"):
        restore_ticket(ticket=ticket, by=clerk)


def test_what_others_go_on_in_is_deleted_after_them_and_restored_before_them(clerk):
    ticket, into = TicketFactory(), TicketFactory()
    merge(ticket=ticket, into=into, by=clerk)

    with pytest.raises(Refusal, match=f"#{ticket.number} go on in ticket #{into.number}"):
        remove_ticket(ticket=into, by=clerk, reason="spam")
    remove_ticket(ticket=ticket, by=clerk, reason="spam")
    remove_ticket(ticket=into, by=clerk, reason="spam")
    with pytest.raises(Refusal, match="Restore that one first"):
        restore_ticket(ticket=ticket, by=clerk)
    restore_ticket(ticket=into, by=clerk)
    restore_ticket(ticket=ticket, by=clerk)

    assert Ticket.objects.kept().count() == 2
