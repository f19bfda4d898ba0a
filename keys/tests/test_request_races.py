"""At the same moment: keys are chosen while nobody is held, and chosen anew when something has changed meanwhile."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person, Trust
from keys.models import KeyRequest, Proposal, ProposedKey, RequestItem
from keys.operations import (
    add_to_request,
    check_out,
    hold_key,
    proposals,
    propose_waiting,
    remove_from_request,
    retire_symbol,
    send_request,
)
from keys.tests.factories import opening
from keys.tests.requests import TODAY, Campus
from keysite.ledger import Refusal, lock
from keysite.tests.races import at_once, one_after_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus(db):
    return Campus()


def sending(request):
    """A request that is sent with copies of its own, as every browser has."""

    def deed():
        row = KeyRequest.objects.for_list().get(pk=request.pk)
        days = {"needed_from": TODAY(), "needed_until": TODAY()}
        send_request(request=row, by=row.asked_by, purpose="My office", **days)
        return row

    return deed


def keys_of(request):
    lines = ProposedKey.objects.current().filter(proposal__request=request).to_hand_out()
    return sorted(str(line.symbol) for line in lines.select_related("symbol"))


def test_a_key_that_is_handed_out_meanwhile_is_not_promised(campus, clerk):
    """The desk holds the person and hands out what opens the door, while the keys for it were chosen already."""
    key = campus.key("AA1")
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    person = Person.objects.get(pk=campus.person.pk)

    _loans, refusal = one_after_other(
        lambda: check_out(keys=[key], borrower=person, by=clerk, trust=Trust.STAFF), sending(request)
    )

    assert str(refusal) == "The keys in your hands open all of this already."
    assert KeyRequest.objects.get().status == "draft"


def test_what_has_changed_is_chosen_from_anew(campus, key_shop):
    """The symbol that was chosen is retired before the request is held: the next best is written down."""
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    symbol, person = campus.symbols["AA1"], Person.objects.get(pk=campus.person.pk)

    def retire():
        lock(person)
        retire_symbol(symbol=symbol, by=key_shop, reason="Worn out")

    one_after_other(retire, sending(request))

    assert keys_of(request) == ["AA"]
    assert Proposal.objects.count() == 1


def test_one_of_many_keys_in_stock_changes_nothing(campus, clerk):
    """Whether there is one is what counts, so a busy desk does not hold up a request."""
    keys = [campus.key("AA1", serial=n) for n in (1, 2, 3)]
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    facts = proposals.facts_of(request)

    hold_key(key=keys[0], person=campus.colleague, until=timezone.now() + timezone.timedelta(days=1), by=clerk)

    assert proposals.facts_of(request) == facts


def test_nobody_is_held_while_keys_are_chosen(campus, monkeypatch):
    """Whoever wants the person or the request meanwhile gets them at once."""
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    free, choose = [], proposals.select

    def is_free():
        with transaction.atomic():
            Person.objects.select_for_update(nowait=True).get(pk=campus.person.pk)
            KeyRequest.objects.select_for_update(nowait=True).get(pk=request.pk)
            free.append(True)
        connection.close()

    def choosing(question):
        other = threading.Thread(target=is_free)
        other.start()
        other.join(10)
        return choose(question)

    monkeypatch.setattr(proposals, "select", choosing)
    sending(request)()

    assert free == [True]


def test_when_it_changes_again_and_again_it_says_so(campus, monkeypatch):
    """And nothing of it is written; the clock leaves it for the next time."""
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    chosen, facts_of = [], proposals.facts_of

    def never_the_same(row):
        chosen.append(row)
        return facts_of(row)._replace(lost=frozenset({-len(chosen)}))

    monkeypatch.setattr(proposals, "facts_of", never_the_same)

    with pytest.raises(Refusal, match="The keys to choose from are changing just now. Send it once more."):
        sending(request)()
    assert (KeyRequest.objects.get().status, len(chosen)) == ("draft", 6)
    KeyRequest.objects.update(
        status="submitted", submitted_at=timezone.now(), purpose="x", needed_from=TODAY(), needed_until=TODAY()
    )
    assert propose_waiting(at=timezone.now()) == request.pk
    assert KeyRequest.objects.get().status == "submitted"


def test_nothing_is_put_into_a_basket_that_was_just_sent(campus):
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    door, person = campus.doors["201"], Person.objects.get(pk=campus.person.pk)

    _sent, refusal = one_after_other(sending(request), lambda: add_to_request(by=person, door=door))

    assert str(refusal) == f"Request {request} was sent just now. Open the page again."
    assert [item.door for item in RequestItem.objects.all()] == [campus.doors["101"]]


def test_nothing_is_taken_out_of_it_either(campus):
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    item, person = RequestItem.objects.get(), Person.objects.get(pk=campus.person.pk)

    _sent, refusal = one_after_other(sending(request), lambda: remove_from_request(item=item, by=person))

    assert str(refusal) == f"Request {request} is sent already. Withdraw it to change it."
    assert RequestItem.objects.count() == 1


def test_it_is_sent_once_however_often_at_the_same_moment(campus):
    request = add_to_request(by=campus.person, door=campus.doors["101"])

    results = at_once(*[sending(request)] * 4)

    assert sum(isinstance(result, Refusal) for result in results) == 3
    assert Proposal.objects.count() == 1


def test_many_things_put_in_at_once_are_in_it_once(campus):
    doors = [opening(campus.symbols["AA1"], building=campus.north, label=f"9{n}") for n in range(5)]
    person = [Person.objects.get(pk=campus.person.pk) for _n in range(4)]

    at_once(*[lambda by=by: add_to_request(by=by, things=doors) for by in person])

    assert KeyRequest.objects.get().items.count() == 5
