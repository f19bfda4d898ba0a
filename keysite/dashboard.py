"""The first page of the console: what today asks for, as far as the role sees it."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Department, Notice
from keys.models import Loan
from keys.models.weeks import weeks_of

HEIGHT, WIDTH, STEP, BAR = 150, 600, 50, 30  # of the chart, in its own units


class Figure(NamedTuple):
    """A number with the list that it counts; ``asks`` when somebody should do something about it."""

    label: str
    number: int
    address: str
    asks: bool = False


def add_figures(request, context):
    """What the page shows, added to what Unfold gives it."""
    now, person = timezone.now(), request.user
    context["figures"] = [*_of_loans(person, now), *_of_departments(person), *_of_notices(person)]
    if person.has_perm("keys.view_loan"):
        context["weeks"] = weeks = weeks_of(Loan.objects.visible_to(person), at=now)
        context["chart"] = _chart(weeks)
    return context


def _of_loans(person, now):
    if not person.has_perm("keys.view_loan"):
        return
    loans, page = Loan.objects.visible_to(person), "admin:keys_loan_changelist"
    today = datetime.combine(timezone.localdate(now, settings.INSTITUTION_ZONE), time.min, settings.INSTITUTION_ZONE)
    yield _figure(_("due today"), loans.due_between(today, today + timedelta(days=1)), page, "show=today")
    yield _figure(_("overdue"), loans.overdue(at=now), page, "show=overdue", asks=True)
    yield _figure(_("said to be back"), loans.claimed(), page, "show=claimed", asks=True)
    yield _figure(_("out for a year: to review"), loans.for_review(at=now), page, "show=review", asks=True)


def _of_departments(person):
    if person.has_perm("accounts.accept_department"):
        page = "admin:accounts_department_changelist"
        yield _figure(_("departments proposed"), Department.objects.proposed(), page, "state=proposed", asks=True)


def _of_notices(person):
    if person.has_perm("accounts.view_notice"):
        notices, page = Notice.objects.visible_to(person), "admin:accounts_notice_changelist"
        yield _figure(_("messages waiting"), notices.waiting(), page, "state=waiting")
        yield _figure(_("messages given up"), notices.failed(), page, "state=failed", asks=True)


def _figure(label, rows, page, query, *, asks=False):
    number = rows.count()
    return Figure(label, number, f"{reverse(page)}?{query}", asks and number > 0)


def _chart(weeks):
    """Where the bars and the points of the line are; the drawing is in the template."""
    most = max((week.checked_out for week in weeks), default=0) or 1
    highest = max(10, max(week.share for week in weeks))
    places = [
        {
            "week": week,
            "x": STEP * n + (STEP - BAR) // 2,
            "middle": STEP * n + STEP // 2,
            "height": round(HEIGHT * week.checked_out / most, 1),
            "top": round(HEIGHT - HEIGHT * week.checked_out / most, 1),
            "dot": round(HEIGHT - HEIGHT * week.share / highest, 1),
        }
        for n, week in enumerate(weeks)
    ]
    points = " ".join(f"{place['middle']},{place['dot']}" for place in places)
    return {"places": places, "points": points, "most": most, "highest": round(highest), "bar": BAR}
