"""What is done about a lost key: decided by whoever the level of the key names, and by nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import KeyLevel, Trust
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import Door, LossReport, Rekeying
from keys.models.approvals import today
from keys.notices.losses import deciders_of
from keys.operations import decide_loss, delegate_approvals, report_found, report_lost
from keys.tests.factories import KeyFactory, KeySymbolFactory, LoanFactory, LossReportFactory, opening
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.races import one_after_other

DAY = timedelta(days=1)


@pytest.fixture
def head():
    return PersonFactory()


@pytest.fixture
def lost(db, head):
    """A report on a lost key of a level: it opens one door, and its holder belongs to the department of ``head``."""

    def make(level=KeyLevel.CHANGE, **fields):
        symbol = KeySymbolFactory(level=level)
        opening(symbol)
        loan = LoanFactory(key__symbol=symbol, borrower__department=DepartmentFactory(head=head))
        report_lost(loan=loan, by=loan.borrower)
        return LossReport.objects.for_list().get()

    return make


@pytest.fixture
def report(lost):
    return lost()


def building_of(report):
    return report.key.symbol.operates.get().keyset.pinnings.get().door.building


def manage(report, person=None, **days):
    person = person or PersonFactory()
    days = {"since": today() - DAY} | days
    BuildingManager.objects.create(building=building_of(report), person=person, **days)
    return person


def decide(report, by, decision="rekey", reason="It opens the archive", trust=Trust.PROVED, **values):
    return decide_loss(report=report, by=by, trust=trust, decision=decision, reason=reason, **values)


def deactivated(person):
    person.is_active, person.deactivated_at = False, timezone.now()
    person.save()


def may_decide(report, person, trust=Trust.STAFF):
    """The question; and whoever may is asked, whoever is asked may."""
    may = LossReport.objects.in_charge_of(person, trust=trust).filter(pk=report.pk).exists()
    if trust == Trust.STAFF:
        assert may == (person in deciders_of([report])[report])
    return may


def test_the_manager_decides_to_rekey(report):
    manager = manage(report)

    decide(report, manager)

    report.refresh_from_db()
    assert (report.decision, report.decided_by, report.decision_reason) == ("rekey", manager, "It opens the archive")
    assert (report.status, report.is_open) == ("To be rekeyed", True)
    assert list(LossReport.objects.to_rekey()) == [report]
    assert last_version(report) == (manager, "decided: rekey (proved)")


def test_the_risk_is_accepted_until_a_day(report):
    decide(report, manage(report), "accept", until=today())

    assert list(LossReport.objects.accepted(on=today())) == [report]
    assert list(LossReport.objects.undecided(on=today())) == []
    assert list(LossReport.objects.undecided(on=today() + DAY)) == [report]


def test_it_is_decided_again_when_the_day_is_over(report):
    manager = manage(report)
    decide(report, manager, "accept", until=today())
    LossReport.objects.update(accepted_until=today() - DAY)

    decide(report, manager)

    report.refresh_from_db()
    assert (report.status, report.accepted_until) == ("To be rekeyed", None)


@pytest.mark.parametrize("end", ["done_at", "cancelled_at"])
def test_it_is_decided_again_when_the_rekeying_left_doors_exposed(report, end):
    manager, now = manage(report), timezone.now()
    decide(report, manager)
    said = {"cancelled_by": manager, "cancelled_reason": "Other doors"} if end == "cancelled_at" else {}
    rekeying = Rekeying.objects.create(reason="Lost", planned_at=now, planned_by=manager)
    LossReport.objects.update(rekeying=rekeying)
    assert list(LossReport.objects.to_rekey()) == [report]
    Rekeying.objects.update(**{end: now}, **said)
    assert list(LossReport.objects.undecided(on=today())) == [report]

    decide(report, manager, "accept", until=today())

    report.refresh_from_db()
    assert (report.decision, report.rekeying) == ("accept", None)


def test_what_is_decided_is_refused(report):
    manager = manage(report)
    stale = LossReport.objects.get()
    decide(report, manager)

    with refused(f"{manager} has decided about key {report.key}: To be rekeyed."):
        decide(stale, manager)


@pytest.mark.parametrize(("first", "then"), [("accept", "rekey"), ("rekey", "accept")])
def test_until_it_is_planned_the_other_way_may_be_chosen(report, first, then):
    manager, days = manage(report), {"accept": today() + DAY, "rekey": None}
    decide(report, manager, first, until=days[first])

    decide(report, manager, then, reason="It was the wrong key", until=days[then])

    report.refresh_from_db()
    assert (report.decision, report.accepted_until) == (then, days[then])
    assert [one.decision for one in report.history.all()][:2] == [then, first]


def test_once_it_is_planned_it_stays(report):
    manager = manage(report)
    decide(report, manager)
    rekeying = Rekeying.objects.create(reason="Lost", planned_at=timezone.now(), planned_by=manager)
    LossReport.objects.update(rekeying=rekeying)

    with refused(f"{manager} has decided about key {report.key}: To be rekeyed."):
        decide(report, manager, "accept", until=today())


def test_an_accepted_risk_is_not_accepted_again(report):
    manager = manage(report)
    decide(report, manager, "accept", until=today())

    with pytest.raises(Refusal, match="has decided about key"):
        decide(report, manager, "accept", until=today() + DAY)


@pytest.mark.parametrize("change", [{"electronic_only": True}, {"retired_at": timezone.now(), "retired_reason": "-"}])
def test_where_no_door_can_be_planned_it_is_not_to_be_rekeyed(report, change):
    manager = manage(report)
    Door.objects.update(**change)

    with refused(
        f"No door of key {report.key} can be rekeyed now, or its symbol is retired. Accept the risk until a day."
    ):
        decide(report, manager)
    decide(report, manager, "accept", until=today())


def test_a_closed_report_is_refused(report, clerk):
    manager = manage(report)
    report_found(loan=report.loan, by=clerk)

    with refused(f"The report on key {report.key} is closed (found): there is nothing to decide."):
        decide(report, manager)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_it_needs_a_reason(report, reason):
    with refused("Say why it is so decided: it stays with the report."):
        decide(report, manage(report), reason=reason)


@pytest.mark.parametrize("decision", ["", "found", "nothing"])
def test_it_needs_a_decision(report, decision):
    with refused("Say what is to be done: rekey, or accept the risk."):
        decide(report, manage(report), decision)


def test_an_accepted_risk_needs_a_day(report):
    with refused("Say until which day the risk is accepted."):
        decide(report, manage(report), "accept")


@pytest.mark.parametrize("days", [-1, 367])
def test_the_day_is_to_come_and_no_more_than_a_year_away(report, days):
    with pytest.raises(Exception, match="A risk is accepted until a day from"):
        decide(report, manage(report), "accept", until=today() + days * DAY)


def test_somebody_else_is_refused(report):
    manage(report)

    with refused(
        f"Key {report.key} is not yours to decide about. For the key office sign in as staff, or ask the key desk."
    ):
        decide(report, PersonFactory())


def test_whoever_had_the_key_is_refused(report):
    manage(report, report.loan.borrower)

    with refused(f"You had key {report.key} yourself: somebody else decides."):
        decide(report, report.loan.borrower)


# Who is in charge; ``may_decide`` looks besides that the same people are asked.


def test_any_one_of_the_managers_of_a_building(report, head, administrator):
    one, other = manage(report), manage(report)

    assert [may_decide(report, person) for person in (one, other, head, administrator)] == [True, True, False, False]
    assert may_decide(report, one, Trust.PROVED)


@pytest.mark.parametrize(
    ("days", "may"),
    [({"until": -1}, False), ({"until": 0}, True), ({"since": 1}, False), ({"since": 0}, True)],
)
def test_a_manager_while_the_appointment_lasts(report, administrator, days, may):
    manager = manage(report, **{name: today() + day * DAY for name, day in days.items()})

    assert may_decide(report, manager) == may
    assert may_decide(report, administrator) != may  # nobody in charge: the key office


def test_a_manager_who_is_gone_decides_nothing(report, administrator):
    manager = manage(report)
    deactivated(manager)

    assert may_decide(report, administrator)


def test_the_deputy_of_a_manager(report):
    manager, deputy, late = manage(report), PersonFactory(), PersonFactory()
    delegate_approvals(by=manager, deputy=deputy, since=today(), until=today() + DAY)
    delegate_approvals(by=manager, deputy=late, since=today() + 2 * DAY, until=today() + 3 * DAY)

    assert [may_decide(report, person) for person in (manager, deputy, late)] == [True, True, False]


def test_the_head_of_the_holders_department_decides_about_a_sub_master(lost, head, administrator):
    report = lost(KeyLevel.SUB_MASTER)
    manager = manage(report)

    assert [may_decide(report, person) for person in (head, manager, administrator)] == [True, False, False]


def test_the_deputy_of_a_head(lost, head):
    report, deputy = lost(KeyLevel.SUB_MASTER), PersonFactory()
    delegate_approvals(by=head, deputy=deputy, since=today(), until=today())

    assert may_decide(report, deputy)


def test_a_head_who_lost_the_key_leaves_it_to_the_key_office(lost, head, administrator):
    report, deputy = lost(KeyLevel.SUB_MASTER), PersonFactory()
    delegate_approvals(by=head, deputy=deputy, since=today(), until=today())
    report.loan.borrower.department.head = report.loan.borrower
    report.loan.borrower.department.save()
    delegate_approvals(by=report.loan.borrower, deputy=deputy, since=today(), until=today())

    people = (head, report.loan.borrower, deputy, administrator)
    assert [may_decide(report, person) for person in people] == [False, False, False, True]


def test_a_head_who_is_gone_leaves_it_to_the_key_office(lost, head, administrator):
    report, deputy = lost(KeyLevel.SUB_MASTER), PersonFactory()
    delegate_approvals(by=head, deputy=deputy, since=today(), until=today())
    deactivated(head)

    assert [may_decide(report, person) for person in (deputy, administrator)] == [False, True]


def test_the_key_office_decides_about_masters_with_a_staff_sign_in(lost, head, administrator, auditor):
    report = lost(KeyLevel.MASTER)
    manager = manage(report)

    people = (administrator, head, manager, auditor)
    assert [may_decide(report, person) for person in people] == [True, False, False, False]
    assert not may_decide(report, administrator, Trust.PROVED)


def test_the_key_office_decides_where_nobody_is_in_charge(report, administrator):
    assert may_decide(report, administrator)
    assert not may_decide(report, administrator, Trust.PROVED)


def test_a_key_missing_from_its_cabinet_had_nobody(db, administrator):
    key = KeyFactory(symbol__level=KeyLevel.SUB_MASTER)
    report = LossReportFactory(key=key, loan=None, source="count", reported_by=administrator)

    assert may_decide(report, administrator)


def test_only_somebody_else_of_the_key_office_decides_about_a_key_of_its_own(db, administrator):
    loan = LoanFactory(borrower=administrator, key__symbol__level=KeyLevel.MASTER)
    report_lost(loan=loan, by=administrator)

    assert not may_decide(LossReport.objects.for_list().get(), administrator)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("roles")
def test_two_decide_at_the_same_moment(report):
    one, other = manage(report), manage(report)

    def accept(by):
        return decide(LossReport.objects.get(), by, "accept", until=today()) or "done"

    results = one_after_other(lambda: accept(one), lambda: accept(other))

    assert results[0] == "done"
    assert "has decided about key" in str(results[1])
    assert LossReport.objects.get().decided_by == one
