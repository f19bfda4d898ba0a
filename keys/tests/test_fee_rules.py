"""What is charged for which case: rules that are added, changed and ended, and never overwritten."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import KeyLevel
from accounts.tests.factories import AffiliationFactory
from keys.models import FeeRule
from keys.operations import add_fee_rule, change_fee_rule, end_fee_rule
from keys.tests.factories import FeeRuleFactory
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once

LOST = {"event": "lost"}


def test_a_rule_holds_from_now_on(administrator):
    before = timezone.now()

    rule = add_fee_rule(event="lost", level=KeyLevel.MASTER, amount=Decimal("250"), by=administrator)

    assert before <= rule.since <= timezone.now()
    assert (rule.fee, str(rule)) == ("250.00 EUR", "Key lost · Master key")
    assert last_version(rule) == (administrator, "added")
    assert list(FeeRule.objects.in_force(at=before)) == []


@pytest.mark.parametrize("amount", [-1, None, 10_000_000])
def test_an_amount_must_make_sense(administrator, amount):
    rule = FeeRuleFactory(event="broken")
    with refused("Give an amount from 0 to 9999999."):
        add_fee_rule(event="lost", amount=amount, by=administrator)
    with refused("Give an amount from 0 to 9999999."):
        change_fee_rule(rule=rule, amount=amount, by=administrator)


@pytest.mark.parametrize("level", [None, KeyLevel.MASTER])
def test_there_is_one_rule_for_a_case(administrator, level):
    affiliation = AffiliationFactory(name="Student")
    add_fee_rule(event="lost", level=level, affiliation=affiliation, amount=50, by=administrator)
    add_fee_rule(event="lost", level=level, amount=60, by=administrator)
    add_fee_rule(event="broken", level=level, affiliation=affiliation, amount=5, by=administrator)

    case = "Key lost · Master key · Student" if level else "Key lost · Student"
    with refused(f"There is a rule for “{case}” already: 50.00 EUR. Change or end that one."):
        add_fee_rule(event="lost", level=level, affiliation=affiliation, amount=0, by=administrator)


def test_another_amount_is_another_rule(administrator):
    rule = FeeRuleFactory(affiliation=AffiliationFactory())

    new = change_fee_rule(rule=rule, amount=Decimal("70"), by=administrator)

    rule.refresh_from_db()
    assert (rule.amount, rule.ended_at <= new.since, new.amount) == (50, True, 70)
    assert (new.event, new.level, new.affiliation) == (rule.event, rule.level, rule.affiliation)
    assert list(FeeRule.objects.current()) == [new]
    assert list(FeeRule.objects.in_force(at=rule.since)) == [rule]
    assert last_version(rule) == (administrator, "ended")


def test_the_same_amount_is_no_change(administrator):
    with refused("The rule “Key lost” says 50.00 EUR already."):
        change_fee_rule(rule=FeeRuleFactory(amount=Decimal("50.00")), amount=50, by=administrator)


def test_a_rule_ends_once(administrator):
    rule = FeeRuleFactory()
    stale = FeeRule.objects.get()
    end_fee_rule(rule=rule, by=administrator)

    with refused("The rule “Key lost” has ended already."):
        end_fee_rule(rule=stale, by=administrator)
    with refused("The rule “Key lost” has ended already."):
        change_fee_rule(rule=stale, amount=1, by=administrator)
    assert list(FeeRule.objects.ended()) == [rule]


def test_who_names_the_affiliation_counts_before_who_names_the_level(db):
    student, now = AffiliationFactory(), timezone.now()
    anybody = FeeRuleFactory()
    master = FeeRuleFactory(level=KeyLevel.MASTER)
    of_student = FeeRuleFactory(affiliation=student)
    both = FeeRuleFactory(affiliation=student, level=KeyLevel.MASTER)
    FeeRuleFactory(event="broken", affiliation=student)

    def fitting(level, affiliation):
        return list(FeeRule.objects.for_case("lost", level=level, affiliation=affiliation, at=now))

    assert fitting(KeyLevel.MASTER, student) == [both, of_student, master, anybody]
    assert fitting(KeyLevel.CHANGE, student) == [of_student, anybody]
    assert fitting(KeyLevel.MASTER, AffiliationFactory()) == [master, anybody]
    assert fitting(KeyLevel.CHANGE, None) == [anybody]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_change_a_rule_at_once_leave_one(administrator):
    rule = FeeRuleFactory()
    copies = [FeeRule.objects.get(pk=rule.pk) for _number in range(3)]

    results = at_once(
        *[
            lambda n=n, row=row: change_fee_rule(rule=row, amount=60 + n, by=administrator)
            for n, row in enumerate(copies)
        ],
        lambda: add_fee_rule(event="lost", amount=99, by=administrator),
    )

    assert FeeRule.objects.current().count() == 1
    assert sum(isinstance(result, FeeRule) for result in results) == 1
