"""May this person borrow, and until when: the same for keys and assets."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import due
from accounts.models import ClosedDay, TermDate, Trust
from keysite.ledger import Refusal


def refuse_borrower(person, *, now):
    """Refuse when ``person`` may not borrow at all; each reason has its own sentence."""
    name = {"person": person.name or person.email, "desk": settings.DESK_CONTACT}
    affiliation = person.affiliation
    if not person.is_active:
        raise Refusal(_("%(person)s is no longer active here. Ask %(desk)s.") % name)
    if person.is_blocked:
        raise Refusal(_("%(person)s is blocked from borrowing. Ask %(desk)s.") % name)
    if person.leaves_on and person.leaves_on < timezone.localdate(now, settings.INSTITUTION_ZONE):
        raise Refusal(_("%(person)s has left. Ask %(desk)s to correct the date of leaving.") % name)
    if affiliation is None:
        raise Refusal(_("%(person)s has no affiliation yet. Complete the profile first.") % name)
    name["affiliation"] = affiliation.name
    if affiliation.identifier_required and not person.identifier:
        raise Refusal(
            _("%(affiliation)s borrows with an identifier. Add the university or staff number of %(person)s first.")
            % name
        )
    if affiliation.sponsor_required and person.sponsor_id is None:
        raise Refusal(_("%(affiliation)s borrows with a sponsor. Ask %(desk)s to name one for %(person)s.") % name)


def due_moment(*, term, now, due_on=None, after=None, calendar=None):
    """When a loan of ``term`` made ``now`` is due: at closing time of ``due_on``, or as late as the term allows.

    A renewal says when the loan is due so far (``after``): the calendar's next date is then the one behind that.
    ``calendar`` is that of the term, for who has asked for it already. Refused when that day is past, closed or beyond
    the term, and when the term's calendar has run out.
    """
    calendar = calendar or calendar_of(term, now)
    last = due.longest(term, calendar, now, after)
    if last is None:
        raise Refusal(_("The calendar of “%(term)s” has no date left. Ask the desk to add one.") % {"term": term})
    if due_on is None:
        return calendar.moment(last)
    words = {"day": date_format(due_on), "last": date_format(last), "term": term}
    if due_on > last:
        raise Refusal(_("%(day)s is too late: “%(term)s” ends on %(last)s. Choose a day until then.") % words)
    return _open_moment(due_on, calendar, now, words["last"])


def day_moment(*, due_on, now):
    """When something without a term is due that is wanted back on ``due_on``. Refused for a past or closed day."""
    return _open_moment(due_on, calendar_of(None, now), now)


def refuse_own_extension(item, *, term, due_at, earlier, now):
    """Refuse a later date for ``item`` that its borrower asks for without staff.

    Borrowers have one only before the due date, within the term's window, and as often as the term allows;
    ``earlier`` are the later dates there were, of which those by staff do not count.
    """
    words = {"item": str(item), "term": term, "most": term.renewals_allowed, "desk": settings.DESK_CONTACT}
    if due_at < now:
        raise Refusal(_("%(item)s is overdue. Bring it back, or ask %(desk)s for a later date.") % words)
    if term.renewals_allowed == 0:
        raise Refusal(_("“%(term)s” has no later date that you could set by yourself. Ask %(desk)s for one.") % words)
    if earlier.filter(trust__lt=Trust.STAFF).count() >= term.renewals_allowed:
        sentence = ngettext(
            "“%(term)s” lets you set %(most)d later date by yourself, and you have. Ask %(desk)s for another.",
            "“%(term)s” lets you set %(most)d later dates by yourself, and you have. Ask %(desk)s for another.",
            term.renewals_allowed,
        )
        raise Refusal(sentence % words)
    opens = timezone.localdate(due_at, settings.INSTITUTION_ZONE) - timedelta(days=term.renewal_window_days)
    if timezone.localdate(now, settings.INSTITUTION_ZONE) < opens:
        raise Refusal(_("It is too early: you may set a later date from %(day)s on.") % {"day": date_format(opens)})


def with_trust(words, trust, kiosk=None):
    """Why a version of a row was written, with how sure we were who asked for it."""
    where = f", kiosk {kiosk}" if kiosk else ""
    return f"{words} ({Trust(trust).name.lower()}{where})"


def _open_moment(due_on, calendar, now, last=""):
    words = {"day": date_format(due_on), "last": last}
    if due_on < timezone.localdate(now, calendar.zone) or calendar.moment(due_on) <= now:
        sentence = _("%(day)s is past. Choose a day until %(last)s.")
        raise Refusal((sentence if last else _("%(day)s is past. Choose a later day.")) % words)
    if due_on in calendar.closed:
        sentence = _("The desk is closed on %(day)s. Choose another day until %(last)s.")
        raise Refusal((sentence if last else _("The desk is closed on %(day)s. Choose another day.")) % words)
    return calendar.moment(due_on)


def calendar_of(term, now):
    """When the desk is open from the day of ``now`` on, and on which days loans of ``term`` end."""
    today = timezone.localdate(now, settings.INSTITUTION_ZONE)
    ends = TermDate.objects.filter(term=term, on__gte=today).values_list("on", Value(False)).order_by()
    days = ClosedDay.objects.filter(on__gte=today).values_list("on", Value(True)).order_by().union(ends)
    closed = frozenset(on for on, is_closed in days if is_closed)
    dates = tuple(on for on, is_closed in days if not is_closed)
    return due.Calendar(settings.INSTITUTION_ZONE, settings.CLOSING_TIME, closed, dates)
