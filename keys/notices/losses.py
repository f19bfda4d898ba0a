"""What is written about lost keys, to whoever decides what is done about them."""

from collections import defaultdict

from django.utils.translation import ngettext_lazy

from accounts import notices
from accounts.models import Department, Person
from assets.models import BuildingManager
from keys.models import Delegation, Door, LossReport
from keys.models.approvals import HEAD_FROM, OFFICE_FROM, today

SUBJECTS = {
    "reported": ngettext_lazy(
        "Key %(key)s is lost: please decide what is done", "%(n)s keys are lost: please decide what is done", "n"
    ),
    "again": ngettext_lazy("Lost key %(key)s: please decide again", "%(n)s lost keys: please decide again", "n"),
    "waiting": ngettext_lazy(
        "Lost key %(key)s still waits for a decision", "%(n)s lost keys still wait for a decision", "n"
    ),
}
SHOWN = 30


def losses_to_decide(reports, *, at):
    """To those whom the level of each key names; where nobody has decided for too long, to the key office, too.

    Who decides about several gets one letter that lists them.
    """
    rows = LossReport.objects.for_list().filter(pk__in=reports)
    again = set(rows.decided_before().values_list("pk", flat=True)) if reports else set()
    lines = defaultdict(list)
    for report, people in deciders_of(rows).items():
        event = "waiting" if report.escalated_at else "again" if report.pk in again else "reported"
        for person in people:
            lines[person, event].append(report.pk)
    letters = [_letter(sorted(rows), *to, at) for to, rows in lines.items()]
    if letters:
        notices.post_all(sorted(letters, key=lambda letter: letter.person.pk))


def deciders_of(reports):
    """Who is asked about each: those in charge and who stands in for them, else the key office; never who had it."""
    reports = list(reports)
    if not reports:
        return {}
    named, office = _named(reports), set(Person.objects.allowed("keys.decide_loss"))
    deputies = _pairs(
        Delegation.objects.current(on=today()), "person", "deputy", person__in=set().union(*named.values())
    )
    return {report: _asked(report, named[report], deputies, office) for report in reports}


def _asked(report, people, deputies, office):
    had = {report.loan.borrower} if report.loan else set()
    people = people - had
    people |= {deputy for person in people for deputy in deputies[person.pk]} - had
    return people if people and not report.escalated_at else people | office - had


def _named(reports):
    """Whom the level of each key names: the managers of the buildings it opens, or the head of who had it."""
    low = {report.key.symbol_id for report in reports if report.key.symbol.level < HEAD_FROM}
    turned = "building__doors__pinnings__keyset__operates__"
    now = {f"{turned}symbol__in": low, f"{turned}until": None, "building__doors__pinnings__until": None}
    managers = _pairs(BuildingManager.objects.current(on=today()), f"{turned}symbol", "person", **now)
    heads = _pairs(Department.objects, "pk", "head", pk__in={_department(report) for report in reports} - {None})
    named = {}
    for report in reports:
        level = report.key.symbol.level
        high = heads[_department(report)] if level < OFFICE_FROM else set()
        named[report] = managers[report.key.symbol_id] if level < HEAD_FROM else high
    return named


def _department(report):
    return report.loan and report.loan.borrower.department_id


def _pairs(rows, key, person, **wanted):
    """The active people in a column of these rows, by another column."""
    pairs = set(rows.filter(**wanted, **{f"{person}__is_active": True}).values_list(key, person))
    people = Person.objects.active().in_bulk({pk for _key, pk in pairs})
    found = defaultdict(set)
    for one, pk in pairs:
        found[one].add(people[pk])
    return found


def _letter(reports, person, event, at):
    """Once per time at which they are asked, which the reports keep."""
    return notices.letter(
        kind="loss_report",
        person=person,
        facts={"reports": reports, "event": event},
        once_per=f"loss_report:{reports[0]}:{event}:{person.pk}:{at.isoformat()}",
    )


def loss_report(notice):
    """Keys are lost, as it is when the mail is sent; what is decided or closed by then needs nobody any more."""
    rows = LossReport.objects.for_list().filter(pk__in=notice.facts["reports"])
    reports = [report for report in reversed(rows) if report.is_undecided]
    if not reports:
        return None
    event, first = notice.facts["event"], reports[0]
    with notices.speaking_to(notice.person):
        subject = SUBJECTS[event] % {"key": first.key, "n": len(reports)}
    opened = Door.objects.opened_by({report.key.symbol_id for report in reports})
    context = {
        "reports": [(report, notices.link("loss", report.pk)) for report in reports[:SHOWN]],
        "report": first,
        "number": len(reports),
        "event": event,
        "subject": subject,
        "doors": opened.count(),
        "critical": opened.critical().count(),
        "link": notices.link("loss", first.pk) if len(reports) == 1 else notices.link("loss_list"),
    }
    return notices.render("loss_report", person=notice.person, context=context)


CONTENTS = {"loss_report": loss_report}
