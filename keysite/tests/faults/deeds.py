"""What people do while things fail."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.notices import SEND_TASK
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.operations import check_out
from keys.tests.factories import KeyFactory, KeySymbolFactory, LoanFactory

__all__ = ["SEND_TASK", "an_hour_passes", "borrowers", "overdue_borrowers", "receipts"]


def borrowers(number):
    """So many people who may check out a key."""
    affiliation = AffiliationFactory()
    return [PersonFactory(affiliation=affiliation) for _number in range(number)]


def receipts(number):
    """So many people check out a key each; for each a receipt waits in the outbox."""
    people, symbol = borrowers(number), KeySymbolFactory()
    for person in people:
        check_out(keys=[KeyFactory(symbol=symbol)], borrower=person, by=person, trust=Trust.PROVED)
    return people


def overdue_borrowers(number):
    """So many people with a key that was due two days ago; nobody has written to them."""
    out_at = timezone.now() - timedelta(days=9)
    return [LoanFactory(borrower=person, out_at=out_at).borrower for person in borrowers(number)]


def an_hour_passes():
    """As far as the outbox is concerned."""
    Notice.objects.waiting().update(next_try_at=F("next_try_at") - timedelta(hours=1))
