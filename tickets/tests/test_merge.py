"""``merge``: two reports of one fault, and ``unmerge``: they are two after all."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from keysite.ledger import Refusal
from tickets import notices, operations
from tickets.models import CategoryCheck, Link, Status, Ticket
from tickets.operations import merge, unmerge, watch
from tickets.operations.tracking import link_of, tracking_link
from tickets.tests.factories import CategoryFactory, TicketFactory
from tickets.tests.test_moves import ticket_being
from tickets.tokens import token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(technician):
    """A ticket with a watcher and a technician, and the one that it will go on in."""
    ticket = TicketFactory(technician=technician)
    watch(ticket=ticket, person=PersonFactory(email="watcher@example.edu"), by=None)
    return ticket, TicketFactory()


def people_of(ticket):
    return {watcher.person for watcher in ticket.watchers.filter(ended_at=None)}


def test_whoever_follows_the_one_follows_the_other_and_is_told_once(pair, clerk, technician):
    ticket, into = pair

    merge(ticket=ticket, into=into, by=clerk)

    followers = {ticket.reporter, ticket.watchers.get().person}
    assert people_of(into) == followers
    told = [(notice.person, notice.facts["event"]) for notice in Notice.objects.all()]
    assert sorted(told, key=str) == sorted([(person, "merged") for person in followers | {technician}], key=str)
    for person in followers:
        link = into.tracking_links.in_use().get(person=person)
        assert link_of(token_of(link)).ticket == into


def test_both_histories_are_kept_and_say_of_each_other(pair, clerk):
    ticket, into = pair
    operations.comment(ticket=ticket, by=clerk, text="We are coming", internal=False)

    merge(ticket=ticket, into=into, by=clerk, version=2)

    assert (ticket.status, Link.objects.get().other, Link.objects.get().kind) == ("duplicate", into, "duplicate")
    assert ticket.history.first().history_change_reason == f"merged into #{into.number}"
    assert into.history.first().history_change_reason == f"#{ticket.number} merged into it"
    assert (ticket.comments.count(), into.comments.count(), into.version) == (1, 0, 2)


def test_the_mail_leads_to_where_it_goes_on(pair, clerk):
    ticket, into = pair
    merge(ticket=ticket, into=into, by=clerk)

    mail = notices.ticket_event(Notice.objects.get(person=ticket.reporter))

    link = into.tracking_links.get(person=ticket.reporter)
    assert f"#{ticket.number} goes on in another one" in mail.subject
    assert f"goes on in ticket #{into.number}" in mail.text
    assert f"/t/{token_of(link)}/" in mail.text


def test_whoever_wanted_no_mails_of_the_one_gets_none_of_the_other(clerk):
    ticket, into = TicketFactory(), TicketFactory()
    operations.stop_mails(link=tracking_link(ticket, ticket.reporter), by=ticket.reporter)

    merge(ticket=ticket, into=into, by=clerk)

    assert not Notice.objects.exists()
    assert notices.receivers("resolved", into, by=clerk) == {into.reporter: notices.REPORTER}


def test_who_reported_both_does_not_watch_what_they_reported(clerk, borrower):
    ticket, into = TicketFactory(reporter=borrower), TicketFactory(reporter=borrower)

    merge(ticket=ticket, into=into, by=clerk)

    assert not into.watchers.exists()


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CONFIRMED, Status.REJECTED, Status.DUPLICATE])
def test_nothing_goes_on_in_a_ticket_that_is_over(clerk, status):
    ticket, into = TicketFactory(), ticket_being(status)

    with pytest.raises(Refusal, match=r"nothing goes on there\. Choose an open one"):
        merge(ticket=ticket, into=into, by=clerk)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.version) == ("new", 1)


def test_into_itself_into_a_deleted_one_and_by_a_stale_page_is_refused(clerk):
    ticket, into = TicketFactory(), TicketFactory(deleted_at="2026-01-01T00:00Z", deleted_reason="spam")

    with pytest.raises(Refusal, match="Choose another ticket"):
        merge(ticket=ticket, into=ticket, by=clerk)
    with pytest.raises(Refusal, match="is deleted"):
        merge(ticket=ticket, into=into, by=clerk)
    with pytest.raises(operations.Stale):
        merge(ticket=ticket, into=TicketFactory(), by=clerk, version=7)


def test_into_a_ticket_that_one_may_not_see_is_refused_without_a_word_about_it(technician, clerk):
    technician.user_permissions.add(Permission.objects.get(codename="merge_ticket"))
    ticket, into = TicketFactory(technician=technician), TicketFactory(technician=clerk, title="Secret")

    with pytest.raises(Refusal, match="that you may see") as refused:
        merge(ticket=ticket, into=into, by=technician)

    assert "Secret" not in str(refused.value)
    assert Ticket.objects.filter(status="duplicate").count() == 0


def test_taken_back_it_is_new_and_its_people_follow_it_only(pair, clerk):
    ticket, into = pair
    own = watch(ticket=into, person=PersonFactory(), by=None).person
    merge(ticket=ticket, into=into, by=clerk)

    unmerge(ticket=ticket, by=clerk)

    into.refresh_from_db()
    assert (ticket.status, people_of(into), Link.objects.count()) == ("new", {own}, 0)
    assert people_of(ticket) == {ticket.watchers.get().person}
    assert not into.tracking_links.in_use().filter(person=ticket.reporter).exists()
    assert into.history.first().history_change_reason == f"#{ticket.number} taken out of it"
    assert Notice.objects.filter(person=ticket.reporter, facts__event="unmerged").count() == 1


def test_who_watched_both_before_watches_both_after_it(pair, clerk):
    ticket, into = pair
    both = ticket.watchers.get().person
    watch(ticket=into, person=both, by=None)
    merge(ticket=ticket, into=into, by=clerk)

    unmerge(ticket=ticket, by=clerk)

    assert people_of(into) == {both}


def test_accepted_again_it_has_its_checklist_once(clerk):
    category, ticket, into = CategoryFactory(), TicketFactory(), TicketFactory()
    CategoryCheck.objects.create(category=category, text="Power off")
    operations.accept(ticket=ticket, by=clerk, category=category)
    merge(ticket=ticket, into=into, by=clerk)
    unmerge(ticket=ticket, by=clerk)

    operations.accept(ticket=ticket, by=clerk, category=category)

    assert [check.text for check in ticket.checks.all()] == ["Power off"]


def test_what_goes_on_in_a_third_one_is_taken_back_from_the_end(clerk):
    first, second, third = TicketFactory(), TicketFactory(), TicketFactory()
    merge(ticket=first, into=second, by=clerk)
    merge(ticket=second, into=third, by=clerk)
    assert people_of(third) == {first.reporter, second.reporter}

    with pytest.raises(Refusal, match="Take that back first"):
        unmerge(ticket=first, by=clerk)
    unmerge(ticket=second, by=clerk)
    unmerge(ticket=first, by=clerk)

    assert (people_of(second), people_of(third)) == (set(), set())


def test_only_a_duplicate_is_taken_back(clerk):
    with pytest.raises(Refusal, match="cannot become “New”"):
        unmerge(ticket=TicketFactory(), by=clerk)


def test_me_too_after_a_merge_says_so_where_it_goes_on(clerk, borrower):
    ticket, into = TicketFactory(), TicketFactory()
    merge(ticket=ticket, into=into, by=clerk)

    with pytest.raises(Refusal, match="Go on there"):
        operations.me_too(ticket=ticket, by=borrower)


def test_the_page_of_the_one_leads_to_the_other(pair, clerk, client):
    ticket, into = pair
    link = tracking_link(ticket, ticket.reporter)
    merge(ticket=ticket, into=into, by=clerk)

    page = client.get(f"/t/{token_of(link)}/")

    there = into.tracking_links.in_use().get(person=ticket.reporter)
    assert f'href="/t/{token_of(there)}/"' in page.content.decode()
    assert f"#{into.number}" in client.get(f"/t/{token_of(there)}/").content.decode()
