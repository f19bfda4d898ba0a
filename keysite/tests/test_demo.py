"""The invented university: believable on any day, made once, and never mixed with what is real."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Department, Invitation, Notice, Person
from accounts.tests.factories import PersonFactory
from assets.availability import peak
from assets.models import (
    Asset,
    AssetModel,
    Assignment,
    AssignmentPart,
    Building,
    BuildingManager,
    Count,
    Extension,
    Kit,
    Reservation,
)
from assets.operations import expire_reservations, remind_of_dates
from assets.operations.claims import pools_of
from keys.models import (
    Approval,
    Campaign,
    CuttingJob,
    Delegation,
    Hold,
    Key,
    KeyRequest,
    KeySymbol,
    Loan,
    LoanException,
    ProposedKey,
    Renewal,
    Separation,
)
from keys.models.results import results_of
from keys.notices import receipt_of, recent_receipts
from keys.operations import (
    begin_separations,
    escalate_approvals,
    expire_requests,
    move_campaigns,
    preview_proposal,
    propose_waiting,
    remind_borrowers,
    remind_leavers,
    revalidate_requests,
)
from keys.sampling import sample_size
from keysite.demo import SIGN_INS, invent
from tickets.models import Category, Check, Comment, Occurrence, Photo, Schedule, Status, Team, Ticket
from tickets.operations import confirm_silent_tickets, make_scheduled_tickets, report, wake_tickets

PARTS = ("hand_out", "cut", "keep", "give_back", "doors")
DAYS = (
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # the night the clocks go back
    datetime(2026, 12, 25, 23, 50, tzinfo=UTC),  # nobody is there
)


def run(*options):
    """What the command prints, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command("demo", *options, stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), code


@pytest.fixture(scope="module", params=DAYS, ids=lambda at: f"{at:%Y-%m-%d}")
def university(request):
    return invent(request.param, password="!")


@pytest.mark.slow
def test_keeps_the_rules_of_the_desk_on_any_day(university):
    at, loans, by_key = university.people.world.at, [told.row for told in university.desk.loans], {}
    for loan in sorted(loans, key=lambda loan: loan.out_at):
        by_key.setdefault(loan.key.public_code, []).append(loan)
        assert loan.out_at < loan.due_at
        assert loan.out_at <= (loan.returned_at or at) <= at
        assert loan.key.symbol.level <= loan.borrower.affiliation.highest_level
        assert loan.due_at.astimezone(settings.INSTITUTION_ZONE).date() not in university.people.world.closed

    for told in university.desk.loans:
        first_due = told.versions()[0].was.get("due_at", told.row.due_at)
        assert first_due <= university.people.world.due(told.row.term, told.row.out_at)
    for loans_of_key in by_key.values():
        assert all(first.returned_at and first.returned_at <= then.out_at for first, then in pairwise(loans_of_key))
    holding = Counter((loan.borrower.email, loan.key.symbol.symbol) for loan in loans if loan.is_active)
    assert sorted(holding.values())[-3:] == [1, 2, 2]  # two people have an exception
    assert (len(loans), sum(loan.is_open for loan in loans)) == (10_000, 800)


@pytest.mark.slow
def test_keeps_the_rules_of_the_equipment_desk_on_any_day(university):
    world, lending, by_item = university.people.world, university.lending, {}
    for told in (*lending.whole, *lending.later, *lending.members):
        row = told.row
        by_item.setdefault(row.kit.public_code if row.kit else row.asset.tag, []).append(row)
        first_due = told.versions()[0].was.get("due_at", row.due_at)
        assert row.out_at <= (row.returned_at or world.at) <= world.at
        assert (row.person is None) is (row.space is not None)
        if row.term:
            assert first_due <= world.due(row.term, row.out_at)
            assert row.due_at.astimezone(settings.INSTITUTION_ZONE).date() not in world.closed
        elif row.person:
            assert not row.person.affiliation.due_date_required
        if row.part_of:
            assert (row.person, row.out_at, row.due_at) == (row.part_of.person, row.part_of.out_at, row.part_of.due_at)
        elif row.person and row.asset:
            assert row.asset.lendable

    for rows in by_item.values():
        rows.sort(key=lambda row: (row.out_at, row.returned_at or world.at))
        assert all(first.returned_at and first.returned_at <= then.out_at for first, then in pairwise(rows))
    assert sum(row.returned_at is None for row in lending.rows) == 197


@pytest.mark.slow
def test_nothing_has_happened_before_what_came_before_it(university):
    for batch in university.batches:
        for told in batch:
            moments = [version.at for version in told.versions()]
            assert moments == sorted(moments)
            assert moments[-1] <= university.people.world.at


@pytest.mark.slow
def test_follows_from_seed_and_moment(university):
    def story(university):
        return [(told.row.key.public_code, told.row.out_at, told.row.borrower.email) for told in university.desk.loans]

    again = invent(university.people.world.at, password="!")

    assert story(again) == story(university)


@pytest.fixture
def demo(db):
    return run()[0]


@pytest.mark.slow
def test_fills_an_empty_register_with_every_state(demo):
    at = timezone.now()
    loans = Loan.objects

    assert (Building.objects.count(), KeySymbol.objects.count(), Key.objects.count()) == (
        5,
        301,
        1500,
    )  # one of a rekeying
    assert (Person.objects.count(), loans.count(), loans.open().count()) == (150, 10_000, 800)
    assert Counter(str(loan.status) for loan in loans.open()).keys() == {
        "Checked out",
        "Overdue",
        "Lost/Broken",
        "Paid",
    }
    late = {(at.date() - loan.due_at.date()).days for loan in loans.overdue(at=at)}
    assert len(late) >= 5
    assert loans.claimed().count() == 6
    assert loans.for_review(at=at).count() == 9
    assert loans.running().filter(found_at__isnull=False).count() == 4
    assert loans.filter(undone_at__isnull=False).exists()
    assert loans.filter(follows__isnull=False).count() == 5
    assert loans.due_between(at, at + timedelta(days=12)).exists()
    assert Renewal.objects.count() > 500
    assert LoanException.objects.live(on=at.date()).count() >= 4
    assert LoanException.objects.filter(ended_at__isnull=False).count() == 3
    assert Hold.objects.live(at=at).count() == 5  # two of them for requests
    assert Department.objects.proposed().count() == 1
    assert BuildingManager.objects.current(on=at.date()).count() == 10
    assert Person.objects.filter(blocked_at__isnull=False).count() == 2
    assert Counter(str(notice.status) for notice in Notice.objects.all()).keys() == {
        "Sent", "Waiting", "Given up", "Cancelled"
    }  # fmt: skip

    _check_assets(at)
    _check_tickets(at)
    _check_reviews(at)
    _check_requests(at)
    _check_leavers()
    _check_histories()
    _check_sign_ins(demo)
    _check_that_receipts_can_be_read()
    _check_that_the_clock_finds_little_to_do(at)
    _check_that_a_second_run_changes_nothing()


def _check_assets(at):
    rows, day = Assignment.objects, at.date()
    assert (Asset.objects.count(), Kit.objects.count(), AssetModel.objects.count()) == (994, 12, 22)
    assert 2_000 < rows.whole().count() < 3_500
    assert Counter(str(row.status) for row in rows.open().whole()).keys() == {"Assigned", "Overdue", "In place", "Lost"}
    assert (rows.missing_from_kits().count(), AssignmentPart.objects.filter(missing=1).count()) == (1, 1)
    assert rows.filter(follows__isnull=False).count() == 4
    assert Extension.objects.exists()
    states = Counter(asset.state for asset in Asset.objects.for_list())
    assert states.keys() == set(Asset.State)
    assert (Asset.objects.disposed().count(), Asset.objects.awaiting_approval().count()) == (14, 1)
    assert Asset.objects.high_value().exists()
    assert Asset.objects.service_due(on=day).exists()
    assert len({str(claim.status) for claim in Reservation.objects.all()}) == 6
    assert Reservation.objects.waiting().count() == 6
    assert Counter(count.result for count in Count.objects.all()).keys() == set(Count.Result)
    for pool in pools_of(AssetModel.objects.values("pk"), now=at).values():
        assert peak(pool.taken, at, None) <= len(pool.units)


def _check_tickets(at):
    tickets, aroha = Ticket.objects, Person.objects.get(email="customer@example.edu")
    assert tickets.count() == 2000
    assert set(tickets.values_list("status", flat=True)) == set(Status.values)
    assert tickets.deleted().exists()
    assert (tickets.unassigned().exists(), tickets.overdue(at=at).exists()) == (True, True)
    assert (Team.objects.count(), Category.objects.filter(parent=None).count(), Schedule.objects.count()) == (5, 8, 4)
    assert Occurrence.objects.filter(ticket=None).count() == 0 < Occurrence.objects.count()
    assert Check.objects.filter(done_at=None).exists()
    assert Photo.objects.count() < 40
    for said in Comment.objects.select_related("ticket"):
        assert said.text in (said.ticket.noted if said.internal else said.ticket.said)
    assert {ticket.status for ticket in tickets.reported_by(aroha)} == {"in_progress", "resolved", "confirmed"}
    assert [said.by == aroha for said in Comment.objects.filter(ticket__reporter=aroha).public().for_list()][:2] == [
        False,
        True,
    ]
    for version in Ticket.history.filter(status="confirmed").order_by("-version")[:50]:
        assert version.version == Ticket.history.filter(id=version.id).count()
    assert report(title="The lamp flickers", by=aroha, place_in_words="Attic").number == 2001


def _check_reviews(at):
    closed, running = Campaign.objects.order_by("pk")
    drawn = list(closed.attestations.sampled().order_by("loan").values_list("loan", flat=True))
    assert (closed.is_open, running.is_open, results_of(closed).all.share) == (False, True, 100)
    assert len(drawn) == sample_size(closed.candidates.count(), confidence=95, tolerated=5)
    assert closed.drawn(len(drawn)) == drawn
    assert 0 < results_of(running).all.open < 500
    written = Notice.objects.count()
    move_campaigns(at=at)
    assert Notice.objects.count() == written


def _check_requests(at):
    steps = Counter(request.step for request in KeyRequest.objects.with_step(at=at))
    assert steps == {
        "draft": 1, "submitted": 5, "ready": 2, "cutting": 2, "available": 1,
        "done": 1, "rejected": 1, "withdrawn": 1, "expired": 1,
    }  # fmt: skip
    ready = KeyRequest.objects.ready(at=at)
    manager = Person.objects.get(email="building-manager@example.edu")
    assert ready.filter(person__email="customer@example.edu").count() == 1
    assert KeyRequest.objects.for_answer().count() == 1
    assert Approval.objects.open().in_charge_of(manager).count() == 4  # one waits for an answer, one is delegated
    jobs = CuttingJob.objects
    assert (jobs.queued().count(), jobs.to_check().count(), jobs.to_deliver().count()) == (4, 1, 1)
    for line in ProposedKey.objects.outstanding().filter(proposal__request__in=KeyRequest.objects.approved()):
        assert ProposedKey.objects.with_agreement().get(pk=line.pk).is_agreed
    for request in KeyRequest.objects.waiting():  # what would be chosen now is what was
        way, told = preview_proposal(request).way, request.proposals.get().ways[0]
        assert {part: sorted(told[part]) for part in PARTS} == {part: sorted(way[part]) for part in PARTS}
        assert told["beyond"] == way["beyond"]


def _check_leavers():
    rows = Separation.objects.with_counts()
    assert (rows.open().count(), rows.waived().count(), Delegation.objects.count()) == (3, 1, 1)
    assert all(row.with_keys for row in rows.open())
    assert rows.filter(with_keys__gt=0, with_assets__gt=0, with_buildings=1).count() == 1
    assert sorted(invitation.status for invitation in Invitation.objects.all()) == ["accepted", "open"]


def _check_histories():
    loan = Loan.objects.filter(paid_on__isnull=False).first()
    versions = list(loan.history.order_by("history_id"))
    assert [version.history_type for version in versions][:2] == ["+", "~"]
    assert (versions[0].history_date, versions[0].lost_at, versions[0].due_at > loan.due_at) == (
        loan.out_at,
        None,
        False,
    )
    assert versions[-1].history_change_reason == "paid"
    assert versions[-1].paid_on == loan.paid_on


def _check_sign_ins(printed):
    for role, address, *_name in SIGN_INS:
        person = Person.objects.get(email=address)
        assert [group.name for group in person.groups.all()] == [role] * bool(role)
        assert person.is_staff is bool(role)
        assert address in printed
    assert not Person.objects.exclude(email__endswith="@example.edu").exclude(email__endswith="@invalid").exists()


def _check_that_receipts_can_be_read():
    for person in Person.objects.active():
        for receipt, _page, happened in recent_receipts(person):
            assert str(receipt_of(receipt)["happened"]) == str(happened) != ""


def _check_that_the_clock_finds_little_to_do(at):
    histories = [model.history.count() for model in (KeyRequest, Approval, CuttingJob, Separation)]
    before = Notice.objects.count()
    for look in (propose_waiting, escalate_approvals, expire_requests, revalidate_requests):
        look(at=at)
    for look in (begin_separations, remind_leavers):
        look(at=at)
    assert Notice.objects.count() == before
    assert histories == [model.history.count() for model in (KeyRequest, Approval, CuttingJob, Separation)]
    remind_borrowers(at=at)
    remind_of_dates(at=at)
    expire_reservations(at=at)
    for look in (wake_tickets, confirm_silent_tickets, make_scheduled_tickets):
        look(at=at)
    assert Notice.objects.count() - before < 60


def _check_that_a_second_run_changes_nothing():
    counts = [model.history.count() for model in (Person, Loan, Key, Building)]

    printed, code = run()

    assert printed.startswith("The demo is here already; nothing was changed.")
    assert code == 0
    assert counts == [model.history.count() for model in (Person, Loan, Key, Building)]


def test_sets_the_sample_password_only_in_development(db, monkeypatch, settings):
    hashes = []
    monkeypatch.setattr(
        "keysite.management.commands.demo.make_demo", lambda invent: hashes.append(invent.keywords["password"])
    )

    for settings.DEBUG in (True, False):
        printed, _code = run()
        assert ("brass-lantern-orchard" in printed) is settings.DEBUG

    assert not hashes[0].startswith("!")
    assert hashes[1].startswith("!")


@pytest.mark.parametrize("make", [lambda: PersonFactory(affiliation=None), lambda: Building.objects.create(code="7")])
def test_refuses_a_register_that_is_in_use(db, make):
    make()

    with pytest.raises(CommandError, match=r"This register is in use \(1 .*\)\. The demo needs an empty one\."):
        run()

    assert not Loan.objects.exists()


def test_check_tells_by_the_exit_code_whether_people_are_here(db):
    assert run("--check") == ("", 0)
    PersonFactory()
    assert run("--check") == ("", 3)


def test_if_empty_leaves_a_register_with_people_alone(db):
    PersonFactory()

    assert run("--if-empty") == ("", 0)
    assert Person.objects.count() == 1
