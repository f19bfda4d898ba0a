"""What may be promised to whom, and when: one refusal for each rule of a reservation."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import calendar_of, due_moment, refuse_borrower
from assets.availability import Taken
from assets.models import Assignment, Reservation
from assets.operations.claims import LATE, at_the_desk, pools_of
from keysite.ledger import Refusal

MOST = 5  # live reservations that people make for themselves
FURTHEST = timedelta(days=366)
A_MOMENT = timedelta(microseconds=1)


def refuse_reserver(person, *, trust, now):
    """Refuse for who may not borrow, or has as many reservations as one may make for oneself."""
    refuse_borrower(person, now=now)
    if trust < Trust.STAFF and Reservation.objects.live().made_for(person).count() >= MOST:
        words = {"most": MOST, "desk": settings.DESK_CONTACT}
        raise Refusal(_("You have %(most)s reservations. Cancel one of them first, or ask %(desk)s.") % words)


def refuse_span(person, term, starts_at, ends_at, *, now):
    """Refuse a time that is empty, past, too far off, longer than ``term``, or begins or ends on a closed day."""
    if ends_at <= starts_at:
        raise Refusal(_("The end is not after the beginning. Give a later end."))
    if starts_at < now.replace(second=0, microsecond=0):
        raise Refusal(_("%(start)s is past. Give a later beginning.") % {"start": at_the_desk(starts_at)})
    if starts_at > now + FURTHEST:
        words = {"last": date_format(timezone.localdate(now + FURTHEST, settings.INSTITUTION_ZONE))}
        raise Refusal(_("Nothing is reserved so far ahead. Begin until %(last)s.") % words)
    calendar = calendar_of(term, starts_at)
    _refuse_beginning(timezone.localtime(starts_at, settings.INSTITUTION_ZONE), calendar)
    last_day = timezone.localdate(ends_at - A_MOMENT, settings.INSTITUTION_ZONE)
    due_moment(term=term, now=starts_at, due_on=last_day, calendar=calendar)
    if person.leaves_on and person.leaves_on < last_day:
        words = {"person": person.name or person.email, "day": date_format(person.leaves_on)}
        raise Refusal(_("%(person)s leaves on %(day)s. Give an end until then.") % words)


def refuse_asset(asset, starts_at, ends_at, *, trust, now):
    """Refuse an asset that is not lent, or that is out or reserved in that time."""
    words = {"asset": str(asset), "why": asset.out_of_service_reason}
    membership = getattr(asset, "membership", None)
    if asset.is_disposed:
        words["day"] = date_format(asset.disposed_on)
        raise Refusal(_("%(asset)s was disposed of on %(day)s. Choose another.") % words)
    if membership:
        words["kit"] = membership.kit.name
        raise Refusal(_("%(asset)s belongs to the kit “%(kit)s”, which goes out as a whole.") % words)
    if not asset.lendable:
        raise Refusal(_("%(asset)s is not lent to people. Choose another.") % words)
    until = asset.out_of_service_until
    if asset.is_out_of_service and (until is None or until > timezone.localdate(starts_at, settings.INSTITUTION_ZONE)):
        raise Refusal(_("%(asset)s is out of service: %(why)s. Choose another, or a later beginning.") % words)
    _refuse_reserved(asset, starts_at, ends_at, trust=trust)
    _refuse_out(asset, starts_at, now=now)


def refuse_model(model, starts_at, ends_at, *, unit=None, now):
    """Refuse when there is no ``unit`` (or none at all) of ``model`` that is free all that time; says when."""
    pool, words = pools_of([model.pk], now=now)[model.pk], {"model": str(model)}
    if not pool.units:
        raise Refusal(_("There is no %(model)s to borrow at the moment.") % words)
    full = pool.full(starts_at, ends_at)
    if full:
        spans = (_("%(start)s to %(end)s") % _span_words(start, end) for start, end in full[:3])
        words["spans"] = "; ".join(spans)
        raise Refusal(_("No %(model)s is free from %(spans)s. Choose another time.") % words)
    if pool.left_out(Taken(starts_at, ends_at, unit=unit)):
        raise Refusal(_("No single %(model)s is free all that time. Choose a shorter time.") % words)


def _refuse_beginning(local, calendar):
    words = {"day": date_format(local), "time": time_format(calendar.closing)}
    if local.date() in calendar.closed:
        raise Refusal(_("The desk is closed on %(day)s. Begin on another day.") % words)
    if local.time() >= calendar.closing:
        raise Refusal(_("The desk closes at %(time)s. Begin before that, or on another day.") % words)


def _refuse_reserved(asset, starts_at, ends_at, *, trust):
    claims = Reservation.objects.live().filter(asset=asset).overlapping(starts_at, ends_at)
    claim = claims.select_related("person").order_by("starts_at").first()
    if claim is None:
        return
    words = {"asset": str(asset), "person": claim.person.name or claim.person.email}
    words |= _span_words(claim.starts_at, claim.ends_at)
    if trust == Trust.STAFF:
        raise Refusal(_("%(asset)s is reserved for %(person)s from %(start)s to %(end)s. Choose another time.") % words)
    raise Refusal(_("%(asset)s is reserved from %(start)s to %(end)s. Choose another time.") % words)


def _refuse_out(asset, starts_at, *, now):
    """What is overdue is promised to nobody for a week; what is lost or has no due date, not at all."""
    row = Assignment.objects.open().of([asset]).first()
    if row is None:
        return
    words = {"asset": str(asset)}
    if row.lost_at:
        raise Refusal(_("%(asset)s is reported lost. Choose another.") % words)
    if row.due_at is None:
        raise Refusal(
            _("%(asset)s is assigned without a due date. Choose another, or ask for it to be taken back.") % words
        )
    back = row.due_at if row.due_at > now else now + LATE
    if back > starts_at:
        words["back"] = at_the_desk(back)
        raise Refusal(_("%(asset)s is out, and expected back on %(back)s. Begin after that.") % words)


def _span_words(start, end):
    return {"start": at_the_desk(start), "end": at_the_desk(end)}
