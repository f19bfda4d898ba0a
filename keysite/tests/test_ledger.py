"""How a fact changes: the lock that refreshes, the history row that says who and why."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Value
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Person
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.models import Hold, Key
from keys.tests.factories import HoldFactory, KeyFactory, KeySymbolFactory
from keysite.ledger import (
    Refusal,
    alone,
    lock,
    lock_all,
    lock_word,
    record,
    record_all,
    record_changes,
    record_from,
    record_new,
    remove,
)
from keysite.tests.history import last_version
from keysite.tests.queries import queries
from keysite.tests.races import at_once, one_after_other


def test_lock_brings_a_stale_copy_up_to_date(db):
    stale = PersonFactory()
    Person.objects.filter(pk=stale.pk).update(phone="1")

    lock(stale)

    assert stale.phone == "1"


def test_lock_asks_once_for_the_row_and_what_it_is_related_to(db):
    person = PersonFactory()
    person = Person.objects.get(pk=person.pk)

    with queries(exactly=1):
        lock(person, "affiliation__loan_term")
        assert person.affiliation.loan_term.days == 7


def test_lock_takes_the_user_of_a_request(db):
    person = PersonFactory()
    Person.objects.filter(pk=person.pk).update(phone="1")
    user = SimpleLazyObject(lambda: person)

    lock(user)

    assert user.phone == "1"


def test_lock_is_refused_when_the_row_has_gone(db):
    person = PersonFactory()
    Person.objects.filter(pk=person.pk).delete()

    with pytest.raises(Refusal, match="no longer in the register"):
        lock(person)


def test_lock_outside_a_transaction_is_an_error(transactional_db):
    person = PersonFactory()

    with pytest.raises(transaction.TransactionManagementError):
        lock(person)


@pytest.mark.slow
def test_lock_follows_a_relation_that_changed_while_it_waited(transactional_db):
    person, affiliation = PersonFactory(), AffiliationFactory()

    def change():
        held = Person.objects.get(pk=person.pk)
        lock(held)
        held.affiliation = affiliation
        record(held, by=None, reason="changed")

    def read():
        with transaction.atomic():
            lock(person, "affiliation__loan_term")
            return person.affiliation

    assert one_after_other(change, read) == [None, affiliation]


def test_lock_all_takes_rows_in_the_order_of_pk(db):
    keys = [KeyFactory(), KeyFactory(), KeyFactory()]

    held = lock_all(Key.objects.filter(pk__in=[key.pk for key in keys]).order_by("-serial"))

    assert held == keys


@pytest.mark.slow
def test_only_one_is_alone_with_a_word(transactional_db):
    def take():
        with transaction.atomic():
            took = alone("word")
            connection.cursor().execute("SELECT pg_sleep(0.2)")
            return took

    assert sorted(at_once(take, take, take)) == [False, False, True]


@pytest.mark.slow
def test_who_waits_for_a_word_sees_what_was_done_under_it(transactional_db):
    symbol = KeySymbolFactory()

    def add():
        with transaction.atomic():
            lock_word("serial")
            serial = Key.objects.filter(symbol=symbol).count() + 1
            return KeyFactory(symbol=symbol, serial=serial).serial

    assert sorted(at_once(*[add] * 5)) == [1, 2, 3, 4, 5]


def test_record_writes_down_who_and_why_once(db):
    person, clerk = PersonFactory(), PersonFactory()

    record(person, by=clerk, reason="corrected")
    person.save()

    last, recorded = person.history.all()[:2]
    assert (recorded.history_user, recorded.history_change_reason) == (clerk, "corrected")
    assert (last.history_user, last.history_change_reason) == (None, None)


def test_record_new_writes_rows_and_history_in_two_statements(db):
    symbol, clerk = KeySymbolFactory(), PersonFactory()
    keys = [Key(symbol=symbol, serial=serial) for serial in (1, 2, 3)]

    with queries(exactly=2):
        record_new(keys, by=clerk, reason="cut")

    versions = Key.history.filter(id__in=[key.pk for key in keys])
    assert {(version.history_type, version.history_user, version.history_change_reason) for version in versions} == {
        ("+", clerk, "cut")
    }


def test_record_new_of_nothing_asks_nothing(db):
    with queries(exactly=0):
        assert record_new([], by=None, reason="none") == []


def test_record_changes_writes_rows_and_history_in_two_statements(db):
    holds, clerk = [HoldFactory(), HoldFactory(), HoldFactory()], PersonFactory()
    for hold in holds:
        hold.ended_at = hold.until

    with queries(exactly=2):
        record_changes(holds, ["ended_at"], by=clerk, reason="ended")

    assert Hold.objects.filter(ended_at=None).count() == 0
    version = holds[2].history.first()
    assert (version.history_type, version.history_user, version.history_change_reason) == ("~", clerk, "ended")
    assert version.ended_at == holds[2].until


def test_remove_keeps_the_history(db):
    hold, clerk = HoldFactory(), PersonFactory()
    number = hold.pk

    remove(hold, by=clerk, reason="typed twice")

    version = Hold.history.filter(id=number).first()
    assert (version.history_type, version.history_user, version.history_change_reason) == ("-", clerk, "typed twice")


def test_record_from_inserts_what_a_question_answers_with_its_first_versions(db):
    by, keys = PersonFactory(), [KeyFactory(), KeyFactory()]
    person = PersonFactory()
    now = timezone.now()
    HoldFactory(key=keys[0])  # a constraint refuses a second one: it stays as it is

    values = Value(person.pk), Value(now), Value(now + timedelta(days=1)), Value(by.pk)
    rows = Key.objects.order_by("pk").values_list("pk", *values)
    with queries(exactly=1):
        written = record_from(Hold, ["key", "person", "held_at", "until", "held_by"], rows, by=by, reason="kept")

    hold = Hold.objects.get(key=keys[1])
    assert (written, hold.person, hold.history.get().history_type) == (1, person, "+")
    assert (last_version(hold), hold.history.get().until) == ((by, "kept"), hold.until)


def test_record_all_changes_what_a_question_answers_with_a_version_each(db):
    by = PersonFactory()
    changed, other = HoldFactory(key__symbol__symbol="AA1"), HoldFactory(key__symbol__symbol="AB2")
    now = timezone.now()

    with queries(exactly=1):
        written = record_all(Hold.objects.filter(key__symbol__symbol="AA1"), by=by, reason="over", ended_at=now)

    changed.refresh_from_db()
    other.refresh_from_db()
    assert (written, changed.ended_at, other.ended_at) == (1, now, None)
    assert (last_version(changed), changed.history.first().history_type) == ((by, "over"), "~")
    assert not other.history.filter(history_type="~").exists()
