"""How often each page of the console asks the database: the same with three rows as with one."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.models import Affiliation, ClosedDay, Department, Invitation, Kiosk, LoanTerm, Notice, Person, TermDate
from accounts.tests.factories import (
    AffiliationFactory,
    DepartmentFactory,
    InvitationFactory,
    LoanTermFactory,
    PersonFactory,
)
from assets.models import (
    Asset,
    AssetModel,
    AssetType,
    Assignment,
    AssignmentPart,
    Building,
    BuildingManager,
    Count,
    DisposalType,
    Extension,
    ImportBatch,
    Kit,
    Manufacturer,
    Reservation,
    Space,
    StockTake,
    Supplier,
)
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssetTypeFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitFactory,
    KitMemberFactory,
    KitPartFactory,
    ManufacturerFactory,
    ReservationFactory,
    SpaceFactory,
    SupplierFactory,
)
from keys.models import (
    Attestation,
    Cabinet,
    CabinetCount,
    Campaign,
    Door,
    Hold,
    Hook,
    Key,
    Keyset,
    KeySymbol,
    KeySystem,
    Loan,
    LoanException,
    LossReport,
    Operates,
    Rekeying,
    Renewal,
    Separation,
)
from keys.tests.factories import (
    AttestationFactory,
    CabinetCountFactory,
    CabinetFactory,
    CampaignFactory,
    HoldFactory,
    HookFactory,
    KeyFactory,
    KeySymbolFactory,
    KeySystemFactory,
    LoanExceptionFactory,
    LoanFactory,
    LossReportFactory,
    OperatesFactory,
    PinningFactory,
    RekeyedDoorFactory,
    opening,
    separation_of,
)
from keysite.tests.pages_of_fees import PAGES_OF_FEES
from keysite.tests.pages_of_requests import PAGES_OF_REQUESTS
from keysite.tests.pages_of_tickets import PAGES_OF_TICKETS
from keysite.tests.queries import queries

NOW = timezone.now()


def _back(days):
    return {"returned_at": NOW - timedelta(days=days), "returned_recorded_at": NOW, "condition": "good"}


def _kiosk(n):
    Kiosk.objects.create(name=f"Kiosk {n}", place="Hall")


def _notice(n):
    Notice.objects.create(kind="x", person=PersonFactory(), dedupe_key=str(n), next_try_at=timezone.now())


def _person(n):
    LoanFactory(borrower=PersonFactory(department=DepartmentFactory(), sponsor=PersonFactory()))


def _building(n):
    building = Building.objects.create(code=f"B{n}", name="Hall")
    for _more in range(n):
        BuildingManager.objects.create(building=building, person=PersonFactory(), since="2026-01-01")


def _space(n):
    building = Building.objects.create(code=f"S{n}", name="Hall")
    Space.objects.create(building=building, number=str(n), department=DepartmentFactory())


def _asset(n):
    components = [AssetFactory().pk for _more in range(n)]
    asset = AssetFactory(
        home=SpaceFactory(),
        department=DepartmentFactory(),
        owner=PersonFactory(),
        supplier=SupplierFactory(),
        parent=AssetFactory(),
        model__manufacturer=ManufacturerFactory(),
        model__type__loan_term=LoanTermFactory(),
    )
    Asset.objects.filter(pk__in=components).update(parent=asset)
    for more in range(n):
        ReservationFactory(asset=asset, model=None, starts_at=NOW + timedelta(days=9 + 3 * more))
        AssignmentFactory(asset=asset, out_at=NOW - timedelta(days=5 + 3 * more), **_back(3 + 3 * more))
    AssignmentFactory(asset=asset, out_at=NOW)


def _kit(n):
    kit = KitFactory(home=SpaceFactory())
    for _more in range(n):
        KitMemberFactory(kit=kit)
        KitPartFactory(kit=kit)
    AssignmentFactory(kit=kit, asset=None)


def _assignment(n):
    """Of a kit, with what went out with it."""
    person = PersonFactory(department=DepartmentFactory())
    members = [AssignmentFactory(person=person).pk for _more in range(n)]
    before = AssignmentFactory(kit=KitFactory(), asset=None, out_at=NOW - timedelta(days=5), **_back(3))
    by = {"out_by": PersonFactory(), "follows": before}
    whole = AssignmentFactory(kit=before.kit, asset=None, person=person, out_at=NOW, **by)
    Assignment.objects.filter(pk__in=members).update(part_of=whole)
    for number in range(n):
        AssignmentPart.objects.create(assignment=whole, name=f"Cable {number}", quantity=1)


def _extension(n):
    row = AssignmentFactory(space=SpaceFactory(), person=None) if n % 2 else AssignmentFactory()
    later = row.due_at + timedelta(days=1)
    Extension.objects.create(
        assignment=row, at=NOW, by=PersonFactory(), trust=3, old_due_at=row.due_at, new_due_at=later
    )


def _reservation(n):
    ReservationFactory(asset=AssetFactory(), model=None, confirmed_by=PersonFactory())


def _stock_take(n):
    take = StockTake.objects.create(
        name=f"Hall {n}",
        building=Building.objects.create(code=f"T{n}", name="Hall"),
        department=DepartmentFactory(),
        opened_at=NOW,
        opened_by=PersonFactory(),
    )
    for _more in range(n):
        Count.objects.create(stock_take=take, asset=AssetFactory(), expected=True)


def _count(n):
    take = StockTake.objects.create(name="Hall", opened_at=NOW, opened_by=PersonFactory())
    seen = {"counted_at": NOW, "counted_by": PersonFactory(), "space": SpaceFactory(), "expected_in": SpaceFactory()}
    Count.objects.create(stock_take=take, asset=AssetFactory(), expected=True, **seen)


def _import(n):
    ImportBatch.objects.create(file_name=f"{n}.csv", imported_at=NOW, imported_by=PersonFactory())


def _term(n):
    term = LoanTermFactory()
    for day in range(1, n + 1):
        TermDate.objects.create(term=term, on=f"2027-01-0{day}")


def _key(n):
    key = KeyFactory(hook=HookFactory(), symbol__parent=KeySymbolFactory())
    LoanFactory(key=key)


def _symbol(n):
    symbol = KeySymbolFactory(parent=KeySymbolFactory())
    building = Building.objects.create(code=f"Y{n}", name="Hall")
    for number in range(n):
        opening(symbol=symbol, space=Space.objects.create(building=building, number=str(number)))
        KeyFactory(symbol=symbol)


def _door(n):
    """With lost keys, holders, keys in cabinets and a past."""
    building = Building.objects.create(code=f"D{n}", name="Hall")
    room, hall = (Space.objects.create(building=building, number=number) for number in ("1", "0"))
    symbol = KeySymbolFactory()
    door = opening(symbol, space=room, space_from=hall)
    for more in range(n):
        LoanFactory(key__symbol=symbol)
        LoanFactory(key__symbol=symbol, lost_at=NOW, loss="lost")
        KeyFactory(symbol=symbol, hook=HookFactory())
        past = {"since": NOW - timedelta(days=20 + 3 * more), "until": NOW - timedelta(days=18 + 3 * more)}
        PinningFactory(door=door, **past)


def _keyset(n):
    keyset = opening(KeySymbolFactory(), label=f"{n}").pinnings.get().keyset
    for more in range(n):
        OperatesFactory(keyset=keyset, symbol=KeySymbolFactory(), source="cross")
        PinningFactory(keyset=keyset, door__label=f"{n}-{more}")


def _loan(n):
    LoanFactory(borrower=PersonFactory(department=DepartmentFactory()), key__hook=HookFactory())


def _campaign(n):
    campaign = CampaignFactory()
    for _more in range(n):
        AttestationFactory(campaign=campaign)


def _lost(n):
    symbol = KeySymbolFactory()
    for _more in range(n):
        opening(symbol)
    LossReportFactory(key=KeyFactory(symbol=symbol), loan__borrower__department=DepartmentFactory())


def _count_of_cabinet(n):
    count = CabinetCountFactory()
    for _more in range(n):
        LossReportFactory(count=count)


def _renewal(n):
    now = timezone.now()
    later = now + timezone.timedelta(days=1)
    Renewal.objects.create(loan=LoanFactory(), at=now, by=PersonFactory(), trust=3, old_due_at=now, new_due_at=later)


def _task(n):
    every = IntervalSchedule.objects.create(every=n + 10, period="hours")
    PeriodicTask.objects.create(name=f"x{n}", task="keys.tasks.retire_keys", interval=every)


# What makes one more row, how often its list asks and how often its page asks; four times for who is signed in.
PAGES = {
    Affiliation: (lambda n: AffiliationFactory(), 6, 7),
    ClosedDay: (lambda n: ClosedDay.objects.create(on=f"2026-12-0{n}"), 6, 6),
    Department: (lambda n: DepartmentFactory(), 6, 6),
    Invitation: (lambda n: InvitationFactory(), 6, 6),
    Kiosk: (_kiosk, 6, 6),
    LoanTerm: (_term, 6, 9),
    Notice: (_notice, 6, 5),
    Person: (_person, 7, 16),
    Building: (_building, 6, 10),
    Space: (_space, 6, 10),
    Asset: (_asset, 6, 14),
    AssetModel: (lambda n: AssetModelFactory(manufacturer=ManufacturerFactory()), 7, 8),
    AssetType: (lambda n: AssetTypeFactory(loan_term=LoanTermFactory()), 6, 7),
    Manufacturer: (lambda n: ManufacturerFactory(), 6, 6),
    Supplier: (lambda n: SupplierFactory(), 6, 6),
    DisposalType: (lambda n: DisposalTypeFactory(), 6, 6),
    Kit: (_kit, 6, 12),
    Assignment: (_assignment, 6, 9),
    Extension: (_extension, 6, 6),
    Reservation: (_reservation, 6, 6),
    StockTake: (_stock_take, 6, 7),
    Count: (_count, 6, 5),
    ImportBatch: (_import, 6, 6),
    Cabinet: (lambda n: CabinetFactory(), 6, 6),
    Hook: (lambda n: HookFactory(), 6, 7),
    KeySystem: (lambda n: KeySystemFactory(), 6, 6),
    KeySymbol: (_symbol, 7, 10),
    Key: (_key, 6, 11),
    Door: (_door, 6, 14),
    Keyset: (_keyset, 7, 8),
    Operates: (lambda n: OperatesFactory(), 6, 6),
    Campaign: (_campaign, 6, 7),
    Attestation: (lambda n: AttestationFactory(answered_by=None), 6, 6),
    Separation: (lambda n: separation_of(PersonFactory()), 6, 14),
    Rekeying: (lambda n: RekeyedDoorFactory().rekeying, 6, 10),
    Loan: (_loan, 6, 6),
    LoanException: (lambda n: LoanExceptionFactory(), 6, 6),
    LossReport: (_lost, 6, 9),
    CabinetCount: (_count_of_cabinet, 6, 7),
    Hold: (lambda n: HoldFactory(), 6, 6),
    Renewal: (_renewal, 6, 6),
    PeriodicTask: (_task, 6, 8),
    IntervalSchedule: (_task, 6, 5),
    CrontabSchedule: (lambda n: CrontabSchedule.objects.create(minute=str(n)), 6, 5),
    **PAGES_OF_FEES,
    **PAGES_OF_REQUESTS,
    **PAGES_OF_TICKETS,
}


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    ContentType.objects.get_for_models(*PAGES)  # asked once per process
    return client


def _address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_every_page_is_counted_here():
    assert set(PAGES) == set(admin.site._registry)


@pytest.mark.parametrize("model", PAGES)
def test_a_list_asks_as_often_for_three_rows_as_for_one(console, model):
    make, asked, _page = PAGES[model]
    make(1)
    with queries(exactly=asked):
        one = console.get(_address(model, "changelist"))
    make(2)
    make(3)
    with queries(exactly=asked):
        three = console.get(_address(model, "changelist"))

    assert one.status_code == three.status_code == 200
    assert b"action-select" in three.content or not admin.site._registry[model].deeds
    assert asked <= 12


@pytest.mark.parametrize("model", PAGES)
def test_a_page_asks_as_often_with_three_rows_below_it_as_with_one(console, model):
    make, _list, asked = PAGES[model]
    make(1)
    one = model._default_manager.latest("pk")
    with queries(exactly=asked):
        console.get(_address(model, "change", one.pk))
    make(3)
    three = model._default_manager.latest("pk")
    with queries(exactly=asked):
        console.get(_address(model, "change", three.pk))


@pytest.mark.parametrize(("field", "words"), [("key", "AA"), ("borrower", "person")])
def test_completion_asks_as_often_for_three_rows_as_for_one(console, field, words):
    asked = {"app_label": "keys", "model_name": "loan", "field_name": field, "term": words}
    LoanFactory()
    with queries(exactly=6):
        one = console.get("/admin/autocomplete/", asked)
    LoanFactory()
    LoanFactory()
    with queries(exactly=6):
        three = console.get("/admin/autocomplete/", asked)

    assert len(one.json()["results"]) < len(three.json()["results"])


def test_the_dashboard_asks_as_often_with_three_loans_as_with_one(console):
    LoanFactory()
    with queries(exactly=9):
        console.get("/admin/")
    LoanFactory()
    LoanFactory()
    with queries(exactly=9):
        console.get("/admin/")


def test_a_history_asks_as_often_for_three_versions_as_for_one(console, administrator):
    person = PersonFactory()
    for n in range(3):
        person.department, person.sponsor = DepartmentFactory(), PersonFactory()
        person.save()
        if n in (0, 2):
            with queries(exactly=9):
                console.get(_address(Person, "history", person.pk))
