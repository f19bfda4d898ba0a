"""Keys that others have taken the place of are listed until they are back: for the person, the request and the desk."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.operations import send_notices
from keys.models import ProposedKey
from keys.operations import add_to_request, check_out, claim_return, report_lost, return_key
from keys.tests.factories import LoanFactory
from keys.tests.requests import Campus
from keysite.tasks import CONTENTS
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

START, DESK = reverse("start"), reverse("desk")


@pytest.fixture
def campus(db):
    return Campus(order="fewest_keys")


@pytest.fixture
def request_(campus, administrator):
    """A sub-master for somebody who holds AA1, which is of no use then; the old key goes back."""
    campus.old = LoanFactory(borrower=campus.person, key=campus.key("AA1"))
    campus.new = campus.key("AA")
    campus.department.head = administrator
    campus.department.save()
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["AA"]))
    for step in campus.steps(request):
        campus.agree(step, administrator)
    request.refresh_from_db()
    return request


def waited_for():
    return list(ProposedKey.objects.all().loans_to_give_back())


def test_not_before_all_have_agreed(campus):
    LoanFactory(borrower=campus.person, key=campus.key("AA1"))

    campus.send(add_to_request(by=campus.person, symbol=campus.symbols["AA"]))

    assert [str(line.symbol) for line in ProposedKey.objects.current().to_give_back()] == ["AA1"]
    assert waited_for() == []


def test_listed_for_everybody_whom_it_concerns_until_it_is_back(campus, request_, client, clerk):
    pages = [(campus.person, START), (campus.person, reverse("key_request", args=[request_.pk])), (clerk, DESK)]
    assert waited_for() == [campus.old]

    for person, page in pages:
        client.force_login(person)
        shown = text_of(client.get(page))
        assert re.search("To (give back|be given back)(?! To).* AA1 1", shown)

    check_out(keys=[campus.new], borrower=campus.person, by=clerk, trust=Trust.STAFF)
    assert waited_for() == [campus.old]
    return_key(loan=campus.old, by=clerk)
    for person, page in pages:
        client.force_login(person)
        shown = text_of(client.get(page))
        assert "To give back" not in shown
        assert "To be given back" not in shown


def test_who_said_that_it_is_back_reads_that(campus, request_, client):
    claim_return(loan=campus.old, by=campus.person)

    client.force_login(campus.person)

    assert "AA1 1 you said it is back" in text_of(client.get(START))


def test_a_lost_one_and_one_handed_out_later_are_not_waited_for(campus, request_, clerk):
    report_lost(loan=campus.old, by=campus.person)
    assert waited_for() == []

    return_key(loan=campus.old, by=clerk)
    LoanFactory(borrower=campus.person, key=campus.key("AA1", serial=2), out_at=timezone.now())

    assert waited_for() == []


def test_the_mail_of_the_new_key_says_what_to_bring(campus, request_, mailoutbox):
    send_notices(contents=CONTENTS, at=timezone.now())

    [ready] = [mail.body for mail in mailoutbox if "ready to be picked up" in mail.subject]
    assert "Please bring these, which you need no more then:\n\n- AA1 1\n" in ready
    assert Notice.objects.filter(facts__event="ready").count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_however_many_go_back(campus, request_, client, clerk, rows):
    symbols = ["AA2", "AA3"][: rows - 1]
    proposal = request_.proposals.current().get()
    for symbol in symbols:
        LoanFactory(borrower=campus.person, key=campus.key(symbol), out_at=timezone.now() - timezone.timedelta(days=1))
        ProposedKey.objects.create(proposal=proposal, symbol=campus.symbols[symbol], part="give_back")
    assert len(waited_for()) == rows
    client.force_login(campus.person)

    with queries(exactly=9):
        client.get(reverse("key_request", args=[request_.pk]))
    client.force_login(clerk)
    client.get(DESK)
    with queries(exactly=11):
        client.get(DESK)
