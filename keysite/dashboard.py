"""The first page of the console: what today asks for, as far as the role sees it."""

from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Department, Notice, midnight
from assets.models import Asset, Assignment, Reservation
from keys.models import (
    Approval,
    Attestation,
    Charge,
    CuttingJob,
    Door,
    KeyRequest,
    Loan,
    LossReport,
    Operates,
    ProposedKey,
)
from keys.models.fees import money
from keys.models.weeks import weeks_of
from keysite.counting import numbers_of
from tickets.models import ParkedMail, Status, Ticket
from tickets.models.ages import ages_of

HEIGHT, WIDTH, STEP, BAR = 150, 600, 50, 30  # of the chart, in its own units


class Counted(NamedTuple):
    """Rows to be counted, with the list that shows them; ``asks`` when somebody should do something about them."""

    label: str
    rows: QuerySet
    page: str
    query: str
    asks: bool = False


class Figure(NamedTuple):
    """A number with the list that it counts."""

    label: str
    number: int
    address: str
    asks: bool


def add_figures(request, context):
    """What the page shows, added to what Unfold gives it."""
    now, person = timezone.now(), request.user
    groups = [
        (_("Keys"), [*_of_loans(person, now), *_of_losses(person, now), *_of_fees(person), *_of_doors(person)]),
        (_("Requests for keys"), [*_of_requests(person, now)]),
        (_("Assets"), [*_of_assignments(person, now), *_of_reservations(person, now), *_of_assets(person, now)]),
        (_("Repairs"), [*_of_tickets(person, now)]),
        (_("People and messages"), [*_of_departments(person), *_of_notices(person)]),
    ]
    figures = iter(_figures([one for _title, counted in groups for one in counted]))
    context["groups"] = [(title, list(islice(figures, len(counted)))) for title, counted in groups if counted]
    if person.has_perm("keys.view_loan"):
        context["weeks"] = weeks = weeks_of(Loan.objects.visible_to(person), at=now)
        context["chart"] = _chart(weeks)
    if person.has_perm("tickets.view_ticket"):
        context["ages"] = ages_of(Ticket.objects.visible_to(person).open(), at=now)
    return context


def _of_loans(person, now):
    if not person.has_perm("keys.view_loan"):
        return
    loans, page = Loan.objects.visible_to(person), "admin:keys_loan_changelist"
    yield Counted(_("due today"), loans.due_between(midnight(now, 0), midnight(now, 1)), page, "show=today")
    yield Counted(_("overdue"), loans.overdue(at=now), page, "show=overdue", asks=True)
    yield Counted(_("said to be back"), loans.claimed(), page, "show=claimed", asks=True)
    yield Counted(_("out for a year: to review"), loans.for_review(at=now), page, "show=review", asks=True)
    if person.has_perm("keys.view_attestation"):
        lines = Attestation.objects.visible_to(person).live()
        yield Counted(_("to be confirmed"), lines, "admin:keys_attestation_changelist", "show=live")
    back = loans & ProposedKey.objects.loans_to_give_back()
    yield Counted(_("to give back for other keys"), back, page, "show=give_back", asks=True)


def _of_losses(person, now):
    if person.has_perm("keys.view_lossreport"):
        rows, page = LossReport.objects.visible_to(person), "admin:keys_lossreport_changelist"
        today = timezone.localdate(now, settings.INSTITUTION_ZONE)
        yield Counted(_("lost keys that still open doors"), rows.open(), page, "show=open")
        yield Counted(_("lost keys to decide about"), rows.undecided(on=today), page, "show=undecided", asks=True)
        yield Counted(_("of symbols with too many lost"), rows.past_threshold(), page, "show=past_threshold", asks=True)


def _of_fees(person):
    if person.has_perm("keys.export_charge"):
        rows, page = Charge.objects.visible_to(person), "admin:keys_charge_changelist"
        together = {"sum": money(rows.open().total())}
        yield Counted(_("fees open, together %(sum)s") % together, rows.open(), page, "show=open")
        yield Counted(_("fees to refund"), rows.to_refund(), page, "show=to_refund", asks=True)
        answers = person.has_perm("keys.waive_charge")
        yield Counted(_("appeals to answer"), rows.appealed(), page, "show=appealed", asks=answers)


def _of_doors(person):
    if person.has_perm("keys.rekey"):
        doors, turning = Door.objects.visible_to(person), Operates.objects.visible_to(person)
        page = "admin:keys_operates_changelist"
        yield Counted(
            _("doors that nothing opens"), doors.nothing_opens(), "admin:keys_door_changelist", "show=nothing_opens"
        )
        yield Counted(_("pairs that no hierarchy explains"), turning.unexplained(), page, "show=unexplained")


def _of_requests(person, now):
    if person.has_perm("keys.view_keyrequest"):
        ready = KeyRequest.objects.visible_to(person).ready(at=now)
        yield Counted(_("ready for pick-up"), ready, "admin:keys_keyrequest_changelist", "show=ready")
    if person.has_perm("keys.view_approval"):
        steps, page = Approval.objects.visible_to(person), "admin:keys_approval_changelist"
        if person.has_perm("keys.add_delegation"):  # whoever decides may let somebody else do so
            yield Counted(_("waiting for my approval"), steps.open().in_charge_of(person), page, "show=mine", asks=True)
        yield Counted(_("approvals waiting too long"), steps.overdue(at=now), page, "show=late", asks=True)
    if person.has_perm("keys.cut_key"):
        jobs = CuttingJob.objects.visible_to(person).open()
        yield Counted(_("keys in the shop"), jobs, "admin:keys_cuttingjob_changelist", "show=open", asks=True)


def _of_assignments(person, now):
    if not person.has_perm("assets.view_assignment"):
        return
    rows, page = Assignment.objects.visible_to(person), "admin:assets_assignment_changelist"
    yield Counted(_("assets due today"), rows.due_between(midnight(now, 0), midnight(now, 1)), page, "show=today")
    yield Counted(_("assets overdue"), rows.overdue(at=now), page, "show=overdue", asks=True)
    yield Counted(_("missing from kits"), rows.missing_from_kits(), page, "show=missing", asks=True)


def _of_reservations(person, now):
    if not person.has_perm("assets.view_reservation"):
        return
    rows, page = Reservation.objects.visible_to(person), "admin:assets_reservation_changelist"
    yield Counted(_("requests to borrow"), rows.waiting(), page, "show=waiting", asks=True)
    yield Counted(_("to be picked up today"), rows.to_pick_up(midnight(now, 0), midnight(now, 1)), page, "show=today")


def _of_assets(person, now):
    if not person.has_perm("assets.view_asset"):
        return
    assets, page = Asset.objects.visible_to(person), "admin:assets_asset_changelist"
    today = timezone.localdate(now, settings.INSTITUTION_ZONE)
    yield Counted(_("assets out"), assets.with_somebody(), page, "show=with_somebody")
    yield Counted(_("out of service"), assets.out_of_service(), page, "show=out_of_service")
    yield Counted(_("warranties ending"), assets.warranty_ends_soon(on=today), page, "show=warranty")
    yield Counted(_("services due"), assets.service_due(on=today), page, "show=service", asks=True)
    if person.has_perm("assets.approve_disposal"):
        yield Counted(_("disposals to approve"), assets.awaiting_approval(), page, "show=awaiting_approval", asks=True)


def _of_tickets(person, now):
    if not person.has_perm("tickets.view_ticket"):
        return
    rows, page = Ticket.objects.visible_to(person), "admin:tickets_ticket_changelist"
    today = timezone.localdate(now, settings.INSTITUTION_ZONE)
    yield Counted(_("new reports"), rows.being(Status.NEW), page, "show=new", asks=True)
    yield Counted(_("tickets that nobody has"), rows.unassigned(), page, "show=unassigned")
    if person.has_perm("tickets.work"):
        yield Counted(_("my tickets"), rows.open().worked_on_by(person), page, "show=mine")
    yield Counted(_("tickets overdue"), rows.overdue(at=now), page, "show=overdue", asks=True)
    yield Counted(_("tickets to take up again"), rows.to_wake(on=today), page, "show=to_wake", asks=True)
    yield Counted(_("waiting for confirmation"), rows.being(Status.RESOLVED), page, "show=resolved")
    if person.has_perm("tickets.view_parkedmail") and person.has_perm("tickets.triage"):
        mails = ParkedMail.objects.visible_to(person).waiting()
        yield Counted(_("mails to look at"), mails, "admin:tickets_parkedmail_changelist", "show=waiting", asks=True)


def _of_departments(person):
    if person.has_perm("accounts.accept_department"):
        page = "admin:accounts_department_changelist"
        yield Counted(_("departments proposed"), Department.objects.proposed(), page, "state=proposed", asks=True)


def _of_notices(person):
    if person.has_perm("accounts.view_notice"):
        notices, page = Notice.objects.visible_to(person), "admin:accounts_notice_changelist"
        yield Counted(_("messages waiting"), notices.waiting(), page, "state=waiting")
        yield Counted(_("messages given up"), notices.failed(), page, "state=failed", asks=True)


def _figures(counted):
    """All numbers by one question to the database."""
    numbers = numbers_of([one.rows for one in counted])
    return [
        Figure(one.label, number, f"{reverse(one.page)}?{one.query}", one.asks and number > 0)
        for one, number in zip(counted, numbers, strict=True)
    ]


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
