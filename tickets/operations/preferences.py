"""How those who work on tickets want to be told of them."""

import re

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from keysite.ledger import Refusal, lock, record
from tickets.models import NoticePreference

MAY_CHOOSE = ("tickets.work", "tickets.triage", "tickets.review")
# What may stand in the address of a gateway without changing it: no slash, no question mark, no percent sign.
ADDRESS = re.compile(r"[+@]?[0-9A-Za-z_-](?:[0-9A-Za-z+_@-]|\.(?!\.)){0,98}")


@transaction.atomic
def set_notice_preference(*, person, by, digest, channel="", address=""):
    """Tell ``person`` of tickets at once or in one mail a day; at once by mail, or by a channel of ``TICKET_CHANNELS``.

    Refused for somebody who does not work on tickets, for a channel that is not there, and for an address in it that
    has other signs than letters, digits and ``+ - . _ @``. Gives back the preference.
    """
    lock(person)
    if not any(person.has_perm(permission) for permission in MAY_CHOOSE):
        raise Refusal(_("%(person)s does not work on tickets.") % {"person": person.name or person.email})
    channel, address = channel.strip(), "".join(address.split())
    if channel and channel not in settings.TICKET_CHANNELS:
        raise Refusal(_("There is no such channel. Choose one of the list, or none for mail."))
    if channel and not ADDRESS.fullmatch(address):
        raise Refusal(_("Give your number or name in this channel: letters, digits and + - . _ @ only."))
    preference = NoticePreference.objects.filter(person=person).first() or NoticePreference(person=person)
    preference.digest, preference.channel = digest, channel
    preference.address = address if channel else ""
    record(preference, by=by, reason="told otherwise")
    return preference
