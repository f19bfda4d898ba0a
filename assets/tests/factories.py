"""Dull rows for tests."""

import io
from datetime import timedelta

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import Trust
from accounts.tests.factories import LoanTermFactory, PersonFactory
from assets.models import (
    Asset,
    AssetModel,
    AssetPhoto,
    AssetType,
    Assignment,
    Building,
    Count,
    DisposalType,
    Extension,
    ImportBatch,
    Kit,
    KitMember,
    KitPart,
    Manufacturer,
    Reservation,
    Space,
    StockTake,
    Supplier,
)
from assets.operations import add_photo


class BuildingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Building

    code = factory.Sequence("B{}".format)
    name = factory.Sequence("Building {}".format)


class SpaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Space

    building = factory.SubFactory(BuildingFactory)
    number = factory.Sequence("{}".format)


class ManufacturerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Manufacturer

    name = factory.Sequence("Manufacturer {}".format)


class SupplierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Supplier

    name = factory.Sequence("Supplier {}".format)


class AssetTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AssetType

    name = factory.Sequence("Type {}".format)


class AssetModelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AssetModel

    name = factory.Sequence("Model {}".format)
    type = factory.SubFactory(AssetTypeFactory)


class DisposalTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DisposalType

    name = factory.Sequence("Disposal {}".format)


class AssetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Asset

    tag = factory.Sequence("T{}".format)
    name = "Laptop"
    model = factory.SubFactory(AssetModelFactory)


class KitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Kit

    name = factory.Sequence("Kit {}".format)


class KitMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KitMember

    kit = factory.SubFactory(KitFactory)
    asset = factory.SubFactory(AssetFactory)


class KitPartFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KitPart

    kit = factory.SubFactory(KitFactory)
    name = factory.Sequence("Cable {}".format)


class AssignmentFactory(factory.django.DjangoModelFactory):
    """An asset with a person since an hour ago, due in seven days."""

    class Meta:
        model = Assignment

    asset = factory.SubFactory(AssetFactory)
    person = factory.SubFactory(PersonFactory)
    term = factory.SubFactory(LoanTermFactory)
    trust = Trust.STAFF
    out_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    out_recorded_at = factory.SelfAttribute("out_at")
    due_at = factory.LazyAttribute(lambda row: row.out_at + timedelta(days=7))


class ReservationFactory(factory.django.DjangoModelFactory):
    """One of a model for a person, confirmed, from tomorrow on for two days."""

    class Meta:
        model = Reservation

    model = factory.SubFactory(AssetModelFactory)
    person = factory.SubFactory(PersonFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(days=2))
    reserved_at = factory.LazyFunction(timezone.now)
    reserved_by = factory.SelfAttribute("person")
    trust = Trust.STAFF
    confirmed_at = factory.LazyFunction(timezone.now)


def photo_file(size=(64, 48)):
    """What the camera of a phone sends."""
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "JPEG")
    return SimpleUploadedFile("IMG_1.jpg", file.getvalue(), "image/jpeg")


def assets_of_every_kind(person, *, home=None):
    """One row of each model of the inventory, most of them about one asset; by model."""
    now = timezone.now()
    assignment = AssignmentFactory(asset__home=home, asset__model__manufacturer=ManufacturerFactory())
    asset = assignment.asset
    take = StockTake.objects.create(name="Hall", opened_at=now, opened_by=person)
    later = {"old_due_at": now, "new_due_at": assignment.due_at}
    return {
        Asset: asset,
        AssetModel: asset.model,
        AssetType: asset.model.type,
        Manufacturer: asset.model.manufacturer,
        Supplier: SupplierFactory(),
        DisposalType: DisposalTypeFactory(),
        Kit: KitFactory(),
        Assignment: assignment,
        Extension: Extension.objects.create(assignment=assignment, at=now, by=person, trust=Trust.STAFF, **later),
        Reservation: ReservationFactory(),
        StockTake: take,
        Count: Count.objects.create(stock_take=take, asset=asset, expected=True),
        AssetPhoto: add_photo(asset=asset, upload=photo_file(), by=person),
        ImportBatch: ImportBatch.objects.create(file_name="list.csv", imported_at=now),
    }
