"""What can never be true of assets and who has them: the database refuses it, whoever asks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import (
    Asset,
    AssetReminder,
    AssignmentPart,
    AssignmentReminder,
    CalendarFeed,
    Count,
    Extension,
    ImportBatch,
    ImportedRow,
    StockTake,
)
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssetTypeFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitFactory,
    KitPartFactory,
    ManufacturerFactory,
    ReservationFactory,
    SpaceFactory,
    SupplierFactory,
)
from assets.tests.test_constraints import REFUSED as OF_PLACES
from keysite.tests.constraints import constraints_of, refused_by

NOW = timezone.now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.date()
OUT = {"out_at": NOW - DAY}
BACK = {"returned_at": NOW, "returned_recorded_at": NOW, "condition": "good"}
ENDED = {"ended_at": NOW, "outcome": "cancelled"}


def each(factory, *variants, **shared):
    """Rows that share what the fields make, made once, and differ in ``variants``."""
    made = {name: value() if callable(value) else value for name, value in shared.items()}
    return [factory(**made, **variant) for variant in variants]


def named(factory, *names, **shared):
    return each(factory, *({"name": name} for name in names), **shared)


def disposed(**fields):
    gone = {"disposed_on": TODAY, "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}
    return AssetFactory(**gone | {"disposed_by": PersonFactory()} | fields)


def asked(**fields):
    wish = {"disposal_asked_at": NOW, "disposal_asked_by": PersonFactory(), "disposal_day": TODAY}
    return AssetFactory(**wish | {"disposal_type": DisposalTypeFactory(), "disposal_reason": "old"} | fields)


def disposed_and_approved_by_the_same():
    person = PersonFactory()
    return disposed(disposed_by=person, disposal_approved_by=person)


def kit_row(**fields):
    return AssignmentFactory(**{"asset": None, "kit": KitFactory()} | fields)


def overlapping_past(**fields):
    """Two assignments of an asset that are back, of which one begins an hour before the other ends."""
    asset = AssetFactory()
    AssignmentFactory(asset=asset, out_at=NOW - 3 * HOUR, **BACK | {"returned_at": NOW - HOUR})
    AssignmentFactory(asset=asset, out_at=NOW - 2 * HOUR, **BACK)


def stock_take(**fields):
    return StockTake.objects.create(**{"name": "2026", "opened_at": NOW, "opened_by": PersonFactory()} | fields)


def count(**fields):
    counted = {"stock_take": stock_take, "asset": AssetFactory, "expected": True}
    made = {name: value() if callable(value) else value for name, value in (counted | fields).items()}
    return Count.objects.create(**made)


def twice(make, **fields):
    made = {name: value() if callable(value) else value for name, value in fields.items()}
    return [make(**made) for _number in range(2)]


def parts(*names):
    return each(AssignmentPart.objects.create, *({"name": name, "quantity": 1} for name in names), assignment=kit_row)


def reserved(**fields):
    return ReservationFactory(**fields)


def reserved_twice(second_start):
    asset = AssetFactory()
    for start in (NOW, second_start):
        reserved(model=None, asset=asset, starts_at=start, ends_at=start + DAY)


def feed(**fields):
    return CalendarFeed.objects.create(made_at=NOW, **fields)


def two_feeds():
    person = PersonFactory()
    return [feed(person=person, token_digest=digest) for digest in "ab"]


def extended(**fields):
    row = AssignmentFactory()
    new = {"old_due_at": NOW, "new_due_at": NOW + DAY}
    return Extension.objects.create(assignment=row, at=NOW, by=PersonFactory(), trust=3, **new | fields)


def batch(**fields):
    return ImportBatch.objects.create(file_name="assets.csv", imported_at=NOW, **fields)


REFUSED = [
    ("manufacturer_one_per_name", lambda: named(ManufacturerFactory, "Acme", "ACME")),
    ("manufacturer_has_name", lambda: ManufacturerFactory(name="")),
    ("supplier_one_per_name", lambda: named(SupplierFactory, "Acme", "ACME")),
    ("supplier_has_name", lambda: SupplierFactory(name="")),
    ("assettype_one_per_name", lambda: named(AssetTypeFactory, "Laptop", "LAPTOP")),
    ("assettype_has_name", lambda: AssetTypeFactory(name="")),
    (
        "assetmodel_one_per_make",
        lambda: named(AssetModelFactory, "X1", "x1", manufacturer=ManufacturerFactory, number="7"),
    ),
    ("assetmodel_one_per_make", lambda: named(AssetModelFactory, "X1", "x1", type=AssetTypeFactory)),
    ("assetmodel_has_name", lambda: AssetModelFactory(name="")),
    ("disposaltype_one_per_name", lambda: named(DisposalTypeFactory, "Sold", "SOLD")),
    ("disposaltype_has_name", lambda: DisposalTypeFactory(name="")),
    ("asset_out_of_service_with_reason", lambda: AssetFactory(out_of_service_at=NOW)),
    ("asset_out_of_service_with_reason", lambda: AssetFactory(out_of_service_reason="broken")),
    ("asset_out_of_service_with_reason", lambda: AssetFactory(out_of_service_by=PersonFactory())),
    ("asset_out_of_service_with_reason", lambda: AssetFactory(out_of_service_until=TODAY)),
    ("asset_disposed_with_type_and_reason", lambda: disposed(disposal_type=None)),
    ("asset_disposed_with_type_and_reason", lambda: disposed(disposal_reason="")),
    ("asset_disposed_with_type_and_reason", lambda: disposed(disposed_by=None)),
    ("asset_disposed_with_type_and_reason", lambda: AssetFactory(disposed_by=PersonFactory())),
    ("asset_disposal_approved_by_another", disposed_and_approved_by_the_same),
    ("asset_disposal_asked_with_type_and_reason", lambda: asked(disposal_reason="")),
    ("asset_disposal_asked_with_type_and_reason", lambda: asked(disposal_type=None)),
    ("asset_disposal_asked_with_type_and_reason", lambda: asked(disposal_asked_by=None)),
    ("asset_disposal_asked_with_type_and_reason", lambda: asked(disposal_day=None)),
    ("asset_disposal_asked_with_type_and_reason", lambda: AssetFactory(disposal_reason="old")),
    ("asset_one_per_tag", lambda: [AssetFactory(tag=tag) for tag in ("a1", "A1")]),
    ("asset_has_tag", lambda: AssetFactory(tag="")),
    ("asset_has_name", lambda: AssetFactory(name="")),
    (
        "asset_one_per_model_and_serial",
        lambda: each(AssetFactory, {"serial": "sn1"}, {"serial": "SN1"}, model=AssetModelFactory),
    ),
    ("asset_one_per_model_and_serial", lambda: each(AssetFactory, {"serial": "sn1"}, {"serial": "SN1"}, model=None)),
    ("asset_one_per_mac", lambda: twice(AssetFactory, mac="00:1a:2b:3c:4d:5e")),
    ("asset_one_per_barcode", lambda: [AssetFactory(barcode=code) for code in ("b1", "B1")]),
    ("asset_one_per_rfid", lambda: [AssetFactory(rfid=code) for code in ("r1", "R1")]),
    ("asset_mac_is_one", lambda: AssetFactory(mac="zz:1a:2b:3c:4d:5e")),
    ("asset_mac_is_one", lambda: AssetFactory(mac="00:1a:2b:3c:4d")),
    ("asset_price_not_negative", lambda: AssetFactory(price=Decimal("-0.01"))),
    ("asset_not_its_own_part", lambda: Asset.objects.filter(pk=AssetFactory().pk).update(parent=F("id"))),
    ("asset_condition_is_known", lambda: AssetFactory(condition="shiny")),
    ("kit_one_per_name", lambda: named(KitFactory, "Camera", "CAMERA")),
    ("kit_has_name", lambda: KitFactory(name="")),
    ("kit_dissolved_at_a_moment", lambda: KitFactory(dissolved_by=PersonFactory())),
    ("kitpart_one_per_name", lambda: named(KitPartFactory, "Cable", "CABLE", kit=KitFactory)),
    ("kitpart_quantity_in_range", lambda: KitPartFactory(quantity=0)),
    ("kitpart_quantity_in_range", lambda: KitPartFactory(quantity=1000)),
    ("kitpart_has_name", lambda: KitPartFactory(name="")),
    ("assignment_one_open_per_asset", lambda: twice(AssignmentFactory, asset=AssetFactory)),
    ("assignment_one_open_per_kit", lambda: twice(AssignmentFactory, asset=None, kit=KitFactory)),
    ("assignment_never_in_two_hands", overlapping_past),
    ("assignment_of_asset_or_kit", lambda: AssignmentFactory(asset=None)),
    ("assignment_of_asset_or_kit", lambda: AssignmentFactory(kit=KitFactory())),
    ("assignment_member_is_an_asset", lambda: kit_row(part_of=kit_row())),
    ("assignment_to_person_or_space", lambda: AssignmentFactory(person=None)),
    ("assignment_to_person_or_space", lambda: AssignmentFactory(space=SpaceFactory())),
    ("assignment_due_after_out", lambda: AssignmentFactory(out_at=NOW, due_at=NOW)),
    ("assignment_recorded_after_out", lambda: AssignmentFactory(out_at=NOW, out_recorded_at=NOW - HOUR)),
    ("assignment_returned_in_a_condition", lambda: AssignmentFactory(**OUT | BACK | {"condition": ""})),
    ("assignment_returned_in_a_condition", lambda: AssignmentFactory(**OUT | BACK | {"condition": "shiny"})),
    (
        "assignment_returned_in_a_condition",
        lambda: AssignmentFactory(**OUT | BACK | {"returned_recorded_at": NOW - HOUR}),
    ),
    (
        "assignment_returned_in_a_condition",
        lambda: kit_row(**OUT | BACK | {"returned_at": NOW - 2 * DAY}),
    ),
    (
        "assignment_returned_in_a_condition",
        lambda: AssignmentFactory(**OUT | BACK | {"returned_recorded_at": None}),
    ),
    ("assignment_returned_in_a_condition", lambda: AssignmentFactory(condition="good")),
    ("assignment_returned_in_a_condition", lambda: AssignmentFactory(returned_by=PersonFactory())),
    ("assignment_returned_in_a_condition", lambda: AssignmentFactory(returned_recorded_at=NOW)),
    ("assignment_lost_of_a_kind", lambda: AssignmentFactory(lost_at=NOW)),
    ("assignment_lost_of_a_kind", lambda: AssignmentFactory(loss="lost")),
    ("assignment_lost_of_a_kind", lambda: AssignmentFactory(lost_by=PersonFactory())),
    ("assignment_trust_is_known", lambda: AssignmentFactory(trust=4)),
    ("stocktake_closed_by_someone", lambda: stock_take(closed_at=NOW)),
    ("stocktake_closed_by_someone", lambda: stock_take(closed_by=PersonFactory())),
    ("stocktake_has_name", lambda: stock_take(name="")),
    ("count_one_per_asset", lambda: twice(count, stock_take=stock_take, asset=AssetFactory)),
    (
        "count_one_per_unknown_code",
        lambda: [
            each(
                count,
                *({"code": code} for code in ("x1", "X1")),
                stock_take=stock_take,
                asset=None,
                expected=False,
                counted_at=NOW,
                counted_by=PersonFactory,
            )
        ],
    ),
    ("count_of_an_asset_or_a_code", lambda: count(asset=None)),
    ("count_of_an_asset_or_a_code", lambda: count(code="x1")),
    ("count_expected_or_counted", lambda: count(expected=False)),
    ("count_expected_or_counted", lambda: count(counted_at=NOW)),
    ("count_expected_or_counted", lambda: count(counted_by=PersonFactory())),
    ("count_expected_or_counted", lambda: count(space=SpaceFactory())),
    ("assignmentpart_one_per_name", lambda: parts("Cable", "Cable")),
    (
        "assignmentpart_missing_of_quantity",
        lambda: AssignmentPart.objects.create(assignment=kit_row(), name="Cable", quantity=1, missing=2),
    ),
    (
        "assignmentpart_missing_of_quantity",
        lambda: AssignmentPart.objects.create(assignment=kit_row(), name="Cable", quantity=0),
    ),
    ("extension_makes_it_later", lambda: extended(new_due_at=NOW)),
    (
        "assignmentreminder_once_per_due_date_and_step",
        lambda: twice(AssignmentReminder.objects.create, assignment=AssignmentFactory, due_at=NOW, step=1, at=NOW),
    ),
    ("importbatch_undone_at_a_moment", lambda: batch(undone_by=PersonFactory())),
    (
        "importedrow_once_per_batch",
        lambda: twice(ImportedRow.objects.create, batch=batch, table="assets.Asset", row=1, version=1, made=True),
    ),
    (
        "assetreminder_once_per_date",
        lambda: twice(AssetReminder.objects.create, asset=AssetFactory, kind="warranty", on=TODAY, at=NOW),
    ),
    ("reservation_one_at_a_time_per_asset", lambda: reserved_twice(NOW + DAY - timedelta(seconds=1))),
    ("reservation_of_asset_or_model", lambda: reserved(model=None)),
    ("reservation_of_asset_or_model", lambda: reserved(asset=AssetFactory())),
    ("reservation_ends_after_start", lambda: reserved(starts_at=NOW, ends_at=NOW)),
    ("reservation_confirmed_at_a_moment", lambda: reserved(confirmed_at=None, confirmed_by=PersonFactory())),
    ("reservation_ended_with_an_outcome", lambda: reserved(ended_at=NOW)),
    ("reservation_ended_with_an_outcome", lambda: reserved(ended_at=NOW, outcome="forgotten")),
    ("reservation_ended_with_an_outcome", lambda: reserved(outcome="cancelled")),
    ("reservation_ended_with_an_outcome", lambda: reserved(outcome_reason="ill")),
    ("reservation_ended_with_an_outcome", lambda: reserved(ended_by=PersonFactory())),
    ("reservation_assignment_when_handed_out", lambda: reserved(assignment=AssignmentFactory(), **ENDED)),
    ("reservation_rejected_with_reason", lambda: reserved(**ENDED | {"outcome": "rejected"})),
    ("reservation_trust_is_known", lambda: reserved(trust=4)),
    ("calendarfeed_one_in_use", two_feeds),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


def test_every_constraint_is_tried():
    assert {name for name, _write in REFUSED + OF_PLACES} == constraints_of("assets")


def test_what_ends_when_the_next_begins_does_not_overlap(db):
    asset = AssetFactory()
    AssignmentFactory(asset=asset, out_at=NOW - DAY, **BACK)
    AssignmentFactory(asset=asset, out_at=NOW)
    reserved_twice(NOW + DAY)


def test_what_has_ended_holds_no_place(db):
    person, kit = PersonFactory(), KitFactory(name="Camera", dissolved_at=NOW)
    feed(person=person, token_digest="a", revoked_at=NOW)
    kit_row(kit=kit, **OUT | BACK)
    reserved(model=None, asset=AssetFactory(), **ENDED)

    assert [feed(person=person, token_digest="b"), KitFactory(name="Camera"), kit_row(kit=kit)]
