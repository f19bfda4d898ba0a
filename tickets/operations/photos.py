"""Photos of what is broken or mended: kept as files under names that nobody can guess."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keysite import images
from keysite.ledger import Refusal, record
from tickets.models import Photo
from tickets.operations.rules import begin, refuse_stranger, save

AT_ONCE, MOST = 5, 40


@transaction.atomic
def add_ticket_photos(*, ticket, pictures, by, comment=None, internal=False, version=None):
    """Show photos with a ticket; ``pictures`` are what ``keysite.images.read`` made of the uploads.

    Refused for more than five at once or forty in all, while the ticket may not be changed, and for whoever has no part
    in it. Gives back the photos.
    """
    begin(ticket, version=version)
    refuse_stranger(by, ticket, internal=internal)
    added = show(ticket, pictures, by=by, comment=comment, internal=internal)
    save(ticket, by=by, reason="photos added")
    return added


def show(ticket, pictures, *, by, comment=None, internal=False):
    """The photos of a ticket that is held."""
    if len(pictures) > AT_ONCE:
        raise Refusal(_("Send at most %(most)s photos at once.") % {"most": AT_ONCE})
    if pictures and ticket.photos.count() + len(pictures) > MOST:
        raise Refusal(_("There are %(most)s photos of this already; describe in words what is new.") % {"most": MOST})
    added = []
    try:
        for picture in pictures:
            photo = Photo(ticket=ticket, comment=comment, internal=internal, added_at=timezone.now(), added_by=by)
            images.store(photo, picture)
            added.append(photo)
            record(photo, by=by, reason="added")
    except BaseException:
        images.forget([name for photo in added for name in images.files_of(photo)])
        raise
    return added
