"""How somebody without an account follows a ticket: a secret address for one person and one ticket."""

from django.db import transaction
from django.utils import timezone

from keysite.ledger import lock, record
from tickets.models import TrackingLink
from tickets.tokens import LENGTH, digest_of, token_of


def link_of(token):
    """The link in use that ``token`` belongs to, or None."""
    if len(token) != LENGTH or not token.isascii() or not token.isalnum():
        return None
    rows = TrackingLink.objects.in_use().filter(token_digest=digest_of(token))
    return rows.select_related("ticket", "person").first()


def tracking_link(ticket, person):
    """The link by which ``person`` follows ``ticket``, made when there is none; the ticket is held."""
    link = TrackingLink.objects.in_use().filter(ticket=ticket, person=person).first()
    if link is None:
        link = TrackingLink(ticket=ticket, person=person, made_at=timezone.now())
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
