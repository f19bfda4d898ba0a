"""A whole import is taken back, as long as nothing has happened to its rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, Person
from accounts.operations import block
from accounts.tests.factories import PersonFactory
from assets.models import (
    Asset,
    AssetModel,
    AssetType,
    Assignment,
    ImportBatch,
    Manufacturer,
    Space,
    Supplier,
)
from assets.operations import assign, take_back, undo_import
from assets.tests.factories import AssetFactory, BuildingFactory, ReservationFactory
from assets.tests.test_import_assets import LIST, take
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.races import one_after_other

MADE = (Asset, AssetModel, AssetType, Assignment, Department, Manufacturer, Person, Space, Supplier)


@pytest.fixture
def batch(db):
    BuildingFactory(code="N")
    AssetFactory(tag="K1", name="Old", model=None, order_number="5")
    take(LIST + "Oak and Ash,New,K1,,,,,,,,,,,,,,,,,,\n", building="N")
    return ImportBatch.objects.get()


@pytest.fixture
def boss(batch):
    return PersonFactory(email="boss@example.edu", affiliation=None)


def test_removes_what_it_made_and_sets_back_what_it_changed(batch, boss):
    versions = Asset.history.count()

    undo_import(batch=batch, by=boss)

    old = Asset.objects.get()
    assert (old.tag, old.name, old.department, old.order_number) == ("K1", "Old", None, "5")
    left = {model.__name__: model.objects.count() for model in MADE}
    assert left == dict.fromkeys(left, 0) | {"Asset": 1, "Person": 1}
    assert last_version(old) == (boss, "import of assets.csv undone")
    batch.refresh_from_db()
    assert (batch.undone_by, batch.undone_at is not None) == (boss, True)
    assert Asset.history.count() == versions + 4
    gone = Asset.history.filter(tag="SAW-3").latest("history_id")
    assert (gone.history_type, gone.history_user, gone.name) == ("-", boss, "Saw")


def test_the_list_can_be_imported_again(batch, boss):
    undo_import(batch=batch, by=boss)

    assert take(LIST, building="N").created == 3


def test_an_undone_import_is_refused(batch, boss):
    undo_import(batch=batch, by=boss)

    with refused("This import is undone already."):
        undo_import(batch=batch, by=boss)


def test_a_row_that_was_changed_since_is_named(batch, boss):
    row = Assignment.objects.get(asset__tag="DRL-2")
    take_back(assets=[row.asset], by=boss)
    row.refresh_from_db()

    with refused(f"Something has happened since to: {row}. Nothing was undone."):
        undo_import(batch=batch, by=boss)
    assert Asset.objects.count() == 4


def test_a_changed_row_that_was_changed_again_is_named(batch, boss):
    Asset.objects.get(tag="K1").save()

    with refused("Something has happened since to: K1 New. Nothing was undone."):
        undo_import(batch=batch, by=boss)


def test_a_person_who_was_blocked_since_is_named(batch, boss):
    nils = Person.objects.get(first_name="Nils")
    block(person=nils, by=boss, reason="owes money")

    with pytest.raises(Refusal, match=r"Nils Dahl \(nils@example.edu\)"):
        undo_import(batch=batch, by=boss)


def test_a_row_that_is_gone_is_named(batch, boss):
    saw = Asset.objects.get(tag="SAW-3")
    number = saw.pk
    Assignment.objects.filter(asset=saw).delete()
    saw.delete()

    with pytest.raises(Refusal, match=f"asset {number}"):
        undo_import(batch=batch, by=boss)


def test_what_else_refers_to_a_row_is_named(batch, boss):
    model = AssetModel.objects.get(name="Cutter")
    asset = AssetFactory(model=model)

    with refused(f"Rows of this import are in use since: asset {asset}. Nothing was undone."):
        undo_import(batch=batch, by=boss)


def test_a_person_who_did_something_since_is_named(batch, boss):
    nils = Person.objects.get(first_name="Nils")
    claim = ReservationFactory(person=boss, reserved_by=nils, model=AssetFactory().model)

    with refused(f"Rows of this import are in use since: reservation {claim}. Nothing was undone."):
        undo_import(batch=batch, by=boss)


def test_a_unit_that_is_promised_stays(db, boss):
    model = AssetFactory(tag="M1").model
    take(f"tag,name,model\nX1,a,{model.name}\n")
    later = ImportBatch.objects.latest("pk")
    start = timezone.now() + timedelta(days=1)
    for _n in range(2):
        ReservationFactory(model=model, starts_at=start)

    with pytest.raises(Refusal, match="is reserved for"):
        undo_import(batch=later, by=boss)
    ReservationFactory._meta.model.objects.first().delete()
    undo_import(batch=later, by=boss)
    assert not Asset.objects.filter(tag="X1").exists()


@pytest.mark.slow
def test_an_asset_that_is_handed_out_meanwhile_stays(transactional_db):
    take("tag,name\nX1,a\n")
    asset, batch = Asset.objects.get(), ImportBatch.objects.get()
    person = PersonFactory()

    _rows, refusal = one_after_other(
        lambda: assign(assets=[asset], person=person, by=None),
        lambda: undo_import(batch=batch, by=None),
    )

    assert str(refusal).startswith("Rows of this import are in use since: assignment ")
    assert Assignment.objects.get().asset == asset


@pytest.mark.slow
def test_an_asset_that_is_gone_is_not_handed_out(transactional_db):
    take("tag,name\nX1,a\n")
    asset, batch = Asset.objects.get(), ImportBatch.objects.get()
    person = PersonFactory()

    _undone, refusal = one_after_other(
        lambda: undo_import(batch=batch, by=None),
        lambda: assign(assets=[asset], person=person, by=None),
    )

    assert "removed" in str(refusal)
    assert not Asset.objects.exists()


def test_asks_as_often_however_long_the_import(db, administrator):
    BuildingFactory(code="N")
    asked = []
    for lines in (1, 3):
        text = "tag,name,make,model,location,company,email\n"
        for n in range(lines):
            AssetFactory(tag=f"K{n}-{lines}")
            text += f"N{n},new,Maker {n},Model {n},N {n},Firm {n},p{n}@example.edu\nK{n}-{lines},old,,,,,\n"
        take(text)
        with CaptureQueriesContext(connection) as captured:
            undo_import(batch=ImportBatch.objects.latest("pk"), by=administrator)
        asked.append(len(captured))

    assert asked[0] == asked[1]  # one for each table that refers to a kind of row: more with every new model
    assert Asset.objects.count() == 4
