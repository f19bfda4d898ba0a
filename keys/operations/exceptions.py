"""Permission to hold more than one key of a symbol."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keys import notices
from keys.models import LoanException
from keysite.ledger import Refusal, lock, lock_all, record


@transaction.atomic
def grant_exception(*, person, symbol, limit, expires_on, why, by):
    """Let ``person`` hold up to ``limit`` keys of ``symbol`` until ``expires_on``, that day included.

    One that is live already is ended by it. Refused with a limit below 2 or above 100, a day that is past, without
    a reason, and for oneself.
    """
    lock(person)
    now = timezone.now()
    if person == by:
        raise Refusal(_("Ask a colleague: nobody grants an exception to themselves."))
    if not 2 <= limit <= 100:
        raise Refusal(_("Everybody may hold one. Give a limit from 2 to 100."))
    if expires_on < timezone.localdate(now, settings.INSTITUTION_ZONE):
        raise Refusal(_("The exception would be over already. Give today or a later day."))
    if not why:
        raise Refusal(_("Say why the exception is granted."))
    for earlier in lock_all(LoanException.objects.filter(person=person, symbol=symbol, ended_at__isnull=True)):
        earlier.ended_at, earlier.ended_by = now, by
        record(earlier, by=by, reason="replaced")
    exception = LoanException(
        person=person, symbol=symbol, limit=limit, expires_on=expires_on, why=why[:200], granted_at=now, granted_by=by
    )
    record(exception, by=by, reason="granted")
    notices.exception_granted(exception, by=by)
    return exception


@transaction.atomic
def end_exception(*, exception, by):
    """End an exception before its day; keys that are out stay out. Refused when it has ended."""
    lock(exception)
    if exception.ended_at:
        raise Refusal(_("This exception has ended already."))
    exception.ended_at, exception.ended_by = timezone.now(), by
    record(exception, by=by, reason="ended")
