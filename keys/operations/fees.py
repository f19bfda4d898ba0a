"""What is charged for which case; another amount is another rule, so that it stays known what was charged by which."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keys.models import FeeRule
from keysite.ledger import Refusal, lock, lock_word, record

MOST = 9_999_999  # what the column holds


@transaction.atomic
def add_fee_rule(*, event, amount, by, level=None, affiliation=None):
    """What happens from now on costs so much, in the institution's currency; 0 is a case that costs nothing.

    Gives back the rule. Refused for an amount below 0, and when there is a rule for just this case: end that one.
    """
    lock_word("fee rules")
    _refuse_amount(amount)
    rule = FeeRule(event=event, level=level, affiliation=affiliation, amount=amount, since=timezone.now())
    other = FeeRule.objects.same_case(rule).first()
    if other:
        words = {"case": other, "fee": other.fee}
        raise Refusal(_("There is a rule for “%(case)s” already: %(fee)s. Change or end that one.") % words)
    record(rule, by=by, reason="added")
    return rule


@transaction.atomic
def end_fee_rule(*, rule, by):
    """Charge nothing more by this rule; what was charged by it stays. Refused when it has ended."""
    lock(rule, "affiliation")
    if rule.ended_at:
        raise Refusal(_("The rule “%(rule)s” has ended already.") % {"rule": rule})
    rule.ended_at = timezone.now()
    record(rule, by=by, reason="ended")


@transaction.atomic
def change_fee_rule(*, rule, amount, by):
    """End the rule and add one of another amount for the same case, which this gives back.

    Refused when it has ended, for an amount below 0, and for the amount that it has.
    """
    lock_word("fee rules")
    lock(rule, "affiliation")
    _refuse_amount(amount)
    if rule.amount == amount:
        raise Refusal(_("The rule “%(rule)s” says %(fee)s already.") % {"rule": rule, "fee": rule.fee})
    end_fee_rule(rule=rule, by=by)
    return add_fee_rule(event=rule.event, amount=amount, by=by, level=rule.level, affiliation=rule.affiliation)


def _refuse_amount(amount):
    if amount is None or not 0 <= amount <= MOST:
        raise Refusal(_("Give an amount from 0 to %(most)s.") % {"most": MOST})
