"""What is written about lost keys, to whoever decides what is done about them."""

from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import Person
from assets.models import BuildingManager
from keys.models import Delegation, Door, LossReport
from keys.models.approvals import HEAD_FROM, OFFICE_FROM, today

SUBJECTS = {
    "reported": _("Key %(key)s is lost: please decide what is done"),
    "again": _("Lost key %(key)s: please decide again"),
    "waiting": _("Lost key %(key)s still waits for a decision"),
}


def losses_to_decide(reports):
    """To those whom the level of each key names; where nobody has decided for too long, to the key office, too."""
    letters = []
    for report in LossReport.objects.for_list().filter(pk__in=reports):
        event = "waiting" if report.escalated_at else "again" if report.decided_at else "reported"
        letters += [_letter(report, event, person) for person in sorted(deciders_of(report), key=lambda one: one.pk)]
    if letters:
        notices.post_all(letters)


def deciders_of(report):
    """Who is asked: those in charge and who stands in for them, else the key office; never who had the key."""
    on, had = today(), report.loan and report.loan.borrower
    level, people = report.key.symbol.level, Person.objects.none()
    if level < HEAD_FROM:
        buildings = Door.objects.opened_by([report.key.symbol_id]).values("building")
        managers = BuildingManager.objects.current(on=on).filter(building__in=buildings)
        people = Person.objects.active().filter(pk__in=managers.values("person"))
    elif level < OFFICE_FROM and had and had.department_id:
        people = Person.objects.active().filter(heads=had.department_id)
    people = people.exclude(pk=had.pk) if had else people
    deputies = Delegation.objects.current(on=on).filter(person__in=people).values("deputy")
    stand_in = Person.objects.active().filter(pk__in=deputies)
    found = {*people, *(stand_in.exclude(pk=had.pk) if had else stand_in)}
    if found and not report.escalated_at:
        return found
    office = Person.objects.allowed("keys.decide_loss")
    return found | set(office.exclude(pk=had.pk) if had else office)


def _letter(report, event, person):
    """Once per report and day on which its risk began to be open."""
    since = report.accepted_until or report.decided_at or ""
    return notices.letter(
        kind="loss_report",
        person=person,
        facts={"report": report.pk, "event": event},
        once_per=f"loss_report:{report.pk}:{event}:{person.pk}:{since}",
    )


def loss_report(notice):
    """A key is lost, as it is when the mail is sent; what is decided or closed by then needs nobody any more."""
    report = LossReport.objects.for_list().filter(pk=notice.facts["report"]).first()
    if report is None or not report.is_undecided:
        return None
    event = notice.facts["event"]
    with notices.speaking_to(notice.person):
        subject = SUBJECTS[event] % {"key": report.key}
    opened = Door.objects.opened_by([report.key.symbol_id])
    context = {
        "report": report,
        "event": event,
        "subject": subject,
        "doors": opened.count(),
        "critical": opened.critical().count(),
        "link": notices.link("loss", report.pk),
    }
    return notices.render("loss_report", person=notice.person, context=context)


CONTENTS = {"loss_report": loss_report}
