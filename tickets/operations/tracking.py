"""How somebody without an account follows a ticket: a secret address for one person and one ticket."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, lock, record
from tickets.models import TrackingLink
from tickets.tokens import LENGTH, digest_of, token_of


def link_of(token):
    """The link in use that ``token`` belongs to, or None."""
    if len(token) != LENGTH or not token.isascii() or not token.isalnum():
        return None
    rows = TrackingLink.objects.in_use().filter(token_digest=digest_of(token))
    return rows.select_related("ticket", "person").first()


def tracking_link(ticket, person, **how):
    """The link by which ``person`` follows ``ticket``, made as ``how`` says when there is none; it is held."""
    links = TrackingLink.objects.in_use().filter(ticket=ticket, person=person)
    return links.first() or new_link(ticket, person, **how)


def new_link(ticket, person, *, silent_at=None):
    link = TrackingLink(ticket=ticket, person=person, made_at=timezone.now(), silent_at=silent_at)
    link.token_digest = digest_of(token_of(link))
    record(link, by=None, reason="made")
    return link


@transaction.atomic
def revoke_tracking(*, link, by):
    """The address leads nowhere from now on. Revoked twice is revoked."""
    lock(link)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        record(link, by=by, reason="revoked")


@transaction.atomic
def stop_mails(*, link, by):
    """No more mails about this ticket to this person. Stopped twice is stopped. Refused for a revoked link."""
    _hush(link, timezone.now(), by, "mails stopped")


@transaction.atomic
def resume_mails(*, link, by):
    """Mails about this ticket to this person, again. Refused for a revoked link."""
    _hush(link, None, by, "mails wanted again")


def _hush(link, moment, by, reason):
    lock(link)
    if link.revoked_at:
        raise Refusal(_("This link is no longer good. Use the one of the newest mail."))
    if bool(link.silent_at) != bool(moment):
        link.silent_at = moment
        record(link, by=by, reason=reason)
