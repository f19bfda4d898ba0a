"""Secret addresses under which a calendar program reads dates."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.codes import digest
from assets.models import CalendarFeed
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


def may_see_dates(person):
    """Whether ``person`` may see who has reserved what of a model."""
    return person.is_staff and person.has_perm("assets.view_reservation")


def _revoke(feeds, *, by, reason):
    for feed in feeds:
        feed.revoked_at = timezone.now()
    record_changes(feeds, ["revoked_at"], by=by, reason=reason)
