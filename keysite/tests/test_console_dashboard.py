"""The first page: numbers that are the length of their lists, and the weeks as a drawing and as a table."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import Notice, Person
from accounts.operations import propose_department
from accounts.roles import ROLES
from accounts.tests.factories import PersonFactory
from assets.models import Building, BuildingManager, Space
from assets.tests.factories import AssetFactory, AssignmentFactory, ReservationFactory, SpaceFactory
from keys.models import Loan, Renewal
from keys.models.weeks import weeks_of
from keys.operations import claim_return
from keys.tests.factories import (
    ChargeFactory,
    DoorFactory,
    KeyFactory,
    KeySymbolFactory,
    LoanFactory,
    OperatesFactory,
    PinningFactory,
    opening,
)
from keys.tests.request_rows import job_of, kept_ready, line_of, request_of, step_of

FIGURE = re.compile(r'<a href="(/admin/[^"]+)"><strong>(\d+)</strong> ([^<]+)</a>')
NOTHING = "Nothing is called so."
BROKEN = {"out_of_service_at": timezone.now(), "out_of_service_reason": "The lamp is broken"}
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def busy(db):
    """A day with something of everything."""
    now = timezone.now()
    LoanFactory(out_at=now - timedelta(days=9), due_at=now - timedelta(days=2))
    LoanFactory(out_at=now - timedelta(days=400), due_at=now + timedelta(days=30))
    claimed = LoanFactory()
    claim_return(loan=claimed, by=claimed.borrower)
    propose_department(name="Astronomy", kind="department", contact_name="", contact_email="", by=PersonFactory())
    Notice.objects.create(kind="x", person=PersonFactory(), dedupe_key="x", next_try_at=now, failed_at=now)
    AssignmentFactory(out_at=now - timedelta(days=9), due_at=now - timedelta(days=2))
    AssignmentFactory(person=None, space=SpaceFactory(), term=None, due_at=None)
    today = timezone.localdate()
    AssetFactory(warranty_until=today + timedelta(days=3), service_due_on=today, **BROKEN)
    ReservationFactory(confirmed_at=None)
    pinning = PinningFactory(door__building__code="D1")
    OperatesFactory(keyset=pinning.keyset, symbol=KeySymbolFactory(), source="manual")
    DoorFactory(building__code="D2")
    step_of(request_of(), due_at=now)
    step_of(request_of(), kind="office", building=None)
    ready = request_of(status="approved")
    kept_ready(ready)
    job_of(ready)
    given = request_of(LoanFactory().borrower, status="done")
    line_of(given, part="give_back", symbol=given.person.loans.get().key.symbol)


def figures_of(response):
    return {label: (int(number), address) for address, number, label in FIGURE.findall(response.content.decode())}


@pytest.mark.parametrize("role", ["desk", "auditor", "administrator"])
def test_each_number_is_the_length_of_its_list(client, make_staff, busy, role):
    client.force_login(make_staff(role))

    figures = figures_of(client.get("/admin/"))

    assert figures["overdue"][0] == figures["said to be back"][0] == figures["out for a year: to review"][0] == 1
    assert figures["messages given up"][0] == 1
    assert {"due today", "messages waiting"} < set(figures)
    asked = [
        "assets overdue",
        "requests to borrow",
        "assets out",
        "out of service",
        "warranties ending",
        "services due",
    ]
    assert [figures[label][0] for label in asked] == [1] * 6
    asked = ["to give back for other keys", "ready for pick-up", "approvals waiting too long"]
    assert [figures[label][0] for label in asked] == [1] * 3
    assert figures.get("waiting for my approval", (0,))[0] == (2 if role == "administrator" else 0)
    assert figures.get("keys in the shop", (0,))[0] == (1 if role == "administrator" else 0)
    assert ("disposals to approve" in figures) is (role == "administrator")
    assert ("departments proposed" in figures) is (role != "auditor")
    assert ("doors that nothing opens" in figures) is (role == "administrator")
    for number, address in figures.values():
        assert client.get(address.replace("&amp;", "&")).context["cl"].result_count == number


def test_a_building_manager_counts_the_keys_to_her_buildings_only(client, building_manager, busy):
    hall = Building.objects.create(code="B1", name="Hall")
    BuildingManager.objects.create(building=hall, person=building_manager, since="2026-01-01")
    mine = KeyFactory()
    opening(symbol=mine.symbol, space=Space.objects.create(building=hall, number="1"))
    now = timezone.now()
    LoanFactory(key=mine, out_at=now - timedelta(days=9), due_at=now - timedelta(days=2))
    home = Space.objects.get(building=hall)
    AssetFactory(home=home, **BROKEN)
    AssetFactory(**BROKEN)
    late = {"out_at": now - timedelta(days=9), "due_at": now - timedelta(days=2)}
    AssignmentFactory(asset__home=home, **late)
    AssignmentFactory(**late)
    step_of(request_of(), building=hall, due_at=now)
    ready = request_of(status="approved")
    step_of(ready, building=hall, approved=True, decided_at=now, decided_by=building_manager)
    kept_ready(ready)
    client.force_login(building_manager)

    response = client.get("/admin/")

    assert {label: number for label, (number, _page) in figures_of(response).items()} == {
        "due today": 0,
        "overdue": 1,
        "said to be back": 0,
        "out for a year: to review": 0,
        "to be confirmed": 0,
        "to give back for other keys": 0,
        "lost keys that still open doors": 0,
        "lost keys to decide about": 0,
        "of symbols with too many lost": 0,
        "ready for pick-up": 1,
        "waiting for my approval": 1,
        "approvals waiting too long": 1,
        "assets due today": 0,
        "assets overdue": 1,
        "missing from kits": 0,
        "assets out": 1,
        "out of service": 1,
        "warranties ending": 0,
        "services due": 0,
        "new reports": 0,
        "tickets that nobody has": 0,
        "tickets overdue": 0,
        "tickets to take up again": 0,
        "waiting for confirmation": 0,
    }
    assert response.context["weeks"][-1].overdue == 1


@pytest.mark.parametrize("role", ROLES)
def test_the_page_opens_for_every_role_on_an_empty_register(client, make_staff, role):
    client.force_login(make_staff(role))

    assert client.get("/admin/").status_code == 200


def test_a_role_without_numbers_gets_a_sentence(client, roles, busy):
    somebody = PersonFactory(is_staff=True)
    somebody.user_permissions.add(Permission.objects.get(codename="view_building"))
    client.force_login(somebody)

    response = client.get("/admin/")

    assert figures_of(response) == {}
    assert "Nothing waits for you here today." in response.content.decode()


def test_the_drawing_and_the_table_say_the_same(client, clerk):
    LoanFactory(out_at=timezone.now() - timedelta(days=1))
    client.force_login(clerk)

    page = client.get("/admin/").content.decode()

    assert page.count('<rect class="bar"') == 12
    assert page.count('<td data-label="Week from">') == 12
    assert "<script>" not in page


def test_a_week_counts_what_went_out_in_it_and_what_was_late_at_its_end(db):
    LoanFactory(out_at=SUNDAY - timedelta(days=10), due_at=SUNDAY - timedelta(days=1))
    LoanFactory(out_at=SUNDAY - timedelta(days=10), due_at=SUNDAY + timedelta(days=1))
    LoanFactory(
        out_at=SUNDAY - timedelta(days=20),
        due_at=SUNDAY - timedelta(days=12),
        returned_at=SUNDAY - timedelta(days=8),
        condition="good",
    )

    *_before, third, second, first, this = weeks_of(Loan.objects.all(), at=SUNDAY)

    assert [week.checked_out for week in (third, second, first, this)] == [0, 1, 2, 0]
    assert [week.out for week in (third, second, first, this)] == [0, 1, 2, 2]
    assert [week.overdue for week in (third, second, first, this)] == [0, 0, 0, 1]
    assert this.share == 50


def test_a_week_begins_on_monday_where_the_institution_is(db):
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    LoanFactory(out_at=monday - timedelta(minutes=30), due_at=SUNDAY + timedelta(days=9))  # Monday in Berlin
    LoanFactory(out_at=monday - timedelta(minutes=90), due_at=SUNDAY + timedelta(days=9))  # Sunday in Berlin

    *_before, last, this = weeks_of(Loan.objects.all(), at=SUNDAY)

    assert (last.checked_out, this.checked_out) == (1, 1)


def test_what_staff_renewed_late_was_late_until_then(db):
    loan = LoanFactory(out_at=SUNDAY - timedelta(days=30), due_at=SUNDAY + timedelta(days=30))
    Renewal.objects.create(
        loan=loan,
        at=SUNDAY - timedelta(days=2),
        by=loan.borrower,
        trust=3,
        old_due_at=SUNDAY - timedelta(days=16),
        new_due_at=loan.due_at,
    )

    *_before, third, second, first, this = weeks_of(Loan.objects.all(), at=SUNDAY)

    assert [week.overdue for week in (third, second, first, this)] == [0, 1, 1, 0]


def test_what_is_lost_or_undone_is_not_counted(db):
    LoanFactory(
        out_at=SUNDAY - timedelta(days=2),
        due_at=SUNDAY - timedelta(days=1),
        lost_at=SUNDAY - timedelta(hours=2),
        loss="lost",
    )
    undone = SUNDAY - timedelta(hours=1)
    LoanFactory(
        out_at=SUNDAY - timedelta(days=2),
        due_at=SUNDAY + timedelta(days=9),
        returned_at=undone,
        undone_at=undone,
        condition="good",
    )

    this = weeks_of(Loan.objects.all(), at=SUNDAY)[-1]

    assert (this.checked_out, this.out, this.overdue, this.share) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("words", "found"),
    [("thal", "Thal"), ("loan b", "Loan book"), ("AA1", "AA1"), ("zzz", NOTHING), ("\0", NOTHING)],
)
def test_the_palette_finds_pages_and_rows(client, clerk, words, found):
    PersonFactory(last_name="Thal")
    KeyFactory(symbol__symbol="AA1")
    client.force_login(clerk)

    page = client.get("/admin/search/", {"s": words, "extended": "1", "page": "abc"}).content.decode()

    assert found in page


def test_the_palette_finds_nothing_that_the_role_may_not_see(client, building_manager):
    PersonFactory(last_name="Secretive")
    KeyFactory(symbol__symbol="THEIRS")
    client.force_login(building_manager)

    for words in ("secretive", "theirs", "people", "timetable"):
        assert NOTHING in client.get("/admin/search/", {"s": words}).content.decode()
    assert Person.objects.search("secretive").exists()


@pytest.mark.parametrize(("role", "asks"), [("desk", False), ("administrator", True), ("auditor", False)])
def test_fees_are_counted_with_what_they_come_to(client, make_staff, role, asks):
    client.force_login(make_staff(role))
    ChargeFactory(amount=12)
    ChargeFactory(amount=1000, appealed_at=timezone.now(), appeal="Stolen")

    response = client.get("/admin/")

    figures = figures_of(response)
    assert figures["fees open, together 1,012.00 EUR"][0] == 2
    assert (figures["fees to refund"][0], figures["appeals to answer"][0]) == (0, 1)
    fees = [one.asks for _title, group in response.context["groups"] for one in group if "charge" in one.address]
    assert fees == [False, False, asks]
