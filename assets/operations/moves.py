"""Where things belong, and whether their holders still have them."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import with_trust
from assets import notices
from assets.models import Assignment
from assets.operations.handovers import refuse_not_running
from assets.operations.rules import RELATED
from assets.operations.transfers import transfer_assignment
from keysite.ledger import Refusal, lock, record


@transaction.atomic
def move(*, asset, by, home, along=False):
    """Give ``asset`` another ``home``. What is put up in a space stays there, unless it goes ``along``.

    Refused when it is at home there already, when it is disposed of, and for what cannot be transferred.
    """
    put_up = Assignment.objects.open().whole().of([asset]).filter(space__isnull=False).first()
    if along and put_up and put_up.space_id != home.pk:
        transfer_assignment(assignment=put_up, by=by, space=home, due_on=_day_to_come(put_up.due_at))
    lock(asset, "home__building")
    words = {"asset": str(asset), "home": str(home)}
    if asset.is_disposed:
        words["day"] = date_format(asset.disposed_on)
        raise Refusal(_("%(asset)s was disposed of on %(day)s.") % words)
    if asset.home_id == home.pk:
        raise Refusal(_("%(asset)s is at home in %(home)s already. Choose another room.") % words)

    asset.home = home
    record(asset, by=by, reason="moved")


@transaction.atomic
def confirm_assignment(*, assignment, by, trust):
    """“I still have it”: whoever has an asset or a kit says so. Refused when it is back, lost, or a part of a kit."""
    lock(assignment, *RELATED, "part_of__kit")
    refuse_not_running(assignment)

    assignment.confirmed_at = timezone.now()
    record(assignment, by=by, reason=with_trust("confirmed", trust))
    notices.confirmed(assignment, by=by)


def _day_to_come(moment):
    """The day of a due date that is still to come: what moves along is wanted back as before."""
    return timezone.localdate(moment, settings.INSTITUTION_ZONE) if moment and moment > timezone.now() else None
