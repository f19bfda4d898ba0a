"""Secret addresses under which a calendar program reads dates."""

import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.codes import digest
from accounts.notices import speaking_to
from assets.ical import Entry
from assets.models import Assignment, CalendarFeed, Reservation
from keysite.ledger import Refusal, lock, lock_all, record, record_changes


@transaction.atomic
def make_calendar_feed(*, person, by, model=None):
    """The token of a new address for the dates of ``person``, or of ``model``; it is shown this once.

    An address that they had for the same before stops working. Refused when the person is inactive or blocked.
    """
    lock(person)
    if not person.is_active or person.is_blocked:
        raise Refusal(_("%(person)s gets no calendar address at the moment. Ask the desk.") % {"person": person})
    before = lock_all(CalendarFeed.objects.in_use().filter(person=person, model=model))
    _revoke(before, by=by, reason="replaced")
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(person=person, model=model, token_digest=digest(token), made_at=timezone.now())
    record(feed, by=by, reason="made")
    return token


@transaction.atomic
def revoke_calendar_feed(*, feed, by):
    """The address stops working at once. Refused when it was revoked before."""
    lock(feed)
    if feed.revoked_at:
        raise Refusal(_("This address has been revoked already."))
    _revoke([feed], by=by, reason="revoked")


def feed_of(token):
    """The feed whose address carries ``token``, or None; nothing for who is inactive or blocked, or may not see it."""
    feeds = CalendarFeed.objects.in_use().select_related("person", "model")
    feed = feeds.filter(token_digest=digest(token)).first()
    if feed is None or not feed.person.is_active or feed.person.is_blocked:
        return None
    return feed if feed.model is None or may_see_dates(feed.person) else None


def entries_of(feed):
    """What the calendar of ``feed`` holds, as far as its person sees it in the pages, in the person's language."""
    person = feed.person
    claims = Reservation.objects.live().visible_to(person).for_list()
    out = Assignment.objects.open().whole().visible_to(person).filter(due_at__isnull=False, lost_at=None).for_list()
    if feed.model:
        claims, out = claims.of_model(feed.model), out.filter(asset__model=feed.model)
    else:
        claims, out = claims.made_for(person), out.assigned_to(person)
    claims, out = list(claims), list(out.order_by("due_at", "pk"))
    versions = _versions(claims) | _versions(out)
    with speaking_to(person):
        return [_reserved(row, feed, versions[row]) for row in claims] + [
            _due_back(row, feed, versions[row]) for row in out
        ]


def _reserved(row, feed, version):
    words = {"item": str(row.item), "person": row.person.name or row.person.email, "status": str(row.status)}
    sentence = _("%(item)s: %(person)s") if feed.model else _("Reserved: %(item)s")
    more = [str(row.status), row.purpose]
    return Entry(
        uid=_uid("reservation", row),
        summary=sentence % words,
        start=row.starts_at,
        end=row.ends_at,
        is_sure=row.confirmed_at is not None,
        description="\n".join(filter(None, more)),
        **version,
    )


def _due_back(row, feed, version):
    words = {"item": str(row.item), "holder": getattr(row.person, "name", "") or str(row.holder)}
    sentence = _("Due back: %(item)s, %(holder)s") if feed.model else _("Due back: %(item)s")
    return Entry(uid=_uid("assignment", row), summary=sentence % words, start=row.due_at, end=None, **version)


def _uid(kind, row):
    """The same for ever, so that a calendar program knows the date again."""
    return f"{kind}-{row.pk}@{settings.SITE_URL.split('//')[-1].split(':')[0]}"


def _versions(rows):
    """When each row was changed last, and how often."""
    if not rows:
        return {}
    history = type(rows[0]).history.filter(id__in=[row.pk for row in rows]).values_list("id")
    found = {pk: (n, last) for pk, n, last in history.annotate(Count("history_id"), Max("history_date"))}
    made = {row: getattr(row, "reserved_at", None) or row.out_recorded_at for row in rows}
    known = {row: found.get(row.pk, (1, made[row])) for row in rows}
    return {row: {"version": n - 1, "changed": last} for row, (n, last) in known.items()}


def may_see_dates(person):
    """Whether ``person`` may see who has reserved what of a model."""
    return person.is_staff and person.has_perm("assets.view_reservation")


def _revoke(feeds, *, by, reason):
    for feed in feeds:
        feed.revoked_at = timezone.now()
    record_changes(feeds, ["revoked_at"], by=by, reason=reason)
