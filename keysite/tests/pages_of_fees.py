"""Console pages about fees, for ``test_console_queries``: what makes one more row, and how often each page asks."""

from accounts.tests.factories import AffiliationFactory, DepartmentFactory, PersonFactory
from keys.models import Charge, FeeRule
from keys.tests.factories import ChargeFactory, FeeRuleFactory


def _rule(n):
    return FeeRuleFactory(affiliation=AffiliationFactory())


def _charge(n):
    """What they come to is one question more."""
    person = PersonFactory(department=DepartmentFactory())
    ChargeFactory(loan__borrower=person, rule=_rule(n), charged_by=PersonFactory())


PAGES_OF_FEES = {
    Charge: (_charge, 7, 6),
    FeeRule: (_rule, 6, 6),
}
