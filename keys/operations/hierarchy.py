"""Where a symbol stands in its system: its level, and the symbol above it."""

from django.db import transaction
from django.utils.translation import gettext as _

from keys.key_list import level_misfit
from keys.models import KeySymbol
from keysite.ledger import Refusal, lock_all, record


@transaction.atomic
def place_symbol(*, symbol, by, level, parent=None):
    """Say how much keys of ``symbol`` open, and which master stands directly above it (None: nobody).

    What turns which keyset stays as it is: keysets made from now on follow the new place. Refused for a parent of
    another system or not of a higher level, and when a symbol below would not be of a lower level any more.
    """
    wanted = {symbol.pk, parent and parent.pk} - {None}
    rows = {row.pk: row for row in lock_all(KeySymbol.objects.filter(pk__in=wanted).with_highest_child())}
    if symbol.pk not in rows:
        raise Refusal(_("This is no longer in the register. Open the list again."))
    symbol, parent = rows[symbol.pk], parent and rows[parent.pk]
    words = {"symbol": symbol, "parent": parent}
    if parent and parent.system_id != symbol.system_id:
        raise Refusal(_("Symbol %(parent)s is of another system.") % words)
    symbol.parent = parent
    if why := level_misfit(symbol, level):
        raise Refusal(why)
    symbol.level = level
    record(symbol, by=by, reason="placed in the hierarchy")
