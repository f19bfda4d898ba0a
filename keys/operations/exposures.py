"""A lost key is an exposure of every door it opens, from the report until it is found or those doors are rekeyed."""

from django.utils import timezone

from keys.models import LossReport
from keysite.ledger import lock_all, record, record_changes

ENDING = ["ending", "closed_at"]


def open_report(key, *, by, source, loan=None, count=None, words="", police=""):
    """Write down that a key is lost; the deed that calls this has checked that it is, and holds it or its loan.

    Gives back the report; one that is open already for the key gains who had it.
    """
    report = LossReport.objects.open().of([key]).first() or LossReport(key=key, source=source)
    if report.pk is None:
        report.reported_at, report.reported_by = timezone.now(), by
    report.loan, report.count = report.loan or loan, report.count or count
    report.circumstances, report.police_reference = words[:500] or report.circumstances, police[:64]
    record(report, by=by, reason="reported lost")
    return report


def close_reports(keys, *, by, ending=LossReport.Ending.FOUND):
    """The exposure by these keys is over: they are found, or what they opened is rekeyed."""
    reports = lock_all(LossReport.objects.open().of(keys))
    for report in reports:
        report.ending, report.closed_at = ending, timezone.now()
    record_changes(reports, ENDING, by=by, reason=ending)
    return reports


def reopen_reports(keys, *, by, since):
    """A key is not found after all: the desk has undone what closed the report at ``since`` or later."""
    reports = lock_all(
        LossReport.objects.closed().of(keys).filter(ending=LossReport.Ending.FOUND, closed_at__gte=since)
    )
    for report in reports:
        report.ending, report.closed_at = "", None
    record_changes(reports, ENDING, by=by, reason="return undone")
