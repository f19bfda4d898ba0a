"""A lost key is an exposure of every door it opens, from the report until it is found or those doors are rekeyed."""

from django.utils import timezone

from keys.models import Key, LossReport
from keysite.ledger import lock_all, record, record_changes

ENDING = ["ending", "closed_at"]


def open_report(key, *, by, source, loan=None, count=None, words="", police=""):
    """Write down that a key is lost; the deed that calls this has checked that it is, and holds it or its loan.

    Gives back the report; one that is open already for the key gains what it did not say yet.
    """
    held = lock_all(LossReport.objects.open().of([key]))
    report = held[0] if held else LossReport(key=key, source=source, reported_at=timezone.now(), reported_by=by)
    report.loan, report.count = report.loan or loan, report.count or count
    report.circumstances = report.circumstances or words[:500]
    report.police_reference = report.police_reference or police[:64]
    record(report, by=by, reason="reported lost")
    return report


def close_reports(keys, *, by, ending=LossReport.Ending.FOUND):
    """The exposure by these keys is over: they are found, or what they opened is rekeyed."""
    reports = lock_all(LossReport.objects.open().of(keys))
    for report in reports:
        report.ending, report.closed_at = ending, timezone.now()
    record_changes(reports, ENDING, by=by, reason=ending)
    return reports


def return_undone(loan, *, by, since):
    """The desk has undone the return of a key whose loan is saved: it is lost again, or it is in somebody's hands.

    A report that was closed at ``since`` or later is open again; one that was made since stands in its place.
    """
    if not Key.objects.exposed().filter(pk=loan.key_id).exists():
        close_reports([loan.key], by=by)
    elif LossReport.objects.open().of([loan.key]).exists():
        open_report(loan.key, by=by, source=LossReport.Source.DESK, loan=loan)
    else:
        closed = LossReport.objects.closed().filter(loan=loan, ending=LossReport.Ending.FOUND)
        _reopen(lock_all(closed.filter(closed_at__gte=since)), by=by, reason="return undone")


def reopen_rekeyed(*, by):
    """What opened nothing any more opens something again: the clock makes such reports open, to be decided anew."""
    reports = lock_all(LossReport.objects.harmful_again())
    for report in reports:
        report.asked_at = report.escalated_at = None
    _reopen(reports, by=by, reason="opens something again")


def _reopen(reports, *, by, reason):
    for report in reports:
        report.ending, report.closed_at = "", None
    record_changes(reports, [*ENDING, "asked_at", "escalated_at"], by=by, reason=reason)
