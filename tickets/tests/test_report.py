"""``report``: a fault becomes a ticket."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Person
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
