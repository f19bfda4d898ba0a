"""What can never be true of fees: the database refuses it, whoever asks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.models import Charge, FeeRule
from keys.tests.factories import ChargeFactory, FeeRuleFactory, LoanFactory
from keysite.tests.constraints import refused_by

NOW = timezone.now()
PAID = {"paid_on": NOW.date(), "paid_note": "R1"}
APPEALED = {"appealed_at": NOW, "appeal": "Stolen"}
REJECTED = {"appeal_rejected_at": NOW, "appeal_answer": "No"}


def rules(**fields):
    for _number in range(2):
        FeeRuleFactory(**fields)


def charges(**fields):
    loan = LoanFactory()
    for _number in range(2):
        ChargeFactory(loan=loan, **fields)


def paid(**fields):
    return ChargeFactory(**(PAID | {"paid_by": PersonFactory()} | fields))


def refunded(**fields):
    return paid(**({"refunded_on": NOW.date(), "refunded_by": PersonFactory(), "refunded_note": "R2"} | fields))


REFUSED = [
    ("feerule_one_per_case", rules),
    ("feerule_one_per_case", lambda: rules(level=3)),
    ("feerule_one_per_case", lambda: rules(level=3, affiliation=AffiliationFactory())),
    ("feerule_costs_nothing_or_more", lambda: FeeRuleFactory(amount=-1)),
    ("feerule_event_is_known", lambda: FeeRuleFactory(event="eaten")),
    ("feerule_ends_after_it_began", lambda: FeeRuleFactory(since=NOW, ended_at=NOW - timedelta(hours=1))),
    ("charge_one_per_loan_and_event", charges),
    ("charge_one_per_loan_and_event", lambda: charges(**PAID, paid_by=PersonFactory())),
    ("charge_is_of_an_amount", lambda: ChargeFactory(amount=0)),
    ("charge_event_is_known", lambda: ChargeFactory(event="eaten")),
    ("charge_invoiced_by_someone", lambda: ChargeFactory(invoiced_at=NOW)),
    ("charge_invoiced_by_someone", lambda: ChargeFactory(invoiced_by=PersonFactory())),
    ("charge_appealed_in_words", lambda: ChargeFactory(appealed_at=NOW)),
    ("charge_appealed_in_words", lambda: ChargeFactory(appeal="Stolen")),
    ("charge_appealed_in_words", lambda: ChargeFactory(**REJECTED, appeal_rejected_by=PersonFactory())),
    ("charge_appeal_rejected_with_reason", lambda: ChargeFactory(**APPEALED, **REJECTED)),
    ("charge_appeal_rejected_with_reason", lambda: ChargeFactory(**APPEALED, appeal_answer="No")),
    (
        "charge_appeal_rejected_with_reason",
        lambda: ChargeFactory(**APPEALED, appeal_rejected_at=NOW, appeal_rejected_by=PersonFactory()),
    ),
    ("charge_paid_with_a_receipt", lambda: paid(paid_note="")),
    ("charge_paid_with_a_receipt", lambda: paid(paid_by=None)),
    ("charge_paid_with_a_receipt", lambda: paid(paid_on=None)),
    ("charge_paid_with_a_receipt", lambda: paid(waived_at=NOW, waived_reason="Stolen")),
    ("charge_waived_with_reason", lambda: ChargeFactory(waived_at=NOW)),
    ("charge_waived_with_reason", lambda: ChargeFactory(waived_reason="Stolen")),
    ("charge_waived_with_reason", lambda: ChargeFactory(waived_by=PersonFactory())),
    ("charge_refunded_after_it_was_paid", lambda: refunded(paid_on=None, paid_by=None, paid_note="")),
    ("charge_refunded_after_it_was_paid", lambda: refunded(refunded_by=None)),
    ("charge_refunded_after_it_was_paid", lambda: refunded(refunded_note="")),
    ("charge_refunded_after_it_was_paid", lambda: refunded(refunded_on=None)),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


def test_what_is_over_may_be_again(db):
    for _number in range(2):
        FeeRuleFactory(ended_at=NOW)
    charges(waived_at=NOW, waived_reason="Stolen")
    loan = LoanFactory()
    for _number in range(2):
        refunded(loan=loan)

    assert (FeeRule.objects.count(), Charge.objects.count()) == (2, 4)
