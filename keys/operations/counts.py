"""Looking whether the keys that should hang in a cabinet do."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from keys.models import CabinetCount, Key, LossReport
from keys.operations.inventory import retire_all
from keysite.ledger import Refusal, lock, lock_all, record, record_new


@transaction.atomic
def count_cabinet(*, cabinet, there, by, missing=None):
    """Write down that a cabinet was counted: ``there`` are the keys that hang in it, ``missing`` those that were looked
    for in vain (None: all others that should hang there).

    What is missing is retired as lost and reported; found later, it is reinstated. A key that was handed out meanwhile
    is not missing. Refused while a key should hang there that is neither there nor missing: it came back meanwhile.
    """
    lock(cabinet)
    held = lock_all(Key.objects.in_use().of_cabinet(cabinet))
    expected = list(Key.objects.hanging().filter(pk__in=[key.pk for key in held]).by_stamp())  # as under the lock
    gone = [key for key in expected if key not in set(there)]
    _refuse_unseen(gone, missing)
    count = CabinetCount(cabinet=cabinet, counted_at=timezone.now(), counted_by=by)
    count.expected, count.missing = len(expected), len(gone)
    record(count, by=by, reason="counted")
    if gone:
        _report(gone, count, by)
    return count


def _refuse_unseen(gone, missing):
    unseen = [] if missing is None else [key for key in gone if key not in set(missing)]
    if unseen:
        words = {"keys": ", ".join(str(key) for key in unseen[:5]), "n": len(unseen)}
        raise Refusal(
            ngettext(
                "Key %(keys)s should hang there by now. Look for it, too, and tick it if it does.",
                "%(n)s more keys should hang there by now (%(keys)s). Look for them, too, and tick those that do.",
                len(unseen),
            )
            % words
        )


def _report(keys, count, by):
    retire_all(keys, Key.Retirement.LOST, "missing in a count", at=count.counted_at, by=by)
    said = {"count": count, "source": LossReport.Source.COUNT, "reported_at": count.counted_at, "reported_by": by}
    record_new([LossReport(key=key, **said) for key in keys], by=by, reason="missing in a count")
