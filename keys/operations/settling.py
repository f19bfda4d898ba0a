"""When a rekeying is over: its old symbols are retired, and what was lost opens nothing any more or is decided anew."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from keys.models import Door, KeySymbol, LossReport, RekeyedDoor, RekeyedSymbol, Rekeying
from keys.operations.exposures import close_reports
from keysite.ledger import lock, lock_all, record, record_changes

UNDECIDED = ["decision", "decided_at", "decided_by", "decision_reason", "rekeying"]
RETIREMENT = ["retired_at", "retired_by", "retired_reason"]


def settle_rekeying(rekeying, *, by):
    """See whether a rekeying that is held is over, by its doors and then by its keys, and do what follows."""
    if not rekeying.is_open or RekeyedDoor.objects.open().filter(rekeying=rekeying).exists():
        return
    before = list(RekeyedSymbol.objects.filter(rekeying=rekeying).values_list("before", flat=True))
    if Rekeying.objects.to_close().filter(pk=rekeying.pk).exists():
        rekeying.done_at = timezone.now()
        record(rekeying, by=by, reason="all doors and keys done")
        _retire_symbols(rekeying, by=by)
    end_exposures(rekeying, before, by=by)


def end_exposures(rekeying, symbols, *, by):
    """All doors have their new cylinders: lost keys that open nothing now are harmless; of others it is to be decided
    anew what is done about the doors that they still open.
    """
    # Every deed holds reports last, after symbols, keys and loans, and all it needs at once: nobody waits in a circle.
    lock_all(LossReport.objects.open().filter(Q(key__symbol__in=symbols) | Q(rekeying=rekeying)))
    harmless = LossReport.objects.made_harmless().filter(key__symbol__in=symbols)
    close_reports(list(harmless.values_list("key", flat=True)), by=by, ending=LossReport.Ending.REKEYED)
    to_decide(LossReport.objects.open().filter(rekeying=rekeying), by=by, reason=f"{rekeying} left doors exposed")


def to_decide(reports, *, by, reason):
    """It is to be decided anew what is done about these lost keys; what was decided stays in their history."""
    reports = lock_all(reports)
    for report in reports:
        report.decision = report.decision_reason = ""
        report.decided_at = report.decided_by = report.rekeying = None
    record_changes(reports, UNDECIDED, by=by, reason=reason)


def reopen_rekeying(rekeying, *, by):
    """A hand-over that ended it was a mistake: somebody waits for a key again."""
    lock(rekeying)
    if rekeying.done_at:
        rekeying.done_at = None
        record(rekeying, by=by, reason="check-out undone")


def retire_symbols(symbols, *, by, reason):
    """No keys of these symbols are made or handed out any more; what stood below them stands below what replaced
    them.
    """
    rows = lock_all(KeySymbol.objects.current().filter(pk__in=symbols))
    for symbol in rows:
        symbol.retired_at, symbol.retired_by, symbol.retired_reason = timezone.now(), by, reason[:200]
    record_changes(rows, RETIREMENT, by=by, reason=f"retired: {reason}")
    return rows


def _retire_symbols(rekeying, *, by):
    """The old symbols that open no door any more, and the new ones whose doors were all left as they are."""
    pairs = dict(RekeyedSymbol.objects.filter(rekeying=rekeying).values_list("before", "after"))
    useless = {symbol for pair in pairs.items() for symbol in pair if not Door.objects.opened_by([symbol]).exists()}
    words = {"rekeying": rekeying}
    retired = retire_symbols(useless, by=by, reason=_("Replaced by rekeying %(rekeying)s") % words)
    over = {symbol.pk for symbol in retired} & set(pairs)
    below = lock_all(KeySymbol.objects.current().filter(parent__in=over))
    for symbol in below:
        symbol.parent_id = pairs[symbol.parent_id]
    record_changes(below, ["parent"], by=by, reason=f"below what replaces it ({rekeying})")
