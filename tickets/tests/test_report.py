"""``report``: a fault becomes a ticket."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Person, Trust
from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from assets.tests.factories import SpaceFactory
from keysite.ledger import Refusal
from tickets.models import Ticket
from tickets.notices import CONTENTS
from tickets.operations import link_of, report
from tickets.tokens import token_of

pytestmark = pytest.mark.django_db


def test_a_stranger_reports_a_fault():
    space = SpaceFactory()

    ticket = report(title="  No  light ", address="new@example.edu", name="Somebody", space=space)

    assert (ticket.title, ticket.status, ticket.space, ticket.version) == ("No light", "new", space, 1)
    assert (ticket.reporter.email, ticket.reporter.name, ticket.reporter_name) == ("new@example.edu", "", "Somebody")
    assert ticket.history.get().history_change_reason == "reported (typed)"
    assert {(notice.kind, notice.person) for notice in Notice.objects.all()} == {("ticket_news", ticket.reporter)}


def test_a_person_of_the_register_stays_as_they_are():
    known = PersonFactory(email="known@example.edu", first_name="Kim")

    ticket = report(title="No light", address="KNOWN@example.edu", name="Another", place_in_words="the yard")

    known.refresh_from_db()
    assert (ticket.reporter, known.first_name, Person.objects.count()) == (known, "Kim", 1)


def test_five_reports_to_an_unproved_address_are_one_mail(mailoutbox):
    for _number in range(5):
        report(title="No light", address="victim@example.edu", place_in_words="the yard")

    send_notices(contents=CONTENTS, at=timezone.now())
    send_notices(contents=CONTENTS, at=timezone.now() + timedelta(hours=1))

    assert len(mailoutbox) == 1
    assert Ticket.objects.first().title not in mailoutbox[0].body


def test_each_reporter_gets_an_address_of_their_own(borrower):
    first = report(title="No light", by=borrower, place_in_words="the yard")
    second = report(title="No heat", by=borrower, place_in_words="the yard")

    tokens = [token_of(ticket.tracking_links.get()) for ticket in (first, second)]
    assert [link_of(token).ticket for token in tokens] == [first, second]
    assert first.number != second.number
    assert not any(token in str(first.tracking_links.values()) for token in tokens)


@pytest.mark.parametrize("token", ["", " ", "0" * 40, "x" * 41, "\0" * 40, "é" * 40])
def test_a_wrong_token_leads_nowhere(borrower, token):
    report(title="No light", by=borrower, place_in_words="the yard")

    assert link_of(token) is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": " ", "address": "a@example.edu", "place_in_words": "yard"}, "what is broken"),
        ({"title": "No light", "address": "a@example.edu"}, "where it is"),
        ({"title": "No light", "place_in_words": "yard"}, "your e-mail address"),
    ],
)
def test_what_is_missing_is_asked_for(values, sentence):
    with pytest.raises(Refusal, match=sentence):
        report(**values)


def test_a_clerk_writes_down_what_somebody_says_on_the_telephone(clerk):
    caller = PersonFactory(email="caller@example.edu", email_proved_at=timezone.now())

    ticket = report(title="No light", by=clerk, reporter=caller, place_in_words="the yard", trust=Trust.STAFF)

    assert (ticket.reporter, ticket.history.get().history_user, ticket.trust) == (caller, clerk, Trust.STAFF)
    assert ticket.tracking_links.get().person == caller
    assert [(notice.person, notice.facts["event"]) for notice in Notice.objects.all()] == [(caller, "reported")]


def test_who_calls_is_answered_at_the_address_they_say_and_stays_as_they_are(clerk):
    known = PersonFactory(email="known@example.edu", first_name="Kim")
    values = {"by": clerk, "title": "No light", "place_in_words": "the yard", "trust": Trust.STAFF}

    first = report(address="Known@example.edu", name="Another", **values)
    second = report(address="new@example.edu", name="Somebody", **values)

    known.refresh_from_db()
    assert (first.reporter, known.first_name, first.reporter_name) == (known, "Kim", "Another")
    assert (second.reporter.email, second.reporter.name, second.reporter.email_proved_at) == (
        "new@example.edu",
        "",
        None,
    )
    assert {notice.kind for notice in Notice.objects.filter(person=second.reporter)} == {"ticket_news"}


def test_who_calls_without_an_address_is_named_in_the_clerks_own_report(clerk):
    ticket = report(title="No light", by=clerk, name="Voice on line 2", place_in_words="the yard", trust=Trust.STAFF)

    assert (ticket.reporter, ticket.reporter_name) == (clerk, "Voice on line 2")


@pytest.mark.parametrize("role", ["technician", "key_shop", "auditor", None])
def test_nobody_reports_for_others_without_the_permission(make_staff, borrower, role):
    by, other = make_staff(role) if role else borrower, PersonFactory()
    values = {"by": by, "title": "No light", "place_in_words": "the yard"}

    with pytest.raises(Refusal, match="Your role does not allow"):
        report(reporter=other, **values)
    with pytest.raises(Refusal, match="Your role does not allow"):
        report(address="unknown@example.edu", **values)

    assert not Ticket.objects.exists()
    assert not Person.objects.filter(email="unknown@example.edu").exists()
    assert report(reporter=by, **values).reporter == by
