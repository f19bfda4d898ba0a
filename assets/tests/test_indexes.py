"""The questions asked all day are answered by an index: PostgreSQL says so when it may not walk through a table."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Person, Trust
from accounts.tests.factories import LoanTermFactory
from assets.models import (
    Asset,
    AssetModel,
    Assignment,
    AssignmentReminder,
    Building,
    Condition,
    Kit,
    Reservation,
    Space,
)
from assets.tests.factories import AssetTypeFactory, BuildingFactory

NOW = timezone.now()
DAY = timedelta(days=1)
HOT = {
    "an asset by its tag": (lambda: Asset.objects.with_code("a7"), "asset_one_per_tag"),
    "an asset by its label": (lambda: Asset.objects.with_code("a7"), "assets_asset_public_code"),
    "an asset by its barcode": (lambda: Asset.objects.with_code("a7"), "asset_one_per_barcode"),
    "an asset by its RFID": (lambda: Asset.objects.with_code("a7"), "asset_one_per_rfid"),
    "assets by words of name, tag or serial": (lambda: Asset.objects.named("sn7 lap"), "asset_by_words"),
    "assets by words of their model": (lambda: Asset.objects.of_models_named("latitude 77"), "assetmodel_by_words"),
    "the assets in order": (lambda: Asset.objects.order_by("tag", "pk")[:50], "asset_by_tag"),
    "the assets of a model": (lambda: Asset.objects.filter(model=1), "assets_asset_model_id"),
    "the assets at home in a room": (lambda: Asset.objects.filter(home=1), "assets_asset_home_id"),
    "whose warranty ends": (
        lambda: Asset.objects.warranty_ends(by=NOW.date() + 30 * DAY, after=NOW.date()),
        "asset_warranty",
    ),
    "whose service is due": (lambda: Asset.objects.service_due(on=NOW.date()), "asset_service_due"),
    "a kit by its code": (lambda: Kit.objects.with_code("ABC"), "assets_kit_public_code"),
    "kits by words": (lambda: Kit.objects.search("camera"), "kit_by_words"),
    "buildings by words": (lambda: Building.objects.search("physics"), "building_by_words"),
    "rooms by words": (lambda: Space.objects.search("101"), "space_by_words"),
    "who has an asset": (lambda: Assignment.objects.open().filter(asset=1), "assignment_one_open_per_asset"),
    "who has a kit": (lambda: Assignment.objects.open().filter(kit=1), "assignment_one_open_per_kit"),
    "who had an asset": (lambda: Assignment.objects.filter(asset=1), "assets_assignment_asset_id"),
    "what a person has": (lambda: Assignment.objects.held_by(1), "assignment_open_of"),
    "what is put up in a room": (lambda: Assignment.objects.open().filter(space=1), "assignment_open_in"),
    "what went out with a kit": (lambda: Assignment.objects.filter(part_of=1), "assets_assignment_part_of_id"),
    "what is overdue": (lambda: Assignment.objects.overdue(at=NOW), "assignment_expected_by_due"),
    "what falls due": (lambda: Assignment.objects.due_between(NOW, NOW + 7 * DAY), "assignment_expected_by_due"),
    "whom to remind": (lambda: Assignment.objects.to_remind(at=NOW), "assignment_expected_by_due"),
    "all assignments": (lambda: Assignment.objects.order_by("-out_at", "-pk")[:50], "assignment_newest"),
    "what is out": (
        lambda: Assignment.objects.open().whole().order_by("-out_at", "-pk")[:50],
        "assignment_open_newest",
    ),
    "the steps an assignment has reached": (
        lambda: AssignmentReminder.objects.filter(assignment=1, due_at=NOW).order_by("-step"),
        "assignmentreminder_once_per_due_date_and_step",
    ),
    "what is promised of a model": (
        lambda: Reservation.objects.live().filter(model=1, ends_at__gt=NOW),
        "reservation_live_of_model",
    ),
    "what is promised of an asset": (
        lambda: Reservation.objects.live().filter(asset=1, ends_at__gt=NOW),
        "reservation_live_of_asset",
    ),
    "what a hand-over may break, by model": (
        lambda: Reservation.objects.live().overlapping(NOW, None).touching([Asset(pk=1, model_id=1)]),
        "reservation_live_of_model",
    ),
    "what a hand-over may break, by asset": (
        lambda: Reservation.objects.live().overlapping(NOW, None).touching([Asset(pk=1, model_id=1)]),
        "reservation_live_of_asset",
    ),
    "the reservations in order": (
        lambda: Reservation.objects.live().order_by("starts_at", "pk")[:50],
        "reservation_live_by_start",
    ),
}


@pytest.fixture
def full_register(db):
    """Enough of everything for PostgreSQL to tell one index from another."""
    term, kind = LoanTermFactory(), AssetTypeFactory()
    people = Person.objects.bulk_create(Person(email=f"p{n}@example.edu") for n in range(500))
    rooms = Space.objects.bulk_create(
        Space(building=building, number=f"{n}") for building in _buildings() for n in range(50)
    )
    models = AssetModel.objects.bulk_create(AssetModel(name=f"Latitude {n}", type=kind) for n in range(200))
    assets = Asset.objects.bulk_create(_asset(n, models[n % 200], rooms[n % 250]) for n in range(2000))
    Assignment.objects.bulk_create(_returned(n, assets[n % 2000], people[n % 500], term) for n in range(4000))
    Assignment.objects.bulk_create(_open(n, assets[n], people[n % 500], rooms[n % 250], term) for n in range(1000))
    kits = Kit.objects.bulk_create(Kit(name=f"Camera {n}") for n in range(300))
    Assignment.objects.bulk_create(
        Assignment(kit=kit, person=people[n], trust=3, out_at=NOW, out_recorded_at=NOW) for n, kit in enumerate(kits)
    )
    Reservation.objects.bulk_create(
        _reservation(n, models[n % 200], assets[n % 2000], people[n % 500]) for n in range(1500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _buildings():
    return [BuildingFactory(name=f"Physics {n}") for n in range(5)]


def _asset(n, model, room):
    asset = Asset(tag=f"A{n}", name="Laptop", serial=f"SN{n}", model=model, home=room, barcode=f"B{n}", rfid=f"R{n}")
    asset.warranty_until = NOW.date() + (n % 900 - 300) * DAY if n % 3 else None
    asset.service_due_on = NOW.date() + (n % 900 - 30) * DAY if n % 3 == 0 else None
    return asset


def _returned(n, asset, person, term):
    out_at = NOW - (40 + n // 2000 * 20 + n % 15) * DAY
    row = Assignment(asset=asset, person=person, term=term, trust=Trust.STAFF, out_at=out_at, out_recorded_at=out_at)
    row.due_at = NOW + (n % 50) * DAY  # back early
    row.returned_at = row.returned_recorded_at = out_at + DAY
    row.condition = Condition.GOOD
    return row


def _open(n, asset, person, room, term):
    """Three quarters with a person, a fifth of those overdue; the others in a room."""
    out_at = NOW - (11 + n % 10) * DAY
    row = Assignment(asset=asset, trust=Trust.STAFF, out_at=out_at, out_recorded_at=out_at)
    if n % 4:
        row.person, row.term, row.due_at = person, term, NOW + (n % 50 - 10) * DAY
    else:
        row.space = room
    return row


def _reservation(n, model, asset, person):
    """A third are live, every other one of an asset."""
    start = NOW + (n % 60) * DAY + n * timedelta(minutes=1)
    row = Reservation(person=person, starts_at=start, ends_at=start + timedelta(minutes=1), trust=3)
    row.reserved_at, row.reserved_by = NOW, person
    row.asset, row.model = (asset, None) if n % 2 else (None, model)
    if n % 3:
        row.ended_at, row.outcome = NOW, Reservation.Outcome.CANCELLED
    return row


def test_every_hot_question_uses_its_index(full_register):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")

    plans = {question: rows().explain() for question, (rows, _index) in HOT.items()}

    missed = {question: plan for question, plan in plans.items() if HOT[question][1] not in plan}
    assert not missed, "\n\n".join(f"{question}:\n{plan}" for question, plan in missed.items())
