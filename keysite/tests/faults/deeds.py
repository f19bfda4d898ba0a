"""What people do while things fail."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from accounts.models import EmailCode, Notice, Trust
from accounts.notices import SEND_TASK
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.models import Loan
from keys.operations import check_out
from keys.tests.factories import KeyFactory, KeySymbolFactory, LoanFactory

__all__ = [
    "SEND_TASK",
    "an_hour_passes",
    "assert_nobody_waits",
    "borrowers",
    "customers_day",
    "once_each",
    "overdue_borrowers",
    "receipts",
    "usual_day",
]
HOUR = timedelta(hours=1)
LONGEST_WAIT = 1  # seconds


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


def customers_day(site, people):
    """What customers do on one day: for each page its name, its answer, and the status that it should have."""
    stranger = site.visitor()
    yield "sign in", stranger.get("/sign-in/"), 200
    yield "code", stranger.send("/sign-in/", address=people[0].email), 302
    for person in people:
        visitor = site.visitor(person)
        yield "start", visitor.get("/"), 200
        yield "check out", visitor.send("/keys/check-out/", keys=str(KeyFactory())), 302
        loan = Loan.objects.get(borrower=person)
        yield "return", visitor.send(f"/loans/{loan.pk}/return/"), 302


def usual_day(site):
    """How long each page takes at the most while all is well: as long as this machine is slow."""
    list(customers_day(site, borrowers(4)))  # templates are compiled, connections open
    longest = {}
    for page, answer, _status in customers_day(site, borrowers(3)):
        longest[page] = max(answer.seconds, longest.get(page, 0))
    site.wait_until_sent()
    site.mailbox.mails.clear()
    return longest


def assert_nobody_waits(day, usual):
    """Each page of the day answers as it should; what is away costs a second at the most."""
    for page, answer, status in day:
        assert answer.status == status, page
        assert answer.seconds - usual[page] < LONGEST_WAIT, page


def an_hour_passes():
    """As far as the outbox, the codes in it and the timetable are concerned."""
    Notice.objects.waiting().update(created_at=F("created_at") - HOUR, next_try_at=F("next_try_at") - HOUR)
    EmailCode.objects.update(created_at=F("created_at") - HOUR, expires_at=F("expires_at") - HOUR)
    PeriodicTask.objects.update(last_run_at=F("last_run_at") - HOUR)
    PeriodicTasks.update_changed()


def once_each(people):
    """What the mailbox says when each of them has got one mail."""
    return {person.email: 1 for person in people}
