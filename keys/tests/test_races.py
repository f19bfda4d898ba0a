"""At the same moment: one race per lock, with threads that have connections of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import FormKey, Notice, Person, Trust
from accounts.operations import anonymise, block, deactivate, once
from accounts.tests.factories import PersonFactory
from keys.models import Hold, Key, Loan, LoanException
from keys.operations import (
    add_key,
    check_out,
    grant_exception,
    hold_key,
    release_expired_holds,
    renew,
    report_lost,
    retire_key,
    return_key,
    take_back,
    transfer,
    undo,
)
from keys.tests.factories import HoldFactory, KeyFactory, LoanFactory
from keysite.ledger import Refusal
from keysite.tests.races import at_once, one_after_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def taking(*keys, borrower, by=None):
    """A check-out with copies of its own, as every request has."""

    def deed():
        rows = list(Key.objects.filter(pk__in=[key.pk for key in keys]).order_by("-pk"))
        person = Person.objects.get(pk=borrower.pk)
        return check_out(keys=rows, borrower=person, by=by or person, trust=Trust.STAFF)

    return deed


def doing(deed, **rows):
    """``deed`` with copies of its own of what was read before the race; values that are no rows are passed on."""
    copies = {name: type(row).objects.get(pk=row.pk) if hasattr(row, "pk") else row for name, row in rows.items()}
    return lambda: deed(**copies)


def refusals(results):
    return [str(result) for result in results if isinstance(result, Refusal)]


def test_fifty_people_want_one_key(key):
    people = [PersonFactory() for _number in range(50)]

    results = at_once(*[taking(key, borrower=person) for person in people])

    assert Loan.objects.count() == 1
    sentences = refusals(results)
    assert len(sentences) == 49
    assert all(sentence.startswith("Key AA1 1 is out; it is due back on ") for sentence in sentences)


def test_one_person_wants_several_keys_of_a_symbol(symbol, borrower):
    keys = [KeyFactory(symbol=symbol, serial=serial) for serial in range(1, 9)]

    results = at_once(*[taking(key, borrower=borrower) for key in keys])

    assert Loan.objects.count() == 1
    sentence = f"{borrower.name} holds a key AA1 already. A second one needs an exception: ask the key desk."
    assert refusals(results) == [sentence] * 7


def test_baskets_with_the_same_keys_in_different_order_wait_for_each_other(db):
    keys = [KeyFactory() for _number in range(4)]
    people = [PersonFactory() for _number in range(6)]

    results = at_once(*[taking(*keys[turn:], *keys[:turn], borrower=person) for turn, person in enumerate(people)])

    assert Loan.objects.count() == 4
    assert len(refusals(results)) == 5


def test_the_same_form_ten_times_makes_one_loan_and_ten_same_answers(key, borrower):
    def post():
        take = taking(key, borrower=borrower)
        return once(key="one-time", owner="session", values={"key": "AA1 1"}, deed=lambda: f"/receipt/{take()[0].pk}")

    results = at_once(*[post] * 10)

    assert results == [f"/receipt/{Loan.objects.get().pk}"] * 10
    assert FormKey.objects.count() == Notice.objects.count() == 1


def test_a_form_that_is_refused_may_be_sent_again(key, borrower):
    loan = LoanFactory(key=key)

    def post():
        return once(
            key="one-time", owner="session", values={}, deed=lambda: str(taking(key, borrower=borrower)()[0].pk)
        )

    assert len(refusals(at_once(post, post, post))) == 3
    return_key(loan=loan, by=borrower)
    assert len(set(at_once(post, post, post))) == 1
    assert Loan.objects.count() == 2


@pytest.mark.parametrize("deed", ["block", "deactivate", "anonymise"])
def test_who_is_stopped_meanwhile_takes_nothing(key, borrower, administrator, deed):
    stop = {
        "block": doing(block, person=borrower, by=administrator, reason="Lost five"),
        "deactivate": doing(deactivate, person=borrower, by=administrator),
        "anonymise": doing(anonymise, person=borrower, by=administrator),
    }[deed]

    results = one_after_other(stop, taking(key, borrower=borrower))

    assert len(refusals(results)) == 1
    assert not Loan.objects.exists()


def test_who_takes_a_key_meanwhile_is_not_anonymised(key, borrower, administrator):
    results = one_after_other(taking(key, borrower=borrower), doing(anonymise, person=borrower, by=administrator))

    assert refusals(results) == [f"{borrower} still holds keys: take them back first."]


def test_a_key_that_is_retired_meanwhile_is_not_handed_out(key, borrower, key_shop):
    retire = doing(retire_key, key=key, by=key_shop, retirement="disposed", reason="Worn")

    results = one_after_other(retire, taking(key, borrower=borrower))

    assert refusals(results) == ["Key AA1 1 is retired. Put it aside for the key shop."]


def test_a_key_that_is_handed_out_meanwhile_is_not_retired(key, borrower, key_shop):
    retire = doing(retire_key, key=key, by=key_shop, retirement="disposed", reason="Worn")

    results = one_after_other(taking(key, borrower=borrower), retire)

    assert refusals(results) == ["Key AA1 1 is out. Take it back or report it lost first."]


def test_a_key_that_is_kept_ready_meanwhile_is_not_handed_out(key, borrower, clerk):
    until = timezone.now() + timedelta(days=1)

    results = one_after_other(
        doing(hold_key, key=key, person=PersonFactory(), until=until, by=clerk), taking(key, borrower=borrower)
    )

    assert "on hold for somebody else" in refusals(results)[0]


def test_a_key_that_is_handed_out_meanwhile_is_not_kept_ready(key, borrower, clerk):
    until = timezone.now() + timedelta(days=1)

    results = one_after_other(
        taking(key, borrower=borrower), doing(hold_key, key=key, person=PersonFactory(), until=until, by=clerk)
    )

    assert refusals(results) == ["Key AA1 1 is not in the cabinet."]


def test_two_holds_on_one_key(key, clerk):
    until = timezone.now() + timedelta(days=1)
    people = [PersonFactory() for _number in range(4)]

    results = at_once(*[doing(hold_key, key=key, person=person, until=until, by=clerk) for person in people])

    assert Hold.objects.count() == 1
    assert len(refusals(results)) == 3


def test_a_hold_that_runs_out_while_its_key_goes_out_ends_once(key, borrower):
    now = timezone.now()
    hold = HoldFactory(key=key, person=borrower, held_at=now - timedelta(days=1), until=now - timedelta(hours=1))

    one_after_other(taking(key, borrower=borrower), lambda: release_expired_holds(at=now))

    assert hold.history.count() == 2


def test_a_key_comes_back_once(loan, clerk):
    deeds = [doing(return_key, loan=loan, by=clerk) for _number in range(4)]
    deeds.append(doing(take_back, keys=[loan.key], by=clerk))

    results = at_once(*deeds)

    assert len(refusals(results)) == 4
    assert Loan.history.filter(history_change_reason__startswith="returned").count() == 1


def test_broken_keys_come_back_in_different_baskets_while_somebody_wants_them(borrower, clerk):
    keys = [LoanFactory(key=KeyFactory()).key for _number in range(3)]
    LoanFactory()

    results = at_once(
        doing(take_back, keys=keys, by=clerk, condition="broken"),
        doing(take_back, keys=keys[::-1], by=clerk, condition="broken"),
        taking(*keys, borrower=borrower),
        taking(*keys, borrower=PersonFactory()),
    )

    assert len(refusals(results)) == 3
    assert Key.objects.filter(retirement="broken").count() == 3


@pytest.mark.parametrize("first", ["return", "lose", "renew"])
def test_return_loss_and_renewal_follow_each_other(loan, clerk, first):
    deeds = {
        "return": doing(return_key, loan=loan, by=clerk),
        "lose": doing(report_lost, loan=loan, by=clerk),
        "renew": doing(renew, loan=loan, by=clerk, trust=Trust.STAFF, term=loan.term, due_on=None),
    }
    Loan.objects.update(due_at=timezone.now() + timedelta(days=1))

    results = at_once(deeds.pop(first), *deeds.values())

    loan.refresh_from_db()
    assert loan.status in {"Returned", "Lost/Broken"}
    assert loan.history.filter(history_type="~").count() + len(refusals(results)) == 3
    assert loan.renewals.count() <= 1


def test_two_keys_are_swapped_between_two_people(symbol, clerk):
    loans = [LoanFactory(), LoanFactory()]
    first, second = (loan.borrower for loan in loans)

    for _round in range(5):
        results = at_once(
            doing(transfer, loan=loans[0], borrower=second, by=clerk),
            doing(transfer, loan=loans[1], borrower=first, by=clerk),
        )
        assert refusals(results) == []
        loans, (first, second) = results, (second, first)

    assert Loan.objects.open().count() == 2


def test_a_loan_is_handed_on_once(loan, clerk):
    results = at_once(*[doing(transfer, loan=loan, borrower=PersonFactory(), by=clerk) for _number in range(4)])

    assert Loan.objects.open().count() == 1
    assert refusals(results) == ["Key AA1 1 is back or lost: it cannot be handed on."] * 3


def test_a_return_is_undone_or_the_key_goes_out_again(loan, clerk):
    return_key(loan=loan, by=clerk)
    other = PersonFactory()

    results = one_after_other(taking(loan.key, borrower=other), doing(undo, loan=loan, by=clerk))

    assert refusals(results) == ["Key AA1 1 has been checked out since; that comes first."]
    assert Loan.objects.open().get().borrower == other


def test_while_a_return_is_undone_its_borrower_takes_no_other(loan, symbol, borrower, clerk):
    return_key(loan=loan, by=clerk)

    results = one_after_other(
        doing(undo, loan=loan, by=clerk), taking(KeyFactory(symbol=symbol, serial=2), borrower=borrower)
    )

    assert len(refusals(results)) == 1
    assert Loan.objects.open().get() == loan


def test_two_exceptions_for_one_person_and_symbol(symbol, borrower, clerk):
    values = {"limit": 2, "expires_on": timezone.localdate() + timedelta(days=1), "why": "Two offices"}

    results = at_once(
        *[doing(grant_exception, person=borrower, symbol=symbol, by=clerk, **values) for _number in range(4)]
    )

    assert refusals(results) == []
    assert LoanException.objects.filter(ended_at=None).count() == 1


def test_the_last_key_of_a_symbol_is_cut_once(symbol, key_shop):
    symbol.most_copies = 1
    symbol.save()

    def adding(serial):
        return lambda: add_key(key=Key(symbol=type(symbol).objects.get(), serial=serial), by=key_shop)

    results = at_once(adding(1), adding(2), adding(3), adding(3))

    assert Key.objects.count() == 1
    assert len(refusals(results)) == 3
