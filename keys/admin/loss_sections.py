"""What the pages of doors, keys, symbols, people and counts show of lost keys: each with what is decided about it."""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from keys.admin.sections import SHOWN, list_of, moment, page_of
from keys.models import LossReport
from keysite.console import Section


def losses_of(reports, *, title, query, empty=""):
    """The newest of these reports; ``query`` is how the list of reports finds them all."""
    rows = reports.in_short()[:SHOWN]
    return Section(
        title=title,
        headings=[_("Key"), _("Level"), _("Lost"), _("By"), _("What is decided")],
        lines=[(page_of(report), _cells(report)) for report in rows],
        empty=empty,
        more=_("All reports"),
        address=list_of("lossreport", query),
    )


def losses_about(viewer, **about):
    """The lost keys of a person or a symbol, or the reports on a key; nothing where there are none, or the viewer sees
    no reports.
    """
    if not viewer.has_perm("keys.view_lossreport"):
        return
    ((name, row),) = about.items()
    path = {"person": "loan__borrower", "symbol": "key__symbol", "key": "key"}[name]
    reports = LossReport.objects.visible_to(viewer).filter(**{path: row})
    reports, show = (reports, "all") if name == "key" else (reports.open(), "open")
    section = losses_of(reports, title=_("Lost keys"), query=f"show={show}&{name}={row.pk}")
    yield from [section] if section.lines else []


def exposures_of(door, viewer):
    """Lost keys that open the door, of those that the viewer may see; nothing where there are none."""
    if viewer.has_perm("keys.view_lossreport"):
        reports = LossReport.objects.open().of_visible_keys(viewer).opening([door])
        section = losses_of(reports, title=_("Lost keys that still open it"), query=f"door={door.pk}")
        yield from [section] if section.lines else []


def found_missing(count, viewer):
    reports = LossReport.objects.visible_to(viewer).filter(count=count)
    return losses_of(reports, title=_("Missing"), query=f"show=all&count={count.pk}", empty=_("Nothing was missing."))


def _cells(report):
    key = format_html('<strong class="console-lost">{}</strong>', _("%(key)s, lost") % {"key": report.key})
    had = report.loan.borrower if report.loan else "–"
    level = report.key.symbol.get_level_display()
    return [key if report.is_open else report.key, level, moment(report.reported_at), had, report.status]
